"""`python -m recommender.safety_suite --cases 1000000 --catalogue FILE.csv`: ends with 1 when any was unsafe."""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from recommender.catalogue_csv import Row
from recommender.safety_suite.run import Report, run, summary
from recommender.scorers import Scorer
from recommender.scorers.learned import LearnedScorer
from recommender.storage import RefusedModel, load

UNSAFE, BAD_INPUT = 1, 2
SHOWN_EVERY = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns 0, 1 for violations, 2 when a file cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        rows = _rows(options.catalogue)
        scorer = _scorer(options.model)
    except (OSError, UnicodeDecodeError, csv.Error, RefusedModel) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return BAD_INPUT
    report = run(options.cases, seed=options.seed, rows=rows, scorer=scorer, progress=_Progress(options.cases))
    print(summary(report))
    return UNSAFE if report.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recommender.safety_suite", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many visits (default 1,000,000)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same visits (default 7)")
    parser.add_argument(
        "--catalogue",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.csv",
        help="rows to break beside the made-up ones; may be given several times",
    )
    parser.add_argument("--model", type=Path, metavar="MANIFEST.json", help="a stored model to put behind lists too")
    return parser


def _rows(paths: Sequence[Path]) -> list[Row]:
    rows: list[Row] = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += [{name: cell for name, cell in row.items() if name and cell} for row in csv.DictReader(file)]
    return rows


def _scorer(path: Path | None) -> Scorer | None:
    return None if path is None else LearnedScorer(load(path.parent, path.stem))


class _Progress:
    """Says how far it is, on the error channel."""

    def __init__(self, cases: int) -> None:
        self._cases, self._next = cases, SHOWN_EVERY

    def __call__(self, report: Report) -> None:
        if report.cases >= self._next:
            print(f"{report.cases:>9,} of {self._cases:,}, violations {report.failed}", file=sys.stderr, flush=True)
            self._next += SHOWN_EVERY


if __name__ == "__main__":
    sys.exit(main())
