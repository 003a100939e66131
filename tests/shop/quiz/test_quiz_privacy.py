"""A canary (R1-R6): the answers appear in no address, log line, title, header or cookie in clear, and on no server."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from werkzeug.test import TestResponse

from recommender.questionnaire import PAGES, QUESTIONS
from shop.quiz.service import NONE
from tests.shop.quiz.walk import COOKIE, Walk

CANARY = {
    "red_flags": [NONE],
    "areas": ["upper_back", "calves"],
    "pain_kind": ["chronic_low_back", "period_cramps"],
    "intensity": "8",
    "interference": "9",
    "duration": "months",
    "triggers": ["desk_work", "pregnancy"],
    "position_preference": "on_the_go",
    "pressure_preference": "4",
    "experience": "regular",
    "portability_need": "must",
    "mobility_limits": ["limited_grip"],
    "health": ["OSTEO", "VARIC", "EPIL"],
    "allergies": ["BUCKWHEAT", "LATEX"],
    "max_budget": "7319.73",
    "goal": "relax",
}
CODES = tuple(code for given in CANARY.values() if isinstance(given, list) for code in given if code != NONE)
WORDINGS = tuple(
    choice.wording for field in CANARY for choice in QUESTIONS[field].choices if choice.code in CANARY[field]
)
TRACES = (*CODES, *WORDINGS, "7319", "731973")


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


class Watched(FlaskClient):
    """A client that takes the place of the walk's, and keeps every answer with the address it was asked at."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk.client.application, walk.client.response_wrapper)
        self.environ_base = walk.client.environ_base
        self.seen: list[tuple[str, TestResponse]] = []
        walk.client = self

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        self.seen.append((answer.request.url, answer))
        return answer


ENCRYPTED = re.compile(r"gAAAA[\w=-]+")


def opened(token: re.Match[str]) -> str:
    """The bytes of an encrypted value: its letters alone spell short codes by chance."""
    return urlsafe_b64decode(token[0]).decode("latin-1")


def assert_no_trace(where: str, content: str) -> None:
    if ENCRYPTED.search(content):
        content = ENCRYPTED.sub(opened, content)
        assert not [trace for trace in TRACES if trace in content], where
        return
    found = [trace for trace in TRACES if trace.lower() in content.lower()]
    assert not found, f"{where}: {found}"


def walk_to_the_end(walk: Walk) -> None:
    """Everything a visitor does: errors, back, the result, the cart, delete."""
    walk.answer_all(CANARY)
    for page in PAGES:
        walk.client.get(f"/find/{page.slug}")
    walk.send("budget", max_budget="7319.731")
    walk.send("health", health=["OSTEO", NONE], allergies=["LATEX"])
    shown = walk.client.get("/find/result?more=1").text
    sku = re.search(r'name="sku" value="([^"]+)"|<option value="([^"]+)">', shown)
    if sku:
        added = walk.client.post("/cart/add", data={"sku": sku[1] or sku[2], "quantity": "1"})
        walk.client.get(added.location)
    walk.client.get("/find")
    walk.client.post("/find/delete")


def test_no_answer_is_in_any_address_header_title_or_log(demo_walk: Walk, logged: list[Any]) -> None:
    watched = Watched(demo_walk)

    walk_to_the_end(demo_walk)

    assert len(watched.seen) > 20
    for url, answer in watched.seen:
        assert_no_trace("address", url)
        for name, value in answer.headers:
            assert_no_trace(f"header {name}", value)
        title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
        assert_no_trace("title", title[1] if title else "")
        assert_no_trace("links", " ".join(re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)))
    assert logged
    for line in logged:
        assert_no_trace("log", repr({name: value for name, value in line.items() if name != "exc_info"}))


def test_no_answer_is_left_in_the_database(demo_shop: Flask, demo_walk: Walk) -> None:
    before = _database_content(demo_shop)

    demo_walk.answer_all(CANARY)

    assert _database_content(demo_shop) == before


def test_a_referral_leaves_no_trace_of_its_reason(walk: Walk, logged: list[Any]) -> None:
    watched = Watched(walk)

    walk.answer_all({"red_flags": ["CAUDA", "THUNDER"]})

    for url, answer in watched.seen:
        lines = [url, *(value for _, value in answer.headers)]
        assert not [line for line in lines if "CAUDA" in line or "referral" in line.lower()]
    assert not [line for line in logged if "CAUDA" in repr(line) or "referral" in repr(line).lower()]
    titles = {re.findall(r"<title>(.*?)</title>", answer.text)[0] for url, answer in watched.seen if "result" in url}
    assert titles == {"Your result – Tsubo"}


def test_the_pages_load_nothing_from_elsewhere(demo_walk: Walk) -> None:
    shown = demo_walk.answer_all(CANARY)

    assert not re.findall(r'(?:src|action)="(?:https?:)?//', shown.text)
    assert "<script" not in shown.text
    assert "default-src 'self'" in shown.headers["Content-Security-Policy"]


def test_reading_the_shop_sets_no_cookie(demo_shop: Flask, client: FlaskClient) -> None:
    for address in ("/", "/find", "/find/result", "/products", "/find/health"):
        assert "Set-Cookie" not in client.get(address).headers

    assert client.get_cookie(COOKIE, domain="localhost") is None


def _database_content(app: Flask) -> dict[str, Any]:
    engine = app.extensions["tsubo"].engine
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar()
            for name in sorted(inspect(engine).get_table_names())
        }
