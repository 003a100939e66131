"""The second consent: nobody needs it, nothing is logged without it, and its visitor sees and erases what is."""

import html
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, make_url, select
from sqlalchemy.orm import Session

from recommender.safety import RULESET
from shop.keys import Keyring
from shop.learning.models import Candidate, Impression
from shop.learning.rules import CONSENT_VERSION
from shop.quiz import visitor
from shop.recommendations.service import FIRST_SHOWN
from tests.conftest import MakeApp
from tests.shop.quiz.walk import HEALTHY, SORE_BACK, Walk

LINK = re.compile(r'href="(/find/log/[^"]+)"')
TITLES = re.compile(r'<h2 id="pick-\d">(\d)\. <a href="([^"]+)">([^<]+)</a>')


def logged(engine: Engine) -> list[tuple[Impression, list[Candidate]]]:
    with Session(engine) as session:
        lists = session.scalars(select(Impression).order_by(Impression.visit, Impression.turn)).all()
        mine = select(Candidate).order_by(Candidate.position)
        return [(shown, list(session.scalars(mine.where(Candidate.impression_id == shown.id)))) for shown in lists]


def log_link(page: str) -> str:
    found = LINK.search(page)
    assert found is not None, "no link to the log on this page"
    return html.unescape(found[1])


@contextmanager
def somebody_holding(url: str) -> Iterator[None]:
    """Nobody can write into the log meanwhile, and a reader of other tables notices nothing."""
    if url.startswith("sqlite"):
        lite = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        lite.execute("BEGIN IMMEDIATE")
        yield
        lite.execute("ROLLBACK")
        lite.close()
        return
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        server.execute("LOCK TABLE shop_impression IN SHARE ROW EXCLUSIVE MODE")
        yield
        server.rollback()


def test_it_is_a_tick_of_its_own_unticked_and_says_what_is_noted_and_for_how_long(client: FlaskClient) -> None:
    page = client.get("/find").text

    ticks = re.findall(r'<input type="checkbox"[^>]*>', page)
    learning = next(tick for tick in ticks if 'name="learning"' in tick)

    assert len([tick for tick in ticks if "checked" in tick]) == 0
    assert "required" not in learning
    assert "400 days" in page
    assert "What we do not note" in page


def test_it_alone_starts_nothing(client: FlaskClient) -> None:
    answer = client.post("/find", data={"learning": "y"})

    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers


def test_without_it_nothing_is_logged_and_the_result_is_the_same(demo_walk: Walk, engine: Engine) -> None:
    without = demo_walk.answer_all(SORE_BACK).text
    nothing = logged(engine)
    with_it = demo_walk.answer_all(SORE_BACK, learning=True).text

    assert nothing == []
    assert [found[0::2] for found in TITLES.findall(without)] == [found[0::2] for found in TITLES.findall(with_it)]
    assert LINK.search(without) is None
    assert "/find/open/" not in without


def test_with_it_the_shown_products_are_noted_with_place_chance_and_makers(demo_walk: Walk, engine: Engine) -> None:
    page = demo_walk.answer_all(SORE_BACK, learning=True).text

    [(shown, products)] = logged(engine)

    assert len(products) == len(TITLES.findall(page)) == FIRST_SHOWN
    assert [product.position for product in products] == [1, 2, 3]
    assert {product.propensity for product in products} == {1.0}
    assert shown.consent == CONSENT_VERSION
    assert shown.rules_id == RULESET
    assert shown.model_id.startswith("day-one-")
    assert (shown.erase_on - shown.day).days == 400
    assert all(product.features["area"] > 0 for product in products)


def test_reload_and_back_note_nothing_again_and_more_joins_the_same_list(demo_walk: Walk, engine: Engine) -> None:
    first = demo_walk.answer_all(SORE_BACK, learning=True).text
    again = demo_walk.client.get("/find/result").text
    more = demo_walk.client.get("/find/result?more=1").text
    back = demo_walk.client.get("/find/result").text

    [(_, products)] = logged(engine)

    assert TITLES.findall(first) == TITLES.findall(again) == TITLES.findall(back)
    assert [product.position for product in products] == [*range(1, len(TITLES.findall(more)) + 1)]


def test_changed_answers_are_another_list_of_the_same_visit_with_the_same_seed(demo_walk: Walk, engine: Engine) -> None:
    demo_walk.answer_all(SORE_BACK, learning=True)
    demo_walk.send("where", areas=["feet"])
    demo_walk.client.get("/find/result")

    (first, _), (second, _) = logged(engine)

    assert first.visit == second.visit
    assert first.seed == second.seed
    assert first.id != second.id
    assert (first.turn, second.turn) == (1, 2)


def test_two_visits_have_nothing_in_common(demo_walk: Walk, engine: Engine) -> None:
    for _ in range(2):
        demo_walk.answer_all(SORE_BACK, learning=True)

    (first, _), (second, _) = logged(engine)

    assert first.visit != second.visit
    assert first.seed != second.seed


@pytest.mark.parametrize(
    "fields",
    [
        {**HEALTHY, "red_flags": ["CAUDA"]},
        {**SORE_BACK, "max_budget": "0.01"},
    ],
)
def test_a_page_without_products_notes_nothing(demo_walk: Walk, engine: Engine, fields: dict[str, object]) -> None:
    demo_walk.answer_all(fields, learning=True)

    assert logged(engine) == []


def test_a_busy_database_does_not_keep_anybody_from_their_result(
    demo_walk: Walk, engine: Engine, database_url: str
) -> None:
    demo_walk.answer_all(SORE_BACK, learning=True)
    demo_walk.send("where", areas=["feet"])

    with somebody_holding(database_url):
        busy = demo_walk.client.get("/find/result")
        opened = demo_walk.client.get(TITLES.findall(busy.text)[0][1])
    while_busy = len(logged(engine))
    demo_walk.client.get("/find/result")

    assert busy.status_code == 200
    assert len(TITLES.findall(busy.text)) == FIRST_SHOWN
    assert (opened.status_code, opened.location.startswith("/products/")) == (303, True)
    assert (while_busy, len(logged(engine))) == (1, 2)


def test_a_click_is_noted_on_the_way_to_the_page_that_everybody_shares(demo_walk: Walk, engine: Engine) -> None:
    page = demo_walk.answer_all(SORE_BACK, learning=True).text
    _, link, title = TITLES.findall(page)[1]

    led_to = demo_walk.client.get(link)
    product = demo_walk.client.get(led_to.location)

    [(_, products)] = logged(engine)
    assert re.fullmatch(r"/find/open/[\w-]+", link)
    assert led_to.status_code == 303
    assert led_to.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"/products/[\w-]+", led_to.location)
    assert title in product.text
    assert [product.opened for product in products] == [False, True, False]


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"}), ("GET", {"Sec-Purpose": "prefetch;prerender"})],
)
def test_what_a_browser_fetches_by_itself_is_no_click(
    demo_walk: Walk, engine: Engine, method: str, headers: dict[str, str]
) -> None:
    page = demo_walk.answer_all(SORE_BACK, learning=True).text

    demo_walk.client.open(TITLES.findall(page)[0][1], method=method, headers=headers)

    assert not any(product.opened for _, products in logged(engine) for product in products)


def test_the_way_over_the_log_works_for_somebody_without_a_cookie_and_notes_nothing(
    demo_shop: Flask, client: FlaskClient, engine: Engine
) -> None:
    answer = client.get("/find/open/whatever-it-is")

    assert (answer.status_code, answer.location) == (303, "/products/whatever-it-is")
    assert logged(engine) == []


def test_its_visitor_sees_everything_by_a_link_that_holds_no_answer(demo_walk: Walk, engine: Engine) -> None:
    page = demo_walk.answer_all(SORE_BACK, learning=True).text
    link, elsewhere = log_link(page), demo_walk.client.application.test_client()

    seen, copied = elsewhere.get(link), elsewhere.get(f"{link}/copy.json")

    [(shown, products)] = logged(engine)
    for _, _, title in TITLES.findall(page):
        assert title in seen.text
    assert seen.headers["Cache-Control"] == copied.headers["Cache-Control"] == "no-store"
    assert seen.headers["Referrer-Policy"] == "no-referrer"
    assert [product["sku"] for product in copied.json["lists"][0]["products"]] == [product.sku for product in products]
    assert copied.json["lists"][0]["day"] == shown.day.isoformat()
    assert copied.json["lists"][0]["id"] == shown.id
    assert f"<code>{shown.id}</code>" in seen.text, "by it the shop can say why they were shown this"
    assert shown.id not in link
    assert shown.visit not in link


def test_a_link_of_another_kind_or_of_a_stranger_opens_nothing(demo_walk: Walk) -> None:
    link = log_link(demo_walk.answer_all(SORE_BACK, learning=True).text)

    answers = [
        demo_walk.client.get(address).status_code
        for address in (link[:-1], "/find/log/anything", link.replace("/find/log/", "/newsletter/unsubscribe/"))
    ]

    assert answers == [404, 404, 404]


def test_one_press_erases_it_and_the_visit_goes_on_without_being_logged(demo_walk: Walk, engine: Engine) -> None:
    link = log_link(demo_walk.answer_all(SORE_BACK, learning=True).text)

    erased = demo_walk.client.post(f"{link}/erase")
    told = demo_walk.client.get(erased.location).text
    after = demo_walk.client.get("/find/result")

    assert erased.status_code == 303
    assert "It is erased" in told
    assert "gone from those when it copies them next" in told, "exported files are not promised to be erased at once"
    assert len(TITLES.findall(after.text)) == FIRST_SHOWN, "the answers are still there"
    assert LINK.search(after.text) is None
    assert logged(engine) == []


def test_a_get_erases_nothing(demo_walk: Walk, engine: Engine) -> None:
    link = log_link(demo_walk.answer_all(SORE_BACK, learning=True).text)

    answer = demo_walk.client.get(f"{link}/erase")

    assert answer.status_code in (404, 405)
    assert len(logged(engine)) == 1


def test_deleting_the_answers_says_what_stays_in_the_log_and_offers_to_erase_it(
    demo_walk: Walk, engine: Engine
) -> None:
    demo_walk.answer_all(SORE_BACK, learning=True)

    deleted = demo_walk.client.post("/find/delete")
    page = demo_walk.client.get(deleted.location).text

    assert not demo_walk.cookie()
    assert "Your answers are deleted" in page
    assert "still here" in page
    assert "Erase it all" in page
    assert len(logged(engine)) == 1


def test_consent_to_older_words_logs_nothing(demo_walk: Walk, engine: Engine) -> None:
    demo_walk.begin(learning=True)
    demo_walk.send("warning-signs", red_flags="NONE")
    demo_walk.send("where", areas="lower_back")
    demo_walk.send("health", health="NONE", allergies="NONE")
    sealing = Keyring(["a-secret-for-tests-only-0123456789abcdef"]).fernet(visitor.PURPOSE)
    content = json.loads(sealing.decrypt((demo_walk.cookie() or "").encode()))
    content["visit"]["consent"] = "2020-01"
    demo_walk.set_cookie(sealing.encrypt(json.dumps(content).encode()).decode())

    result = demo_walk.client.get("/find/result")

    assert result.status_code == 200
    assert len(TITLES.findall(result.text)) == FIRST_SHOWN
    assert logged(engine) == []


def test_how_long_rows_are_kept_is_a_setting(make_app: MakeApp) -> None:
    page = make_app(SHOP_LEARNING_DAYS=120).test_client().get("/find").text

    assert "120 days" in page
