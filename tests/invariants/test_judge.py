"""The judge can say no: each invariant is broken on purpose, and it objects with that number."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.orm import Session

from shop.documents.models import Invoice
from shop.mail.models import OutboxMail
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import OrderState
from shop.payments.models import PaymentAttempt, Refund
from shop.stock.models import Hold, StockLevel
from shop.stock.states import HoldState
from tests.invariants.world import World
from tests.make import NOW

Break = Callable[[Session], Any]
MAT = StockLevel.sku == "MAT01-CHARCOAL"


@pytest.fixture
def world(engine: Engine) -> World:
    """A shop whose only order is paid, shipped, and refunded by 5.00."""
    world = World(engine)
    world.fill("MAT01-CHARCOAL", 1)
    world.order(0)
    world.at_provider("pay", 0)
    world.come_back(0)
    world.ship(0)
    world.refund(0, 500, restock=False)
    return world


def the_mail_again(session: Session) -> None:
    mail = session.query(OutboxMail).filter_by(kind="confirmation").one()
    copy = {column.key: getattr(mail, column.key) for column in OutboxMail.__table__.columns if column.key != "id"}
    session.execute(insert(OutboxMail).values({**copy, "unique_key": "another key"}))


def a_step_again(session: Session) -> None:
    step = {"order_id": 1, "at": NOW, "actor": "provider", "subject": "payment", "old": "pending", "new": "paid"}
    order_id = session.query(Order.id).scalar()
    session.add(OrderEvent(**{**step, "order_id": order_id}))


def an_order_without_payment(session: Session) -> None:
    session.execute(delete(Invoice))
    session.execute(delete(Refund))
    session.execute(delete(PaymentAttempt))


BROKEN: dict[str, tuple[str, Break]] = {
    "a unit vanished": ("1 units", lambda s: s.execute(update(StockLevel).where(MAT).values(available=0))),
    "a unit came from nowhere": ("1 units", lambda s: s.execute(update(StockLevel).where(MAT).values(sold=2))),
    "a sale that is only held": ("1 units", lambda s: s.execute(update(Hold).values(state=HoldState.HELD))),
    "a charge without an order": ("2 charges", lambda s: s.execute(update(Order).values(number="TS-OTHER-0001"))),
    "an order paid by nothing": ("2 charges", an_order_without_payment),
    "another amount than charged": ("2 charges", lambda s: s.execute(update(PaymentAttempt).values(captured_minor=1))),
    "a step taken twice": ("4 effects", a_step_again),
    "a state without its step": ("4 effects", lambda s: s.execute(update(Order).values(state=OrderState.CANCELLED))),
    "a refund nobody made": ("4 effects", lambda s: s.execute(update(Refund).values(provider_id="re_unknown"))),
    "more back than captured": ("5 sums", lambda s: s.execute(update(Refund).values(amount_minor=999_999))),
    "more pieces back than sold": ("5 sums", lambda s: s.execute(update(OrderLine).values(returned=2))),
    "a mail twice": ("6 mails", the_mail_again),
    "a gap between invoices": ("7 invoices", lambda s: s.execute(update(Invoice).values(number=2))),
    "an order without invoice": ("7 invoices", lambda s: s.execute(delete(Invoice))),
    "a mail that was forgotten": ("6 mails", lambda s: s.execute(delete(OutboxMail))),
}


def test_the_judge_has_nothing_against_an_order_that_went_well(world: World) -> None:
    assert world.wrong() == []
    assert world.wrong_in_the_end() == []


@pytest.mark.parametrize("name", BROKEN)
def test_the_judge_objects_to(world: World, name: str) -> None:
    invariant, damage = BROKEN[name]

    with world.transaction() as session:
        damage(session)

    assert any(found.startswith(invariant) for found in world.wrong()), world.wrong()


def test_the_judge_objects_to_a_second_payment_page_of_one_order(world: World) -> None:
    session_id = world.server.ledger()["sessions"][0]["id"]
    with world.server.store.lock:
        first = world.server.store.find("checkout.session", session_id)
        assert first is not None
        world.server.store.put("checkout.session", {**first, "id": "cs_test_second", "payment_intent": None})

    assert any(found.startswith("3 pages") for found in world.wrong()), world.wrong()


def test_the_judge_objects_to_two_pages_that_can_be_paid_for_one_cart(world: World) -> None:
    world.fill("PIL01-SAND", 1)
    world.order(0)
    with world.server.store.lock:
        opened = world.server.store.oldest_first("checkout.session")[-1]
        world.server.store.put("checkout.session", {**opened, "id": "cs_test_other", "client_reference_id": "TS-B"})
    with world.transaction() as session:
        first, second = session.query(Order).order_by(Order.id).all()
        first.number, first.cart_id = "TS-B", second.cart_id

    assert any("can be paid for cart" in found for found in world.wrong()), world.wrong()


def test_the_judge_objects_to_money_that_stays_with_an_order_nobody_fulfils(engine: Engine) -> None:
    world = World(engine)
    world.fill("MAT01-CHARCOAL", 1)
    world.order(0)
    world.at_provider("pay", 0)
    with world.transaction() as session:
        session.execute(update(Order).values(number="TS-LOST-0001", placed_at=NOW + timedelta(days=90)))
        session.execute(update(PaymentAttempt).values(session_id="cs_lost"))

    found = world.wrong_in_the_end()

    assert any("is not fulfilled" in sentence for sentence in found), found
