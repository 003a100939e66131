"""Every address of the merchant's pages, walked: no session, no page; no token, no change."""

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.routing import Rule

from shop import Shop
from tests.fakes import FakeGateway
from tests.shop.merchant.browser import Browser

VALUES = {
    "sku": "MAT01", "number": "TS-TEST-0001", "mail_id": "1", "refund_id": "1", "picture_id": "1", "promotion_id": "1",
    "return_id": "1", "step": "approve", "name": "packing-slip", "kind": "confirmation",
}  # fmt: skip


def rules_of(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("shop.merchant.")]


def path_of(rule: Rule) -> str:
    path = rule.rule
    for name in rule.arguments:
        path = path.replace(f"<{name}>", VALUES[name]).replace(f"<int:{name}>", VALUES[name])
    return path


def posts_of(app: Flask) -> list[str]:
    return [path_of(rule) for rule in rules_of(app) if "POST" in (rule.methods or ())]


def test_every_page_needs_a_session(app: Flask, anybody: Browser) -> None:
    gets = [path_of(rule) for rule in rules_of(app) if "GET" in (rule.methods or ())]

    answers = {path: anybody.get(path) for path in gets if path != "/merchant/sign-in"}

    assert len(answers) > 15
    assert {path for path, answer in answers.items() if answer.status_code != 303} == set()
    assert all("/merchant/sign-in" in answer.headers["Location"] for answer in answers.values())


def test_every_change_needs_a_session(app: Flask, anybody: Browser) -> None:
    token = anybody.token()

    answers = {path: anybody.client.post(path, data={"csrf_token": token}) for path in posts_of(app)}

    assert {path for path, answer in answers.items() if answer.status_code != 403} == {"/merchant/sign-in"}


@pytest.mark.parametrize("kind", ["absent", "wrong", "foreign"])
def test_every_change_needs_the_token_of_its_own_session(
    app: Flask, merchant: Browser, stranger: Browser, kind: str
) -> None:
    stranger.sign_in()
    token = {"absent": None, "wrong": "0" * 64, "foreign": stranger.token("/merchant")}[kind]
    data = {} if token is None else {"csrf_token": token}

    answers = {path: merchant.client.post(path, data=data).status_code for path in posts_of(app)}

    assert {path: status for path, status in answers.items() if status not in (403, 422)} == {}
    told_beside_the_form = {path for path, status in answers.items() if status == 422}
    assert told_beside_the_form == {"/merchant/products/new", "/merchant/products/MAT01"}
    assert merchant.get("/merchant").status_code == 200  # nobody was signed out by it


def test_a_page_of_another_site_changes_nothing_even_with_a_token(merchant: Browser) -> None:
    answer = merchant.post("/merchant/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_no_answer_may_be_kept(app: Flask, merchant: Browser) -> None:
    for rule in rules_of(app):
        if "GET" in (rule.methods or ()) and not rule.arguments:
            assert merchant.get(path_of(rule)).headers["Cache-Control"] == "no-store", rule.rule


def test_a_hosts_own_sign_in_takes_the_place_of_ours(engine: Engine, database_url: str) -> None:
    host, people = Flask("host"), {"in": False}
    host.config.update(
        TESTING=True, SHOP_MODE="test", SHOP_SECRET_KEYS="a-secret-for-tests-only-0123456789abcdef",
        SHOP_DATABASE_URL=database_url,
    )  # fmt: skip
    Shop().init_app(host, gateway=FakeGateway(), engine=engine, is_merchant=lambda: people["in"])
    browser = Browser(host.test_client())

    outside = browser.get("/merchant/products")
    people["in"] = True
    inside = browser.get("/merchant/products")
    changed = browser.post("/merchant/products/status", {"action": "draft", "sku": "NONE"}, token_of="/merchant/import")
    forged = browser.client.post("/merchant/products/status", data={"action": "draft", "sku": "NONE"})

    assert outside.status_code == 403
    assert inside.status_code == 200
    assert "Sign out" not in inside.text
    assert changed.status_code == 404
    assert forged.status_code == 403
