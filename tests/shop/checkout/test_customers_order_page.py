"""A customer finds their order by its link, or by number and address; nobody else does."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.orders.models import Order
from tests.fakes import FakeGateway
from tests.shop.checkout.shopper import Shopper


@pytest.fixture
def order(shopper: Shopper, engine: Engine, gateway: FakeGateway) -> Order:
    shopper.order()
    gateway.pay("cs_test_1")
    with Session(engine) as session:
        order = session.scalars(select(Order)).one()
    shopper.client.get(f"/checkout/return/{order.token}")
    return order


def test_number_and_address_lead_to_the_order(shopper: Shopper, order: Order) -> None:
    answer = shopper.client.post("/order", data={"number": order.number.lower(), "email": " PAT@example.com"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/order/{order.token}")


def test_the_answer_is_the_same_whichever_is_wrong(shopper: Shopper, order: Order) -> None:
    wrong_email = shopper.client.post("/order", data={"number": order.number, "email": "x@example.com"})
    wrong_number = shopper.client.post("/order", data={"number": "TS-2222-2222", "email": "pat@example.com"})

    assert wrong_email.status_code == wrong_number.status_code == 422
    assert "We found no order with this number and e-mail address." in wrong_email.text
    assert wrong_email.text.replace(order.number, "").replace("x@example.com", "") == wrong_number.text.replace(
        "TS-2222-2222", ""
    ).replace("pat@example.com", "")


@pytest.mark.parametrize("odd", ["", "\x00", "x" * 10_000, "' OR ''='", "ä@ö"])
def test_odd_input_finds_nothing(shopper: Shopper, order: Order, odd: str) -> None:
    answer = shopper.client.post("/order", data={"number": odd, "email": odd})

    assert answer.status_code == 422


def test_guessing_is_slowed_down(shopper: Shopper) -> None:
    tries = [shopper.client.post("/order", data={"number": "A", "email": "b@c.example"}) for _ in range(12)]

    assert tries[-1].status_code == 429
    assert "Retry-After" in tries[-1].headers


@pytest.mark.parametrize("token", ["x", "%00", "..%2f..", "a" * 4000])
def test_an_unknown_link_opens_nothing(shopper: Shopper, order: Order, token: str) -> None:
    assert shopper.client.get(f"/order/{token}").status_code == 404


def test_the_page_tells_lines_totals_address_and_what_happens_next(shopper: Shopper, order: Order) -> None:
    page = shopper.client.get(f"/order/{order.token}").text

    for text in (
        order.number,
        "Classic Mat, Charcoal",
        "$42.37",
        "1 Long Street",
        "Paid",
        "not yet",
        "Withdraw or return",
    ):
        assert text in page
