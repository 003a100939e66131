import pytest
from sqlalchemy import func, select

from shop import paths
from shop.audit.models import AuditEvent
from shop.catalogue.models import Product
from shop.catalogue.service import catalogue_version, get_product
from shop.errors import BadInput
from shop.importing.demo import DEMO_DEFAULTS, load_demo
from shop.importing.export import export_products
from shop.importing.service import plan_import, run_import
from shop.stock import service as stock
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_product

HEADER = "sku,title,type,price_usd,contraindications,cautions,allergens,powered,variants,stock"
ROW = "MAT01,Spike Mat,spike_mat,34.00,PREG,OSTEO,,n,charcoal|teal|plum,40"


def plan(session, content, **options):
    return plan_import(session, content, currency="USD", standards=CLAIMS_ONLY, **options)


def run(session, content, **options):
    planned = plan(session, content, **options)
    return run_import(session, planned, currency="USD", standards=CLAIMS_ONLY, actor="system", now=NOW)


@pytest.fixture
def loaded(session):
    return load_demo(session, currency="USD", standards=CLAIMS_ONLY, now=NOW)


def test_a_dry_run_counts_and_changes_nothing(session):
    planned = plan(session, f"{HEADER}\n{ROW}\n")

    assert (len(planned.creates), len(planned.updates), planned.unchanged, planned.problems) == (1, 0, 0, ())
    assert planned.is_runnable
    assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_a_price_that_cannot_be_paid_is_a_problem_of_its_cell(session):
    planned = plan(session, f"{HEADER},price_kwd\n{ROW},12.255\n")

    assert [(problem.column, problem.expected) for problem in planned.problems] == [
        ("price_kwd", "a price that can be paid")
    ]
    assert "does not take 12.255 KWD" in planned.problems[0].fix
    assert plan(session, f"{HEADER},price_kwd\n{ROW},12.250\n").problems == ()


def test_a_new_row_never_overwrites_a_product_that_was_saved_after_the_plan(session):
    planned = plan(session, f"{HEADER}\n{ROW}\n")
    make_product(session, "MAT01", title="Anna's")

    with pytest.raises(BadInput, match="Row 2: somebody else saved MAT01"), session.begin_nested():
        run_import(session, planned, currency="USD", standards=CLAIMS_ONLY, actor="system", now=NOW)

    assert get_product(session, "MAT01").title == "Anna's"


def test_stock_is_split_evenly_and_the_first_variant_gets_the_rest(session):
    assert run(session, f"{HEADER}\n{ROW}\n") == (1, 0)

    skus = ["MAT01-CHARCOAL", "MAT01-TEAL", "MAT01-PLUM"]
    assert stock.availability(session, skus) == dict(zip(skus, [14, 13, 13], strict=True))


def test_an_import_leaves_one_audit_row(session):
    run(session, f"{HEADER}\n{ROW}\n")

    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.actor, event.changes["created"]) == ("catalogue.import", "system", 1)


def test_the_same_file_again_is_unchanged_and_a_changed_row_is_an_update(session):
    run(session, f"{HEADER}\n{ROW}\n")
    version = catalogue_version(session)

    again = plan(session, f"{HEADER}\n{ROW}\n")
    assert (len(again.updates), again.unchanged, again.is_runnable) == (0, 1, False)

    assert run(session, f"{HEADER}\n{ROW.replace('34.00', '36.00')}\n") == (0, 1)
    assert get_product(session, "MAT01").price_from_minor == 3600
    assert catalogue_version(session) == version + 1


def test_a_column_that_is_not_in_the_file_keeps_its_values(session):
    run(session, f"{HEADER}\n{ROW}\n")

    run(session, "sku;stock\nMAT01;1|2|3\n", set_stock=True)

    product = get_product(session, "MAT01")
    assert (product.title, product.contraindications, product.price_from_minor) == ("Spike Mat", ("PREG",), 3400)
    assert list(stock.availability(session, ["MAT01-CHARCOAL", "MAT01-TEAL", "MAT01-PLUM"]).values()) == [1, 2, 3]


def test_units_that_were_sold_do_not_come_back_with_an_old_file(session):
    run(session, f"{HEADER}\n{ROW}\n")
    stock.receive(session, "MAT01-TEAL", -3, reason="sold", actor="system", now=NOW)
    old = f"{HEADER}\n{ROW}\n".replace("plum", "plum|sand").replace("34.00", "36.00").replace(",40", ",14|13|13|9")

    planned = plan(session, old)
    run(session, old)

    changes = [(change.sku, change.old, change.new, change.is_taken) for change in planned.stock_changes]
    assert changes == [("MAT01-TEAL", 10, 13, False)]
    assert stock.availability(session, ["MAT01-TEAL", "MAT01-SAND"]) == {"MAT01-TEAL": 10, "MAT01-SAND": 9}


def test_the_stock_of_a_file_is_taken_when_asked_for(session):
    run(session, f"{HEADER}\n{ROW}\n")
    counted = "sku,stock\nMAT01,14|20|13\n"

    assert not plan(session, counted).is_runnable
    assert run(session, counted, set_stock=True) == (0, 1)
    assert stock.availability(session, ["MAT01-TEAL"]) == {"MAT01-TEAL": 20}


def test_prices_may_differ_by_variant_and_currency(session):
    header, row = HEADER + ",price_eur", ROW.replace("34.00", "34.00|35.00|36.00") + ",30|31|"

    run(session, f"{header}\n{row}\n")

    product = get_product(session, "MAT01")
    prices = [{price.currency: price.minor for price in variant.prices} for variant in product.variants]
    assert prices == [{"USD": 3400, "EUR": 3000}, {"USD": 3500, "EUR": 3100}, {"USD": 3600}]
    assert (product.price_from_minor, product.price_to_minor) == (3400, 3600)


@pytest.mark.usefixtures("loaded")
def test_the_demo_catalogue_loads_through_the_same_import(session):
    assert session.scalar(select(func.count()).select_from(Product)) == 48
    assert get_product(session, "PEN01").status == "draft"
    assert get_product(session, "HTM01").status == "published"
    assert get_product(session, "SAN01").option_name == "Size"
    assert get_product(session, "MAT01").maker == DEMO_DEFAULTS["maker"]


@pytest.mark.usefixtures("loaded")
def test_what_is_exported_is_unchanged_when_it_comes_back(session):
    stock.receive(session, "MAT01-TEAL", -2, reason="broken", actor="system", now=NOW)
    text = "".join(export_products(session, currency="USD"))

    planned = plan(session, text)

    assert (planned.unchanged, planned.problems, planned.creates, planned.updates) == (48, (), (), ())
    original = (paths.demo_data() / "catalogue.csv").read_bytes()
    assert len(plan(session, original, set_stock=True).updates) == 1  # two units of one product are gone


def test_an_export_into_an_empty_shop_makes_the_same_shop(session):
    load_demo(session, currency="USD", standards=CLAIMS_ONLY, now=NOW)
    exported = "".join(export_products(session, currency="USD"))
    for product in session.scalars(select(Product)):
        session.delete(product)
    session.flush()

    assert run(session, exported)[0] == 48

    assert "".join(export_products(session, currency="USD")) == exported


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@cmd", "'=1+1", "''@x", "\t=1"])
def test_a_text_that_looks_like_a_formula_is_guarded_in_the_export_and_comes_back_as_it_was(session, text):
    run(session, f"{HEADER}\n{ROW}\n")
    product = get_product(session, "MAT01")
    product.care = text.strip()

    exported = "".join(export_products(session, currency="USD"))

    assert f"'{text.strip()}" in exported
    assert plan(session, exported).unchanged == 1


def test_a_safety_field_nobody_filled_in_does_not_come_back_as_none_at_all(session):
    run(session, f"{HEADER},status\n{ROW.replace('PREG', '?')},draft\n")

    product = get_product(session, "MAT01")
    assert product.contraindications is None
    exported = "".join(export_products(session, currency="USD"))
    assert plan(session, exported).unchanged == 1
    problem = plan(session, exported.replace("draft", "published")).problems[0]
    assert problem.column == "contraindications"


def test_a_plan_with_problems_does_not_run(session):
    planned = plan(session, f"{HEADER}\n{ROW.replace('34.00', 'cheap')}\n")

    with pytest.raises(BadInput):
        run_import(session, planned, currency="USD", standards=CLAIMS_ONLY, actor="system", now=NOW)


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEADER}\n{ROW}\n".encode(),
        f"{HEADER}\r\n{ROW}\r\n".encode(),
        f"{HEADER}\n{ROW}\n".replace(",", ";").replace("34.00", "34,00").encode(),
        f"{HEADER}\n{ROW}\n".replace(",", "\t").encode(),
        f"{HEADER.upper()}\n\n{ROW}\n,,,,,,,,,\n".encode(),
    ],
    ids=["bom", "crlf", "semicolon", "tab", "empty rows"],
)
def test_files_of_all_spreadsheets_are_read(session, content):
    planned = plan(session, content)

    assert planned.problems == ()
    assert planned.creates[0].values.variants[0].prices == {"USD": 3400}


def test_a_file_of_an_old_spreadsheet_is_read_with_a_notice(session):
    planned = plan(session, f"{HEADER}\n{ROW.replace('Spike Mat', 'Mat für Füße')}\n".encode("cp1252"))

    assert planned.creates[0].values.title == "Mat für Füße"
    assert "Windows-1252" in planned.notices[0]
