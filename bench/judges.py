"""How near two gradings of the same visits come to each other, and how near the ranking comes to either.

    python -m bench.judges PERSONAS.jsonl ... --second GRADES.jsonl --catalogue NAME=FILE.csv ...

A judge's order is that of their grades; what they grade alike stands in any order, so a place in a tie earns the mean
gain of the tie (McSherry and Najork 2008). Visits for which either judge wants no list are left out. By `half` only
those with even or odd numbers are read: the even ones are kept for reporting.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from recommender.catalogue_csv import read_catalogue
from recommender.evaluation import DEPTH, GOOD_GRADE, Judged, judge
from recommender.personas import Persona, read_personas
from recommender.types import Item

Grades = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Means over `visits`: nDCG@5, and the share of first picks that are graded well (ties count in part)."""

    visits: int
    ranking_by_first: tuple[float, float]
    ranking_by_second: tuple[float, float]
    first_by_second: tuple[float, float]
    second_by_first: tuple[float, float]


def order_by(mine: Grades, theirs: Grades) -> tuple[float, float]:
    """Return nDCG@5 and how likely the first pick is good, of the order of `mine` by the grades of `theirs`."""
    ties = [list(tied) for _, tied in groupby(sorted(mine, key=lambda sku: -mine[sku]), key=lambda sku: mine[sku])]
    gains = [np.mean([2.0 ** theirs.get(sku, 0) - 1 for sku in tied]) for tied in ties for _ in tied][:DEPTH]
    ideal = sorted((2.0**grade - 1 for grade in theirs.values()), reverse=True)[:DEPTH]
    good = np.mean([theirs.get(sku, 0) >= GOOD_GRADE for sku in ties[0]])
    return _discounted(gains) / _discounted(ideal), float(good)


def agreement(
    personas: Sequence[Persona], second: Mapping[str, Grades], catalogues: Mapping[str, Sequence[Item]]
) -> Agreement:
    """Return how the ranking and both judges agree on these visits. Raises ValueError where no visit is left."""
    lines = []
    for persona in personas:
        theirs = second.get(persona.id, {})
        if persona.refer is None and any(persona.grades.values()) and any(theirs.values()):
            mine = judge(persona, catalogues[persona.catalogue])
            other = judge(replace(persona, grades=theirs), catalogues[persona.catalogue])
            pairs = [_of(mine), _of(other), order_by(persona.grades, theirs), order_by(theirs, persona.grades)]
            lines.append(pairs)
    if not lines:
        raise ValueError("no visit was graded twice")
    means = np.mean(np.array(lines), axis=0)
    return Agreement(len(lines), *((float(gain), float(good)) for gain, good in means))


def read_grades(path: Path) -> dict[str, Grades]:
    """Return the grades of each visit: a line of the file is {"id": ..., "grades": {sku: 1 to 3}}."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return {line["id"]: line["grades"] for line in lines}


def _of(judged: Judged) -> tuple[float, float]:
    return judged.ndcg or 0.0, float(judged.is_top_good or False)


def _discounted(gains: Sequence[float]) -> float:
    return float((np.array(gains) / np.log2(np.arange(len(gains)) + 2)).sum())


def main(words: Sequence[str] | None = None) -> int:
    """Print a line for each catalogue of each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("personas", type=Path, nargs="+")
    parser.add_argument("--second", type=Path, required=True, help="the other judge's grades")
    parser.add_argument("--catalogue", action="append", required=True, metavar="NAME=FILE.csv")
    parser.add_argument("--half", choices=("even", "odd"), help="only visits whose number is even or odd")
    options = parser.parse_args(words)
    catalogues = {name: read_catalogue(Path(file)) for name, file in (pair.split("=", 1) for pair in options.catalogue)}
    second = read_grades(options.second)
    print(f"{'visits':<32}{'n':>3}  ranking by 1st  by 2nd   1st by 2nd  2nd by 1st   (nDCG@5 / first pick good)")
    for file in options.personas:
        personas = [each for each in read_personas(file) if options.half is None or _half(each) == options.half]
        for name in sorted({each.catalogue for each in personas} & set(catalogues)):
            found = agreement([each for each in personas if each.catalogue == name], second, catalogues)
            pairs = (found.ranking_by_first, found.ranking_by_second, found.first_by_second, found.second_by_first)
            figures = "   ".join(f"{gain:.3f}/{good:4.0%}" for gain, good in pairs)
            print(f"{file.stem + ', ' + name:<32}{found.visits:>3}  {figures}")
    return 0


def _half(persona: Persona) -> str:
    return "odd" if int(persona.id[-1]) % 2 else "even"


if __name__ == "__main__":
    sys.exit(main())
