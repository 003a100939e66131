"""A candidate, the live model and the day-one ranking on the same lists: those that came after its training.

Only lists with chance in them can say what another order would have earned, and only as far as the order goes: every
ranking is judged on the products that were shown (`recommender.reorder`). And only lists that their model makes again
of what was kept: where an answer on health or mobility decided, which no log keeps, the chances are not to be known.
Whether that is so hangs on the list, its model and its seed, never on what became of it. For commands alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.bits import Floats
from recommender.catalogue import Catalogue
from recommender.features import FEATURES
from recommender.gate import Judged, Log
from recommender.posterior import Posterior
from recommender.reorder import Lists, chances, expected
from shop.learning.faults import Possible
from shop.learning.models import Candidate, Impression
from shop.learning.reading import ROWS_AT_ONCE, LogReport, Refused
from shop.learning.rules import GRAIN, has_helped
from shop.learning.states import Fate

MOST_WEIGHT = 5.0
"""A list counts at most so often, however much likelier another ranking would have shown it: a few rare lists must not
decide, and intervals of such a sum promise too much (Ionides 2008, truncated importance sampling). What is beyond is
worth nothing: to take it that what was served stays would credit a ranking with products that it buries."""
MOST_PLACES = 8
"""Longer lists than the shop ever shows are cut off: a mistake must not fill the memory."""


@dataclass
class Usable:
    """How many lists there were, and why some say nothing about another order."""

    read: int = 0
    no_chance: int = 0
    no_model: int = 0
    gone: int = 0
    not_made_again: int = 0

    def lines(self) -> list[str]:
        """The counts in words."""
        said = [f"{self.read} lists since the candidate's training."]
        if self.no_chance:
            said.append(f"{self.no_chance} of them had no chance in them: nothing can be learned of another order.")
        if self.no_model:
            said.append(f"{self.no_model} of them were made by a model whose file is not there any more.")
        if self.gone:
            said.append(f"{self.gone} of them show a product that is not on sale any more: they are left out.")
        if self.not_made_again:
            said.append(
                f"{self.not_made_again} of them cannot be made again from what is kept, because answers on health or "
                "mobility, which are never noted, or differences finer than the log's 64ths decided their order: "
                "they are left out."
            )
        return said


@dataclass
class Batch:
    """Lists that one model made with one share of chance. `earned`: a purchase that was kept and did not fail."""

    names: list[str] = field(default_factory=list)
    items: list[list[str]] = field(default_factory=list)
    features: list[list[list[float]]] = field(default_factory=list)
    earned: list[list[float]] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)

    def add(self, shown: Impression, products: Sequence[Candidate]) -> None:
        """Add one list, best first."""
        self.names.append(shown.id)
        self.seeds.append(shown.seed)
        self.items.append([product.sku for product in products])
        self.features.append([[product.features.get(name, 0) / GRAIN for name in FEATURES] for product in products])
        self.earned.append([float(_is_good(product)) for product in products])


Batches = Mapping[tuple[str, float], Batch]
"""By the model that made the lists and its share of chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is judged of a batch, as arrays. rewards: (lists, places); made_by: (lists, places, places) and others:
    (rankings, lists, places, places), as in `reorder.Chances`."""

    lists: Lists
    names: npt.NDArray[Any]
    rewards: Floats
    made_by: Floats
    others: Floats


def read_lists(
    session: Session, since: date, known: Mapping[str, Posterior], usable: Usable, report: LogReport, goods: Catalogue
) -> Batches:
    """The usable lists from `since` on. Lists with an impossible row are counted, listed and left out."""
    batches: dict[tuple[str, float], Batch] = {}
    on_sale = frozenset(goods.skus)
    for shown, products in _lists(session, since, report):
        usable.read += 1
        if shown.exploration <= 0:
            usable.no_chance += 1
        elif shown.model_id not in known:
            usable.no_model += 1
        elif not on_sale.issuperset(product.sku for product in products):
            usable.gone += 1
        else:
            batches.setdefault((shown.model_id, shown.exploration), Batch()).add(shown, products[:MOST_PLACES])
    return dict(sorted(batches.items()))


def judge(
    batches: Batches,
    known: Mapping[str, Posterior],
    rankings: Mapping[str, Posterior],
    foretells: Posterior,
    usable: Usable,
    goods: Catalogue,
) -> tuple[Log, dict[str, Judged]]:
    """The log as the gate reads it, and each of the `rankings` (by name) on its rows.

    Each is judged as it would have served these very visits: with the same share of chance. A list that its model does
    not make again of what is kept is counted and left out. `foretells` says what to expect of each product, and must
    not have seen these lists. With no list there are no rows.
    """
    parts = []
    for (made_by, share), batch in batches.items():
        part = part_of(batch, goods, known[made_by], list(rankings.values()), share)
        usable.not_made_again += len(batch.names) - len(part.names)
        parts.append(part)
    log = Log(
        impressions=_joined([_rows(part, part.names[:, None]) for part in parts]).astype(np.str_),
        rewards=_joined([_rows(part, part.rewards) for part in parts]),
        shown_with=_joined([_rows(part, _stood(part.made_by)) for part in parts]),
    )
    expectations = [expected(foretells, part.lists) for part in parts]
    judged = {}
    for number, name in enumerate(rankings):
        rows = [on_rows(part, number, earns) for part, earns in zip(parts, expectations, strict=True)]
        would, shown, whole = (_joined([row[each] for row in rows]) for each in range(3))
        judged[name] = Judged(name, would, shown, whole)
    return log, judged


def part_of(
    batch: Batch, goods: Catalogue, made_by: Posterior, rankings: Sequence[Posterior], exploration: float
) -> Part:
    """The lists of a batch that `made_by` makes again, and how likely each ranking would have ordered them so."""
    places = max(map(len, batch.items))
    features = np.zeros((len(batch.names), places, len(FEATURES)))
    rewards = np.zeros((len(batch.names), places))
    rows = np.zeros((len(batch.names), places), dtype=np.intp)
    items = np.array([[*skus, *[""] * (places - len(skus))] for skus in batch.items], dtype=np.str_)
    place_of = {sku: place for place, sku in enumerate(goods.skus)}
    for line, (skus, fits, earned) in enumerate(zip(batch.items, batch.features, batch.earned, strict=True)):
        features[line, : len(fits)], rewards[line, : len(fits)] = fits, earned
        rows[line, : len(skus)] = [place_of[sku] for sku in skus]
    lists = Lists(features, items, rows, batch.seeds, goods)
    found = chances(made_by, rankings, lists, exploration=exploration)
    kept = found.is_made_again
    names = np.array(batch.names)[kept]
    return Part(lists.only(kept), names, rewards[kept], found.made_by[kept], found.others[:, kept])


def on_rows(part: Part, ranking: int, earns: Floats) -> tuple[Floats, Floats, Floats]:
    """A row a shown product: its chance to stand there, what it earns there, what the ranking earns in that place."""
    counted = np.minimum(part.others[ranking], MOST_WEIGHT * part.made_by)
    return _rows(part, _stood(counted)), _rows(part, _stood(earns)), _rows(part, (counted * earns).sum(axis=1))


def _stood(values: Floats) -> Floats:
    """(lists, places): of values a product and place, those of each product in the place where it was shown."""
    return np.diagonal(values, axis1=1, axis2=2)


def _rows(part: Part, values: Floats) -> Floats:
    rows: Floats = np.broadcast_to(values, part.lists.items.shape)[part.lists.is_there]
    return rows


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)


def _is_good(product: Candidate) -> bool:
    return product.bought and has_helped(is_kept=product.fate is not Fate.RETURNED, mark=product.helped)


def _lists(session: Session, since: date, report: LogReport) -> Iterator[tuple[Impression, Sequence[Candidate]]]:
    possible = Possible.now(session, report.today)
    query = (
        select(Impression, Candidate)
        .join(Candidate, Candidate.impression_id == Impression.id)
        .where(Impression.day >= since)
        .order_by(Impression.id, Candidate.position)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for _, rows in groupby(session.execute(query), key=lambda row: row[0].id):
        found = list(rows)
        shown, products = found[0][0], [row[1] for row in found]
        fault = possible.list_fault(shown, products)
        if fault is not None:
            report.leave_out(Refused(shown.id, None, fault), len(products))
        else:
            yield shown, products
