"""What the editor refuses, a file cannot bring in: one rule for both (R20, R25, R31, R35)."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from recommender.catalogue_csv import read_catalogue
from shop.catalogue.rules import Standards
from shop.catalogue.service import InvalidProduct, get_product, save_product, set_status, values_of
from shop.catalogue.states import ProductStatus
from shop.content.claims import find_claims
from shop.errors import BadInput
from shop.importing.export import export_products
from shop.importing.reading import RowProblem
from shop.importing.service import ImportPlan, plan_import, run_import
from shop.recommendations.knowledge import type_safety, types_safety
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_values

STANDARDS = Standards(find_claims, type_safety)
HEADER = "sku,title,type,price_usd,contraindications,cautions,allergens,powered,status,slug,variants,heat"
NONE = frozenset[str]()
OF_TYPE = type_safety("spike_mat")
EXCLUDED, CAUTIONS = "|".join(OF_TYPE.contraindications), "|".join(OF_TYPE.cautions)
SAFE = {
    "sku": "MAT01", "title": "Spike Mat", "type": "spike_mat", "price_usd": "34.00", "contraindications": EXCLUDED,
    "cautions": CAUTIONS, "allergens": "", "powered": "n", "status": "", "slug": "", "variants": "teal", "heat": "n",
}  # fmt: skip


def plan(session: Session, **cells: str) -> ImportPlan:
    row = ",".join(({**SAFE, **cells})[name] for name in HEADER.split(","))
    return plan_import(session, f"{HEADER}\n{row}\n", currency="USD", standards=STANDARDS)


def run(session: Session, planned: ImportPlan) -> None:
    run_import(session, planned, currency="USD", standards=STANDARDS, actor="system", now=NOW)


def without(codes: str, left_out: str) -> str:
    return "|".join(code for code in codes.split("|") if code != left_out)


def test_the_row_that_the_others_are_made_from_is_fine(session: Session) -> None:
    assert plan(session).is_runnable


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"contraindications": without(EXCLUDED, "PREG")}, "contraindications"),
        ({"contraindications": ""}, "contraindications"),
        ({"contraindications": "", "status": "draft"}, "contraindications"),
        ({"cautions": without(CAUTIONS, "OSTEO")}, "cautions"),
        ({"contraindications": "?", "status": "published"}, "contraindications"),
        ({"allergens": "?", "status": "published"}, "allergens"),
        ({"contraindications": f"{EXCLUDED}|BOGUS"}, "contraindications"),
        ({"title": "Cures back pain"}, "title"),
        ({"slug": "cures-back-pain"}, "slug"),
        ({"variants": "heals migraine"}, "variants"),
        ({"type": "point_pen", "powered": "y", "status": "published"}, "registration_number"),
        ({"powered": "y", "status": "published"}, "registration_number"),
    ],
)
def test_what_is_not_safe_is_refused_by_row_and_column(session: Session, cells: dict[str, str], column: str) -> None:
    planned = plan(session, **cells)

    assert column in [problem.column for problem in planned.problems]
    assert all(isinstance(problem, RowProblem) and problem.row == 2 for problem in planned.problems)
    assert not planned.is_runnable


def test_a_caution_of_the_type_may_be_made_an_exclusion(session: Session) -> None:
    stricter = f"{EXCLUDED}|OSTEO"

    assert plan(session, contraindications=stricter, cautions=without(CAUTIONS, "OSTEO")).is_runnable


def test_a_file_cannot_take_an_exclusion_from_a_product_that_is_there(session: Session) -> None:
    run(session, plan(session))

    planned = plan(session, contraindications=without(EXCLUDED, "PREG"))

    assert [(problem.row, problem.column) for problem in planned.problems] == [(2, "contraindications")]
    assert "PREG" in planned.problems[0].sentence
    with pytest.raises(BadInput):
        run(session, planned)
    assert "PREG" in (get_product(session, "MAT01").contraindications or ())


def test_another_type_needs_the_exclusions_of_that_type(session: Session) -> None:
    run(session, plan(session))

    planned = plan(session, type="heated_mat", powered="y", heat="y")

    missing = set(type_safety("heated_mat").contraindications) - set(OF_TYPE.contraindications)
    assert missing
    assert all(code in planned.problems[0].sentence for code in missing)


@pytest.mark.parametrize("kind", sorted(types_safety()))
def test_every_type_refuses_a_product_that_names_nothing(session: Session, kind: str) -> None:
    least = type_safety(kind)
    if not least.contraindications and not least.cautions:
        return

    columns = {problem.column for problem in plan(session, type=kind, contraindications="", cautions="").problems}

    assert columns & {"contraindications", "cautions"}


def test_what_got_in_by_another_way_cannot_be_published(session: Session) -> None:
    bare = replace(make_values("MAT02"), contraindications=(), status=ProductStatus.DRAFT)
    save_product(session, bare, currency="USD", standards=CLAIMS_ONLY, now=NOW)

    with pytest.raises(InvalidProduct) as refused:
        set_status(session, "MAT02", ProductStatus.PUBLISHED, currency="USD", standards=STANDARDS, now=NOW)

    assert {problem.field for problem in refused.value.problems} >= {"contraindications"}
    assert values_of(get_product(session, "MAT02")).status is ProductStatus.DRAFT


@pytest.mark.parametrize("status", ["published", "draft"])
@pytest.mark.parametrize("known", ["LATEX", "?", "|"])
def test_an_emptied_safety_cell_of_a_product_that_is_there_is_not_known_any_more(
    session: Session, known: str, status: str
) -> None:
    run(session, plan(session, allergens=known, status="draft"))

    planned = plan(session, allergens="", status=status)

    if status == "published":
        assert [(problem.row, problem.column) for problem in planned.problems] == [(2, "allergens")]
        return
    run(session, planned)
    assert get_product(session, "MAT01").allergens is None


def test_that_nothing_applies_any_more_is_said_in_a_word(session: Session) -> None:
    run(session, plan(session, allergens="LATEX"))

    run(session, plan(session, allergens="none"))
    run(session, plan(session, allergens=""))

    assert get_product(session, "MAT01").allergens == ()


def test_an_export_says_in_a_word_that_nothing_applies_so_that_no_other_reader_takes_it_for_unknown(
    session: Session, tmp_path: Path
) -> None:
    nothing = dict.fromkeys(("contraindications", "cautions", "allergens"), "none")
    run(session, plan(session, sku="ODD01", type="odd_thing", **nothing, status="draft"))
    run(session, plan(session, allergens="?", status="draft"))
    exported = "".join(export_products(session, currency="USD"))

    run(session, plan(session, sku="ODD01", type="odd_thing", **nothing | {"allergens": "LATEX"}, status="draft"))
    run(session, plan_import(session, exported, currency="USD", standards=STANDARDS))

    assert [get_product(session, sku).allergens for sku in ("ODD01", "MAT01")] == [(), None]
    (tmp_path / "exported.csv").write_text(exported, encoding="utf-8")
    read = {item.sku: item for item in read_catalogue(tmp_path / "exported.csv")}
    assert (read["ODD01"].contraindications, read["ODD01"].cautions, read["ODD01"].allergens) == (NONE, NONE, NONE)
    assert read["MAT01"].allergens is None
