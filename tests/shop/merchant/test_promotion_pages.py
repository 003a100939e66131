"""A merchant makes, changes and ends promotions; what cannot be right is told beside its field."""

from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from shop.audit.models import AuditEvent
from shop.merchant.promotion_forms import PromotionForm
from shop.promotions.models import Promotion
from shop.promotions.states import PromotionKind
from tests.make import make_promotion
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction

NEW = "/merchant/promotions/new"
TYPED = {"code": "spring 10", "title": "Spring offer", "kind": "percent", "percent": "12,5", "currency": "USD"}


def _only(transaction: Transaction) -> Promotion:
    with transaction() as session:
        return session.scalars(select(Promotion)).one()


def test_a_promotion_is_made_listed_and_in_the_record(merchant: Browser, transaction: Transaction) -> None:
    typed = {**TYPED, "minimum": "50", "ends": "2027-03-31", "most_orders": "100", "products": "MAT01"}

    answer = merchant.post(NEW, typed)

    made = _only(transaction)
    listed = merchant.get(answer.headers["Location"]).text
    assert answer.status_code == 303
    assert (made.code, made.rate_millionths, made.minimum_minor, made.currency) == ("SPRING10", 125_000, 5000, "USD")
    assert made.ends_at is not None
    assert made.ends_at.isoformat() == "2027-04-01T00:00:00+00:00"
    assert (made.products, made.most_orders) == (("MAT01",), 100)
    for words in (
        "Spring offer",
        "SPRING10",
        "12.5 %",
        "Running",
        "until 2027-03-31",
        "0 of 100",
        "The promotion is there.",
    ):
        assert words in listed
    with transaction() as session:
        event = session.scalars(select(AuditEvent)).one()
        assert (event.action, event.subject) == ("promotion.created", f"promotion:{made.id}")


def test_an_offer_without_a_code_takes_off_a_sum(merchant: Browser, transaction: Transaction) -> None:
    merchant.post(NEW, {**TYPED, "code": "", "kind": "amount", "amount": "5", "currency": "EUR"})

    made = _only(transaction)
    assert (made.code, made.kind, made.amount_minor, made.currency) == (None, PromotionKind.AMOUNT, 500, "EUR")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "no"}, "Use 3 to 40 letters"),
        ({"code": "TAKEN"}, "There is a promotion with this code already."),
        ({"title": " "}, "Give it a title"),
        ({"title": "Cures back pain"}, "“Cures”"),
        ({"percent": "0"}, "Enter a number above 0 and up to 100"),
        ({"percent": "101"}, "Enter a number above 0 and up to 100"),
        ({"percent": "nan"}, "Enter a number above 0 and up to 100"),
        ({"kind": "amount", "amount": "-1"}, "Enter a sum such as 5.00 in USD."),
        ({"kind": "other"}, "Not a valid choice"),
        ({"currency": "XXX"}, "Choose a currency of the shop."),
        ({"minimum": "much"}, "Enter an amount such as 50.00"),
        ({"products": "MAT01, NONE7"}, "There is no product NONE7."),
        ({"types": "spaceship"}, "Choose types from the list."),
        ({"starts": "tomorrow"}, "Enter a day such as 2027-03-01"),
        ({"ends": "2027-02-30"}, "Enter a day such as 2027-03-31"),
        ({"starts": "2027-03-02", "ends": "2027-03-01"}, "The last day lies before the first one."),
        ({"most_orders": "0"}, "Enter a whole number from 1"),
        ({"most_per_customer": "many"}, "Enter a whole number from 1"),
    ],
)
def test_each_wrong_field_has_a_sentence_of_its_own(
    merchant: Browser, transaction: Transaction, changed: dict[str, Any], said: str
) -> None:
    with transaction() as session:
        make_promotion(session, "TAKEN")

    answer = merchant.post(NEW, {**TYPED, **changed})

    assert answer.status_code == 422
    assert said in answer.text
    assert _only(transaction).code == "TAKEN"


@pytest.mark.parametrize(("amount", "is_refused"), [("1.255", True), ("1.250", False)])
def test_a_sum_that_cannot_be_paid_is_told_beside_its_field(amount: str, is_refused: bool) -> None:
    typed = MultiDict({**TYPED, "kind": "amount", "amount": amount, "currency": "KWD"})
    form = PromotionForm(typed, meta={"csrf": False}).offer(("KWD",))

    form.validate()

    sentence = "The payment service does not take 1.255 KWD: in this currency it takes two decimals at the most"
    assert any(sentence in said for said in form.errors.get("amount", [])) is is_refused
    assert set(form.errors) == ({"amount"} if is_refused else set())


def test_a_change_shows_what_is_there_keeps_the_code_and_is_in_the_record(
    merchant: Browser, transaction: Transaction
) -> None:
    with transaction() as session:
        made = make_promotion(session, rate_millionths=125_000, currency="USD", minimum_minor=5000)
    path = f"/merchant/promotions/{made.id}"
    fields = merchant.form(path)

    answer = merchant.post(path, {**fields, "title": "Early offer", "code": "OTHER"}, token_of=path)

    changed = _only(transaction)
    assert (fields["percent"], fields["minimum"]) == ("12.5", "50.00")
    assert answer.status_code == 303
    assert (changed.code, changed.title, changed.rate_millionths) == ("SPRING10", "Early offer", 125_000)
    with transaction() as session:
        assert session.scalars(select(AuditEvent)).one().changes == {"title": ["Spring offer", "Early offer"]}


def test_one_click_ends_it_once(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        made = make_promotion(session)
    path = f"/merchant/promotions/{made.id}"

    merchant.post(f"{path}/end", token_of=path)
    first = _only(transaction).ends_at
    merchant.post(f"{path}/end", token_of=path)

    assert first is not None
    assert _only(transaction).ends_at == first
    assert "Ended" in merchant.get("/merchant/promotions").text
    assert "End it now" not in merchant.get(path).text


@pytest.mark.parametrize("path", [NEW, "/merchant/promotions/1", "/merchant/promotions/1/end"])
def test_a_form_without_the_sessions_token_changes_nothing(
    merchant: Browser, transaction: Transaction, path: str
) -> None:
    with transaction() as session:
        make_promotion(session)

    answer = merchant.client.post(path, data={**TYPED, "csrf_token": "0" * 64})

    assert answer.status_code == 403
    assert (_only(transaction).title, _only(transaction).ends_at) == ("Spring offer", None)


def test_a_promotion_that_is_not_there_is_not_found(merchant: Browser) -> None:
    assert merchant.get("/merchant/promotions/7").status_code == 404
