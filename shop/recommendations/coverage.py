"""What the shop's goods offer to the answers there can be, for the merchant's page: a bounded look, kept meanwhile."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shop.catalogue.memory import engine_of, remembered
from shop.recommendations.assortment import Shelf, current_shelf
from shop.recommendations.gaps import products_left_out

SECONDS = 4.0
"""Of work, not of waiting: a busy machine makes the page slower, not emptier."""
SAMPLES = 24
EVERY = 60
"""Of the combinations with a health or allergy answer each so-manieth is looked at; the command looks at all."""
MOST_NAMED = 8
MOST_LISTED = 400


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of gap: how many, the first few in words and the others, with the SKU where it is about a product."""

    key: str
    count: int
    named: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...] = ()

    @property
    def more(self) -> int:
        """How many are not among the first few."""
        return self.count - len(self.named)


@dataclass(frozen=True, slots=True)
class CoverageView:
    """The map for the page. `lists` is how many lists were looked at; `is_whole` is False when time was over first."""

    lists: int
    findings: tuple[Finding, ...]
    is_whole: bool = True


class _TimeIsOver(Exception):
    """The catalogue is too large to look at while somebody waits."""


def coverage_view(session: Session, currency: str, *, seconds: float = SECONDS) -> CoverageView:
    """The map of what is published and in stock now. Worked out once for the same goods, in so long at the most."""
    shelf = current_shelf(session, currency)
    unsafe = products_left_out(session, currency)
    stand = hash((shelf.version, shelf.assortment.sold_out))
    key = ("coverage", currency)
    return remembered(engine_of(session), stand, key, lambda: _look(shelf, unsafe, seconds))


def _look(shelf: Shelf, unsafe: tuple[str, ...], seconds: float) -> CoverageView:
    from recommender.answer_space import grid, named_in_words  # late: numpy, for the pages that need it
    from recommender.coverage_map import coverage

    until = time.thread_time() + seconds

    def keep_time(_lists: int) -> None:
        if time.thread_time() > until:
            raise _TimeIsOver

    everybody = list(grid())
    healthy = [one for one in everybody if not _is_delicate(one.named)]
    some = [one for one in everybody if _is_delicate(one.named)][::EVERY]
    missing = _finding("unsafe", [(sku, sku) for sku in unsafe])
    try:
        found = coverage(shelf.assortment.items, answers=[*healthy, *some], samples=SAMPLES, progress=keep_time)
    except _TimeIsOver:
        return CoverageView(0, (missing,), is_whole=False)
    gaps = sorted(found.gaps, key=lambda gap: not gap.is_for_the_healthy)
    return CoverageView(
        found.asked + found.sampled,
        (
            _finding("empty", [("", gap.words) for gap in gaps if gap.products == 0]),
            _finding("single", [("", gap.words) for gap in gaps if gap.products == 1]),
            _finding("never", [(each.sku, f"{each.title}: {each.why}") for each in found.never_shown]),
            _finding("no_effect", [("", named_in_words((one,))) for one in found.without_effect]),
            _finding("sold_out", [(each.sku, f"{each.title}: {each.lists}") for each in found.sold_out_winners]),
            missing,
        ),
    )


def _is_delicate(named: Iterable[tuple[str, str]]) -> bool:
    return any(question in ("health", "allergies") for question, _ in named)


def _finding(key: str, named: list[tuple[str, str]]) -> Finding:
    return Finding(key, len(named), tuple(named[:MOST_NAMED]), tuple(named[MOST_NAMED:MOST_LISTED]))
