"""The pages of a withdrawal: two clicks for the customer, and what the merchant sees of it (R42, point 53)."""

import re

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from shop.orders.models import Order, OrderLine, Withdrawal
from shop.orders.states import OrderState
from tests.conftest import ORIGIN
from tests.make import make_order
from tests.shop.merchant.browser import Browser, fields_of
from tests.shop.merchant.conftest import Transaction

TOKEN = "token-of-TS-TEST-0001"
PAGE, FORM = f"/order/{TOKEN}", f"/order/{TOKEN}/withdraw"
TYPED = {"full_name": "Pat Example", "email": "pat@example.com", "note": ""}


@pytest.fixture
def sold(anybody: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        make_order(session, quantity=2, state=OrderState.PLACED)


def lines_of(engine: Engine) -> list[int]:
    """The ids of the order's lines."""
    with Session(engine) as session:
        return list(session.scalars(select(OrderLine.id).order_by(OrderLine.id)))


def withdraw(browser: Browser, engine: Engine, **typed: object) -> TestResponse:
    """Press "Confirm withdrawal" for one of the two mats."""
    mat = lines_of(engine)[0]
    return browser.client.post(FORM, data={"lines": [mat], f"pieces_{mat}": "1", **TYPED, **typed}, headers=ORIGIN)


@pytest.mark.usefixtures("sold")
def test_two_clicks_from_the_order_withdraw_from_it(anybody: Browser, engine: Engine) -> None:
    page = anybody.client.get(PAGE).text
    form = anybody.client.get(FORM).text
    answer = withdraw(anybody, engine)
    after = anybody.client.get(answer.headers["Location"]).text

    assert "Withdraw from contract here" in page
    assert f'href="{FORM}"' in page
    assert "Confirm withdrawal" in form
    assert 'value="Pat Example"' in form
    assert 'value="pat@example.com"' in form
    assert answer.status_code == 303
    assert "We have your withdrawal." in after
    assert "1 × Acupressure mat, Charcoal" in after
    assert "pat" not in answer.headers["Location"]


@pytest.mark.usefixtures("sold")
def test_a_double_click_is_one_withdrawal(anybody: Browser, engine: Engine) -> None:
    shown = fields_of(anybody.client.get(FORM).text.split("<form")[-1])
    form = {"form_token": shown["form_token"]}
    first, second = withdraw(anybody, engine, **form), withdraw(anybody, engine, **form)

    assert first.status_code == 303
    assert (second.status_code, second.headers["Location"]) == (303, PAGE)  # where it says that it arrived
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Withdrawal)) == 1


@pytest.mark.usefixtures("sold")
def test_who_has_withdrawn_from_one_piece_may_withdraw_from_the_other(anybody: Browser, engine: Engine) -> None:
    withdraw(anybody, engine, form_token="a" * 32)
    form = anybody.client.get(FORM)

    answer = withdraw(anybody, engine, form_token="b" * 32)

    assert form.status_code == 200
    assert answer.status_code == 303
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Withdrawal)) == 2
        assert session.scalars(select(OrderLine.withdrawn)).first() == 2
    assert anybody.client.get(FORM).status_code == 303


@pytest.mark.usefixtures("sold")
def test_what_was_withdrawn_from_is_neither_packed_nor_counted_as_to_ship(merchant: Browser, engine: Engine) -> None:
    page, listed = "/merchant/orders/TS-TEST-0001", "/merchant/orders?work=to_ship"

    withdraw(merchant, engine)
    in_part = (merchant.get(f"{page}/packing-slip").text, "TS-TEST-0001" in merchant.get(listed).text)
    withdraw(merchant, engine)
    in_whole = (merchant.get(f"{page}/packing-slip").text, "TS-TEST-0001" in merchant.get(listed).text)

    assert re.search(r'<td data-label="[A-Z][a-z]+"[^>]*>1</td>', in_part[0])
    assert in_part[1]
    assert "Acupressure mat" not in in_whole[0]
    assert not in_whole[1]
    assert merchant.get(f"{page}/packing-slip.pdf").status_code == 200


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"lines": []}, "Choose at least one product."),
        ({"lines": ["999999"]}, "Choose at least one product."),
        ({"lines": ["mat"]}, "Choose at least one product."),
        ({"email": "nobody"}, "Enter an e-mail address such as name@example.com."),
        ({"full_name": " "}, "Enter your full name."),
        ({"note": "x" * 1001}, "This is too long: 1000 characters at the most."),
    ],
)
def test_what_is_missing_is_told_and_the_rest_is_kept(
    anybody: Browser, engine: Engine, typed: dict[str, object], sentence: str
) -> None:
    answer = withdraw(anybody, engine, **typed)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert "<title>Error:" in answer.text
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Withdrawal)) == 0


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("pieces", ["0", "3", "many", "", "9" * 30])
def test_pieces_are_between_one_and_those_that_were_ordered(anybody: Browser, engine: Engine, pieces: str) -> None:
    answer = withdraw(anybody, engine, **{f"pieces_{lines_of(engine)[0]}": pieces})

    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 2." in answer.text


@pytest.mark.usefixtures("sold")
def test_no_other_site_and_no_wrong_link_withdraws(anybody: Browser, engine: Engine) -> None:
    mat = lines_of(engine)[0]

    foreign = anybody.client.post(FORM, data={"lines": [mat], **TYPED}, headers={"Sec-Fetch-Site": "cross-site"})
    guessed = anybody.client.get("/order/another-token/withdraw")

    assert (foreign.status_code, guessed.status_code) == (403, 404)


@pytest.mark.usefixtures("sold")
def test_the_merchant_sees_what_who_and_when(merchant: Browser, engine: Engine) -> None:
    withdraw(merchant, engine, note="<b>The box</b> was open.")

    page = merchant.get("/merchant/orders/TS-TEST-0001").text

    assert "The customer withdraws" in page
    assert "1 × Acupressure mat, Charcoal" in page
    assert "&lt;b&gt;The box&lt;/b&gt; was open." in page


@pytest.mark.usefixtures("sold")
def test_an_order_withdrawn_from_as_a_whole_does_not_promise_a_parcel(anybody: Browser, engine: Engine) -> None:
    withdraw(anybody, engine, **{f"pieces_{lines_of(engine)[0]}": "2"})

    page = anybody.client.get(PAGE).text

    assert "You withdrew from this order" in page
    assert "We pack your parcel" not in page
    assert "Withdraw from contract here" not in page


@pytest.mark.usefixtures("sold")
def test_a_cancelled_order_offers_no_withdrawal(anybody: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        session.scalars(select(Order)).one().state = OrderState.CANCELLED

    page = anybody.client.get(PAGE)
    form = anybody.client.get(FORM)

    assert "Withdraw from contract here" not in page.text
    assert (form.status_code, form.headers["Location"]) == (303, PAGE)
