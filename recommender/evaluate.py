"""`python -m recommender.evaluate PERSONAS.jsonl --catalogue NAME=FILE.csv`: prints the figures of the ranking."""

import argparse
import json
import signal
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from recommender.baselines import by_overlap, by_reviews
from recommender.catalogue_csv import BadCatalogue, read_catalogue, read_review_counts
from recommender.evaluation import Figures, Judged, evaluate, figures
from recommender.evaluation_page import page
from recommender.personas import BadPersonas, Persona, read_personas
from recommender.robustness import Checks, leave_one_out, perturbed
from recommender.safety import RULESET
from recommender.types import Item

BAD_INPUT = 2

Catalogues = dict[str, tuple[Item, ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns 0, or 2 when a file cannot be read or written, or when nobody was judged."""
    options = _parser().parse_args(arguments)
    try:
        personas = _personas(options.personas)
        files = _files(options.catalogue)
        catalogues = {name: read_catalogue(file) for name, file in files.items()}
        judged, left_out = evaluate(personas, catalogues)
        if not judged:
            raise BadPersonas(_why_nobody(left_out))
        checks = _checks(options, personas, catalogues, files)
        if options.rankings:
            _write_rankings(options.rankings, judged)
    except (BadPersonas, BadCatalogue, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return BAD_INPUT
    by_catalogue = _by_catalogue(judged, catalogues)
    if options.json:
        print(json.dumps(_report(judged, left_out, by_catalogue, checks), indent=2))
    else:
        print(page(judged, left_out, by_catalogue, checks))
    return 0


def _why_nobody(left_out: Sequence[Persona]) -> str:
    if not left_out:
        return "nobody was judged: there is no persona in the files"
    names = ", ".join(sorted({each.catalogue for each in left_out}))
    return f"nobody was judged: all {len(left_out)} personas are of catalogues that were not given ({names})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recommender.evaluate", description=__doc__)
    parser.add_argument(
        "personas", type=Path, nargs="+", metavar="PERSONAS.jsonl", help="graded personas, one JSON object a line"
    )
    parser.add_argument(
        "--catalogue",
        action="append",
        required=True,
        metavar="NAME=FILE.csv",
        help="a catalogue under the name the personas use; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--rankings", type=Path, metavar="OUT.jsonl", help="write the list each persona is shown")
    parser.add_argument(
        "--leave-one-out", action="store_true", help="also judge each persona by weights fitted to all the others"
    )
    parser.add_argument(
        "--perturb", type=_percent, metavar="PERCENT", help="also change all weights at random by up to so much"
    )
    parser.add_argument(
        "--baselines", action="store_true", help="also show a plain overlap of attributes and the most reviewed"
    )
    return parser


def _percent(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        raise ValueError("should be 0 to 100")
    return value


def _personas(files: Sequence[Path]) -> tuple[Persona, ...]:
    found: dict[str, Persona] = {}
    for file in files:
        for persona in read_personas(file):
            if persona.id in found:
                raise BadPersonas(f'{file}: id "{persona.id}" is in an earlier file too')
            found[persona.id] = persona
    return tuple(found.values())


def _files(given: Sequence[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for pair in given:
        name, equals, file = pair.partition("=")
        if not (name and equals and file):
            raise BadCatalogue(f'--catalogue "{pair}" should be NAME=FILE.csv')
        if name in files:
            raise BadCatalogue(f'--catalogue "{name}" is given twice')
        files[name] = Path(file)
    return files


def _checks(
    options: argparse.Namespace, personas: Sequence[Persona], catalogues: Catalogues, files: dict[str, Path]
) -> Checks:
    checks = Checks()
    if options.leave_one_out:
        checks.leave_one_out.update(_by_catalogue(leave_one_out(personas, catalogues), catalogues))
    if options.perturb is not None:
        checks.perturbed.update(perturbed(personas, catalogues, percent=options.perturb))
    if options.baselines:
        known = [each for each in personas if each.catalogue in catalogues]
        overlap = [by_overlap(each, catalogues[each.catalogue]) for each in known]
        checks.baselines["plain overlap"] = _by_catalogue(overlap, catalogues)
        reviews = {name: counts for name, file in files.items() if (counts := read_review_counts(file))}
        reviewed = [by_reviews(each, catalogues[each.catalogue], reviews.get(each.catalogue, {})) for each in known]
        checks.baselines["most reviewed"] = _by_catalogue(reviewed, reviews)
    return checks


def _by_catalogue(judged: Sequence[Judged], catalogues: Iterable[str]) -> dict[str, Figures]:
    return {name: figures([each for each in judged if each.catalogue == name]) for name in catalogues}


def _write_rankings(path: Path, judged: Sequence[Judged]) -> None:
    lines = (json.dumps({"id": each.id, "refer": each.refer, "ranked": list(each.ranked)}) for each in judged)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _report(
    judged: Sequence[Judged], left_out: Sequence[Persona], by_catalogue: dict[str, Figures], checks: Checks
) -> dict[str, object]:
    asked_for = {name: values for name, values in asdict(checks).items() if values}
    return {
        "ruleset": RULESET,
        "all": asdict(figures(judged)),
        "catalogues": {name: asdict(each) for name, each in by_catalogue.items()},
        "left_out": [{"id": each.id, "catalogue": each.catalogue} for each in left_out],
        "personas": [asdict(each) for each in judged],
        **asked_for,
    }


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that has seen enough ends the command, as `head` does
    sys.exit(main())
