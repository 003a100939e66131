"""A code from the cart to the mail, as a customer meets it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from shop.db import begin_write
from shop.mail.models import OutboxMail
from shop.orders.states import OrderState, PaymentState
from shop.payments.models import PaymentAttempt
from shop.promotions.models import Promotion
from shop.promotions.states import PromotionKind
from tests.conftest import NOW
from tests.make import make_product, make_promotion
from tests.shop.checkout.shopper import Shopper, orders_of

PLACES = {
    "US": {"country": "US", "region": "CA", "postal_code": "94110", "city": "San Francisco"},
    "DE": {"country": "DE", "region": "", "postal_code": "10115", "city": "Berlin"},
}


@pytest.fixture
def shopper(client: FlaskClient, engine: Engine) -> Shopper:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", title="Classic Mat", variants=("CHARCOAL", "TEAL"), available=9)
        make_promotion(session)
        session.commit()
    return Shopper(client)


def _use(shopper: Shopper, code: str) -> TestResponse:
    return shopper.client.post("/cart/code", data={"csrf_token": shopper.csrf(), "code": code})


def _change(engine: Engine, **values: object) -> None:
    with Session(engine) as session:
        begin_write(session)
        session.execute(update(Promotion).values(**values))
        session.commit()


def test_a_code_is_shown_with_what_it_takes_off_and_can_be_taken_away(shopper: Shopper) -> None:
    shopper.add()
    before = shopper.client.get("/cart").text

    answer = _use(shopper, "spring 10")
    used = shopper.client.get("/cart").text
    shopper.client.post("/cart/code/remove", data={"csrf_token": shopper.csrf()})
    without = shopper.client.get("/cart").text

    assert '<details id="code"><summary>' in before
    assert answer.status_code == 303
    assert "Discount: Spring offer (SPRING10)" in used
    assert "−$3.40" in used
    assert "−$3.40" not in without


@pytest.mark.parametrize("promised", ["USD", "EUR"])
@pytest.mark.parametrize(("countries", "paid_in"), [(("US", "DE"), "EUR"), (("DE", "US"), "USD")])
def test_code_currency_and_country_are_checked_together_when_the_country_changes_after_the_code_was_typed(
    shopper: Shopper, engine: Engine, promised: str, countries: tuple[str, str], paid_in: str
) -> None:
    _change(engine, kind=PromotionKind.AMOUNT, amount_minor=500, minimum_minor=100, currency=promised)
    shopper.add()
    first, last = countries
    shopper.type_details(**PLACES[first])
    _use(shopper, "SPRING10")

    shopper.type_details(**PLACES[last])
    _use(shopper, "SPRING10")
    review = shopper.client.get("/checkout/review").text
    shopper.place()

    order = orders_of(engine)[-1]
    holds = promised == paid_in
    assert (order.currency, order.country) == (paid_in, last)
    assert (order.discount_minor > 0) is holds
    assert ("Discount: Spring offer" in review) is holds


def test_a_wrong_code_is_told_beside_the_field_and_kept_nowhere(shopper: Shopper) -> None:
    shopper.add()

    answer = _use(shopper, "SUMMER")

    assert answer.status_code == 422
    assert "We know no such code." in answer.text
    assert 'value="SUMMER"' in answer.text
    assert "SUMMER" not in shopper.client.get("/cart").text


def test_codes_cannot_be_guessed_by_the_thousand(shopper: Shopper) -> None:
    shopper.add()
    token = shopper.csrf()

    answers = [
        shopper.client.post("/cart/code", data={"csrf_token": token, "code": f"GUESS{n}"}).status_code
        for n in range(17)
    ]

    assert answers[:15] == [422] * 15
    assert answers[15:] == [429] * 2


def test_a_code_of_another_site_is_refused(shopper: Shopper) -> None:
    shopper.add()

    answer = shopper.client.post("/cart/code", data={"csrf_token": "0" * 64, "code": "SPRING10"})

    assert answer.status_code == 403


def test_the_order_the_payment_page_and_the_mail_say_the_same(shopper: Shopper, engine: Engine) -> None:
    shopper.add(2)
    _use(shopper, "SPRING10")
    shopper.type_details()
    review = shopper.client.get("/checkout/review").text

    shopper.place()

    order = orders_of(engine)[0]
    assert "−$6.80" in review
    assert (order.discount_minor, order.promotion_code, order.promotion_title) == (680, "SPRING10", "Spring offer")
    assert order.total_minor == 6800 - 680 + 590 + order.tax_minor
    with Session(engine) as session:
        items = session.scalars(select(PaymentAttempt)).one().parameters["line_items"]
    assert items[0]["quantity"] == 1
    assert items[0]["price_data"]["unit_amount"] == 6120
    assert sum(item["price_data"]["unit_amount"] for item in items) == order.total_minor
    assert "Discount: Spring offer (SPRING10)" in shopper.client.get(f"/order/{order.token}").text


def test_peer_10_and_13_a_code_of_100_percent_makes_an_order_without_payment_and_with_its_mail(
    shopper: Shopper, engine: Engine
) -> None:
    _change(engine, rate_millionths=1_000_000)
    shopper.add()
    _use(shopper, "SPRING10")
    shopper.type_details(method="express")
    review = shopper.client.get("/checkout/review").text

    answer = shopper.place()

    order = orders_of(engine)[0]
    assert "Order now, nothing to pay" in review
    assert (order.total_minor, order.tax_minor, order.shipping_minor) == (0, 0, 0)
    assert (order.state, order.payment_state) == (OrderState.PLACED, PaymentState.NONE)
    assert answer.headers["Location"].endswith(f"/order/{order.token}")
    with Session(engine) as session:
        assert session.scalars(select(PaymentAttempt)).all() == []
        mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "confirmation")).one()
    assert "There is nothing to pay." in mail.text
    assert "Total: $0.00" in mail.text
    assert "payment" not in mail.text.lower()


def test_a_code_that_ends_while_it_lies_in_the_cart_is_told_and_not_dropped_in_silence(
    shopper: Shopper, engine: Engine
) -> None:
    shopper.add()
    _use(shopper, "SPRING10")
    shopper.type_details()
    button = shopper.button()

    _change(engine, ends_at=NOW.replace(year=2020))
    answer = shopper.place(button)
    review = shopper.client.get(answer.headers["Location"]).text

    assert orders_of(engine) == []
    assert "told=changed" in answer.headers["Location"]
    assert "The code SPRING10 held until" in review
    assert "−$3.40" not in review
    assert "The code SPRING10 held until" in shopper.client.get("/cart").text


def test_peer_2_a_use_that_somebody_else_took_first_is_told_on_the_check_page(shopper: Shopper, engine: Engine) -> None:
    _change(engine, most_orders=1)
    shopper.add()
    _use(shopper, "SPRING10")
    shopper.type_details()
    button = shopper.button()

    _change(engine, used=1)
    answer = shopper.place(button)

    assert orders_of(engine) == []
    assert "The code SPRING10 is used up." in shopper.client.get(answer.headers["Location"]).text


def test_an_unpaid_order_of_ones_own_does_not_use_the_code_up(shopper: Shopper, engine: Engine) -> None:
    _change(engine, most_orders=1, most_per_customer=1)
    shopper.add()
    _use(shopper, "SPRING10")
    shopper.type_details()
    shopper.place()

    page = shopper.client.get("/cart").text

    assert "−$3.40" in page
    assert "used" not in re.sub(r"<[^>]*>", " ", page.split('id="code"')[1].split("</section>")[0])


def test_a_code_that_this_customer_has_used_is_told_once_their_address_is_known(
    shopper: Shopper, engine: Engine
) -> None:
    _change(engine, most_per_customer=1, rate_millionths=1_000_000)
    shopper.add()
    _use(shopper, "SPRING10")
    shopper.type_details()
    shopper.place()
    shopper.add()

    answer = _use(shopper, "SPRING10")

    assert "as often as it may be" in answer.text


def test_a_paid_cart_keeps_no_code(shopper: Shopper, engine: Engine) -> None:
    _change(engine, rate_millionths=1_000_000)
    shopper.add()
    _use(shopper, "SPRING10")
    shopper.type_details()
    shopper.place()

    shopper.add()

    assert "SPRING10" not in shopper.client.get("/cart").text
