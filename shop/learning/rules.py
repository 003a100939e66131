"""Pure decisions of the learning log: who may be logged, what a row holds, and what makes a row impossible."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from shop.keys import fingerprint

CONSENT_VERSION = "2026-06"
"""Changes with the wording of the learning consent; a visit under another one is not logged."""
LOGGED_FEATURES = (
    "area", "focus", "purpose", "breadth", "kind", "trigger", "position", "firmness", "gentle", "control",
    "experience", "carry", "pocket", "travel", "discretion", "hands_free", "ease", "self_reach", "calm", "coverage",
    "suited", "price", "evidence", "plain",
)  # fmt: skip
"""What may be logged of a product's fit. A new feature is not logged until somebody puts it here.

Left out are those that speak of health or of what somebody cannot do: cautions, flat, child, floor, grip.
"""
GRAIN = 64
"""Fit is kept in whole 64ths: enough to learn from, too coarse to tell one visitor's answers."""
HIGHEST_FIT = 16
TAG_DAYS = 60
MOST_LISTS = 40
"""A visit that changes its answers more often than this is not logged any further."""
SEEDS = 2**31
BY_THE_LOG: Final = "auto"
"""Instead of a half-life: the log chooses its own."""
KEPT_BACK = 0.3
"""The share of the lists, the newest, that no training sees unless it is told to: the gate judges by them."""
BEST_MARK = 10
HELPED_FROM = 6
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True)
class Visit:
    """One walk through the questionnaire that may be logged. `token` is known to its visitor alone."""

    token: str
    seed: int
    consent: str = CONSENT_VERSION

    @property
    def mark(self) -> str:
        """What the log knows the visit by."""
        return fingerprint(self.token)


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """One product of a list, before anything became of it."""

    sku: str
    position: int
    features: Mapping[str, int]
    propensity: float = 1.0


@dataclass(frozen=True, slots=True)
class ShownList:
    """A whole list, best first, and what it was made by. `chances` works out how likely each product stood there.

    `exploration` is the share of chance that was in it.
    """

    model_id: str
    rules_id: str
    seed: int
    products: tuple[ShownProduct, ...]
    chances: Callable[[], Sequence[float]] | None = None
    exploration: float = 0.0

    def with_chances(self) -> "ShownList":
        """The same list with the probabilities of its places; without chance in it they are 1."""
        if self.chances is None:
            return self
        known = zip(self.products, self.chances(), strict=True)
        return replace(self, products=tuple(replace(product, propensity=chance) for product, chance in known))


def to_plain(visit: Visit) -> dict[str, object]:
    """The visit as what JSON can hold."""
    return {"token": visit.token, "seed": visit.seed, "consent": visit.consent}


def from_plain(plain: object) -> Visit | None:
    """The visit out of JSON; None for no consent, one to other words, or anything `to_plain` would not have made."""
    if not isinstance(plain, Mapping) or plain.get("consent") != CONSENT_VERSION:
        return None
    token, seed = plain.get("token"), plain.get("seed")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < SEEDS:
        return None
    return Visit(token, seed)


def coarse(value: float) -> int:
    """A value in whole 64ths, within bounds; 0 for what is no number."""
    if not math.isfinite(value):
        return 0
    return round(min(max(value, -HIGHEST_FIT), HIGHEST_FIT) * GRAIN)


def training_days(lists_by_day: Sequence[tuple[date, int]]) -> date | None:
    """The last day to train on: about the newest KEPT_BACK of the lists come later, whole days. None for one day.

    lists_by_day: oldest first.
    """
    total, seen = sum(lists for _, lists in lists_by_day), 0
    last: date | None = None
    for day, lists in lists_by_day[:-1]:
        if last is not None and seen + lists > total * (1 - KEPT_BACK):
            break
        seen, last = seen + lists, day
    return last


def list_id(visit: Visit, shown: ShownList) -> str:
    """The same for the same list of the same visit, and a random number to anybody without its token."""
    products = [(p.sku, p.position, sorted(p.features.items())) for p in shown.products]
    return fingerprint(f"{visit.token} {shown.model_id} {shown.rules_id} {shown.seed} {products}")[:32]


def erase_day(today: date, days: int) -> date:
    """The last day of a row that is written today."""
    return today + timedelta(days=days)


def has_helped(*, is_kept: bool, mark: int | None) -> bool:
    """Whether a purchase counts as a good one: kept, and not marked as of no help. No mark is no complaint."""
    return is_kept and (mark is None or mark >= HELPED_FROM)


def making_fault(seed: object, exploration: object) -> str | None:
    """Why no list can have been made with these, or None."""
    if not isinstance(exploration, int | float) or not 0 <= exploration <= 1:
        return "a share of chance outside of 0 to 1"
    return None if isinstance(seed, int) and 0 <= seed < SEEDS else "a seed that no visit is given"


def places_fault(positions: Sequence[int], skus: Sequence[str]) -> str | None:
    """Why these places cannot be one list, or None."""
    if not positions:
        return "a list without products"
    if len(set(positions)) < len(positions) or set(positions) != {*range(1, len(positions) + 1)}:
        return "places with a gap or twice"
    return "a product twice in one list" if len(set(skus)) < len(skus) else None


def fit_fault(features: object, propensity: object) -> str | None:
    """Why a row's numbers cannot be, or None."""
    if not isinstance(propensity, int | float) or not 0 < propensity <= 1:
        return "a probability outside of 0 to 1"
    if not isinstance(features, Mapping) or not all(_is_fit(value) for value in features.values()):
        return "a fit that is no number of ours"
    return None if features.keys() <= set(LOGGED_FEATURES) else "a fit that may not be logged"


def outcome_fault(*, added: bool, bought: bool, has_fate: bool, mark: object) -> str | None:
    """Why what became of a product cannot be, or None."""
    if bought and not added:
        return "bought without being put into the cart"
    if (has_fate or mark is not None) and not bought:
        return "kept, returned or marked without being bought"
    if mark is not None and not (isinstance(mark, int) and 0 <= mark <= BEST_MARK):
        return "a mark outside of 0 to 10"
    return None


def _is_fit(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= HIGHEST_FIT * GRAIN
