"""When a price is a reduction, and from what (R41): only where 30 whole days before it are known. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

WINDOW = timedelta(days=30)


class Offered(NamedTuple):
    """What something cost from `since` on, in minor units; None: it was not on sale."""

    since: datetime
    minor: int | None


def lowest_before(history: Sequence[Offered], now: datetime) -> int | None:
    """The lowest price of the 30 days before the present one began, when the present one is lower than that.

    `history` is in the order of time. None when those 30 days are not wholly known, when it was off sale in them, and
    once the present price is 30 days old: it is no reduction any more, but what the thing costs.
    """
    known = [offered for offered in history if offered.since <= now]
    if len(known) < 2 or known[-1].minor is None:
        return None
    price, began = known[-1].minor, known[-1].since
    if known[0].since > began - WINDOW or now >= began + WINDOW:
        return None
    before = [old.minor for old, new in pairwise(known) if began - WINDOW < new.since and old.since < new.since]
    prices = [minor for minor in before if minor is not None]
    if not prices or len(prices) < len(before):
        return None
    lowest = min(prices)
    return lowest if price < lowest else None
