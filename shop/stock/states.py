"""What may become of a hold, as one table."""

from enum import StrEnum


class HoldState(StrEnum):
    """HELD units wait for a payment; they end as a sale or back on the shelf."""

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"


NEXT_HOLD_STATES = {
    HoldState.HELD: {HoldState.SOLD, HoldState.RELEASED},
    HoldState.RELEASED: {HoldState.HELD, HoldState.SOLD},  # another try to pay, or money that came late
    HoldState.SOLD: set[HoldState](),
}
