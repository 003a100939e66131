"""What an attacker sends instead of what our pages send: to every address, in every parameter."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from shop.db import Base, begin_write
from tests.conftest import ORIGIN
from tests.make import make_product

ROOT = Path(__file__).resolve().parents[3]
PROBES = (
    "' OR '1'='1",
    "x'); DROP TABLE shop_order; --",
    "1 UNION SELECT password_hash FROM shop_staff_member",
    "price; SELECT pg_sleep(5)",
    "{{31337*3}}${31337*3}<%= 31337*3 %>",
    '"><script>alert(31337)</script>',
    "javascript:alert(31337)",
    "../../../../etc/passwd",
    "%00\x00",
    "9" * 40,
    "-1",
    "a\r\nSet-Cookie: evil=1",
    "ٱ" * 300,
)
QUERY = (
    "q", "area", "type", "sort", "page", "stock", "changed", "created", "delivery", "done",
    "next", "pieces", "removed", "skus", "told", "undo", "state", "payment", "shipment", "before",
    "picked", "more", "deleted", "lang", "v", "position", "budget", "material",
)  # fmt: skip
FIELDS = sorted(
    set(
        re.findall(
            r"^    (\w+) = [A-Z]\w+Field",
            "\n".join(path.read_text() for path in (ROOT / "shop").rglob("*.py")),
            re.MULTILINE,
        )
    )
    | {"csrf_token", "action", "areas", "red_flags", "health"}
)


@pytest.fixture
def stocked(app: Flask, engine: Engine) -> Flask:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", title="Classic Mat", variants=("CHARCOAL",), available=3)
        session.commit()
    return app


def rules(app: Flask, method: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.endpoint.endswith(".static"):
            yield rule


def path_of(rule: Rule, value: str) -> str:
    """The rule's address with `value` in each place that takes one."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: "1" if found[1] == "int" else quote(value, safe=""), rule.rule)


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with Session(engine) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("probe", PROBES)
def test_no_probe_in_any_address_or_query_breaks_a_page_or_runs(
    stocked: Flask, client: FlaskClient, probe: str
) -> None:
    query = dict.fromkeys(QUERY, probe)

    for rule in rules(stocked, "GET"):
        answer = client.get(path_of(rule, probe), query_string=query)

        assert answer.status_code < 500 or rule.endpoint == "shop.ops.readyz", rule.rule
        assert "94011" not in answer.text, rule.rule  # 31337 * 3: a template ran what was sent
        assert "<script>alert" not in answer.text, rule.rule
        assert 'href="javascript:' not in answer.text, rule.rule
        assert "evil" not in answer.headers.get("Set-Cookie", ""), rule.rule


@pytest.mark.parametrize("probe", PROBES)
def test_no_probe_in_any_form_field_breaks_a_page_or_runs(
    stocked: Flask, client: FlaskClient, engine: Engine, probe: str
) -> None:
    before = counts(engine)

    for rule in rules(stocked, "POST"):
        answer = client.post(path_of(rule, probe), data=dict.fromkeys(FIELDS, probe))

        assert answer.status_code < 500, rule.rule
        assert "94011" not in answer.text, rule.rule
        assert "<script>alert" not in answer.text, rule.rule
    assert counts(engine) == before


def test_reading_changes_nothing(stocked: Flask, client: FlaskClient, engine: Engine) -> None:
    before = counts(engine)

    for rule in rules(stocked, "GET"):
        client.get(path_of(rule, "MAT01-CHARCOAL"))

    assert counts(engine) == before


def test_every_answer_says_what_it_is(stocked: Flask, client: FlaskClient) -> None:
    for rule in rules(stocked, "GET"):
        answer = client.get(path_of(rule, "MAT01"))
        kind = answer.headers.get("Content-Type", "")

        assert kind.startswith(("text/", "application/", "image/")), rule.rule
        assert not kind.startswith("text/") or "charset=utf-8" in kind, rule.rule


def test_no_other_site_may_read_an_answer(stocked: Flask, client: FlaskClient) -> None:
    for rule in rules(stocked, "GET"):
        answer = client.get(path_of(rule, "MAT01"), headers={"Origin": "https://evil.example"})

        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")], rule.rule


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/xml", ""])
def test_a_body_that_no_form_of_ours_sends_changes_nothing(
    stocked: Flask, client: FlaskClient, engine: Engine, content_type: str
) -> None:
    before = counts(engine)
    body = '{"sku": "MAT01-CHARCOAL", "quantity": "1", "email": "a@b.example"}'

    statuses = {
        rule.rule: client.post(path_of(rule, "MAT01"), data=body, content_type=content_type).status_code
        for rule in rules(stocked, "POST")
    }

    assert statuses["/cart/add"] == 422
    assert max(statuses.values()) < 500
    assert counts(engine) == before


def test_a_parameter_sent_twice_counts_once(stocked: Flask, client: FlaskClient) -> None:
    client.post("/cart/add", data={"sku": ["MAT01-CHARCOAL", "EVIL"], "quantity": ["1", "3"]})

    page = client.get("/cart").text

    assert re.search(r'name="quantity"[^>]*value="1"', page)
    assert "EVIL" not in page


def test_the_host_header_names_no_address_of_ours(stocked: Flask, client: FlaskClient) -> None:
    hostile: dict[str, Any] = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
    }

    for rule in rules(stocked, "GET"):
        answer = client.get(path_of(rule, "mat01"), headers=hostile)

        assert "evil.example" not in answer.text, rule.rule
        assert "evil.example" not in answer.headers.get("Location", ""), rule.rule


@pytest.mark.parametrize("address", ["/\\evil.example", "//evil.example", "/\\/evil.example", "///evil.example"])
def test_no_spelling_of_an_address_leads_to_another_site(client: FlaskClient, address: str) -> None:
    for method in ("GET", "POST"):
        answer = client.open("/", method=method, headers=ORIGIN, environ_overrides={"PATH_INFO": address})

        assert urlsplit(answer.headers.get("Location", "")).netloc in ("", "shop.test")


def test_the_shop_asks_nothing_of_addresses_that_visitors_choose_and_runs_no_commands() -> None:
    """Two modules speak to others: the payment provider's adapter and the mail sender. Both addresses are settings."""
    outward = re.compile(
        r"^\s*(?:import|from) (urllib\.request|requests|httpx|http\.client|socket|subprocess|ftplib|smtplib|stripe)",
        re.MULTILINE,
    )
    dynamic = re.compile(r"(?<![\w.])(eval|exec|os\.system|os\.popen|render_template_string|__import__)\(")
    sources = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / "shop").rglob("*.py")}

    assert {name for name, text in sources.items() if outward.search(text)} == {
        "shop/jobs.py",  # asks the machine for its own name
        "shop/mail/sender.py",
        "shop/payments/adapter.py",
    }
    assert [name for name, text in sources.items() if dynamic.search(text)] == []
