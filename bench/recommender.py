"""CPU time from answers to the ranked list, for 48, 1,000 and 5,000 products. Run by hand.

Every size answers the same 60 seeded questionnaires over and over. The time is the process's own CPU time, so
that a busy machine disturbs it less; the garbage collector stays on and its runs are counted. What was left out
is worked out only for those who ask, in a summary as the result page does or one by one. The chances of places go
into the log of a visit that agreed to it; the model knows every product. The bare line is a product of matrix and
vector of the same shape and a partial sort: what no ranking can go below.
"""

import argparse
import gc
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.features import FEATURES
from recommender.place_chances import place_chances
from recommender.questionnaire import QUESTIONS
from recommender.ranking import rank
from recommender.safety_suite.made_up import make_posterior
from recommender.types import Answers, Item, Ranking

ROOT = Path(__file__).resolve().parents[1]
SEED = 20260301
QUESTIONNAIRES = 60
SIZES = (48, 1_000, 5_000)
DEMO = ROOT / "shop" / "demo_data" / "catalogue.csv"


def make_items(size: int, rng: random.Random) -> tuple[Item, ...]:
    """The demo catalogue, repeated with other prices, sizes, stock and some further exclusions."""
    demo = read_catalogue(DEMO)
    health = sorted(QUESTIONS["health"].codes - {"UNKNOWN"})
    items = list(demo[:size])
    while len(items) < size:
        base = demo[len(items) % len(demo)]
        extra = frozenset(rng.sample(health, rng.randint(0, 2)))
        items.append(
            replace(
                base,
                sku=f"{base.sku}-{len(items)}",
                price_minor=max(100, round(base.price_minor * rng.uniform(0.5, 2))),
                length_mm=round((base.length_mm or 100) * rng.uniform(0.8, 1.2)),
                available=rng.random() < 0.9,
                contraindications=(base.contraindications or frozenset()) | extra,
            )
        )
    return tuple(items)


def make_answers(rng: random.Random) -> Answers:
    """A visitor without warning signs; a third name a health or allergy code."""

    def some(field: str, most: int) -> frozenset[str]:
        return frozenset(rng.sample(sorted(QUESTIONS[field].codes - {"UNKNOWN"}), rng.randint(0, most)))

    def one(field: str) -> str:
        return rng.choice(sorted(QUESTIONS[field].codes))

    return Answers(
        red_flags=frozenset(),
        health=some("health", 2) if rng.random() < 1 / 3 else frozenset(),
        allergies=some("allergies", 1) if rng.random() < 1 / 3 else frozenset(),
        areas=frozenset(rng.sample(sorted(QUESTIONS["areas"].codes), rng.randint(1, 3))),
        pain_kinds=frozenset(rng.sample(sorted(QUESTIONS["pain_kind"].codes), rng.randint(1, 2))),
        intensity=rng.randint(0, 10),
        interference=rng.randint(0, 10),
        duration=one("duration"),
        triggers=some("triggers", 2),
        position=one("position_preference"),
        pressure=rng.randint(1, 5),
        experience=one("experience"),
        portability=one("portability_need"),
        max_budget_minor=rng.choice([None, 3_000, 6_000]),
        mobility_limits=some("mobility_limits", 1),
        goal=one("goal"),
    )


def timed(work: Callable[[int], object], runs: int) -> tuple[float, float, int]:
    """Return the median and the 99th percentile of CPU µs over `runs` calls, and how often the collector ran."""
    for number in range(min(runs, 2 * QUESTIONNAIRES)):
        work(number)
    gc.collect()
    collected = sum(generation["collections"] for generation in gc.get_stats())
    spent = []
    for number in range(runs):
        start = time.process_time_ns()
        work(number)
        spent.append((time.process_time_ns() - start) / 1000)
    collected = sum(generation["collections"] for generation in gc.get_stats()) - collected
    return float(np.median(spent)), float(np.percentile(spent, 99)), collected


def measure(size: int, runs: int) -> list[tuple[str, float, float, int]]:
    """Return the lines for one size: what was done, median, 99th percentile, collections."""
    rng = random.Random(SEED)
    items = make_items(size, rng)
    visitors = [make_answers(rng) for _ in range(QUESTIONNAIRES)]
    skus = [item.sku for item in items[:5]]
    model = make_posterior(np.random.default_rng(SEED), [item.sku for item in items])
    wanted = np.random.default_rng(SEED).normal(size=len(FEATURES))
    matrix = np.random.default_rng(SEED).normal(size=(size, len(FEATURES)))

    def ranked(number: int) -> object:
        return rank(visitors[number % QUESTIONNAIRES], items)

    def summed_up(number: int) -> object:
        outcome = rank(visitors[number % QUESTIONNAIRES], items)
        return outcome.excluded.together(named=8) if isinstance(outcome, Ranking) else None

    def with_left_out(number: int) -> object:
        outcome = rank(visitors[number % QUESTIONNAIRES], items)
        return [each.sentence for each in outcome.excluded] if isinstance(outcome, Ranking) else None

    def places(number: int) -> object:
        return place_chances(visitors[number % QUESTIONNAIRES], items, skus, model, exploration=0.1, seed=number)

    def bare(_: int) -> object:
        return np.argpartition(matrix @ wanted, -5)[-5:]

    prepare(make_items(5, random.Random(size)))  # whatever is loaded at first use is loaded now
    start = time.process_time_ns()
    prepare(items)
    once = (time.process_time_ns() - start) / 1000
    return [
        ("prepare, once a catalogue", once, once, 0),
        ("rank, with reasons", *timed(ranked, runs)),
        ("rank, left out summed up", *timed(summed_up, runs // 4)),
        ("rank, left out one by one", *timed(with_left_out, runs // 4)),
        ("chances of five places", *timed(places, runs // 4)),
        ("bare X @ q, argpartition", *timed(bare, runs)),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1200, help="calls a line (default 1200)")
    runs = parser.parse_args().runs
    print(f"{'products':>8}  {'what':<28}{'median µs':>11}{'p99 µs':>10}{'GC runs':>9}{'x bare':>8}")
    for size in SIZES:
        lines = measure(size, runs)
        bare = lines[-1][1]
        for what, median, p99, collections in lines:
            print(f"{size:>8}  {what:<28}{median:>11.0f}{p99:>10.0f}{collections:>9}{median / bare:>8.0f}")


if __name__ == "__main__":
    main()
