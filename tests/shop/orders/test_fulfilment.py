"""Orders leave in parts: never more pieces than were ordered, each parcel with its own, completed with the last."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.errors import BadInput, Conflict
from shop.mail.models import OutboxMail
from shop.orders import fulfilment, mails
from shop.orders import service as orders
from shop.orders.carriers import Carriers
from shop.orders.models import Order, OrderEvent, OrderLine, Shipment
from shop.orders.progress import progress_of
from shop.orders.states import OrderState, ShipmentState
from tests.conftest import NOW
from tests.shop.mail.test_outbox import LETTERHEAD
from tests.shop.orders.test_withdrawals import declare, make_sold

MERCHANT = "merchant:ann@shop.example"


def send(session: Session, order: Order, token: str = "", **pieces: int) -> Shipment:
    """A parcel with so many pieces of the mat, of the pillow."""
    by_line = {line.id: pieces[line.sku[:3]] for line in order.lines if line.sku[:3] in pieces}
    return orders.ship(session, order.id, orders.Parcel("UPS", "1Z999", by_line, token), actor=MERCHANT, now=NOW)


def states(order: Order) -> tuple[OrderState, ShipmentState]:
    return order.state, order.shipment_state


def test_a_part_leaves_the_order_stays_placed_and_the_last_piece_completes_it(session: Session) -> None:
    order = make_sold(session, quantity=3)

    send(session, order, MAT=2)
    after_first = states(order), progress_of(order).headline
    send(session, order, MAT=1)
    after_second = states(order)
    send(session, order, PIL=1)

    partly = (OrderState.PLACED, ShipmentState.PARTLY_SHIPPED)
    assert after_first == (partly, "A part of your order is on its way")
    assert after_second == partly
    assert states(order) == (OrderState.COMPLETED, ShipmentState.SHIPPED)
    moves = select(OrderEvent).where(OrderEvent.subject == "shipment").order_by(OrderEvent.id)
    assert [(event.new, event.note) for event in session.scalars(moves)] == [
        ("partly_shipped", "UPS: 2 × Acupressure mat, Charcoal"),
        ("", "UPS: 1 × Acupressure mat, Charcoal"),
        ("shipped", "UPS: 1 × Neck pillow"),
    ]


def test_a_parcel_without_named_pieces_holds_all_that_is_left(session: Session) -> None:
    order = make_sold(session, quantity=3)
    send(session, order, MAT=2)

    rest = orders.ship(session, order.id, orders.Parcel("Post"), actor=MERCHANT, now=NOW)

    assert [part.quantity for part in rest.lines] == [1, 1]
    assert order.state is OrderState.COMPLETED


def test_never_more_pieces_than_are_left_and_never_none(session: Session) -> None:
    order = make_sold(session, quantity=2)
    send(session, order, MAT=1)

    with pytest.raises(Conflict, match="Only 1 of MAT01-CHARCOAL"):
        send(session, order, MAT=2)
    for pieces in ({}, {"MAT": 0}, {"MAT": -1}):
        with pytest.raises(BadInput):
            send(session, order, **pieces)
    with pytest.raises(BadInput):
        orders.ship(session, order.id, orders.Parcel("UPS", "", {10**9: 1}), actor=MERCHANT, now=NOW)

    assert [line.shipped for line in order.lines] == [1, 0]


def test_the_database_itself_refuses_a_piece_too_many(session: Session) -> None:
    order = make_sold(session)
    order.lines[0].shipped = 2

    with pytest.raises(IntegrityError):
        session.flush()


def test_a_double_click_is_one_parcel(session: Session) -> None:
    order = make_sold(session, quantity=2)

    first, second = (send(session, order, "f" * 32, MAT=1) for _ in range(2))

    assert first is second
    assert order.lines[0].shipped == 1


def test_refunded_pieces_need_not_be_sent(session: Session) -> None:
    order = make_sold(session, quantity=2)
    mat, pillow = order.lines
    send(session, order, MAT=1)

    fulfilment.call_off(session, order.id, {mat.id: 1}, actor=MERCHANT, now=NOW)
    left = fulfilment.still_to_come(order)
    with pytest.raises(Conflict):
        send(session, order, MAT=1)
    fulfilment.call_off(session, order.id, {pillow.id: 5, mat.id: 1}, actor=MERCHANT, now=NOW)

    assert left == ["1 × Neck pillow"]
    assert [(line.shipped, line.called_off) for line in order.lines] == [(1, 1), (0, 1)]
    assert states(order) == (OrderState.COMPLETED, ShipmentState.SHIPPED)


def test_an_order_refunded_before_anything_left_waits_to_be_cancelled(session: Session) -> None:
    order = make_sold(session)

    fulfilment.call_off(session, order.id, {line.id: 1 for line in order.lines}, actor=MERCHANT, now=NOW)
    with pytest.raises(Conflict, match="Nothing of this order is left to send"):
        send(session, order, MAT=1)
    to_ship = orders.list_orders(session, orders.OrderFilter(work=orders.Work.TO_SHIP))
    orders.cancel(session, order.id, actor=MERCHANT, now=NOW, note="refunded")

    assert to_ship.rows == ()
    assert states(order) == (OrderState.CANCELLED, ShipmentState.UNSHIPPED)


def test_an_order_of_which_a_part_has_left_is_not_cancelled(session: Session) -> None:
    order = make_sold(session, quantity=2)
    send(session, order, MAT=1)

    with pytest.raises(Conflict, match="A parcel has left"):
        orders.cancel(session, order.id, actor=MERCHANT, now=NOW)


def test_each_parcel_has_a_mail_of_its_own_that_names_its_pieces_once(session: Session) -> None:
    order = make_sold(session, quantity=2)
    parcel = send(session, order, MAT=1)
    url = "https://carrier.example/track/1Z999"

    written = [
        mails.write_shipped(session, order, parcel, tracking_url=url, letterhead=LETTERHEAD, now=NOW) for _ in range(2)
    ]
    rest = send(session, order, MAT=1, PIL=1)
    mails.write_shipped(session, order, rest, letterhead=LETTERHEAD, now=NOW)

    first, second = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert written == [True, False]
    assert url in first.text
    assert first.text.index("1 × Acupressure mat") < first.text.index("Still to come") < first.text.index("Neck pillow")
    assert "Still to come" not in second.text
    assert "1 × Neck pillow" in second.html


def test_what_was_withdrawn_from_is_not_suggested_for_the_parcel(session: Session) -> None:
    order = make_sold(session, quantity=3)
    declare(session, order, MAT=2)
    session.refresh(order, ["withdrawals"])

    mat, pillow = order.lines

    assert fulfilment.suggested(order) == {mat.id: 1, pillow.id: 1}


def test_the_parcels_are_shown_with_their_pieces_and_known_links(session: Session) -> None:
    order = make_sold(session, quantity=2)
    send(session, order, MAT=1)
    orders.ship(session, order.id, orders.Parcel("Cousin Bob", "1Z999"), actor=MERCHANT, now=NOW + timedelta(days=1))

    shown = fulfilment.parcels_of(order, Carriers({"UPS": "https://ups.example/{number}"}))

    assert [(each.carrier, each.tracking_url, each.goods) for each in shown] == [
        ("UPS", "https://ups.example/1Z999", ("1 × Acupressure mat, Charcoal",)),
        ("Cousin Bob", None, ("1 × Acupressure mat, Charcoal", "1 × Neck pillow")),
    ]
    assert session.scalars(select(OrderLine.shipped).order_by(OrderLine.id)).all() == [2, 1]
