"""Peer row 8: whoever asks how often, each mail is written once for each event. Every kind that has a template."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import paths
from shop.back_in_stock import service as back_in_stock
from shop.back_in_stock.models import StockWish
from shop.cart import saved
from shop.cart.rules import CartLineView, CartTerms
from shop.follow_up import service as follow_up
from shop.follow_up.rules import ASK_AFTER
from shop.mail.models import OutboxMail
from shop.money import Money
from shop.newsletter import service as newsletter
from shop.newsletter.models import Subscriber
from shop.orders import mails, return_mails
from shop.orders.models import Order, Return, ReturnLine, Shipment, ShipmentLine, Withdrawal
from shop.orders.states import OrderState, ReturnReason, ReturnState
from tests.make import NOW, make_order, make_product
from tests.shop.payments.conftest import LETTERHEAD

WHO = "pat@example.com"
SAID = {"letterhead": LETTERHEAD, "now": NOW}
LINKS = newsletter.Links(confirm=lambda mark: mark, guide=lambda mark: mark, unsubscribe=lambda mark: mark)
Write = Callable[[Session, Order], object]


def plain(kind: mails.Kind) -> Write:
    """An order mail without anything of its own."""
    return lambda session, order: mails.write(session, order, kind, **SAID)


def awaiting(session: Session, order: Order) -> None:
    mails.write_awaiting(session, order, NOW, **SAID)


def paid_late(session: Session, order: Order) -> None:
    mails.write_awaiting(session, order, NOW, **SAID)
    mails.write_placed(session, order, **SAID)


def shipped(session: Session, order: Order) -> None:
    mails.write_shipped(session, order, order.shipments[0], **SAID)


def refunded(session: Session, order: Order) -> None:
    mails.write_refunded(session, order, Money(100, "USD"), 7, **SAID)


def withdrawn(session: Session, order: Order) -> None:
    mails.write_withdrawn(session, order, order.withdrawals[0], ["1 × mat"], **SAID)


def returned(session: Session, order: Order) -> None:
    return_mails.tell(session, order, wish_to_return(session, order), **SAID)


def return_noticed(session: Session, order: Order) -> None:
    return_mails.notify(session, order, wish_to_return(session, order), **SAID)


def attention(session: Session, order: Order) -> None:
    mails.alert(session, order, "the amount is wrong", **SAID)


def tax_report(session: Session, order: Order) -> None:
    mails.alert_of_tax(session, order, "the tax report was refused", key="1", **SAID)


def asked_later(session: Session, order: Order) -> None:
    follow_up.ask_due(session, link=lambda mark: mark, letterhead=LETTERHEAD, now=NOW + ASK_AFTER)


def newsletter_asked(session: Session, order: Order) -> None:
    newsletter.sign_up(session, "new@example.com", links=LINKS, **SAID)


def newsletter_confirmed(session: Session, order: Order) -> None:
    subscriber = session.scalars(select(Subscriber).where(Subscriber.email == WHO)).one()
    newsletter.confirm(session, newsletter.mark_of(subscriber), links=LINKS, **SAID)


def cart_saved(session: Session, order: Order) -> None:
    unit = Money(3400, "USD")
    line = CartLineView("MAT01-CHARCOAL", 1, "mat01", "Mat", "Charcoal", None, 1, unit, unit, ())
    post = saved.Post(WHO, LETTERHEAD, lambda token: token)
    saved.save(session, [line], post, terms=CartTerms({None: "USD"}, 30), now=NOW)


def stock_asked(session: Session, order: Order) -> None:
    wanted = back_in_stock.find_wanted(session, "MAT01-CHARCOAL")
    assert wanted is not None
    back_in_stock.ask(session, wanted, "new@example.com", link=lambda mark: mark, **SAID)


def stock_told(session: Session, order: Order) -> None:
    back_in_stock.tell_due(session, link=lambda slug: slug, **SAID)


EVENTS: dict[str, Write] = {
    "confirmation": plain(mails.CONFIRMATION),
    "awaiting": awaiting,
    "paid": paid_late,
    "cancelled": plain(mails.CANCELLED),
    "sold_out": plain(mails.SOLD_OUT),
    "payment_failed": plain(mails.PAYMENT_FAILED),
    "shipped": shipped,
    "refunded": refunded,
    "withdrawn": withdrawn,
    "withdrawal": withdrawn,
    "return": returned,
    "return_notice": return_noticed,
    "attention": attention,
    "tax_report": tax_report,
    "follow_up": asked_later,
    "newsletter_confirm": newsletter_asked,
    "newsletter_welcome": newsletter_confirmed,
    "saved_cart": cart_saved,
    "stock_confirm": stock_asked,
    "stock_back": stock_told,
}


def wish_to_return(session: Session, order: Order) -> Return:
    return session.scalars(select(Return).where(Return.order_id == order.id)).one()


@pytest.fixture
def order(session: Session) -> Order:
    """An order that has left, was withdrawn from and is to be sent back; its buyer ticked and waits for everything."""
    make_product(session, "MAT01")
    order = make_order(session, state=OrderState.COMPLETED)
    parcel = Shipment(carrier="Post", shipped_at=NOW, lines=[ShipmentLine(order_line_id=order.lines[0].id, quantity=1)])
    order.shipments.append(parcel)
    pieces = {str(order.lines[0].id): 1}
    order.withdrawals.append(Withdrawal(declared_at=NOW, full_name="Pat Example", email=WHO, note="", pieces=pieces))
    session.add(a_return(order))
    session.add(Subscriber(email=WHO, consent_text="yes", requested_at=NOW))
    session.add(StockWish(email=WHO, sku="MAT01-CHARCOAL", consent_text="yes", requested_at=NOW, confirmed_at=NOW))
    follow_up.may_be_asked(session, order.id)
    session.flush()
    return order


def a_return(order: Order) -> Return:
    return Return(
        order_id=order.id,
        state=ReturnState.REQUESTED,
        reason=ReturnReason.NO_REASON,
        requested_at=NOW,
        form_token="form-of-a-return",
        lines=[ReturnLine(order_line_id=order.lines[0].id, quantity=1)],
    )


def test_every_kind_of_mail_is_looked_at_here() -> None:
    folder = paths.templates() / "shop" / "emails"

    assert set(EVENTS) == {Path(file).stem for file in folder.iterdir() if not file.name.startswith("_")}


def test_each_cause_that_needs_a_person_is_told_once(session: Session, order: Order) -> None:
    told = [
        mails.alert(session, order, reason, key=key, **SAID)
        for reason, key in [
            ("the amount is wrong", "payment:1"),
            ("the amount is wrong", "payment:1"),
            ("the automatic refund 7 failed", "refund:7"),
            ("the automatic refund 7 failed", "refund:7"),
            ("the automatic refund failed", "refund:8"),
            ("something else", ""),
            ("something else", ""),
            ("yet something else", ""),
        ]
    ]

    assert told == [True, False, True, False, True, True, False, True]
    written = session.scalars(
        select(OutboxMail.text).where(OutboxMail.kind == "attention").order_by(OutboxMail.id)
    ).all()
    assert "the automatic refund 7 failed" in written[1]


@pytest.mark.parametrize("kind", EVENTS)
def test_peer_8_the_same_event_three_times_is_one_mail(session: Session, order: Order, kind: str) -> None:
    for _ in range(3):
        EVENTS[kind](session, order)

    written = session.scalars(select(OutboxMail).where(OutboxMail.kind == kind)).all()
    assert len(written) == 1
    assert written[0].text
    assert written[0].html
