"""Bundles and companions in the catalogue's CSV: out and in again without a change, and wrong names told by row."""

import csv
import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.models import Price
from shop.catalogue.service import get_product, values_of
from shop.importing.cells import WrongCell, read_parts, write_parts
from shop.importing.export import export_products
from shop.importing.service import ImportPlan, plan_import, run_import
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY

HEADER = "sku,title,type,contraindications,cautions,allergens,powered,price_usd,bundle_parts,goes_with,stock\n"
BOX = "BOX01,Box,spike_set,PREG,,,n,59.00,MAT01 + PIL01*2,,\n"
MAT = "MAT01,Mat,spike_mat,PREG,,,n,34.00,,PIL01,5\n"
PILLOW = "PIL01,Pillow,spike_pillow,PREG,,,n,19.00,,MAT01|BOX01,9\n"


def plan(session: Session, content: str) -> ImportPlan:
    return plan_import(session, content, currency="USD", standards=CLAIMS_ONLY)


def run(session: Session, content: str) -> None:
    found = plan(session, content)
    assert found.problems == ()
    run_import(session, found, currency="USD", standards=CLAIMS_ONLY, actor="system", now=NOW)


def export(session: Session) -> str:
    return "".join(export_products(session, currency="USD", currencies=("USD", "EUR")))


def test_a_bundle_may_stand_before_its_parts_in_the_file(session: Session) -> None:
    run(session, HEADER + BOX + MAT + PILLOW)

    box, pillow = (values_of(get_product(session, sku)) for sku in ("BOX01", "PIL01"))
    assert box.variants[0].parts == (("MAT01", 1), ("PIL01", 2))
    assert pillow.goes_with == ("MAT01", "BOX01")


def test_an_export_imported_again_changes_nothing(session: Session) -> None:
    run(session, HEADER + BOX + MAT + PILLOW)

    rows = list(csv.DictReader(io.StringIO(export(session))))

    assert plan(session, export(session)).unchanged == 3
    box = next(row for row in rows if row["sku"] == "BOX01")
    assert (box["bundle_parts"], box["stock"]) == ("MAT01 + PIL01*2", "")


@pytest.mark.parametrize(
    ("told", "written"), [("1|0|", "1"), ("7|0|", "7|0|"), ("3|2|", "5"), ("2|3|0", "2|3|"), ("5", "5")]
)
def test_a_bundle_beside_goods_of_its_own_product_goes_out_and_in_again(
    session: Session, told: str, written: str
) -> None:
    header = HEADER.replace("bundle_parts", "variants,bundle_parts")
    choice = f"MAT02,Mat,spike_mat,PREG,,,n,34.00,red|blue|with a pillow,||PIL01,,{told}\n"
    run(session, header + choice + PILLOW.replace("19.00,,MAT01|BOX01", "19.00,,,"))

    row = next(row for row in csv.DictReader(io.StringIO(export(session))) if row["sku"] == "MAT02")

    assert row["stock"] == written
    assert (plan(session, export(session)).unchanged, plan(session, export(session)).problems) == (2, ())


@pytest.mark.parametrize("stock", ["1|1|1", "|1|", "1||x"])
def test_units_of_a_bundle_beside_goods_are_refused_and_so_are_goods_without(session: Session, stock: str) -> None:
    header = HEADER.replace("bundle_parts", "variants,bundle_parts")
    choice = f"MAT02,Mat,spike_mat,PREG,,,n,34.00,red|blue|with a pillow,||PIL01,,{stock}\n"

    problems = plan(session, header + choice + PILLOW.replace("19.00,,MAT01|BOX01", "19.00,,,")).problems

    assert [problem.column for problem in problems] == ["stock"]


def test_a_file_without_the_columns_leaves_parts_and_pairs(session: Session) -> None:
    run(session, HEADER + BOX + MAT + PILLOW)

    run(session, "sku,title\nBOX01,Big box\nPIL01,Soft pillow\n")

    assert values_of(get_product(session, "BOX01")).variants[0].parts == (("MAT01", 1), ("PIL01", 2))
    assert values_of(get_product(session, "PIL01")).goes_with == ("MAT01", "BOX01")


@pytest.mark.parametrize(
    ("rows", "column", "found"),
    [
        (BOX + MAT.replace("PIL01", ""), "bundle_parts", "PIL01"),
        (MAT, "goes_with", "PIL01"),
        (BOX.replace("MAT01 + PIL01*2", "2 x MAT01"), "bundle_parts", "2 x MAT01"),
        (BOX.replace(",,\n", ",,7\n") + MAT + PILLOW, "stock", "7"),
        (BOX + BOX.replace("BOX01", "BOX02").replace("MAT01 +", "BOX01 +") + MAT + PILLOW, "bundle_parts", "BOX01"),
    ],
    ids=[
        "a part that is nowhere",
        "a companion that is nowhere",
        "no SKU",
        "units of a bundle",
        "a bundle in a bundle",
    ],
)
def test_what_is_wrong_is_told_before_anything_is_imported(
    session: Session, rows: str, column: str, found: str
) -> None:
    problems = plan(session, HEADER + rows).problems

    assert [problem.column for problem in problems] == [column]
    assert found in problems[0].found


def test_every_currency_of_the_zones_has_a_column_though_no_price_is_in_it_yet(session: Session) -> None:
    run(session, HEADER + MAT.replace("PIL01", ""))

    rows = list(csv.DictReader(io.StringIO(export(session))))
    filled = export(session).replace("34.00,,", "34.00,,", 1)

    assert (rows[0]["price_usd"], rows[0]["price_eur"]) == ("34.00", "")
    run(session, "sku,price_eur\nMAT01,29.90\n")
    assert session.scalar(select(Price.minor).where(Price.currency == "EUR")) == 2990
    assert plan(session, filled).is_runnable  # the empty cell takes the price away again


@pytest.mark.parametrize("text", ["", "MAT01", "MAT01-TEAL + PIL01*2", "A.B_c*20"])
def test_parts_read_and_written_are_the_same(text: str) -> None:
    assert write_parts(read_parts(text)) == text


@pytest.mark.parametrize("text", ["MAT 01", "MAT01**2", "*2", "MAT01*1000", "=1+MAT01*x"])
def test_parts_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(WrongCell):
        read_parts(text)
