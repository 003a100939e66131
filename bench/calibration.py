"""Do the learner's chances come true, stage by stage, on sessions it has not seen? On a log of the simulator.

A fixed policy shuffles the textbook's first twenty safe items; the learner is trained on the first part of the run,
a correction is fitted on the second, both are judged on the third. Run by hand:

    python bench/calibration.py --simulator PATH/sim.py --seeds 5200 5201 --sessions 8000
"""

import argparse
import importlib.util
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the bench runs from a checkout too

from bench.world_adapter import STAGES, Shelf, Vocabulary, World
from recommender.bits import Floats
from recommender.learning.calibration import (
    expected_error,
    fit_calibration,
    reliability,
    report_stages,
)
from recommender.learning.funnel import train
from recommender.learning.statistics import SufficientStatistics, Trials
from recommender.posterior import Posterior

PLACES, TOP = 5, 20


@dataclass
class ShufflingPolicy:
    """Shows five of the textbook's first twenty safe items at random, and keeps what came of it."""

    world: World
    seed: int
    sessions: int = 0
    shown: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    _shelf: Shelf | None = None
    _items: Any = None

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([self.seed, 7])

    def recommend(self, context: dict[str, Any], items: list[dict[str, Any]]) -> list[str]:
        """Log the features of five safe items."""
        session, self.sessions = self.sessions, self.sessions + 1
        if self._shelf is None or self._items is not items:
            self._shelf, self._items = Shelf(self.world, items), items
        safe = self._shelf.safe(context)
        if len(safe) == 0:
            return []
        features = self._shelf.features(context)[safe]
        best = np.argsort(-(features @ self.world.textbook), kind="stable")[:TOP]
        picked = self._rng.permutation(best)[:PLACES]
        for place, row in enumerate(picked):
            self.shown[session, place + 1] = {"features": features[row], "item": str(self._shelf.ids[safe[row]])}
        return [self.shown[session, place + 1]["item"] for place in range(len(picked))]

    def update(self, rows: list[dict[str, Any]]) -> None:
        """Keep outcomes beside what was shown."""
        for row in rows:
            self.shown[row["session"], row["position"]].update(
                {name: row[name] for name in ("clicked", "carted", "purchased", "returned", "relief") if name in row}
            )

    def trials(self, first: int, last: int) -> Trials:
        """Return the log of sessions from first to before last."""
        keys = [key for key in self.shown if first <= key[0] < last]
        rows = [self.shown[key] for key in keys]
        won, tried = np.zeros((len(rows), len(STAGES))), np.zeros((len(rows), len(STAGES)), dtype=bool)
        for at, row in enumerate(rows):
            kept = None if "returned" not in row else not row["returned"]
            answers = (row["clicked"], row["carted"], row["purchased"], kept, row.get("relief"))
            for stage, answer in enumerate(answers):
                if answer is None:
                    break
                tried[at, stage], won[at, stage] = True, float(answer)
                if not answer and stage < len(STAGES) - 1:
                    break
        return Trials(
            stages=STAGES,
            features=np.array([row["features"] for row in rows]),
            items=np.array([row["item"] for row in rows]),
            positions=np.array([key[1] for key in keys]),
            days=np.full(len(keys), 1),
            tried=tried,
            won=won,
        )


def chances(posterior: Posterior, trials: Trials) -> Floats:
    """Return (stages, n): the chance of each stage, the first with the chance that the place is looked at."""
    each: Floats = 1 / (1 + np.exp(-posterior.linear(trials.features, trials.items)))
    each[0] *= posterior.position_weight[trials.positions - 1]
    return each


def _successes(trials: Trials, graded: Mapping[str, float]) -> Trials:
    """Return the trials with graded answers as yes or no, which is what the chances are of."""
    least = np.array([graded.get(stage, 1.0) for stage in trials.stages])
    return replace(trials, won=(trials.won >= least).astype(float))


def measure(simulator: Any, seed: int, sessions: int) -> list[dict[str, Any]]:
    """Return one line a stage."""
    world = World(Vocabulary.of(simulator))
    policy = ShufflingPolicy(world, seed)
    simulator.simulate(policy, 3 * sessions + 250, seed, scenario="base")  # outcomes come up to 200 sessions late
    learn, correct, judge = (policy.trials(at * sessions, (at + 1) * sessions) for at in range(3))
    columns = world.columns()
    posterior = train(SufficientStatistics.from_rows(learn), columns, seed=0, today=1)
    seen, unseen = chances(posterior, correct), chances(posterior, judge)
    correct, judge = (_successes(trials, columns.graded) for trials in (correct, judge))
    arrays = {name: (unseen[s][judge.tried[:, s]], judge.won[judge.tried[:, s], s]) for s, name in enumerate(STAGES)}
    lines = []
    for each in report_stages(arrays):
        s = STAGES.index(each.stage)
        correction = fit_calibration(seen[s][correct.tried[:, s]], correct.won[correct.tried[:, s], s])
        predicted, happened = arrays[each.stage]
        after = expected_error(reliability(correction.apply(predicted), happened))
        lines.append(
            {
                "seed": seed,
                "stage": each.stage,
                "rows": each.rows,
                "positives": each.positives,
                "error": each.error,
                "corrected_error": after if each.error is not None else None,
                "method": correction.method,
                "sentence": each.sentence,
                "bins": [[one.count, one.predicted, one.happened, one.low, one.high] for one in each.bins],
            }
        )
    return lines


def main() -> int:
    """Print one line a stage. Returns 1 when a stage with enough rows is off by more than the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", type=Path, required=True, help="sim.py of the synthetic shop")
    parser.add_argument("--seeds", type=int, nargs="+", default=[5200])
    parser.add_argument("--sessions", type=int, default=8_000, help="sessions of each third")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    spec = importlib.util.spec_from_file_location("simulator", options.simulator)
    assert spec is not None
    assert spec.loader is not None
    simulator = importlib.util.module_from_spec(spec)
    sys.modules["simulator"] = simulator
    spec.loader.exec_module(simulator)
    lines = [line for seed in options.seeds for line in measure(simulator, seed, options.sessions)]
    if options.json:
        print(json.dumps(lines, indent=2, allow_nan=False))
    else:
        for line in lines:
            after = line["corrected_error"]
            tail = "" if after is None else f" Corrected ({line['method']}): {after:.3f}."
            print(f"seed {line['seed']} {line['sentence']}{tail}")
    return 1 if any(line["error"] is not None and line["error"] > 0.03 for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
