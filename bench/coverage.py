"""Do the 95 % intervals of the off-policy estimates hold the true value in 93-97 % of logs?

Two worlds. The synthetic bandit is the one of the tests. On simulator logs, a policy that shuffles the first five of
the textbook's candidates in some of the lists is logged; another order of the same candidates is judged on that log
and its true value is computed from the simulator's hidden truth, which only this bench looks at. Run by hand:

    python bench/coverage.py --repeats 2000
    python bench/coverage.py --simulator PATH/sim.py --seeds 5000 5001 --repeats 200 --sessions 2000
"""

import argparse
import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the bench runs from a checkout too

from recommender.bits import Floats
from recommender.offpolicy import Estimate, dr, ips, snips
from tests.recommender.test_offpolicy import logged_bandit

PLACES, SHUFFLED = 5, 0.5
"""Places of a list, and the share of lists whose order is shuffled."""
TASTE = np.polynomial.hermite_e.hermegauss(9)
REWARDS = ("clicked", "purchased")
EVERY = 5
"""The true value is averaged over every fifth session: a hundredth of an interval's variance comes from that."""


@dataclass
class Logged:
    """What one session showed: the rank (0 to 4) that the textbook gives what stands in each place, and its kind."""

    session: int
    rank_in_place: list[int]
    segment: int


@dataclass(frozen=True)
class Shelf:
    """The textbook's score of each item, (regions, items), and what bars it, (items, conditions)."""

    items: list[dict[str, Any]]
    score: Floats
    barred: np.ndarray

    @classmethod
    def of(cls, simulator: Any, items: list[dict[str, Any]]) -> "Shelf":
        """Read off a catalogue."""
        kind = [simulator.KINDS.index(item["kind"]) for item in items]
        reaches = np.array([[region in item["targets"] for item in items] for region in simulator.REGIONS])
        bars = [[condition in item["contraindications"] for condition in simulator.CONDITIONS] for item in items]
        return cls(items, simulator.KB_AFFINITY[:, kind] + 0.5 * reaches, np.array(bars))


@dataclass
class ShufflingPolicy:
    """Shows the five safe items with the best textbook score, in that order or, in half of the lists, shuffled.

    judged: the order of those five that is to be judged, best first: the rank shown in each place.
    """

    simulator: Any
    judged: tuple[int, ...]
    seed: int
    logged: list[Logged] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    truths: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in REWARDS})
    sessions: int = 0
    _shelf: Shelf | None = None

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([self.seed, 9])

    def bind_world(self, world: Any) -> None:
        """Keep the hidden truth, for the true value alone."""
        self._world = world

    def recommend(self, context: dict[str, Any], items: list[dict[str, Any]]) -> list[str]:
        """Log one list and note what the judged order would have earned on average."""
        session, self.sessions = self.sessions, self.sessions + 1
        if context["red_flags"]:
            return []
        if self._shelf is None or self._shelf.items is not items:
            self._shelf = Shelf.of(self.simulator, items)
        region = self.simulator.REGIONS.index(context["region"])
        barred = [self.simulator.CONDITIONS.index(condition) for condition in context["conditions"]]
        score = np.where(self._shelf.barred[:, barred].any(axis=1), -np.inf, self._shelf.score[region])
        five = np.argsort(-score, kind="stable")[:PLACES]
        if not np.isfinite(score[five]).all():
            return []
        order = self._rng.permutation(PLACES) if self._rng.random() < SHUFFLED else np.arange(PLACES)
        self.logged.append(Logged(session, [int(rank) for rank in order], region))
        if session % EVERY == 0:
            self._note_truth(context, [items[five[rank]]["id"] for rank in self.judged])
        return [items[five[rank]]["id"] for rank in order]

    def _note_truth(self, context: dict[str, Any], shown: list[str]) -> None:
        truth, world = self._world.truth(context), self._world
        at = np.array([world.index[name] for name in shown])
        seen = (1 / np.arange(1, PLACES + 1)) ** world.s.eta
        attract = truth["attract"][at]
        logit = np.log(attract / (1 - attract))[:, None] + world.s.taste_sd * TASTE[0]
        clicked = seen * ((1 / (1 + np.exp(-logit))) @ TASTE[1]) / TASTE[1].sum()
        self.truths["clicked"].append(float(clicked.sum()))
        self.truths["purchased"].append(float((clicked * truth["cart"][at] * truth["buy"][at]).sum()))

    def update(self, rows: list[dict[str, Any]]) -> None:
        """Keep what was earned."""
        self.rows += [row for row in rows if row["event"] == "impression"]

    def rewards(self, name: str) -> Floats:
        """Return (lists, places): 1 where the customer did it."""
        place = {each.session: at for at, each in enumerate(self.logged)}
        found = np.zeros((len(self.logged), PLACES))
        for row in self.rows:
            found[place[row["session"]], row["position"] - 1] = row[name]
        return found


def simulator_logs(
    simulator: Any, seed: int, repeats: int, sessions: int
) -> Iterator[tuple[str, float, list[dict[str, Estimate]]]]:
    """Yield reward, true value and the estimates of each repeat. One long run is cut: a fixed policy has no memory.

    DR's model is the mean reward by region, rank and place in a further, earlier piece of the run.
    """
    policy = ShufflingPolicy(simulator, judged=(1, 0, 2, 4, 3), seed=seed)
    simulator.simulate(policy, sessions * (repeats + 1), seed, scenario="base")
    shown = np.array([each.rank_in_place for each in policy.logged])
    segment = np.array([each.segment for each in policy.logged])
    usual, judged = np.arange(PLACES), np.array(policy.judged)
    shown_with = np.where(shown == usual, 1 - SHUFFLED, 0.0) + SHUFFLED / PLACES
    would_show_with = (shown == judged).astype(float)
    piece = np.array([each.session for each in policy.logged]) // sessions
    for name in REWARDS:
        rewards = policy.rewards(name)
        model = _segment_model(rewards[piece == 0], shown[piece == 0], segment[piece == 0], len(simulator.REGIONS))
        predicted_shown = model[segment[:, None], shown, usual]
        predicted = model[segment[:, None], judged, usual]
        found = []
        for repeat in range(1, repeats + 1):
            rows = np.flatnonzero(piece == repeat)
            data = [array[rows].ravel() for array in (rewards, shown_with, would_show_with)]
            lists = np.repeat(rows, PLACES)
            models = (predicted_shown[rows].ravel(), predicted[rows].ravel())
            found.append(_estimates(data[0], data[1], data[2], models, lists))
        yield name, float(np.mean(policy.truths[name])), found


def _segment_model(rewards: Floats, shown: np.ndarray, segment: np.ndarray, segments: int) -> Floats:
    """Return (segments, ranks, places): mean rewards, pulled towards the place's own mean by ten pretended lists."""
    place = np.broadcast_to(np.arange(PLACES), shown.shape)
    sums, counts = np.zeros((segments, PLACES, PLACES)), np.zeros((segments, PLACES, PLACES))
    np.add.at(sums, (segment[:, None], shown, place), rewards)
    np.add.at(counts, (segment[:, None], shown, place), 1)
    return (sums + 10 * rewards.mean(axis=0)) / (counts + 10)


def _estimates(
    rewards: Floats,
    shown_with: Floats,
    would_show_with: Floats,
    models: tuple[Floats, Floats],
    lists: np.ndarray | None = None,
) -> dict[str, Estimate]:
    data = (rewards, shown_with, would_show_with)
    return {
        "ips": ips(*data, impressions=lists),
        "snips": snips(*data, impressions=lists),
        "dr": dr(*data, models, impressions=lists),
    }


def summary(world: str, reward: str, truth: float, found: list[dict[str, Estimate]]) -> list[dict[str, Any]]:
    """Return one line an estimator: how often the interval held the truth, and on which side it missed."""
    lines = []
    for name in found[0]:
        each = [repeat[name] for repeat in found]
        lines.append(
            {
                "world": world,
                "reward": reward,
                "estimator": name,
                "repeats": len(each),
                "truth": truth,
                "mean_estimate": float(np.mean([one.value for one in each])),
                "covered": float(np.mean([one.low <= truth <= one.high for one in each])),
                "too_high": float(np.mean([one.low > truth for one in each])),
                "too_low": float(np.mean([one.high < truth for one in each])),
                "mean_ess": float(np.mean([one.ess for one in each])),
            }
        )
    return lines


def synthetic(repeats: int) -> list[dict[str, Any]]:
    """Return the lines of the synthetic bandit."""
    rng, found = np.random.default_rng(20260306), []
    for _ in range(repeats):
        log = logged_bandit(rng)
        data = (log["rewards"], log["shown_with"], log["would_show_with"])
        found.append(_estimates(*data, (log["guess"], log["expected_guess"])))
    return summary("synthetic", "bought", 0.055 * 1.45, found)


def _parts(options: argparse.Namespace) -> Iterator[list[dict[str, Any]]]:
    if not options.simulator:
        yield synthetic(options.repeats)
        return
    spec = importlib.util.spec_from_file_location("simulator", options.simulator)
    assert spec is not None
    assert spec.loader is not None
    simulator = importlib.util.module_from_spec(spec)
    sys.modules["simulator"] = simulator
    spec.loader.exec_module(simulator)
    for seed in options.seeds:
        for reward, truth, found in simulator_logs(simulator, seed, options.repeats, options.sessions):
            yield summary(f"seed {seed}", reward, truth, found)


def _sentence(line: dict[str, Any]) -> str:
    return (
        f"{line['world']}, {line['reward']}, {line['estimator']:>5}: covered {line['covered']:.1%} of "
        f"{line['repeats']} (too high {line['too_high']:.1%}, too low {line['too_low']:.1%}), truth "
        f"{line['truth']:.5f}, mean estimate {line['mean_estimate']:.5f}, ESS {line['mean_ess']:.0f}"
    )


def main() -> int:
    """Print one line an estimator. Returns 1 when all repeats together leave 93-97 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", type=Path, help="sim.py of the synthetic shop")
    parser.add_argument("--seeds", type=int, nargs="+", default=[5000])
    parser.add_argument("--sessions", type=int, default=2_000, help="sessions a log")
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    lines: list[dict[str, Any]] = []
    for part in _parts(options):
        lines += part
        if not options.json:
            print("\n".join(_sentence(line) for line in part), flush=True)
    if options.json:
        print(json.dumps(lines, indent=2))
    for name in ("ips", "snips", "dr"):
        together = float(np.mean([line["covered"] for line in lines if line["estimator"] == name]))
        print(f"all together, {name}: {together:.2%}", file=sys.stderr)
    return 0 if 0.93 <= float(np.mean([line["covered"] for line in lines])) <= 0.97 else 1


if __name__ == "__main__":
    sys.exit(main())
