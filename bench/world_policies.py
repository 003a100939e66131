"""The day-one scorer and the shipped learner as policies of the synthetic shop."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.world_adapter import STAGES, Context, Item, Shelf, World
from recommender.bits import Floats
from recommender.learning.forgetting import half_life_of
from recommender.learning.funnel import Fit, fit_funnel, posterior_of
from recommender.learning.statistics import SufficientStatistics, Trials
from recommender.policy import best_first, drawn
from recommender.posterior import Names, Posterior, Rows

Row = dict[str, Any]

SHOWN = 5
SESSIONS_A_DAY = 50
"""The synthetic shop has no days: each batch of its log counts as one."""
GROWTH, FIRST_FIT = 1.1, 100
"""The model is fitted anew whenever the log has grown by this factor, and not before so many sessions."""
HALF_LIVES = (None, 40.0, 20.0)
"""Half-lives that the log may choose, in days: this shop is younger than a hundred of them."""
FIRST_ROUNDS, LATER_ROUNDS = 6, 1
EXPLORATION = 0.1
"""The merchant's factor (`SHOP_EXPLORATION`) that docs/recommender.md advises."""


class DayOne:
    """The textbook's content score, greedy: what ranks before any log, and what a learner must not fall below."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._shelves: list[tuple[Sequence[Item], Shelf]] = []

    def shelf(self, items: Sequence[Item]) -> Shelf:
        """Return the items ready to be scored; the price knots are those of the first catalogue seen."""
        for known, shelf in self._shelves:
            if known is items:
                return shelf
        knots = self._shelves[0][1].knots if self._shelves else None
        self._shelves.append((items, Shelf(self.world, items, knots)))
        return self._shelves[-1][1]

    def recommend(self, context: Context, items: Sequence[Item]) -> list[str]:
        """Return at most SHOWN ids, best first, safe ones only."""
        shelf = self.shelf(items)
        safe = shelf.safe(context)
        if not len(safe):
            return []
        chosen = best_first(self.score(shelf, context, safe), SHOWN)
        return [str(name) for name in shelf.ids[safe[chosen]]]

    def score(self, shelf: Shelf, context: Context, safe: Rows) -> Floats:
        """Return (safe,): the weighted sum of the textbook."""
        scores: Floats = shelf.features(context)[safe] @ self.world.textbook
        return scores

    def update(self, rows: list[Row]) -> None:
        """Learn nothing."""


class Learner(DayOne):
    """The shipped learner and policy: the joint funnel around the textbook, fitted anew as the log grows.

    Until its first fit it ranks as the day-one scorer does, without chance. The lists are drawn as the shop draws them,
    each from a seed of its own.
    """

    def __init__(
        self, world: World, *, exploration: float = EXPLORATION, half_life_days: float | None = None, seed: int = 0
    ) -> None:
        super().__init__(world)
        self.columns = world.columns()
        self._exploration, self._half_life = exploration, half_life_days
        self._seed, self._lists = seed, 0
        self._parts: list[SufficientStatistics] = []
        self._fit: Fit | None = None
        self._posterior: Posterior | None = None
        self._sessions, self._next_fit = 0, FIRST_FIT

    def score(self, shelf: Shelf, context: Context, safe: Rows) -> Floats:
        """Return (safe,): the log value under what the policy draws for this list."""
        self._lists += 1
        if self._posterior is None:
            return super().score(shelf, context, safe)
        names: Names = shelf.ids[safe]
        mine = drawn(self._posterior, np.random.default_rng([self._seed, self._lists]), self._exploration)
        return mine.log_value(shelf.features(context)[safe], names)

    def update(self, rows: list[Row]) -> None:
        """Add the rows to the sums; fit again when they have grown enough."""
        shelf = self._shelves[-1][1]
        self._sessions += SESSIONS_A_DAY
        day = self._sessions // SESSIONS_A_DAY
        self._parts.append(SufficientStatistics.from_rows(trials(shelf, rows, day)))
        if self._sessions < self._next_fit:
            return
        self._parts = [SufficientStatistics.merge_all(self._parts)]
        rounds = FIRST_ROUNDS if self._fit is None else LATER_ROUNDS
        self._fit = fit_funnel(
            self._parts[0],
            self.columns,
            today=day,
            half_life_days=self._half_life or self._chosen(),
            start=self._fit,
            rounds=rounds,
        )
        self._posterior = posterior_of(self._fit, self.columns)
        self._next_fit = int(self._sessions * GROWTH)

    def _chosen(self) -> float | None:
        if self._fit is None:
            return None
        log = self._parts[0]
        return half_life_of(log, self.columns, half_lives=HALF_LIVES, start=self._fit, rounds=LATER_ROUNDS)


def trials(shelf: Shelf, rows: list[Row], day: int) -> Trials:
    """Return the log rows as trials: what was seen at once, and what came later of purchases."""
    contexts: dict[object, Floats] = {}
    features, tried, won = [], [], []
    for row in rows:
        session = row["session"]
        if session not in contexts:
            contexts[session] = shelf.features(row["context"])
        features.append(contexts[session][shelf.row[row["item_id"]]])
        asked, answer = _answers(row)
        tried.append(asked)
        won.append(answer)
    return Trials(
        STAGES,
        np.array(features),
        np.array([row["item_id"] for row in rows], dtype=np.str_),
        np.array([row["position"] for row in rows], dtype=np.int64),
        np.full(len(rows), day, dtype=np.int64),
        np.array(tried, dtype=bool),
        np.array(won, dtype=np.float64),
    )


def _answers(row: Row) -> tuple[list[object], list[object]]:
    """Return which of STAGES this row answers, and how."""
    if row["event"] == "impression":
        clicked, carted, bought = row["clicked"], row["carted"], row["purchased"]
        return [True, clicked, carted, False, False], [clicked, carted, bought, 0.0, 0.0]
    relief = row["relief"]
    known = relief is not None
    return [False, False, False, True, known], [0.0, 0.0, 0.0, not row["returned"], relief if known else 0.0]
