"""What the merchant does, by the services that the pages call, in the order in which the pages call them."""

from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select

from shop.errors import ShopError
from shop.merchant.refund_plan import Choice, is_not_sent_by_itself, plan_of
from shop.merchant.refund_rules import breakdown, line_shares, worth
from shop.money import Money
from shop.orders import fulfilment, mails, return_requests, returns
from shop.orders import service as orders
from shop.orders.models import Order, Return
from shop.orders.return_requests import Step
from shop.orders.return_rules import WAITING
from shop.orders.service import Parcel
from shop.orders.states import OrderState, ReturnState
from shop.payments import refunding, refunds
from shop.payments.refunded import is_delivery_refunded, refunded_pieces
from shop.payments.refunds import RefundWish
from shop.payments.returning import name_refund
from shop.stock import service as stock
from tests.invariants.floor import MERCHANT, Floor, Pick, picked
from tests.shop.payments.conftest import LETTERHEAD

NEXT_STEP = {
    ReturnState.REQUESTED: ReturnState.APPROVED,
    ReturnState.APPROVED: ReturnState.RECEIVED,
    ReturnState.RECEIVED: ReturnState.REFUNDED,
}


@dataclass(frozen=True)
class RefundForm:
    """What stands in the form of a refund when its button is pressed."""

    amount: Money
    pieces: dict[int, int] = field(default_factory=dict)
    restock: bool = False
    return_id: int | None = None
    with_delivery: bool = False


class Merchant(Floor):
    """Who sends parcels and money, and takes back what was not wanted."""

    # parcels

    def ship(self, number: int, pick: Pick = ()) -> None:
        """Send a parcel of these pieces, or of what the page suggests, with a double click; tell the customer once."""
        order = self._sold_order(number)
        if order is None:
            return
        left = {line.id: line.to_ship for line in order.lines}
        pieces = picked(order, left, pick) if pick else fulfilment.suggested(order)
        if not any(pieces.values()):
            return
        parcel = Parcel("Post", "T1", pieces, self.form_token())
        for _ in range(2):
            with suppress(ShopError):
                self._ship(order.id, parcel)

    def _ship(self, order_id: int, parcel: Parcel) -> None:
        with self.transaction() as session:
            orders.lock_order(session, order_id)
            if fulfilment.find_parcel(session, order_id, parcel.form_token) is None:
                sent = orders.ship(session, order_id, parcel, actor=MERCHANT, now=self.now)
                whole = orders.get_by_id(session, order_id)
                mails.write_shipped(session, whole, sent, letterhead=LETTERHEAD, now=self.now)

    def call_off(self, number: int) -> None:
        """The merchant calls off an order that is placed."""
        order = self._order(number)
        if order.state is OrderState.PENDING:
            return
        with suppress(ShopError), self.transaction() as session:
            note = "cancelled by the shop: sold out"
            orders.cancel(session, order.id, actor=MERCHANT, now=self.now, note=note)
            whole = orders.get_by_id(session, order.id)
            mails.write(session, whole, mails.CANCELLED, letterhead=LETTERHEAD, now=self.now)

    def count_shelf(self, sku: str, change: int) -> None:
        """Goods arrive, or some are found broken."""
        with suppress(ShopError), self.transaction() as session:
            stock.receive(session, sku, change, reason="Counted", actor=MERCHANT, now=self.now)

    # money

    def refund(self, number: int, minor: int, restock: bool, cut_at: str = "") -> None:
        """Send money back, perhaps more than there is, perhaps with all the goods."""
        order = self._order(number)
        goods = {line.id: line.quantity for line in order.lines} if restock else {}
        self._refund(order, RefundForm(Money(minor, order.currency), goods, restock), cut_at)

    def refund_pieces(self, number: int, pick: Pick, restock: bool, cut_at: str = "") -> None:
        """Send back what the page says that these pieces cost."""
        order = self._order(number)
        pieces = picked(order, {line.id: line.quantity for line in order.lines}, pick)
        self._refund(order, RefundForm(self._price_of(order, pieces), pieces, restock, with_delivery=True), cut_at)

    def _worth(self, order: Order, pieces: dict[int, int], *, with_delivery: bool) -> Money:
        """What the page of a refund says that pieces are worth, and delivery unless it went back already."""
        with self.transaction() as session:
            shares = line_shares(order, refunded_pieces(session, order.id))
            is_delivery_left = with_delivery and not is_delivery_refunded(session, order.id)
        return worth(breakdown(order, shares, pieces, with_delivery=is_delivery_left), order.currency)

    def _price_of(self, order: Order, pieces: dict[int, int]) -> Money:
        """The amount that the page of a refund suggests for pieces, delivery with them."""
        with self.transaction() as session:
            left = refunds.refundable(session, order)
        return min(self._worth(order, pieces, with_delivery=True), left, key=lambda money: money.minor)

    def _refund(self, order: Order, form: RefundForm, cut_at: str) -> None:
        """Press the button with the ticks as the page sets them; nothing happens where the page refuses."""
        not_sent = is_not_sent_by_itself(order, form.pieces)
        choice = Choice(form.pieces, form.with_delivery, form.restock, not_sent, form.return_id is not None)
        plan = plan_of(order, choice, form.amount, self._worth(order, form.pieces, with_delivery=form.with_delivery))
        if not form.amount or plan.refusal or (form.restock and returns.refusal(order, form.pieces)):
            return
        wish = RefundWish(
            form.amount,
            "did not fit",
            self.form_token(),
            MERCHANT,
            restock=plan.shelf,
            pieces=plan.pieces,
            calls_off=plan.calls_off,
            with_delivery=plan.with_delivery,
        )
        for _ in range(2):  # a double click
            self._quietly(lambda: self._send_refund(order.id, wish, form.return_id, cut_at))

    def _send_refund(self, order_id: int, wish: RefundWish, return_id: int | None, cut_at: str) -> None:
        with self.transaction() as session:
            if return_id is not None:
                name_refund(session, order_id, return_id, wish.form_token)
            written = refunds.open_refund(session, order_id, wish, now=self.now)
        refunding.send_refund(self.desk(cut_at), written, now=self.now)

    # returns

    def handle_return(self, number: int, restock: bool, cut_at: str = "") -> None:
        """Bring an open return one step on: approved, received, and ended by its refund if there is money to send."""
        kept = self._open_return(number)
        if kept is None:
            return
        order, step = self._whole(kept.order_id), NEXT_STEP[kept.state]
        with self.transaction() as session:
            has_money = bool(refunds.refundable(session, order))
        if step is ReturnState.REFUNDED and has_money:
            pieces = {part.order_line_id: part.quantity for part in kept.lines if part.quantity}
            self._refund(order, RefundForm(self._price_of(order, pieces), pieces, restock, kept.id, True), cut_at)
        else:
            self._take_step(kept, step, restock)

    def refuse_return(self, number: int) -> None:
        """Say no to a return, if that can still be said."""
        kept = self._open_return(number)
        if kept is not None:
            self._take_step(kept, ReturnState.REFUSED, restock=False)

    def _take_step(self, kept: Return, state: ReturnState, restock: bool) -> None:
        step = Step(kept.id, state, MERCHANT, "Thank you.", restock)
        for _ in range(2):  # a double click
            with suppress(ShopError), self.transaction() as session:
                return_requests.take_step(session, kept.order_id, step, letterhead=LETTERHEAD, now=self.now)

    def _open_return(self, number: int) -> Return | None:
        query = select(Return).where(Return.state.in_(WAITING)).order_by(Return.id.desc())
        with self.transaction() as session:
            found = session.scalars(query).all()
            kept = found[number % len(found)] if found else None
            _ = kept and kept.lines  # read while there is a session
            return kept

    def _whole(self, order_id: int) -> Order:
        with self.transaction() as session:
            return orders.get_by_id(session, order_id)
