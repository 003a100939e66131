"""The list of products, bulk actions with their way back, stock and pictures."""

import io
from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from shop.audit.models import AuditEvent
from shop.catalogue.models import Picture, Product
from shop.recommendations.knowledge import type_safety
from shop.stock.models import StockLevel
from tests.make import make_product
from tests.shop.merchant.browser import Browser, fields_of
from tests.shop.merchant.conftest import Transaction

STATUS = "/merchant/products/status"


def states(transaction: Transaction) -> dict[str, str]:
    with transaction() as session:
        return {product.sku: product.status.value for product in session.scalars(select(Product))}


def audited(transaction: Transaction) -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def png(side: int = 40) -> io.BytesIO:
    written = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(written, "PNG")
    written.seek(0)
    return written


def test_an_empty_shop_says_what_to_do_first(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        session.delete(session.scalars(select(Product)).one())

    assert "No products yet" in merchant.get("/merchant/products").text
    assert "Your shop has no products yet" in merchant.get("/merchant").text
    assert "No orders yet" in merchant.get("/merchant/orders").text


def test_search_filter_and_sort_are_in_the_address(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        make_product(session, "BALL1", title="100% Cork Ball", available=0)

    assert "Cork Ball" not in merchant.get("/merchant/products?q=classic").text
    assert "Classic Mat" not in merchant.get("/merchant/products?q=100%25+cork").text
    assert "Classic Mat" not in merchant.get("/merchant/products?stock=out").text
    assert "Nothing matches" in merchant.get("/merchant/products?state=archived").text
    by_stock = merchant.get("/merchant/products?sort=stock").text
    assert by_stock.index("Cork Ball") < by_stock.index("Classic Mat")
    assert "<strong>2</strong> products" in merchant.get("/merchant/products?sort=bogus&page=-4&state=%27").text


def test_a_bulk_action_names_the_products_and_counts_them_in_its_button(merchant: Browser) -> None:
    page = merchant.post("/merchant/products/bulk", {"action": "archive", "sku": ["MAT01", "NOPE"]})

    assert page.status_code == 200
    assert "Classic Mat" in page.text
    assert ">Archive 1 product</button>" in page.text


def test_archiving_can_be_undone(merchant: Browser, transaction: Transaction) -> None:
    done = merchant.post(STATUS, {"action": "archive", "sku": "MAT01"})
    assert states(transaction) == {"MAT01": "archived"}
    notice = merchant.get(done.headers["Location"]).text
    start = notice.index(f'action="{STATUS}"')

    merchant.client.post(STATUS, data=fields_of(notice[start : notice.index("</form>", start)]))

    assert states(transaction) == {"MAT01": "published"}
    assert audited(transaction) == ["product.archived", "product.published"]


def test_one_product_that_cannot_be_published_keeps_all_as_they_are(
    merchant: Browser, transaction: Transaction
) -> None:
    with transaction() as session:
        least = asdict(type_safety("spike_mat"))
        make_product(session, "BALL1", status="draft", allergens=None, **least)
        make_product(session, "BALL2", status="draft", **least)

    answer = merchant.post(STATUS, {"action": "publish", "sku": ["BALL2", "BALL1"]})

    assert answer.status_code == 422
    assert "allergens" in answer.text
    assert states(transaction)["BALL2"] == "draft"
    assert audited(transaction) == []


def test_stock_changes_with_who_and_why(merchant: Browser, transaction: Transaction) -> None:
    path = "/merchant/products/MAT01/stock"

    merchant.post(path, {"sku": "MAT01-TEAL", "change": "+20", "reason": "delivery"})
    merchant.post(path, {"sku": "MAT01-TEAL", "change": "-3", "reason": "broken"})

    with transaction() as session:
        assert session.get_one(StockLevel, "MAT01-TEAL").available == 27
        changes = session.scalars(select(AuditEvent.changes).order_by(AuditEvent.id)).all()
    assert changes[1] == {"sku": "MAT01-TEAL", "available": [30, 27], "reason": "broken"}


def test_an_odd_change_of_stock_is_refused_beside_its_field(merchant: Browser, transaction: Transaction) -> None:
    path, token = "/merchant/products/MAT01/stock", merchant.token("/merchant")
    changes = ["0", "1e3", "99999999", "9" * 40, "-11", "", "1; DROP TABLE shop_order"]
    odd = [*((change, "why") for change in changes), ("5", ""), ("5", "x" * 201)]

    answers = [
        merchant.client.post(path, data={"csrf_token": token, "sku": "MAT01-TEAL", "change": change, "reason": reason})
        for change, reason in odd
    ]

    assert [answer.status_code for answer in answers] == [422] * len(odd)
    assert all("There is a problem" in answer.text for answer in answers)
    with transaction() as session:
        assert session.get_one(StockLevel, "MAT01-TEAL").available == 10


def test_only_the_products_own_variants_change(merchant: Browser) -> None:
    answer = merchant.post("/merchant/products/MAT01/stock", {"sku": "OTHER", "change": "1", "reason": "why"})

    assert answer.status_code == 404


def test_a_picture_comes_and_goes(merchant: Browser, transaction: Transaction, tmp_path: Path) -> None:
    upload = {"picture": (png(), "../../evil.php"), "alt": "A teal square"}

    added = merchant.post("/merchant/products/MAT01/pictures", upload)
    with transaction() as session:
        picture = session.scalars(select(Picture)).one()
    files = [path.name for path in (tmp_path / "media").iterdir()]
    removed = merchant.post(f"/merchant/products/MAT01/pictures/{picture.id}/remove")

    assert added.status_code == removed.status_code == 303
    assert files == [picture.file_name]
    assert "evil" not in picture.file_name
    assert list((tmp_path / "media").iterdir()) == []
    assert audited(transaction) == ["picture.added", "picture.removed"]


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"GIF89a not really", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_picture_is_refused_beside_its_field(
    merchant: Browser, transaction: Transaction, content: bytes
) -> None:
    upload = {"picture": (io.BytesIO(content), "photo.png"), "alt": "A mat"}

    answer = merchant.post("/merchant/products/MAT01/pictures", upload)

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert audited(transaction) == []


def test_a_picture_without_words_is_refused(merchant: Browser) -> None:
    answer = merchant.post("/merchant/products/MAT01/pictures", {"picture": (png(), "a.png"), "alt": " "})

    assert answer.status_code == 422
    assert "describe the picture" in answer.text


def test_an_upload_beyond_the_limit_is_a_page_not_a_crash(merchant: Browser) -> None:
    huge = b"--x\r\n" + b"x" * (9 * 1024 * 1024)

    answer = merchant.client.post(
        "/merchant/products/MAT01/pictures", data=huge, content_type="multipart/form-data; boundary=x"
    )

    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_texts_of_others_are_shown_as_texts(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        make_product(session, "X1", title="<script>alert(1)</script>{{7*7}}")

    page = merchant.get("/merchant/products").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
