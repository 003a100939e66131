"""What a catalogue has to offer to the answers there can be: where it shows nothing, and what it never shows.

Every single place, use and health answer is asked in combination (`answer_space.grid`), whole questionnaires are
drawn beside them, and for some of these each answer is changed to see whether it changes anything.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recommender.answer_space import Asked, drawn, grid, named_in_words, single_changes, with_answer
from recommender.candidates import EXPERT, Candidates, find_candidates
from recommender.catalogue import prepare
from recommender.choosing import choose
from recommender.exclusions import SAID, Why, why_left_out
from recommender.safety import ALLERGY_CODES, HEALTH_CODES, Gate
from recommender.scorers import Scorer
from recommender.types import Answers, Item
from recommender.wish import read_wish

PLACES = 5
CHANGED_VISITS = 40
"""For so many of the drawn questionnaires each single answer is changed."""
FOR_SAFETY = "Left out for safety."


@dataclass(frozen=True, slots=True)
class Gap:
    """Answers that lead to no product (0) or one. `named` are (question, code), `words` the same as people read it."""

    named: tuple[tuple[str, str], ...]
    words: str
    products: int

    @property
    def is_for_the_healthy(self) -> bool:
        """Whether no health or allergy answer has a part in it."""
        return not any(field in ("health", "allergies") for field, _ in self.named)


@dataclass(frozen=True, slots=True)
class NeverShown:
    """A product that no list held, and what kept it out where it came nearest to one."""

    sku: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class SoldOutWinner:
    """A product that is sold out and would be the first of so many lists."""

    sku: str
    title: str
    lists: int


@dataclass(frozen=True, slots=True)
class UnsafeRow:
    """A product that nobody with a health answer is shown: its safety fields that are empty, and its unknown codes."""

    sku: str
    title: str
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The map. `asked` counts the answers of the grid, `asked_healthy` those without a health answer among them."""

    products: int
    asked: int
    asked_healthy: int
    sampled: int
    gaps: tuple[Gap, ...]
    never_shown: tuple[NeverShown, ...]
    without_effect: tuple[tuple[str, str], ...]
    sold_out_winners: tuple[SoldOutWinner, ...]
    unsafe_rows: tuple[UnsafeRow, ...]

    @property
    def empty_healthy_share(self) -> float:
        """The share of the answers without a health answer that lead to nothing at all."""
        empty = sum(gap.is_for_the_healthy and gap.products == 0 for gap in self.gaps)
        return empty / self.asked_healthy if self.asked_healthy else 0.0

    @property
    def never_shown_share(self) -> float:
        """The share of the products that no list held."""
        return len(self.never_shown) / self.products if self.products else 0.0

    @property
    def sold_out_share(self) -> float:
        """The share of all lists that a sold-out product would lead."""
        lists = self.asked + self.sampled
        return sum(each.lists for each in self.sold_out_winners) / lists if lists else 0.0


def coverage(
    items: Sequence[Item],
    *,
    answers: Iterable[Asked] | None = None,
    samples: int = 2_000,
    seed: int = 1,
    scorer: Scorer | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Coverage:
    """Return the map of a catalogue; the same seed gives the same map. `answers` defaults to the whole grid, `scorer`
    to the expert prior.

    progress: called with the number of lists made so far. Raises ValueError when two products have the same SKU.
    """
    seek = _Seek(tuple(items), scorer or EXPERT, progress)
    gaps, asked, healthy = [], 0, 0
    for one in grid() if answers is None else answers:
        number = len(seek.look(one.answers))
        gap = Gap(one.named, named_in_words(one.named), number)
        asked, healthy = asked + 1, healthy + gap.is_for_the_healthy
        if number <= 1:
            gaps.append(gap)
    visitors = list(drawn(samples, seed))
    for visitor in visitors:
        seek.look(visitor)
    return Coverage(
        products=len(items),
        asked=asked,
        asked_healthy=healthy,
        sampled=len(visitors),
        gaps=tuple(gaps),
        never_shown=seek.never_shown(),
        without_effect=_without_effect(seek, visitors[:CHANGED_VISITS]),
        sold_out_winners=seek.sold_out_winners(),
        unsafe_rows=tuple(found for item in items if (found := _unsafe(item)) is not None),
    )


class _Seek:
    """Makes lists without reasons and remembers who was in them."""

    def __init__(self, items: tuple[Item, ...], scorer: Scorer, progress: Callable[[int], None]) -> None:
        self._items, self._scorer, self._progress = items, scorer, progress
        self._in_stock = tuple(item if item.available else replace(item, available=True) for item in items)
        self._shown: set[int] = set()
        self._against: npt.NDArray[np.int8] = np.zeros(len(items), dtype=np.int8)
        self._winners: Counter[int] = Counter()
        self._lists = 0

    def look(self, answers: Answers) -> list[int]:
        """Return the rows of the list for these answers, and count what they say."""
        candidates, rows = self._list(answers, self._items)
        self._shown.update(rows)
        np.maximum(self._against, why_left_out(candidates, rows), out=self._against)  # the checks stand in order
        if not all(item.available for item in self._items):
            best = self.rows(answers, self._in_stock)[:1]
            self._winners.update(row for row in best if not self._items[row].available)
        return rows

    def rows(self, answers: Answers, items: tuple[Item, ...] | None = None) -> list[int]:
        """Return the rows of the list, and count nothing."""
        return self._list(answers, self._items if items is None else items)[1]

    def _list(self, answers: Answers, items: tuple[Item, ...]) -> tuple[Candidates, list[int]]:
        self._lists += 1
        self._progress(self._lists)
        candidates = find_candidates(Gate(answers), read_wish(answers), prepare(items))
        chosen = choose(candidates, self._scorer.score(candidates.seen), PLACES)
        return candidates, [int(candidates.rows[place]) for place, _ in chosen]

    def never_shown(self) -> tuple[NeverShown, ...]:
        """Return the products that were in no list, in the catalogue's order."""
        return tuple(
            NeverShown(item.sku, item.title, self._nearest(row))
            for row, item in enumerate(self._items)
            if row not in self._shown
        )

    def _nearest(self, row: int) -> str:
        why = Why(int(self._against[row]))
        return SAID[why][1] if why in SAID else FOR_SAFETY

    def sold_out_winners(self) -> tuple[SoldOutWinner, ...]:
        """Return the sold-out products that would lead lists, the most missed first."""
        return tuple(
            SoldOutWinner(self._items[row].sku, self._items[row].title, lists)
            for row, lists in self._winners.most_common()
        )


def _without_effect(seek: _Seek, visitors: Iterable[Answers]) -> tuple[tuple[str, str], ...]:
    """Return the answers that changed no list, whoever gave them besides."""
    still = dict.fromkeys(single_changes())
    for answers in visitors:
        before = seek.rows(answers)
        for field, code in list(still):
            changed = with_answer(answers, field, code)
            if changed != answers and seek.rows(changed) != before:
                del still[field, code]
    return tuple(still)


def _unsafe(item: Item) -> UnsafeRow | None:
    fields = ("contraindications", "cautions", "allergens", "powered")
    missing = tuple(name for name in fields if getattr(item, name) is None)
    health = (item.contraindications or frozenset()) | (item.cautions or frozenset())
    unknown = tuple(sorted((health - HEALTH_CODES) | ((item.allergens or frozenset()) - ALLERGY_CODES)))
    return UnsafeRow(item.sku, item.title, missing, unknown) if missing or unknown else None
