"""What became of a product after it was bought, and where a model stands."""

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


class ModelState(StrEnum):
    """At most one model is LIVE; without one the day-one ranking serves."""

    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"
    REFUSED = "refused"


NEXT_MODEL_STATES = {
    ModelState.CANDIDATE: {ModelState.LIVE},
    ModelState.LIVE: {ModelState.RETIRED, ModelState.REFUSED},
    ModelState.RETIRED: {ModelState.LIVE, ModelState.REFUSED},
    ModelState.REFUSED: {ModelState.LIVE},  # its file is whole again: loading it comes first
}
