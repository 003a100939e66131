"""An order whose whole money went back at the provider says so where it would be shipped."""

from sqlalchemy import Engine

from shop.money import Money
from shop.payments import refunding
from tests.fakes import FakeGateway
from tests.make import NOW
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import PAGE, mail_kinds, paid
from tests.shop.payments.conftest import Bench

__all__ = ["paid"]


def test_an_order_whose_whole_money_went_back_at_the_provider_asks_a_person_before_it_is_sent(
    paid: Browser, engine: Engine, gateway: FakeGateway, transaction: Transaction
) -> None:
    before = paid.get(PAGE).text
    intent = next(iter(gateway.sessions.values())).payment_intent or ""
    for minor in (300, 7000):
        gateway.add_refund(intent, Money(minor, "USD"))
    for _ in range(2):
        refunding.catch_up_payment(Bench(engine, gateway).desk, intent, now=NOW)

    page = paid.get(PAGE).text

    assert "Its money went back" not in before
    assert "Its money went back" in page
    assert "cancel the order, or accept to send it all the same" in page
    assert "TS-TEST-0001" in paid.get("/merchant/orders?payment=needs_attention").text
    assert mail_kinds(transaction).count("attention") == 1
    assert paid.post(f"{PAGE}/cancel", {"reason": "Paid back"}).status_code == 303
