"""Is a log judged by the right chances, when visitors say something of their health and the log keeps none of it?

Lists of the demo catalogue, made as the shop makes them for visitors who agreed to learning: questionnaires at random,
most with an answer on health, allergies or mobility, a little chance in every list. They are judged as the gate judges
them. Day one made them all, so against itself it must weigh 1. A candidate that differs from day one by one draw
is judged, too; what it is worth is known here, for the buyers' taste is made up. Reported are the lists left out, the
weights, how far the estimates are off on average and how often the intervals hold the true values, in logs whose lists
are drawn from all that were made. All those logs share what chance did to the lists that were made: the fewer, the more
the share that is held hangs on the seed. Run by hand, some minutes:

    OMP_NUM_THREADS=1 python bench/judged_lists.py --made 160000 --logs 2000 --lists 4000
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the bench runs from a checkout too

from recommender.answer_space import drawn as drawn_answers
from recommender.bits import Floats
from recommender.candidates import Candidates, find_candidates
from recommender.catalogue import Ints, prepare
from recommender.catalogue_csv import read_catalogue
from recommender.choosing import choose
from recommender.expert import day_one_posterior
from recommender.features import FEATURES
from recommender.gate import Judged, Log
from recommender.offpolicy import Estimate, difference, dr, snips
from recommender.policy import drawn
from recommender.posterior import Posterior
from recommender.reorder import expected
from recommender.safety import Gate
from recommender.scorers.learned import LearnedScorer
from recommender.wish import read_wish
from shop import paths
from shop.learning.judging import Batch, Usable, judge, part_of
from shop.learning.rules import GRAIN, LOGGED_FEATURES
from shop.recommendations.logged import coarse_fits
from shop.recommendations.service import FIRST_SHOWN, MOST_SHOWN

DAY_ONE, CANDIDATE = "day one", "candidate"
VISITORS = 400
LOOKED_AT = np.array([1.0, 0.7, 0.5, 0.35, 0.25])
BUYS_LESS = 0.7
"""What somebody who says something of their health buys, beside 1 for the others: the log cannot know."""
GUESS = 0.6
"""The reward model of the doubly robust estimate is that much of the truth: it need not be right."""
GOAL = 0.93, 0.97


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and what may be shown."""

    candidates: Candidates
    says_of_health: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """Judged lists. log: its rewards are the chances that something is bought. true: a list's true value by ranking."""

    log: Log
    rankings: dict[str, Judged]
    true: dict[str, Floats]
    usable: Usable

    def some(self, lists: Ints) -> "Judgement":
        """These lists, by number, each as often as it is named; every one is a list of its own."""
        bounds = np.append(
            np.flatnonzero(np.r_[True, self.log.impressions[1:] != self.log.impressions[:-1]]), self.rows
        )
        rows = np.concatenate([np.arange(bounds[each], bounds[each + 1]) for each in lists.tolist()])
        names = np.repeat(np.arange(len(lists)), np.diff(bounds)[lists])
        log = Log(names, self.log.rewards[rows], self.log.shown_with[rows])
        rankings = {
            name: Judged(name, *(array[rows] for array in each.arrays())) for name, each in self.rankings.items()
        }
        return Judgement(log, rankings, {name: each[lists] for name, each in self.true.items()}, self.usable)

    @property
    def rows(self) -> int:
        """How many products were shown."""
        return len(self.log.rewards)


def visitors(number: int, seed: int) -> list[Visitor]:
    """So many visitors of the demo shop who are shown something."""
    items, found = prepare(read_catalogue(paths.demo_data() / "catalogue.csv")), []
    for answers in drawn_answers(2 * number, seed):
        gate = Gate(answers)
        if gate.referral is None:
            candidates = find_candidates(gate, read_wish(answers), items)
            says = bool(gate.health or gate.allergies or answers.mobility_limits)
            found += [Visitor(candidates, says)] if (candidates.is_strong & ~candidates.is_near).any() else []
    return found[:number]


def taste(seed: int) -> Posterior:
    """What the made-up buyers like: the expert's sense, moved about, and some products for reasons of their own."""
    rng, expert = np.random.default_rng([seed, 7]), day_one_posterior(LOGGED_FEATURES)
    items = tuple(sorted(item.sku for item in read_catalogue(paths.demo_data() / "catalogue.csv")))
    effects = np.tile(rng.normal(0, 0.15, len(items)), (len(expert.stages), 1))
    moved = expert.mean + rng.normal(0, 0.05, expert.mean.shape)
    return replace(
        expert, mean=moved, intercept=expert.intercept + 0.35, items=items, item_mean=effects,
        item_sd=np.zeros(effects.shape), position_weight=LOOKED_AT,
    )  # fmt: skip


def shown(visitor: Visitor, made_by: Posterior, seed: int, exploration: float) -> list[str]:
    """The list of this seed; every other visitor asks for two more than the first three."""
    scorer, candidates = LearnedScorer(drawn(made_by, np.random.default_rng(seed), exploration)), visitor.candidates
    chosen = choose(candidates, scorer.score(candidates.seen), MOST_SHOWN)
    skus = [candidates.catalogue.skus[candidates.rows[place]] for place, _ in chosen]
    return skus[: FIRST_SHOWN if seed % 2 else MOST_SHOWN]


def judged_log(
    asked: Iterator[tuple[int, Visitor]], rankings: dict[str, Posterior], buyers: Posterior, exploration: float
) -> Judgement:
    """One log of these visits as the gate reads it. `buyers` foretells: its expectations are the truth."""
    batch, less, goods = Batch(), {}, None
    for seed, visitor in asked:
        goods = visitor.candidates.catalogue
        skus = shown(visitor, rankings[DAY_ONE], seed, exploration)
        fits = coarse_fits(visitor.candidates.wish.answers, goods.items, skus)
        batch.names.append(f"{seed:08d}")
        batch.items.append(skus)
        batch.features.append([[fit.get(name, 0) / GRAIN for name in FEATURES] for fit in fits])
        batch.earned.append([0.0] * len(skus))
        batch.seeds.append(seed)
        less[f"{seed:08d}"] = BUYS_LESS if visitor.says_of_health else 1.0
    assert goods is not None
    usable = Usable(read=len(batch.names))
    made_by = {DAY_ONE: rankings[DAY_ONE]}
    log, found = judge({(DAY_ONE, exploration): batch}, made_by, rankings, buyers, usable, goods)
    factor = np.array([less[name] for name in log.impressions.tolist()])
    part = part_of(batch, goods, rankings[DAY_ONE], list(rankings.values()), exploration)
    worths = (part.others * expected(buyers, part.lists)).sum(axis=(2, 3))  # whole: nothing stays as it was served
    less_each = np.array([less[name] for name in part.names.tolist()])
    true = {name: less_each * worth for name, worth in zip(rankings, worths, strict=True)}
    log = replace(log, rewards=factor * found[DAY_ONE].predicted_shown)
    return Judgement(log, found, true, usable)


def estimates(judged: Judgement, rng: np.random.Generator) -> dict[tuple[str, str], Estimate]:
    """What the estimators say of each ranking once the buyers have bought, by ranking and estimator."""
    log, found = judged.log, {}
    bought = (rng.random(len(log.rewards)) < log.rewards).astype(float)
    for name, each in judged.rankings.items():
        data, guess = (
            (bought, log.shown_with, each.would_show_with),
            (GUESS * each.predicted_shown, GUESS * each.predicted),
        )
        found[name, "SNIPS"] = snips(*data, impressions=log.impressions)
        found[name, "DR"] = dr(*data, guess, impressions=log.impressions)
    return found


def figures(found: dict[tuple[str, str], Estimate]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """The 95 % intervals: of each ranking's value, and of what the candidate is ahead by."""
    values = {key: (each.value, each.low, each.high) for key, each in found.items()}
    for by in ("SNIPS", "DR"):
        values["ahead", by] = difference(found[CANDIDATE, by], found[DAY_ONE, by])
    return values


def measure(made: int, logs: int, lists: int, exploration: float, seed: int) -> dict[str, Any]:
    """Return the shares and figures that the bench prints: so many lists are made, and so many logs drawn from them."""
    people, rng = visitors(VISITORS, seed), np.random.default_rng(seed)
    expert = day_one_posterior(LOGGED_FEATURES)
    rankings = {DAY_ONE: expert, CANDIDATE: drawn(expert, np.random.default_rng([seed, 3]), exploration)}
    asked = ((number, people[int(rng.integers(len(people)))]) for number in range(made))
    judged = judged_log(asked, rankings, taste(seed), exploration)
    true = {name: float(each.mean()) for name, each in judged.true.items()}
    true["ahead"] = true[CANDIDATE] - true[DAY_ONE]
    sides: dict[tuple[str, str], list[tuple[bool, bool, float]]] = {}
    for _ in range(logs):
        log = judged.some(rng.integers(len(judged.true[DAY_ONE]), size=lists))
        for (what, by), (value, low, high) in figures(estimates(log, rng)).items():
            sides.setdefault((what, by), []).append((low > true[what], high < true[what], value - true[what]))
    weights = {name: each.would_show_with / judged.log.shown_with for name, each in judged.rankings.items()}
    return {
        "left_out": judged.usable.not_made_again / made,
        "say_of_health": sum(person.says_of_health for person in people) / len(people),
        "itself": (float(weights[DAY_ONE].min()), float(weights[DAY_ONE].max())),
        "candidate": float(weights[CANDIDATE].mean()),
        "true": true,
        "missed": {key: np.mean(each, axis=0).tolist()[:2] for key, each in sides.items()},
        "off": {key: float(np.mean(each, axis=0)[2]) for key, each in sides.items()},
        "scatter": {key: float(np.std(each, axis=0)[2]) for key, each in sides.items()},
    }


def main() -> int:
    """Print what was found. Returns 1 when day one does not weigh 1, or some interval leaves 93-97 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=int, default=160_000, help="lists that are made")
    parser.add_argument("--logs", type=int, default=2_000)
    parser.add_argument("--lists", type=int, default=4_000, help="judged lists a log")
    parser.add_argument("--exploration", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=6100)
    options = parser.parse_args()
    found = measure(options.made, options.logs, options.lists, options.exploration, options.seed)
    low, high = found["itself"]
    print(f"{options.made} lists, {found['say_of_health']:.1%} of the visitors say something of health or mobility")
    print(f"left out: {found['left_out']:.1%}")
    print(f"day one against itself weighs {low:.12f} to {high:.12f}, the candidate {found['candidate']:.3f} on average")
    held = {key: 1 - sum(sides) for key, sides in found["missed"].items()}
    for (what, by), (above, below) in found["missed"].items():
        print(
            f"{what}, {by}: true {found['true'][what]:+.5f}, held by {held[what, by]:.1%} of {options.logs} intervals, "
            f"{above:.1%} lie above it, {below:.1%} below; off by {found['off'][what, by]:+.5f}, "
            f"scatter {found['scatter'][what, by]:.5f}"
        )
    is_held = all(GOAL[0] <= share <= GOAL[1] for share in held.values())
    return 0 if abs(low - 1) < 1e-9 and abs(high - 1) < 1e-9 and is_held else 1


if __name__ == "__main__":
    sys.exit(main())
