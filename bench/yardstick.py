"""How well the shipped learner ranks in a synthetic shop, beside the day-one scorer on the same visitors.

    python bench/yardstick.py --simulator PATH/sim.py --scenario base --seeds 5000 5001 --sessions 10000 --json

Any simulator with the interface of that file will do; seeds 0-99 are for developing, others for reporting. The regret
ratio is 1 for showing safe products by chance and 0 for knowing the hidden truth.
"""

import argparse
import importlib.util
import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.world_adapter import Vocabulary, World  # noqa: E402 (the bench runs from a checkout too)
from bench.world_policies import EXPLORATION, DayOne, Learner  # noqa: E402

WINDOW_ENDS = (100, 300, 1_000, 2_000, 3_000, 5_000, 10_000)
SAFETY = ("red_flag_violations", "contraindication_violations", "invalid", "abstained_wrong")
T_95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
"""Student's quantile for a 95 % interval of the mean, by the number of seeds; 1.96 for many."""


def load_simulator(path: Path) -> ModuleType:
    """Return the simulator module of this file."""
    spec = importlib.util.spec_from_file_location("yardstick_simulator", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def windows(sessions: int) -> list[tuple[int, int]]:
    """Return the windows (from, to) of a run: those of the published table, the last one cut short."""
    ends = [*(end for end in WINDOW_ENDS if end < sessions), sessions]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def run(simulator: ModuleType, policy: Any, arguments: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Return the figures of one policy in one world."""
    began = time.perf_counter()
    result = simulator.simulate(policy, arguments.sessions, seed, arguments.scenario)
    totals, ndcg = result["totals"], result["curves"]["ndcg3"]
    return {
        "regret_ratio": totals["regret_ratio"],
        "regret_ratio_last_tenth": totals["regret_ratio_last10pct"],
        "ndcg3": [float(np.nanmean(ndcg[start:end])) for start, end in windows(arguments.sessions)],
        "helpful_per_thousand": 1000 * totals["helpful"] / arguments.sessions,
        "safety_violations": sum(totals[name] for name in SAFETY),
        "seconds": round(time.perf_counter() - began, 1),
    }


def mean_with_interval(values: list[float]) -> dict[str, float | None]:
    """Return the mean over seeds and half of its 95 % interval (Student's t; None for one seed)."""
    n = len(values)
    half = T_95.get(n, 1.96) * float(np.std(values, ddof=1)) / n**0.5 if n > 1 else None
    return {"mean": float(np.mean(values)), "half_interval": half}


def report(runs: dict[str, list[dict[str, Any]]], arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the seeds say together. Shortfall: how far a window's mean NDCG@3 is below the day-one scorer's."""
    ndcg = {name: np.mean([figures["ndcg3"] for figures in several], axis=0) for name, several in runs.items()}
    return {
        "scenario": arguments.scenario,
        "sessions": arguments.sessions,
        "seeds": arguments.seeds,
        "windows": [end for _, end in windows(arguments.sessions)],
        "largest_shortfall": float((ndcg["day_one"] - ndcg["learner"]).max()),
    } | {
        name: {
            "regret_ratio": mean_with_interval([figures["regret_ratio"] for figures in several]),
            "regret_ratio_last_tenth": mean_with_interval([figures["regret_ratio_last_tenth"] for figures in several]),
            "ndcg3": ndcg[name].tolist(),
            "seeds": several,
        }
        for name, several in runs.items()
    }


def as_json(found: Any) -> str:
    """Return figures as JSON; a number that is none (a window without a list that could be graded) is null."""
    return json.dumps(_plain(found), indent=1, allow_nan=False)


def _plain(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _plain(value) for name, value in found.items()}
    if isinstance(found, list):
        return [_plain(value) for value in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found


def lines(summary: dict[str, Any]) -> Iterator[str]:
    """Say it in a few lines."""
    yield f"{summary['scenario']}, {summary['sessions']} sessions, {len(summary['seeds'])} seeds"
    for name in ("day_one", "learner"):
        part = summary[name]
        ratio, last = part["regret_ratio"], part["regret_ratio_last_tenth"]
        half = "" if ratio["half_interval"] is None else f" +- {ratio['half_interval']:.3f}"
        yield f"{name}: regret ratio {ratio['mean']:.3f}{half}, last tenth {last['mean']:.3f}"
        yield "  by seed: " + " ".join(f"{figures['regret_ratio']:.3f}" for figures in part["seeds"])
        yield f"  NDCG@3 in the windows to {summary['windows']}: {' '.join(f'{value:.3f}' for value in part['ndcg3'])}"
        yield f"  safety violations: {sum(figures['safety_violations'] for figures in part['seeds'])}"
    yield f"largest shortfall of a window against day one: {summary['largest_shortfall']:.3f}"


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", type=Path, required=True, help="the simulator's Python file")
    parser.add_argument("--scenario", default="base")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument(
        "--exploration",
        type=float,
        default=EXPLORATION,
        help="the merchant's factor: 0 is greedy, 1 draws as they come",
    )
    parser.add_argument("--half-life", type=float, default=None, help="days of 50 sessions; default: chosen by the log")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser.parse_args(words)


def main() -> int:
    """Run every seed with both policies and print what came out."""
    arguments = parsed()
    simulator = load_simulator(arguments.simulator)
    world = World(Vocabulary.of(simulator))
    runs: dict[str, list[dict[str, Any]]] = {"day_one": [], "learner": []}
    for seed in arguments.seeds:
        learner = Learner(world, exploration=arguments.exploration, half_life_days=arguments.half_life, seed=seed)
        for name, policy in (("day_one", DayOne(world)), ("learner", learner)):
            runs[name].append({"seed": seed, **run(simulator, policy, arguments, seed)})
            print(f"seed {seed} {name}: {runs[name][-1]['regret_ratio']:.3f}", file=sys.stderr, flush=True)
    summary = report(runs, arguments)
    print(as_json(summary) if arguments.json else "\n".join(lines(summary)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
