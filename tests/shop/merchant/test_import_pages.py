"""CSV in and out through the pages: a dry run changes nothing, an import takes all rows or none."""

import io
import re

from sqlalchemy import select
from werkzeug.test import TestResponse

from shop.audit.models import AuditEvent
from shop.catalogue.models import Product
from shop.recommendations.knowledge import type_safety
from shop.stock.models import StockLevel
from tests.shop.merchant.browser import EMAIL, Browser
from tests.shop.merchant.conftest import Transaction

MAT, BALL = type_safety("spike_mat"), type_safety("massage_ball")
GOOD = (
    "sku,title,type,price_usd,contraindications,cautions,allergens,powered,stock\n"
    f"MAT01,Renamed Mat,spike_mat,35.00,{'|'.join(MAT.contraindications)},{'|'.join(MAT.cautions)},,n,20\n"
    f"BALL1,Cork Ball,massage_ball,12.00,{'|'.join(BALL.contraindications)},{'|'.join(BALL.cautions)},,n,5\n"
)
BAD = GOOD + "BALL2,Rubber Ball,massage_ball,a lot,BLEED,,LATEX,n,5\n"


def upload(merchant: Browser, content: str | bytes, name: str = "products.csv") -> TestResponse:
    body = content.encode() if isinstance(content, str) else content
    return merchant.post("/merchant/import", {"file": (io.BytesIO(body), name)})


def kept(page: TestResponse) -> str:
    found = re.search(r'name="upload" value="([\w-]+)"', page.text)
    assert found is not None
    return found.group(1)


def titles(transaction: Transaction) -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Product.title).order_by(Product.title)))


def on_shelf(transaction: Transaction) -> int:
    with transaction() as session:
        return sum(session.scalars(select(StockLevel.available)))


def test_a_dry_run_counts_and_changes_nothing(merchant: Browser, transaction: Transaction) -> None:
    page = upload(merchant, GOOD)

    assert page.status_code == 200
    assert "Import: 1 new, 1 changed" in page.text
    assert "price in USD" in page.text  # the mapping is shown
    assert titles(transaction) == ["Classic Mat"]


def test_the_import_of_a_dry_run_takes_all_rows(merchant: Browser, transaction: Transaction) -> None:
    token = kept(upload(merchant, GOOD))

    done = merchant.post("/merchant/import/run", {"upload": token})
    again = merchant.post("/merchant/import/run", {"upload": token})

    assert done.status_code == 303
    assert "Imported: 1 new, 1 changed" in merchant.get(done.headers["Location"]).text
    assert titles(transaction) == ["Cork Ball", "Renamed Mat"]
    assert again.status_code == 422  # the file is forgotten
    with transaction() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.actor, event.action, event.changes["created"]) == (f"merchant:{EMAIL}", "catalogue.import", 1)


def test_stock_is_shown_in_the_dry_run_and_set_only_when_ticked(merchant: Browser, transaction: Transaction) -> None:
    content = "sku,stock\nMAT01,77\n"
    plain = upload(merchant, content)
    ticked = merchant.post("/merchant/import", {"file": (io.BytesIO(content.encode()), "a.csv"), "stock": "y"})

    left = merchant.post("/merchant/import/run", {"upload": kept(ticked)})
    before = on_shelf(transaction)
    done = merchant.post("/merchant/import/run", {"upload": kept(ticked), "stock": "y"})

    assert re.search(r"Row 2, MAT01-\w+: stock \d+ → \d+ \(left as it is\)</li>", plain.text)
    assert "nothing to do" in plain.text
    assert re.search(r"Row 2, MAT01-\w+: stock \d+ → \d+</li>", ticked.text)
    assert '<input type="hidden" name="stock" value="y">' in ticked.text
    assert (left.status_code, done.status_code) == (422, 303)
    assert (before, on_shelf(transaction)) == (20, 77)


def test_one_bad_row_is_named_and_nothing_is_imported(merchant: Browser, transaction: Transaction) -> None:
    page = upload(merchant, BAD)
    forced = merchant.post("/merchant/import/run", {"upload": kept(page)})

    assert page.status_code == forced.status_code == 422
    for words in ("Row 4", "price_usd", "an amount in USD", "“a lot”"):
        assert words in page.text
    assert ">Import:" not in page.text
    assert titles(transaction) == ["Classic Mat"]


def test_a_file_cannot_take_an_exclusion_of_the_type_away(merchant: Browser, transaction: Transaction) -> None:
    page = upload(merchant, GOOD.replace("|PREG", "", 1))

    assert page.status_code == 422
    assert "PREG missing" in page.text
    assert titles(transaction) == ["Classic Mat"]


def test_the_problems_can_be_taken_home(merchant: Browser) -> None:
    token = kept(upload(merchant, BAD))

    report = merchant.post("/merchant/import/problems.csv", {"upload": token})

    assert report.mimetype == "text/csv"
    assert report.text.splitlines()[0] == "row,column,expected,found,fix"
    assert report.text.splitlines()[1].startswith("4,price_usd,")


def test_odd_files_and_odd_tokens_get_a_sentence(merchant: Browser) -> None:
    assert "not empty" in upload(merchant, "").text
    assert "a spreadsheet file" in upload(merchant, b"PK\x03\x04rest").text
    assert upload(merchant, b"\x00\xff" * 50).status_code == 422
    for token in ("", "../../../etc/passwd", "A" * 32, "x" * 9999):
        answer = merchant.post("/merchant/import/run", {"upload": token})
        assert answer.status_code == 422
        assert "no longer kept" in answer.text


def test_the_same_file_again_has_nothing_to_do(merchant: Browser) -> None:
    page = upload(merchant, merchant.get("/merchant/export.csv").data)

    assert page.status_code == 200
    assert "nothing to do" in page.text
    assert ">Import:" not in page.text


def test_the_export_and_the_template_are_downloads(merchant: Browser) -> None:
    export, template = merchant.get("/merchant/export.csv"), merchant.get("/merchant/import/template.csv")

    assert 'filename="products.csv"' in export.headers["Content-Disposition"]
    assert "MAT01" in export.text
    assert len(template.text.splitlines()) == 1
    assert "contraindications" in template.text


def test_a_dry_run_says_which_cells_change_from_what_to_what(merchant: Browser) -> None:
    page = upload(merchant, "sku,title,length_cm,description\nMAT01,Renamed Mat,70," + "long " * 300 + "\n")

    changes = re.findall(r"<li>(\w+: [^<]* → [^<]*)</li>", page.text)
    assert "title: Classic Mat → Renamed Mat" in changes
    assert "length_cm: 68 → 70" in changes
    assert len(changes) == 3
    assert all(len(change) < 250 for change in changes)
    assert "length in cm" in page.text
    assert "length mm" not in page.text


def test_a_long_text_is_shown_where_it_changes(merchant: Browser, transaction: Transaction) -> None:
    merchant.post("/merchant/import/run", {"upload": kept(upload(merchant, f"sku,care\nMAT01,{'wash ' * 60}cold\n"))})

    page = upload(merchant, f"sku,care\nMAT01,{'wash ' * 60}warm\n")

    assert re.search(r"care: ….{0,20}cold → ….{0,20}warm</li>", page.text)


def test_prices_variants_and_stock_are_told_as_the_cells_they_are(merchant: Browser) -> None:
    content = "sku,price_usd,stock\nMAT01,35.00,77\n"

    page = merchant.post("/merchant/import", {"file": (io.BytesIO(content.encode()), "a.csv"), "stock": "y"})

    assert re.search(r"price_usd: [\d.]+ → 35.00</li>", page.text)
    assert re.search(r"<li>stock: [\d|]+ → [\d|]+</li>", page.text)


def test_a_known_type_is_not_lost_to_a_typing_error(merchant: Browser, transaction: Transaction) -> None:
    page = upload(merchant, "sku,type\nMAT01,spikey\n")

    assert page.status_code == 422
    for words in ("Row 2", "a known type", "“spikey”", "Did you mean spik", "is of type spike_mat now"):
        assert words in page.text


def test_a_new_product_of_a_type_nobody_described_is_taken_and_told(
    merchant: Browser, transaction: Transaction
) -> None:
    page = upload(merchant, GOOD.replace("Cork Ball,massage_ball", "Bead Belt,bead_belt"))
    merchant.post("/merchant/import/run", {"upload": kept(page)})

    assert page.status_code == 200
    assert "the shop knows nothing of the type “bead_belt”" in page.text
    assert "Bead Belt" in titles(transaction)
    assert "knows nothing" not in upload(merchant, "sku,type,title\nBALL1,bead_belt,Belt\n").text
