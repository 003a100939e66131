"""An order's story for its customer: which steps are done, when, and what comes next. Pure."""

from dataclasses import dataclass
from datetime import datetime

from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState, ShipmentState
from shop.orders.withdrawals import is_whole

WITHDRAWN = "What you paid comes back to you the way it came. If the parcel has reached you, please send it back."

PICK_UP = "A confirmation is on its way to you by mail. We write to you again when you can pick up your goods."
PARTLY = "The rest follows in another parcel, and we write to you again when it leaves."


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `at` is None while it has not happened."""

    title: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """A headline, the steps in order, and what happens next in words."""

    headline: str
    steps: tuple[Step, ...]
    next_words: str


def progress_of(order: Order) -> Progress:
    """Where an order stands. Reads its history."""
    ordered = Step("Ordered", order.placed_at)
    paid = Step("Paid", _when(order, "payment", PaymentState.PAID))
    sent = Step("Sent", _when(order, "shipment", ShipmentState.SHIPPED))
    if order.state is OrderState.CANCELLED:
        cancelled = Step("Cancelled", _when(order, "order", OrderState.CANCELLED))
        steps = (ordered, paid, cancelled) if paid.at else (ordered, cancelled)
        return Progress("This order was cancelled", steps, _cancelled_words(order))
    steps = (ordered, sent) if order.payment_state is PaymentState.NONE else (ordered, paid, sent)
    if order.state is OrderState.PENDING:
        return Progress(*_pending_words(order, steps))
    if is_whole(order):
        return Progress("You withdrew from this order", _done_so_far(order, steps), WITHDRAWN)
    if order.pick_up_at:
        return _pick_up_progress(order, (*steps[:-1], Step("Ready", sent.at)))
    return _parcel_progress(order, steps)


def _parcel_progress(order: Order, steps: tuple[Step, ...]) -> Progress:
    if order.shipment_state is ShipmentState.PARTLY_SHIPPED:
        return Progress("A part of your order is on its way", (*steps[:-1], _first_parcel(order), steps[-1]), PARTLY)
    if order.shipment_state is ShipmentState.SHIPPED:
        return Progress("Your parcel is on its way", steps, "If something is not right with it, write to us.")
    return Progress(
        "Thank you for your order",
        steps,
        "A confirmation is on its way to you by mail. We pack your parcel and write to you again when it leaves.",
    )


def _first_parcel(order: Order) -> Step:
    return Step("Sent in part", _when(order, "shipment", ShipmentState.PARTLY_SHIPPED))


def _done_so_far(order: Order, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps that happened: nothing that is still to be sent is promised to somebody who withdrew."""
    sent = steps[-1] if order.shipment_state is ShipmentState.SHIPPED else _first_parcel(order)
    return tuple(step for step in (*steps[:-1], sent) if step.at)


def _pick_up_progress(order: Order, steps: tuple[Step, ...]) -> Progress:
    if order.shipment_state is ShipmentState.SHIPPED:
        return Progress("Your goods are ready for you", steps, f"You pick them up at: {order.pick_up_at}")
    if order.shipment_state is ShipmentState.PARTLY_SHIPPED:
        return Progress("A part of your goods is ready for you", steps, f"You pick it up at: {order.pick_up_at}")
    return Progress("Thank you for your order", steps, PICK_UP)


def _pending_words(order: Order, steps: tuple[Step, ...]) -> tuple[str, tuple[Step, ...], str]:
    if order.payment_state is PaymentState.NEEDS_ATTENTION:
        words = "Your payment arrived, but we have to look at it ourselves. We write to you; please do not pay again."
        return ("We are looking at your payment", steps, words)
    words = (
        "As soon as the payment service tells us that you paid, this page says so and a mail leaves. "
        "What you ordered is kept for you meanwhile."
    )
    return ("Your payment is not confirmed yet", steps, words)


def _cancelled_words(order: Order) -> str:
    if order.payment_state in (PaymentState.PAID, PaymentState.NEEDS_ATTENTION):
        return "What you paid goes back to you the way it came."
    return "Nothing was charged. You can order again at any time."


def _when(order: Order, subject: str, new: str) -> datetime | None:
    return next((event.at for event in reversed(order.history) if (event.subject, event.new) == (subject, new)), None)
