"""`python -m recommender.evaluate PERSONAS.jsonl --catalogue NAME=FILE.csv`: prints the figures of the ranking."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from recommender.catalogue_csv import BadCatalogue, read_catalogue
from recommender.evaluation import Figures, Judged, evaluate, figures
from recommender.personas import BadPersonas, Persona, read_personas
from recommender.safety import RULESET
from recommender.types import Item

BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns 0, or 2 when a file cannot be read or written."""
    options = _parser().parse_args(arguments)
    try:
        personas = read_personas(options.personas)
        catalogues = _catalogues(options.catalogue)
        judged, left_out = evaluate(personas, catalogues)
        if options.rankings:
            _write_rankings(options.rankings, judged)
    except (BadPersonas, BadCatalogue, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return BAD_INPUT
    by_catalogue = {name: figures([each for each in judged if each.catalogue == name]) for name in catalogues}
    if options.json:
        print(json.dumps(_report(judged, left_out, by_catalogue), indent=2))
    else:
        print(_page(judged, left_out, by_catalogue))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recommender.evaluate", description=__doc__)
    parser.add_argument("personas", type=Path, metavar="PERSONAS.jsonl", help="graded personas, one JSON object a line")
    parser.add_argument(
        "--catalogue",
        action="append",
        required=True,
        metavar="NAME=FILE.csv",
        help="a catalogue under the name the personas use; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--rankings", type=Path, metavar="OUT.jsonl", help="write the list each persona is shown")
    return parser


def _catalogues(given: Sequence[str]) -> dict[str, tuple[Item, ...]]:
    catalogues: dict[str, tuple[Item, ...]] = {}
    for pair in given:
        name, equals, file = pair.partition("=")
        if not (name and equals and file):
            raise BadCatalogue(f'--catalogue "{pair}" should be NAME=FILE.csv')
        if name in catalogues:
            raise BadCatalogue(f'--catalogue "{name}" is given twice')
        catalogues[name] = read_catalogue(Path(file))
    return catalogues


def _write_rankings(path: Path, judged: Sequence[Judged]) -> None:
    lines = (json.dumps({"id": each.id, "refer": each.refer, "ranked": list(each.ranked)}) for each in judged)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _report(
    judged: Sequence[Judged], left_out: Sequence[Persona], by_catalogue: dict[str, Figures]
) -> dict[str, object]:
    return {
        "ruleset": RULESET,
        "all": asdict(figures(judged)),
        "catalogues": {name: asdict(each) for name, each in by_catalogue.items()},
        "left_out": [{"id": each.id, "catalogue": each.catalogue} for each in left_out],
        "personas": [asdict(each) for each in judged],
    }


def _page(judged: Sequence[Judged], left_out: Sequence[Persona], by_catalogue: dict[str, Figures]) -> str:
    lines = [f"Safety rules {RULESET}"]
    for name, each in by_catalogue.items():
        lines += ["", f"Catalogue {name}: {each.personas} personas", *_figure_lines(each)]
    for name, count in sorted(Counter(each.catalogue for each in left_out).items()):
        lines += ["", f'Left out: {count} personas of catalogue "{name}", which was not given.']
    wrong = [line for each in judged for line in _wrong(each)]
    return "\n".join([*lines, *(["", "What went wrong", *wrong] if wrong else [])])


def _figure_lines(each: Figures) -> list[str]:
    return [
        f"  safety violations         {each.safety_violations}",
        f"  referral accuracy         {each.referral_accuracy:.1%} ({each.referrals} referred)",
        f"  sold out shown            {each.sold_out_shown}",
        f"  over budget shown         {each.over_budget_shown}",
        f"  empty cases right         {each.empty_right} of {each.empty_cases}",
        f"  nDCG@5                    {_number(each.ndcg_at_5, '.3f')}",
        f"  top 1 with grade 2 or 3   {_number(each.top_1_good, '.1%')}",
    ]


def _number(value: float | None, form: str) -> str:
    return "no such persona" if value is None else format(value, form)


def _wrong(each: Judged) -> list[str]:
    found = [
        (f"must not be shown: {', '.join(each.violations)}", bool(each.violations)),
        (f"sold out: {', '.join(each.unavailable)}", bool(each.unavailable)),
        (f"over budget: {', '.join(each.over_budget)}", bool(each.over_budget)),
        (f"referral is {each.refer or 'none'}", not each.is_referral_right),
        ("should have been empty", each.is_empty_right is False),
    ]
    return [f"  {each.id}: {text}" for text, is_so in found if is_so]


if __name__ == "__main__":
    sys.exit(main())
