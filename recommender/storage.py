"""Keeps a learned model as plain numbers: an .npz without pickles, and a JSON manifest that says what it is.

The manifest names the sha256 of the numbers, and whoever promotes a model keeps the sha256 of the manifest: so
nothing that was changed, cut short or put there by somebody else is ever used. Reading trusts neither file: what is
wrong ends in RefusedModel with its reason.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from recommender.features import FEATURES
from recommender.plain_numbers import BadNumbers, pack, unpack
from recommender.posterior import Posterior
from recommender.safety import RULESET

FORMAT = "tsubo-model-1"
MOST_MANIFEST_BYTES = 1_000_000
MOST_FILE_BYTES = 64_000_000
SHA256 = re.compile(r"[0-9a-f]{64}")
NUMBERS = ("mean", "covariance", "intercept", "item_mean", "item_sd", "unseen_sd", "position_weight")
NAMES = ("stages", "columns", "items")


class RefusedModel(Exception):
    """A stored model is not used: `reason` says why, for the merchant."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a stored model is. `prior` names what it started from, `first_day` to `last_day` (ISO) what it saw.

    `schema`, `ruleset` and `numbers_sha256` are filled in by `save`.
    """

    prior: str
    first_day: str
    last_day: str
    rows: int
    seed: int
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    schema: str = ""
    ruleset: str = ""
    numbers_sha256: str = ""
    format: str = FORMAT


def schema_hash(columns: Sequence[str] = FEATURES, ruleset: str = RULESET) -> str:
    """Return what changes when a feature or a safety rule does; a model of another schema is refused."""
    return hashlib.sha256("\n".join([FORMAT, ruleset, *sorted(columns)]).encode()).hexdigest()


def prior_id(names: Sequence[str], means: Sequence[float]) -> str:
    """Return a short name for a prior: the same numbers under the same names have the same."""
    text = "\n".join(f"{name} {mean!r}" for name, mean in sorted(zip(names, map(float, means), strict=True)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def save(folder: Path, posterior: Posterior, manifest: Manifest) -> str:
    """Write both files into `folder` and return the manifest's sha256, under which `load` finds them.

    The same model and manifest give the same bytes. Raises ValueError for a metric that is not finite, OSError.
    """
    numbers = pack(
        {name: getattr(posterior, name) for name in NUMBERS}, {name: getattr(posterior, name) for name in NAMES}
    )
    known = asdict(manifest) | {
        "schema": schema_hash(posterior.columns),
        "ruleset": RULESET,
        "numbers_sha256": hashlib.sha256(numbers).hexdigest(),
        "format": FORMAT,
    }
    text = json.dumps(known, indent=2, sort_keys=True, allow_nan=False).encode()
    folder.mkdir(parents=True, exist_ok=True)
    _write(_numbers_path(folder, known["numbers_sha256"]), numbers)
    sha256 = hashlib.sha256(text).hexdigest()
    _write(manifest_path(folder, sha256), text)
    return sha256


def load(folder: Path, sha256: str, *, columns: Sequence[str] = FEATURES) -> Posterior:
    """Return the model whose manifest has this sha256, its columns in the order of `columns`.

    Those are the features that it must have been trained on; in the file they may stand in any order. Raises
    RefusedModel, and nothing else.
    """
    manifest = read_manifest(folder, sha256)
    if manifest.schema != schema_hash(columns):
        raise RefusedModel("The model was trained on other features or under other safety rules.")
    try:
        numbers = _read(_numbers_path(folder, manifest.numbers_sha256), MOST_FILE_BYTES, manifest.numbers_sha256)
        return _posterior(numbers, columns)
    except RefusedModel:
        raise
    except Exception as problem:  # whatever a file holds, it must not end a request
        raise RefusedModel(f"The model's numbers make no sense ({problem}).") from problem


def read_manifest(folder: Path, sha256: str) -> Manifest:
    """Return what is said about a stored model. Raises RefusedModel, and nothing else."""
    try:
        known = json.loads(
            _read(manifest_path(folder, sha256), MOST_MANIFEST_BYTES, sha256), parse_constant=_no_constant
        )
        return _manifest(known)
    except RefusedModel:
        raise
    except Exception as problem:  # the same
        raise RefusedModel(f"The model's manifest cannot be read ({type(problem).__name__}).") from problem


def manifest_path(folder: Path, sha256: str) -> Path:
    """Return where the manifest with this sha256 lies."""
    return folder / f"{_checked(sha256)}.json"


def _numbers_path(folder: Path, sha256: str) -> Path:
    return folder / f"{_checked(sha256)}.npz"


def _checked(sha256: str) -> str:
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        raise RefusedModel("The model is named by something that is no sha256.")
    return sha256


def _write(path: Path, content: bytes) -> None:
    """Write a whole file or none."""
    unfinished = path.with_suffix(f"{path.suffix}.{os.getpid()}.new")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _read(path: Path, most: int, sha256: str) -> bytes:
    try:
        if not path.is_file():
            raise RefusedModel(f"The model's file {path.name[:12]}….{path.suffix[1:]} is not there.")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as problem:
        raise RefusedModel(f"The model's file cannot be read ({problem.strerror}).") from problem
    if len(content) > most:
        raise RefusedModel(f"The model's file is larger than {most:,} bytes.")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise RefusedModel("The model's file was changed since it was stored.")
    return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _manifest(known: Any) -> Manifest:
    if not isinstance(known, dict) or known.keys() != {each.name for each in fields(Manifest)}:
        raise RefusedModel("The manifest does not say what a manifest should.")
    texts = ("prior", "first_day", "last_day", "schema", "ruleset", "numbers_sha256", "format")
    is_sound = (
        all(isinstance(known[name], str) for name in texts)
        and all(type(known[name]) is int for name in ("rows", "seed"))
        and isinstance(known["metrics"], dict)
        and all(value is None or type(value) in (int, float) for value in known["metrics"].values())
    )
    if not is_sound:
        raise RefusedModel("The manifest holds something else than it should.")
    if known["format"] != FORMAT:
        raise RefusedModel(f"The model has another format than {FORMAT}.")
    return Manifest(**known)


def _posterior(content: bytes, columns: Sequence[str]) -> Posterior:
    try:
        numbers, names = unpack(content, NUMBERS, NAMES)
    except BadNumbers as problem:
        raise RefusedModel(f"The model's numbers cannot be read: {problem}.") from problem
    posterior = Posterior(
        stages=names["stages"],
        columns=names["columns"],
        mean=numbers["mean"],
        covariance=numbers["covariance"],
        intercept=numbers["intercept"],
        items=names["items"],
        item_mean=numbers["item_mean"],
        item_sd=numbers["item_sd"],
        unseen_sd=numbers["unseen_sd"],
        position_weight=numbers["position_weight"],
    )
    if sorted(posterior.columns) != sorted(columns) or (posterior.item_sd < 0).any():
        raise RefusedModel("The model's numbers are not what its manifest says.")
    return posterior.ordered(columns)
