"""The two pictures of docs/recommender.md, drawn from the shipped learner in a synthetic shop. Run by hand:

    OMP_NUM_THREADS=1 python -m bench.pictures --simulator PATH/sim.py --seeds 5300 5301 5302 --sessions 3000

Learning curve: `bench.yardstick`, the learner beside the day-one scorer before the same visitors. Reliability:
`bench.calibration` on the first seed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from types import ModuleType

from bench.calibration import measure
from bench.svg import Axes, Point, Series, dots, lines
from bench.world_adapter import Vocabulary, World
from bench.world_policies import DayOne, Learner
from bench.yardstick import T_95, load_simulator, run, windows

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
TENTHS = (0, 0.2, 0.4, 0.6, 0.8, 1)
LEARNED, TEXTBOOK = "learning from day to day", "day one: the expert alone"


def curves(simulator: ModuleType, options: argparse.Namespace) -> list[Series]:
    """Return nDCG@3 of what was shown in each window of visits, over all seeds."""
    world = World(Vocabulary.of(simulator))
    found: dict[str, list[list[float]]] = {LEARNED: [], TEXTBOOK: []}
    for seed in options.seeds:
        for name, policy in ((LEARNED, Learner(world, seed=seed)), (TEXTBOOK, DayOne(world))):
            found[name].append(run(simulator, policy, options, seed)["ndcg3"])
        print(f"seed {seed} done, {len(found[TEXTBOOK])} of {len(options.seeds)}", file=sys.stderr, flush=True)
    ends = [end for _, end in windows(options.sessions)]
    return [
        Series(name, [_point(end, [each[place] for each in by_seed]) for place, end in enumerate(ends)])
        for name, by_seed in found.items()
    ]


def _point(x: float, values: Sequence[float]) -> Point:
    half = T_95.get(len(values), 1.96) * stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return Point(x, mean(values), mean(values) - half, mean(values) + half)


def reliability(simulator: ModuleType, seed: int, sessions: int) -> list[Series]:
    """Return, for each stage with answers, what was foretold and what happened."""
    return [
        Series(
            str(line["stage"]), [Point(predicted, share, low, high) for _, predicted, share, low, high in line["bins"]]
        )
        for line in measure(simulator, seed, sessions)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both files and print the figures behind them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", type=Path, required=True, help="sim.py of the synthetic shop")
    parser.add_argument("--seeds", type=int, nargs="+", default=[5300, 5301, 5302])
    parser.add_argument("--sessions", type=int, default=3_000)
    parser.add_argument("--scenario", default="base")
    parser.add_argument("--only", choices=sorted(PICTURES), help="draw one of the two")
    parser.add_argument("--to", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    simulator = load_simulator(options.simulator)
    options.to.mkdir(parents=True, exist_ok=True)
    drawn = [draw(simulator, options) for name, draw in PICTURES.items() if options.only in (None, name)]
    for each in (series for picture in drawn for series in picture):
        said = [f"{point.x:.3g}: {point.y:.3f} ({point.low:.3f} to {point.high:.3f})" for point in each.points]
        print(each.name, *said)
    return 0


def _draw_curve(simulator: ModuleType, options: argparse.Namespace) -> list[Series]:
    found = curves(simulator, options)
    ends = [point.x for point in found[0].points]
    words = ("visits so far (each point: since the last one)", "nDCG@3 of what was shown")
    axes = Axes("The order gets better with what is learned", *words, ends, TENTHS, is_log=True)
    (options.to / "learning-curve.svg").write_text(lines(axes, found), encoding="utf-8")
    return found


def _draw_reliability(simulator: ModuleType, options: argparse.Namespace) -> list[Series]:
    found = reliability(simulator, options.seeds[0], options.sessions)
    words = ("chance foretold", "share that happened, with its 95 % interval")
    axes = Axes("Do the chances come true?", *words, TENTHS, TENTHS)
    (options.to / "reliability.svg").write_text(dots(axes, found), encoding="utf-8")
    return found


PICTURES = {"curve": _draw_curve, "reliability": _draw_reliability}


if __name__ == "__main__":
    sys.exit(main())
