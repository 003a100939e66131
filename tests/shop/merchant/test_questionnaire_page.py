"""The questionnaire tried out by the merchant: the customer's own outcome, with every share of every score."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.make import make_product
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction

PAGE = "/merchant/questionnaire"
ANSWERS: dict[str, Any] = {
    "red_flags": "NONE", "areas": "lower_back", "pain_kind": "chronic_low_back", "health": "NONE", "allergies": "NONE",
    "position_preference": "lying",
}  # fmt: skip


def ask(merchant: Browser, **changes: Any) -> TestResponse:
    return merchant.post(PAGE, {**ANSWERS, **changes}, token_of=PAGE)


def test_every_score_is_the_sum_of_its_shares(merchant: Browser) -> None:
    page = ask(merchant)

    assert page.status_code == 200
    assert "1. <a" in page.text
    score = float(re.findall(r"Score <strong>([\d.-]+)", page.text)[0])
    shares = [float(share) for share in re.findall(r'<td class="ts-number">([+-][\d.]+)</td>', page.text)]
    assert len(shares) > 3
    assert sum(shares) == pytest.approx(score, abs=0.0005 * (len(shares) + 1))  # each is shown with three decimals


def test_every_exclusion_names_its_kind_codes_and_sentence(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        make_product(session, "RUBBER", title="Rubber Ball", allergens=("LATEX",))
        make_product(session, "GONE", title="Sold Mat", available=0)

    page = ask(merchant, health="BLEED", allergies="LATEX").text

    assert "Left out: 3 products" in page
    assert "Excluded for a health answer" in page
    assert '<td data-label="Because of">Blood thinners or bleeding disorder</td>' in page
    assert "Nothing suitable" in page


def test_a_warning_sign_is_a_referral_and_needs_no_other_answer(merchant: Browser) -> None:
    page = merchant.post(PAGE, {"red_flags": "CAUDA"}, token_of=PAGE)

    assert page.status_code == 200
    assert "No product: a referral" in page.text
    assert "CAUDA" in page.text
    assert "Score <strong>" not in page.text


@pytest.mark.parametrize("missing", ["red_flags", "health", "allergies"])
def test_nothing_is_shown_while_a_safety_answer_is_missing(merchant: Browser, missing: str) -> None:
    page = ask(merchant, **{missing: []})

    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert "What they would get" not in page.text


def test_answers_stand_in_no_address_and_are_not_kept(merchant: Browser) -> None:
    page = ask(merchant, health="PREG")

    assert page.request.query_string == b""
    assert page.headers["Cache-Control"] == "no-store"
    assert not [header for header in page.headers.getlist("Set-Cookie") if "answers" in header]
    assert "checked" not in merchant.get(PAGE).text
    assert "PREG" not in merchant.get(f"{PAGE}?health=PREG").text.replace('value="PREG"', "").replace("PREGWARN", "")
