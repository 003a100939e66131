"""What became of a product after it was bought."""

from enum import StrEnum


class Fate(StrEnum):
    """OPEN: nobody knows yet, or it was never bought."""

    OPEN = "open"
    KEPT = "kept"
    RETURNED = "returned"


NEXT_FATES = {
    Fate.OPEN: {Fate.KEPT, Fate.RETURNED},
    Fate.KEPT: {Fate.RETURNED},
    Fate.RETURNED: {Fate.OPEN},  # a cancelled order whose late money made it an order again
}
