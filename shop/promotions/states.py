"""What a promotion takes off, and the states of its use by one order."""

from enum import StrEnum


class PromotionKind(StrEnum):
    """A part of the price, a sum in one currency, or the delivery."""

    PERCENT = "percent"
    AMOUNT = "amount"
    DELIVERY = "delivery"


class UseState(StrEnum):
    """HELD by an order that waits for its payment, USED by a placed one, GIVEN_BACK by one that was cancelled."""

    HELD = "held"
    USED = "used"
    GIVEN_BACK = "given_back"


NEXT_USE_STATES = {
    UseState.HELD: {UseState.USED, UseState.GIVEN_BACK},
    UseState.USED: {UseState.GIVEN_BACK},
    UseState.GIVEN_BACK: {UseState.USED},  # late money: the order is placed after all, at the price it was made with
}
