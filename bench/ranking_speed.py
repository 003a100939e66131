"""How long scoring and the best five take, and the whole list with its reasons: `python -m bench.ranking_speed`.

Two catalogues of each size: the demo's products repeated with prices, lengths and exclusions of their own, as shops
have them, and one in which no two products are alike. 60 seeded questionnaires are answered over and over. Times are
the process's own CPU milliseconds on one core, from the answers on; the bare line is a product of matrix and vector
of the same shape and a partial sort. `p99` is over all calls; `calm` is the 99th percentile over the questionnaires of
the lowest time of each, which a busy machine disturbs less. Ends with 1 when a gate is missed by `calm`; whether `p99`
keeps it too is said beside it.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable

import numpy as np

from bench.recommender import make_answers, make_items
from recommender.candidates import EXPERT, find_candidates
from recommender.catalogue import prepare
from recommender.choosing import choose
from recommender.features import FEATURES
from recommender.knowledge import KNOWN_TYPES, POSITIONS
from recommender.questionnaire import QUESTIONS
from recommender.ranking import rank
from recommender.safety import Gate
from recommender.safety_suite.made_up import make_posterior
from recommender.scorers import Scorer
from recommender.scorers.learned import LearnedScorer
from recommender.types import Answers, Item
from recommender.wish import read_wish

SEED = 20260301
QUESTIONNAIRES = 60
GATES_MS = {5_000: (1.0, 10.0), 100_000: (5.0, 10.0)}
"""The 99th percentile that score and top 5, and the whole list, may take."""


def unlike_items(size: int, rng: random.Random) -> tuple[Item, ...]:
    """Products of which hardly two have the same areas, uses, positions and firmness."""
    types, health = sorted(KNOWN_TYPES), sorted(QUESTIONS["health"].codes - {"UNKNOWN"})
    areas, kinds = sorted(QUESTIONS["areas"].codes), sorted(QUESTIONS["pain_kind"].codes)

    def some(codes: list[str], most: int) -> frozenset[str]:
        return frozenset(rng.sample(codes, rng.randint(1, most)))

    return tuple(
        Item(
            sku=f"S{number}",
            title="Tool",
            type=rng.choice(types),
            price_minor=rng.randint(500, 9_000),
            available=rng.random() < 0.9,
            contraindications=some(health, 3),
            cautions=some(health, 3),
            allergens=frozenset(),
            powered=False,
            areas=some(areas, 6),
            pain_kinds=some(kinds, 4),
            positions=some(list(POSITIONS), 3),
            pressure_min=(low := rng.randint(1, 5)),
            pressure_max=rng.randint(low, 5),
            portability=rng.randint(1, 5),
            dexterity=rng.randint(1, 5),
            length_mm=rng.randint(30, 900),
            weight_grams=rng.randint(20, 3_000),
        )
        for number in range(size)
    )


def timed(work: Callable[[int], object], runs: int) -> tuple[float, float, float, float]:
    """CPU milliseconds over so many calls: the lowest, the median, the 99th percentile, and the calm one."""
    for number in range(min(runs, QUESTIONNAIRES)):
        work(number)
    spent = []
    for number in range(runs):
        start = time.process_time_ns()
        work(number)
        spent.append((time.process_time_ns() - start) / 1e6)
    lowest = [min(spent[number::QUESTIONNAIRES]) for number in range(min(QUESTIONNAIRES, runs))]
    return min(spent), float(np.median(spent)), float(np.percentile(spent, 99)), float(np.percentile(lowest, 99))


def best_five(answers: Answers, items: tuple[Item, ...], scorer: Scorer) -> object:
    """From the answers to the five rows and what each lost to those like it: no reasons."""
    candidates = find_candidates(Gate(answers), read_wish(answers), prepare(items))
    return choose(candidates, scorer.score(candidates.seen), 5)


def measure(name: str, items: tuple[Item, ...], runs: int) -> bool:
    """Print the lines of one catalogue and say whether its gates are kept."""
    size, rng = len(items), random.Random(SEED)
    visitors = [make_answers(rng) for _ in range(QUESTIONNAIRES)]
    learned = LearnedScorer(make_posterior(np.random.default_rng(SEED), [item.sku for item in items]))
    matrix = np.random.default_rng(SEED).normal(size=(size, len(FEATURES)))
    weights = np.random.default_rng(SEED).normal(size=len(FEATURES))

    def asked(number: int) -> Answers:
        return visitors[number % QUESTIONNAIRES]

    best_gate, whole_gate = GATES_MS[size]
    work: dict[str, tuple[Callable[[int], object], float | None]] = {
        "bare X @ q, argpartition": (lambda number: np.argpartition(matrix @ weights, -5)[-5:], None),
        "score and top 5, expert": (lambda number: best_five(asked(number), items, EXPERT), best_gate),
        "score and top 5, learned": (lambda number: best_five(asked(number), items, learned), best_gate),
        "list with reasons, expert": (lambda number: rank(asked(number), items), whole_gate),
        "list with reasons, learned": (lambda number: rank(asked(number), items, scorer=learned), whole_gate),
    }
    bare, all_kept = 0.0, True
    for what, (call, gate) in work.items():
        low, median, p99, calm = timed(call, runs)
        bare = bare or median
        kept = gate is None or calm <= gate
        said = "" if gate is None else f"  gate {gate:g}: {'kept' if kept else 'MISSED'}, p99 {_kept(p99, gate)}"
        times = "".join(f"{each:>8.2f}" for each in (low, median, p99, calm))
        print(f"{size:>8,}  {name:<14}{what:<28}{times}{median / bare:>8.1f}{said}")
        all_kept &= kept
    return all_kept


def _kept(milliseconds: float, gate: float) -> str:
    return "kept" if milliseconds <= gate else "missed"


def main() -> int:
    """Print the table; 1 when a gate is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=600, help="calls a line (default 600)")
    parser.add_argument("--size", type=int, action="append", choices=list(GATES_MS), help="only so many products")
    options = parser.parse_args()
    print(f"{'products':>8}  {'catalogue':<14}{'CPU ms':<28}{'min':>8}{'median':>8}{'p99':>8}{'calm':>8}{'x bare':>8}")
    kept = [
        measure(name, make(size, random.Random(SEED)), options.runs)
        for size in options.size or GATES_MS
        for name, make in {"as shops have": make_items, "no two alike": unlike_items}.items()
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
