"""Whether a candidate may replace the live model. Everything must speak for it; doubt keeps what is live.

The candidate must beat the live model and the day-one scorer on one and the same log, by SNIPS and by DR, with the
whole interval of the difference above 0; the log must be worth at least 500 of its lists and cover what it would
show; the safety suite and the personas must find nothing. Each further look must be surer than the one before
(`looks`), so that all of them together err no more often than one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from recommender.bits import Bools, Floats
from recommender.looks import level_of_look
from recommender.offpolicy import LEVEL, Estimate, difference, dr, impossible, mean_weight, snips

LEAST_ESS = 500.0
LEAST_REWARDED = 30
"""Lists with a reward that the candidate's estimate rests on: with fewer the intervals promise too much."""
COVERED = 0.95, 1.05
"""The mean weight of a log that covers what is judged is 1; this much may be off."""
LISTED = 20

Check = Callable[[], Sequence[str]]
"""Runs a suite and returns a sentence for each thing that is wrong; nothing wrong is an empty list."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What must find nothing, and which look this is at a candidate for the place of what is live now, from 1."""

    safety: Check
    personas: Check
    look: int = 1


class Verdict(StrEnum):
    """What came out. Only PROMOTE replaces the live model."""

    PROMOTE = "promote"
    NOT_ENOUGH = "not_enough_yet"
    NOT_BETTER = "not_better"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Log:
    """What was shown, a row a place of a list. impressions: (n,) names of the lists; rewards: (n,);
    shown_with: (n,) the probability of this product in this place under the ranking that made the list."""

    impressions: npt.NDArray[np.generic]
    rewards: Floats
    shown_with: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """One ranking on the rows of a log: would_show_with, predicted_shown and predicted, (n,) each, as in `offpolicy`.

    The two predictions come from one reward model for all rankings, which was not trained on these rows.
    """

    name: str
    would_show_with: Floats
    predicted_shown: Floats
    predicted: Floats

    def arrays(self) -> tuple[Floats, ...]:
        """All that has one number a row."""
        return self.would_show_with, self.predicted_shown, self.predicted


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its interval: of 95 % for one ranking, of the look's level for what a candidate is ahead by."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One ranking in the table: per list what it would have earned, and how much of the log speaks for it.

    rewarded: lists with a reward that carry weight. covered: the mean weight, 1 when the log covers it. snips_ahead and
    dr_ahead: the candidate's value less this one's, paired; None for the candidate itself.
    """

    name: str
    snips: Figure
    dr: Figure
    ess: float
    rewarded: int
    covered: Figure
    snips_ahead: Figure | None = None
    dr_ahead: Figure | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict with all it rests on. lists: how many were used; rate: the share of them with a reward.

    look, level: which look this was, and the level of its intervals of what the candidate is ahead by. weighed: whether
    the figures could have promoted; where they could not (too little in the log, a suite's finding) it was no look.

    left_out: a sentence for each impossible row (the first twenty) with its number; left_out_rows counts all of them.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    table: tuple[Line, ...] = ()
    look: int = 1
    level: float = LEVEL
    weighed: bool = False
    lists: int = 0
    rate: float = 0.0
    left_out_rows: int = 0
    left_out_lists: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def promote(self) -> bool:
        """Whether the candidate replaces the live model."""
        return self.verdict is Verdict.PROMOTE


def decide(candidate: Judged, live: Judged, day_one: Judged, log: Log, checks: Checks) -> Decision:
    """Return whether `candidate` may replace `live`. While nothing was ever promoted, live and day_one are the same.

    Lists with an impossible row (probability not in (0, 1], reward not a number) are counted, listed and left out.
    Wrong arrays, NaN from a model, a suite that finds something or breaks down: refused, never an exception.
    """
    rankings = [candidate, live] if live is day_one else [candidate, live, day_one]
    if problem := _shape_problem(log, rankings):
        return Decision(Verdict.REFUSED, (problem,))
    keep, left_out = _possible(log)
    base = Decision(
        Verdict.REFUSED,
        tuple(_findings("safety suite", checks.safety) + _findings("personas", checks.personas)),
        look=checks.look,
        level=level_of_look(checks.look),
        left_out_rows=len(left_out),
        left_out_lists=len(np.unique(log.impressions[~keep])),
        left_out=tuple(left_out[:LISTED]),
    )
    log, rankings = _only(log, rankings, keep)
    if not len(log.rewards):
        verdict = Verdict.REFUSED if base.reasons else Verdict.NOT_ENOUGH
        return replace(base, verdict=verdict, reasons=(*base.reasons, "There is no usable list in the log."))
    if wrong := [each.name for each in rankings if not _is_possible(each)]:
        return replace(base, reasons=(*base.reasons, f"Not numbers or no probabilities: {', '.join(wrong)}."))
    lists = len(np.unique(log.impressions))
    rewarded = len(np.unique(log.impressions[log.rewards > 0]))
    table = _table(log, rankings, base.level)
    base = replace(base, table=table, lists=lists, rate=rewarded / lists)
    return base if base.reasons else _weigh(base)


def _weigh(base: Decision) -> Decision:
    """Decide on the figures alone: all suites have passed."""
    own, *others = base.table
    missing = [sentence for line in base.table for sentence in _missing(line)]
    if own.rewarded < LEAST_REWARDED:
        missing.append(f"Not enough yet: {own.rewarded} lists with a reward speak for {own.name}, of {LEAST_REWARDED}.")
    if missing:
        return replace(base, verdict=Verdict.NOT_ENOUGH, reasons=tuple(missing))
    base = replace(base, weighed=True)
    sentences, is_beaten = [], False
    for other in others:
        for name, ahead in (("SNIPS", other.snips_ahead), ("DR", other.dr_ahead)):
            if ahead is None or not ahead.low > 0:
                found = Figure(np.nan, np.nan, np.nan) if ahead is None else ahead
                is_beaten |= found.high < 0
                sentences.append(
                    f"{own.name} is not ahead of {other.name} by {name}: {_signed(found, base.level)} a list."
                )
    if sentences:
        return replace(base, verdict=Verdict.NOT_BETTER if is_beaten else Verdict.NOT_ENOUGH, reasons=tuple(sentences))
    names = " and ".join(other.name for other in others)
    reason = f"{own.name} is ahead of {names} by SNIPS and DR, and the safety suite and the personas found nothing."
    return replace(base, verdict=Verdict.PROMOTE, reasons=(reason,))


def _missing(line: Line) -> list[str]:
    """Return what the log lacks for a verdict on this ranking."""
    found = []
    if not line.ess >= LEAST_ESS:
        found.append(
            f"Not enough yet: for {line.name} the log is worth {line.ess:.0f} lists, and needs {LEAST_ESS:.0f}."
        )
    least, most = COVERED
    if not line.covered.high >= least:
        found.append(f"The log covers about {line.covered.value:.0%} of what {line.name} would show.")
    elif not line.covered.low <= most:
        found.append(f"The logged probabilities are too small for {line.name}: mean weight {line.covered.value:.2f}.")
    return found


def _signed(figure: Figure, level: float) -> str:
    return f"{figure.value:+.5f} ({level:.3%} interval {figure.low:+.5f} to {figure.high:+.5f})"


def _table(log: Log, rankings: Sequence[Judged], level: float) -> tuple[Line, ...]:
    estimates = [_estimates(log, each) for each in rankings]
    first_snips, first_dr = estimates[0]
    lines = []
    for place, (each, (by_snips, by_dr)) in enumerate(zip(rankings, estimates, strict=True)):
        counts = (log.rewards > 0) & (each.would_show_with > 0)
        lines.append(
            Line(
                each.name,
                _figure(by_snips),
                _figure(by_dr),
                by_snips.ess,
                len(np.unique(log.impressions[counts])),
                Figure(*mean_weight(log.shown_with, each.would_show_with, impressions=log.impressions)),
                Figure(*difference(first_snips, by_snips, level=level)) if place else None,
                Figure(*difference(first_dr, by_dr, level=level)) if place else None,
            )
        )
    return tuple(lines)


def _estimates(log: Log, each: Judged) -> tuple[Estimate, Estimate]:
    data = (log.rewards, log.shown_with, each.would_show_with)
    predictions = (each.predicted_shown, each.predicted)
    return snips(*data, impressions=log.impressions), dr(*data, predictions, impressions=log.impressions)


def _figure(estimate: Estimate) -> Figure:
    return Figure(estimate.value, estimate.low, estimate.high)


def _shape_problem(log: Log, rankings: Sequence[Judged]) -> str | None:
    arrays = [log.impressions, log.rewards, log.shown_with]
    for each in rankings:
        arrays += each.arrays()
    if any(one.shape != other.shape or one.ndim != 1 for one, other in pairwise(arrays)):
        return "The log and what is judged on it do not have the same rows."
    return None


def _possible(log: Log) -> tuple[Bools, list[str]]:
    """Return (n,) which rows to keep, whole lists only, and a sentence for each impossible row."""
    bad_chance, bad_reward = impossible(log.shown_with), ~np.isfinite(log.rewards)
    sentences = [
        f"row {row}: logged probability {log.shown_with[row]:g}, reward {log.rewards[row]:g}"
        for row in np.flatnonzero(bad_chance | bad_reward)
    ]
    spoilt = np.unique(log.impressions[bad_chance | bad_reward])
    keep: Bools = ~np.isin(log.impressions, spoilt)
    return keep, sentences


def _only(log: Log, rankings: Sequence[Judged], keep: Bools) -> tuple[Log, list[Judged]]:
    kept = [Judged(each.name, *(array[keep] for array in each.arrays())) for each in rankings]
    return Log(log.impressions[keep], log.rewards[keep], log.shown_with[keep]), kept


def _is_possible(each: Judged) -> bool:
    is_finite = np.isfinite(np.concatenate(each.arrays())).all()
    return bool(is_finite and (each.would_show_with >= 0).all() and (each.would_show_with <= 1).all())


def _findings(name: str, check: Check) -> list[str]:
    try:
        found = list(check())
    except Exception as problem:  # whatever breaks a suite, nothing was shown to be safe
        return [f"The {name} broke down: {problem!r}."]
    return [f"The {name} found: {sentence}" for sentence in found]
