import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from shop import paths
from shop.catalogue.models import Product
from shop.importing.reading import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_PROBLEMS, MAX_ROWS
from shop.importing.service import plan_import
from tests.make import CLAIMS_ONLY
from tests.shop.importing.test_import import HEADER, ROW

DEMO = (paths.demo_data() / "catalogue.csv").read_bytes()


def plan(session, content):
    return plan_import(session, content, currency="USD", standards=CLAIMS_ONLY)


def changed(old, new):
    return f"{HEADER}\n{ROW.replace(old, new)}\n"


@pytest.mark.parametrize(
    ("content", "row", "column"),
    [
        (changed("34.00", "cheap"), 2, "price_usd"),
        (changed("34.00", "-1"), 2, "price_usd"),
        (changed("34.00", "34.001"), 2, "price_usd"),
        (changed("34.00", ""), 2, "price_usd"),
        (changed("34.00", "1|2"), 2, "price_usd"),
        (changed("34.00", "9" * 30), 2, "price_usd"),
        (changed("PREG", "PREGNANT"), 2, "contraindications"),
        (changed("OSTEO", "osteo"), 2, "cautions"),
        (changed(",n,", ",maybe,"), 2, "powered"),
        (changed(",40", ",4.5"), 2, "stock"),
        (changed(",40", ",-4"), 2, "stock"),
        (changed(",40", ",999999999"), 2, "stock"),
        (changed(",40", ",1|2"), 2, "stock"),
        (changed("Spike Mat", ""), 2, "title"),
        (changed("Spike Mat", "x" * 161), 2, "title"),
        (changed("Spike Mat", "Spike Mat that cures migraine"), 2, "title"),
        (changed("Spike Mat", "x" * (MAX_CELL + 1)), 2, "title"),
        (changed("spike_mat", "Spike Mat"), 2, "type"),
        (changed("MAT01", "MAT 01"), 2, "sku"),
        (changed("MAT01", ""), 2, "sku"),
        (changed("teal", "charcoal"), 2, "variants"),
        (f"{HEADER}\n{ROW}\n{ROW}\n", 3, "sku"),
        (f"{HEADER}\n{ROW}\n{ROW},extra\n", 3, ""),
        (f"{HEADER}\n{ROW}\nMAT02,short\n", 3, ""),
        (f'{HEADER}\n{ROW}\nMAT02,"open\n', 3, ""),
        (f"{HEADER.replace('title', 'titel')}\n{ROW}\n", 1, "titel"),
        (f"{HEADER},title\n{ROW},x\n", 1, "“title”"),
        (f"{HEADER.replace('sku', 'title')}\n{ROW}\n", 1, "sku"),
        (f"{HEADER.replace('allergens,', '')}\n{ROW.replace('OSTEO,,', 'OSTEO,')}\n", 1, "allergens"),
        (f"{HEADER},price_xyz\n{ROW},1\n", 1, "price_xyz"),
        ("", 1, ""),
        ("\n\n", 1, ""),
        (b"PK\x03\x04spreadsheet", 1, ""),
        ("sku\nMAT01".encode("utf-16"), 1, ""),
        (b"sku\n\x81\x8d\n", 2, ""),
        (b"sku,title\n\x00,x\n", 1, ""),
        (b"sku\n" + b"a" * MAX_BYTES, 1, ""),
        ("sku\n" + "a\n" * (MAX_ROWS + 1), MAX_ROWS + 2, ""),
    ],
)
def test_a_broken_file_names_row_and_column(session, content, row, column):
    planned = plan(session, content)

    assert (row, column) in [(problem.row, problem.column) for problem in planned.problems]
    assert not planned.is_runnable
    problem = planned.problems[0]
    assert all((problem.expected, problem.found, problem.fix))
    assert problem.sentence.startswith(f"Row {problem.row}")
    assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_all_problems_of_a_file_are_told_at_once(session):
    content = f"{HEADER}\n{ROW.replace('34.00', 'x')}\n{ROW.replace('MAT01', 'MAT02').replace('PREG', 'Q')}\n"

    assert {(problem.row, problem.column) for problem in plan(session, content).problems} == {
        (2, "price_usd"),
        (3, "contraindications"),
    }


@pytest.mark.parametrize("price", ['"1,000"', '"2,500"', "1.000", "1_000", "１２"])
def test_a_price_with_a_separator_for_thousands_is_a_problem_of_its_cell(session, price):
    planned = plan(session, f"{HEADER}\n{ROW.replace('34.00', price)}\n")

    assert [(problem.row, problem.column) for problem in planned.problems] == [(2, "price_usd")]


@st.composite
def mutations(draw):
    """The demo file with some of its bytes replaced, cut out or doubled."""
    content = bytearray(DEMO[: draw(st.integers(1_000, 8_000))])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 2)))
        kind = draw(st.sampled_from(["replace", "cut", "double", "insert"]))
        if kind == "replace":
            content[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del content[at : at + draw(st.integers(1, 60))]
        elif kind == "double":
            content[at:at] = content[at : at + draw(st.integers(1, 400))]
        else:
            content[at:at] = draw(
                st.binary(min_size=1, max_size=20) | st.sampled_from([b'"', b"\n", b",", b"|", b"'="])
            )
    return bytes(content)


@given(content=mutations())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_with_any_damage_gets_a_report_and_never_a_traceback(session, content):
    planned = plan(session, content)

    for problem in planned.problems:
        assert problem.sentence
    assert all(row.values.contraindications is not None for row in planned.creates)


@given(content=st.text(max_size=400) | st.binary(max_size=400))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_at_all_may_be_uploaded(session, content):
    assert not plan(session, content).creates


def test_a_file_with_a_flood_of_columns_is_refused_as_a_whole(session):
    flood = plan(session, ",".join(f"column{number}" for number in range(100_000)))
    most = plan(session, ",".join(f"column{number}" for number in range(MAX_COLUMNS)))

    assert [problem.expected for problem in flood.problems] == [f"{MAX_COLUMNS} columns at the most"]
    assert len(most.problems) == MAX_PROBLEMS
