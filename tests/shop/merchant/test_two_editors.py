"""Two people at one product at the same moment: one saves, the other is told, and nothing is lost unseen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.catalogue import service as catalogue
from shop.catalogue.service import ChangedMeanwhile
from shop.db import begin_write
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction

EDIT = "/merchant/products/MAT01"
NEW = "/merchant/products/new"
ROUNDS = 6


def post_at_once(app: Flask, merchant: Browser, path: str, forms: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Send all forms in the same moment, each from a browser of its own; status and text of each answer."""
    cookie = merchant.client.get_cookie("tsubo_staff")
    assert cookie is not None
    start = Barrier(len(forms))

    def send(form: dict[str, Any]) -> tuple[int, str]:
        client = app.test_client()
        client.set_cookie("tsubo_staff", cookie.value)
        start.wait()
        answer = client.post(path, data=form)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(len(forms)) as people:
        return list(people.map(send, forms))


def test_of_two_editors_at_once_one_saves_and_the_other_is_told(
    app: Flask, merchant: Browser, transaction: Transaction
) -> None:
    for number in range(ROUNDS):
        form = merchant.form(EDIT)

        answers = post_at_once(app, merchant, EDIT, [{**form, "title": f"{who} {number}"} for who in ("Anna", "Ben")])

        assert sorted(status for status, _ in answers) == [303, 422]
        winner = ("Anna", "Ben")[0 if answers[0][0] == 303 else 1]
        assert "Somebody else changed this product" in next(text for status, text in answers if status == 422)
        with transaction() as session:
            assert catalogue.get_product(session, "MAT01").title == f"{winner} {number}"


def test_who_was_told_can_save_over_it_by_choice(merchant: Browser, transaction: Transaction) -> None:
    old = merchant.form(EDIT)
    merchant.client.post(EDIT, data={**old, "title": "Anna's"})
    told = merchant.client.post(EDIT, data={**old, "title": "Ben's"})
    version = told.text.split('name="version" type="hidden" value="')[1].split('"')[0]

    again = merchant.client.post(EDIT, data={**old, "title": "Ben's", "version": version})

    assert (told.status_code, again.status_code) == (422, 303)
    with transaction() as session:
        assert catalogue.get_product(session, "MAT01").title == "Ben's"


@pytest.mark.parametrize("version", ["", "yesterday", "9999-12-31T23:59:59-23:59", "2026-06-01"])
def test_a_form_with_no_version_of_ours_changes_nothing(
    merchant: Browser, transaction: Transaction, version: str
) -> None:
    answer = merchant.client.post(EDIT, data={**merchant.form(EDIT), "title": "Forged", "version": version})

    assert answer.status_code == 422
    with transaction() as session:
        assert catalogue.get_product(session, "MAT01").title == "Classic Mat"


def test_the_second_claim_waits_for_the_first_and_is_refused(
    engine: Engine, merchant: Browser, transaction: Transaction
) -> None:
    with transaction() as session:
        seen = catalogue.get_product(session, "MAT01").updated_at
    now = seen + timedelta(seconds=5)

    def claim_later() -> str:
        with Session(engine) as second:
            begin_write(second)
            try:
                catalogue.claim_version(second, "MAT01", seen, now=now + timedelta(seconds=1))
            except ChangedMeanwhile:
                return "refused"
            return "claimed"

    with ThreadPoolExecutor(1) as people:
        with transaction() as first:
            catalogue.claim_version(first, "MAT01", seen, now=now)
            second_claim = people.submit(claim_later)
        outcome = second_claim.result(timeout=20)

    assert outcome == "refused"


def test_of_two_new_products_with_one_sku_one_is_made(app: Flask, merchant: Browser) -> None:
    form = merchant.form(f"{NEW}?type=spike_mat")
    form |= {"title": "Plain Mat", "v0_price_usd": "29.50", "allergens": "none", "powered": "n"}

    for number in range(ROUNDS):
        answers = post_at_once(app, merchant, NEW, [{**form, "sku": f"MAT9{number}"}] * 2)

        assert sorted(status for status, _ in answers) == [303, 422]
