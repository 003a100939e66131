"""`python -m recommender.coverage CATALOGUE.csv`: which answers lead to nothing, and which products to nobody.

Ends with 0 when the catalogue covers what people answer, 1 when it does not, 2 when the file cannot be read. It does
not when a row lacks safety fields (--most-unsafe, 0), when more than a tenth of the single answers of healthy people
lead to nothing (--most-empty, 0.1), when more than a quarter of the products are never shown (--most-never, 0.25), or
when sold-out products would lead more than a fifth of the lists (--most-sold-out, 0.2).
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from recommender.answer_space import named_in_words
from recommender.catalogue_csv import BadCatalogue, read_catalogue
from recommender.coverage_map import Coverage, Gap, coverage

GAPS, BAD_INPUT = 1, 2
SHOWN_EVERY = 4_000
MOST_LINES = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        items = read_catalogue(options.catalogue)
    except BadCatalogue as problem:
        print(f"error: {problem}", file=sys.stderr)
        return BAD_INPUT
    found = coverage(items, samples=options.samples, seed=options.seed, progress=_progress)
    breaches = list(_breaches(found, options))
    if options.json:
        print(json.dumps({**asdict(found), "breaches": breaches}, indent=2))
    else:
        print("\n".join([*_page(found), "", *(breaches or ["Within all limits."])]))
    return GAPS if breaches else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recommender.coverage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("catalogue", type=Path, metavar="CATALOGUE.csv")
    parser.add_argument("--json", action="store_true", help="print the map as JSON")
    parser.add_argument("--samples", type=int, default=2_000, help="whole questionnaires drawn beside the grid")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same questionnaires")
    parser.add_argument("--most-unsafe", type=int, default=0, help="rows that may lack safety fields (0)")
    parser.add_argument("--most-empty", type=float, default=0.1, help="share of healthy answers without product (0.1)")
    parser.add_argument("--most-never", type=float, default=0.25, help="share of products never shown (0.25)")
    parser.add_argument("--most-sold-out", type=float, default=0.2, help="share of lists led by a sold-out one (0.2)")
    return parser


def _breaches(found: Coverage, options: argparse.Namespace) -> Iterator[str]:
    unsafe = len(found.unsafe_rows)
    if unsafe > options.most_unsafe:
        yield f"Rows without safety fields: {unsafe}, at most {options.most_unsafe}."
    shares = (
        ("Healthy answers that lead to nothing", found.empty_healthy_share, options.most_empty),
        ("Products never shown", found.never_shown_share, options.most_never),
        ("Lists that a sold-out product would lead", found.sold_out_share, options.most_sold_out),
    )
    for what, share, most in shares:
        if share > most:
            yield f"{what}: {share:.1%}, at most {most:.1%}."


def _page(found: Coverage) -> Iterator[str]:
    empty = [gap for gap in found.gaps if gap.products == 0]
    lone = [gap for gap in found.gaps if gap.products == 1]
    yield f"{found.products} products, {found.asked:,} answers of the grid, {found.sampled:,} questionnaires drawn"
    yield from _listed("Answers with no product", [gap.words for gap in _healthy_first(empty)])
    yield from _listed("Answers with one product", [gap.words for gap in _healthy_first(lone)])
    yield from _listed("Products never shown", [f"{each.sku} {each.title}: {each.why}" for each in found.never_shown])
    changes = [f"{field}: {named_in_words(((field, code),))}" for field, code in found.without_effect]
    yield from _listed("Answers that change nothing", changes)
    winners = [f"{each.sku} {each.title}: first of {each.lists:,} lists" for each in found.sold_out_winners]
    yield from _listed("Sold out, and would come first", winners)
    unsafe = [f"{each.sku} {each.title}: {', '.join((*each.missing, *each.unknown))}" for each in found.unsafe_rows]
    yield from _listed("Rows without safety fields, shown to nobody with a health answer", unsafe)


def _healthy_first(gaps: Sequence[Gap]) -> list[Gap]:
    return sorted(gaps, key=lambda gap: not gap.is_for_the_healthy)


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"{title}: {len(lines):,}"
    yield from (f"  {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"  and {len(lines) - MOST_LINES:,} more"


def _progress(done: int) -> None:
    if done % SHOWN_EVERY == 0:
        print(f"{done:,} lists made", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
