"""Whatever is done with an order's pieces, in whatever sequence: none is lost, made up or counted twice."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.errors import BadInput, Conflict
from shop.orders import fulfilment, return_requests
from shop.orders import service as orders
from shop.orders.models import Order, OrderEvent, OrderLine, Return, ShipmentLine
from shop.orders.return_requests import ReturnWish, Step
from shop.orders.return_rules import COUNTS, can_be_withdrawn, can_come_back, sent_back
from shop.orders.states import NEXT_RETURN_STATES, NEXT_SHIPMENT_STATES, ReturnReason, ReturnState, ShipmentState
from shop.orders.withdrawals import Declaration, withdraw
from tests.conftest import NOW
from tests.shop.mail.test_outbox import LETTERHEAD
from tests.shop.orders.test_fulfilment import MERCHANT
from tests.shop.orders.test_withdrawals import make_sold

PIECES = st.tuples(st.sampled_from([3, 2, 1, 0, 4, -1]), st.sampled_from([1, 0, 2]))
SENDING = st.tuples(st.sampled_from(["ship", "ask", "withdraw", "call off"]), PIECES)
STEPS = st.tuples(st.sampled_from([*ReturnState]), st.tuples(st.integers(0, 3), st.booleans()))
DEEDS = st.one_of(SENDING, SENDING, SENDING, STEPS)


@dataclass
class Shop:
    """One order over three mats and a pillow, and what may be done to it."""

    session: Session
    order: Order

    def do(self, deed: object, what: tuple[int, int]) -> None:
        """Do it, or be refused."""
        try:
            with self.session.begin_nested():
                self._do(deed, what)
        except (Conflict, BadInput):
            pass

    def _do(self, deed: object, what: tuple[int, int]) -> None:
        session, order_id = self.session, self.order.id
        pieces = {line.id: units for line, units in zip(self.order.lines, what, strict=True)}
        if deed == "ship":
            orders.ship(session, order_id, orders.Parcel("Post", "", pieces), actor=MERCHANT, now=NOW)
        elif deed == "call off":
            fulfilment.call_off(session, order_id, pieces, actor=MERCHANT, now=NOW)
        elif deed == "ask":
            wish = ReturnWish(ReturnReason.NO_REASON, pieces)
            return_requests.ask(session, order_id, wish, letterhead=LETTERHEAD, now=NOW)
        elif deed == "withdraw":
            wanted = Declaration("Pat Example", "pat@example.com", "", pieces)
            withdraw(session, order_id, wanted, letterhead=LETTERHEAD, now=NOW)
        elif isinstance(deed, ReturnState) and self.order.returns:
            kept = self.order.returns[what[0] % len(self.order.returns)]
            step = Step(kept.id, deed, MERCHANT, "because", restock=bool(what[1]))
            return_requests.take_step(session, order_id, step, letterhead=LETTERHEAD, now=NOW)

    def judge(self) -> None:
        """What must hold whatever was done."""
        self.session.flush()
        self.session.expire_all()
        in_parcels, back = Counter[int](), sent_back(self.order)
        for part in self.session.scalars(select(ShipmentLine)):
            in_parcels[part.order_line_id] += part.quantity
        for line in self.session.scalars(select(OrderLine)):
            returning, withdrawn = back.returning.get(line.id, 0), back.withdrawn.get(line.id, 0)
            assert min(line.shipped, line.called_off, line.to_ship, line.returned, returning, withdrawn) >= 0
            assert in_parcels[line.id] == line.shipped
            assert line.shipped + line.called_off + line.to_ship == line.quantity
            assert line.returned <= line.quantity
            assert returning <= line.shipped
            assert returning + withdrawn <= line.quantity
            assert can_come_back(self.order).get(line.id, 0) <= line.shipped - returning
            assert can_be_withdrawn(self.order).get(line.id, 0) <= line.quantity
        for kept in self.session.scalars(select(Return)):
            assert all(part.quantity >= 0 for part in kept.lines)
            assert any(part.quantity for part in kept.lines) or kept.state not in COUNTS
        self._judge_moves()

    def _judge_moves(self) -> None:
        for event in self.session.scalars(select(OrderEvent)):
            if event.subject == "shipment" and event.new:
                assert ShipmentState(event.new) in NEXT_SHIPMENT_STATES[ShipmentState(event.old)]
            if event.subject == "return" and event.old:
                assert ReturnState(event.new) in NEXT_RETURN_STATES[ReturnState(event.old)]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=3, max_size=7))
def test_pieces_are_never_negative_never_too_many_and_never_counted_twice(
    session: Session, deeds: list[tuple[object, tuple[int, int]]]
) -> None:
    whole = session.begin_nested()
    try:
        shop = Shop(session, make_sold(session, quantity=3))

        for deed, what in deeds:
            shop.do(deed, what)

        shop.judge()
    finally:
        whole.rollback()
        session.expire_all()
