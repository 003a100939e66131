"""The product editor: what is kept, what is refused, and that every change leaves a line in the record."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from shop.audit.models import AuditEvent
from shop.catalogue.models import Price, Product
from shop.catalogue.service import find_product
from shop.stock.models import StockLevel, StockMovement
from tests.shop.merchant.browser import EMAIL, Browser
from tests.shop.merchant.conftest import Transaction

EDIT = "/merchant/products/MAT01"
NEW = "/merchant/products/new"


def new_mat(merchant: Browser, **changes: Any) -> dict[str, Any]:
    """The form of a new spike mat as its page suggests it, with the rest filled in."""
    form = merchant.form(f"{NEW}?type=spike_mat")
    filled = {
        "sku": "MAT99", "title": "Plain Mat", "v0_price_usd": "29.50", "v0_units": "7", "allergens": "none",
        "powered": "n",
    }  # fmt: skip
    return {**form, **filled, **changes}


def send(merchant: Browser, path: str, form: dict[str, Any]) -> Any:
    return merchant.client.post(path, data=form)


def product_of(transaction: Transaction, sku: str = "MAT01") -> Product:
    with transaction() as session:
        product = find_product(session, sku)
        assert product is not None
        return product


def actions(transaction: Transaction) -> list[tuple[str, str, str]]:
    with transaction() as session:
        return [(event.actor, event.action, event.subject) for event in session.scalars(select(AuditEvent))]


def test_a_new_product_is_there_with_price_stock_and_a_line_in_the_record(
    merchant: Browser, transaction: Transaction
) -> None:
    answer = send(merchant, NEW, new_mat(merchant, publish="1"))

    assert answer.status_code == 303
    saved = product_of(transaction, "MAT99")
    assert (saved.status, saved.price_from_minor, saved.variants[0].sku) == ("published", 2950, "MAT99")
    assert "PREG" in (saved.contraindications or ())
    with transaction() as session:
        assert session.get_one(StockLevel, "MAT99").available == 7
        assert session.scalars(select(StockMovement.actor)).all() == [f"merchant:{EMAIL}"]
    assert (f"merchant:{EMAIL}", "product.created", "product:MAT99") in actions(transaction)


def test_a_new_product_is_a_draft_unless_published(merchant: Browser, transaction: Transaction) -> None:
    send(merchant, NEW, new_mat(merchant))

    assert product_of(transaction, "MAT99").status == "draft"


def test_the_longest_texts_that_are_allowed_can_be_saved_in_any_script(
    merchant: Browser, transaction: Transaction
) -> None:
    texts = {"description": "指" * 5_000, "care": "圧" * 2_000, "warnings": "療" * 2_000}  # 81 kB as a form sends them

    answer = send(merchant, EDIT, {**merchant.form(EDIT), **texts})

    assert answer.status_code == 303
    assert product_of(transaction).description == texts["description"]


def test_saving_without_a_change_changes_nothing(merchant: Browser, transaction: Transaction) -> None:
    before = product_of(transaction)

    answer = send(merchant, EDIT, merchant.form(EDIT))

    after = product_of(transaction)
    same = [column.name for column in Product.__table__.c if column.name != "updated_at"]
    assert answer.status_code == 303
    assert {name: getattr(after, name) for name in same} == {name: getattr(before, name) for name in same}


def test_a_change_is_kept_with_its_old_and_new_value(merchant: Browser, transaction: Transaction) -> None:
    send(merchant, EDIT, {**merchant.form(EDIT), "title": "Softer Mat", "v0_price_usd": "35"})

    assert product_of(transaction).title == "Softer Mat"
    with transaction() as session:
        changes = session.scalars(select(AuditEvent.changes).where(AuditEvent.action == "product.changed")).one()
    assert changes["title"] == ["Classic Mat", "Softer Mat"]
    assert "variants" in changes


def test_variants_are_added_taken_away_and_put_in_order(merchant: Browser, transaction: Transaction) -> None:
    form = merchant.form(EDIT)
    form |= {"v1_remove": "y", "v2_option": "plum", "v2_price_usd": "36", "v2_order": "1", "v0_order": "2"}

    send(merchant, EDIT, form)

    active = [(v.sku, v.option_value) for v in product_of(transaction).variants if v.active]
    assert active == [("MAT01-PLUM", "plum"), ("MAT01-CHARCOAL", "Charcoal")]


def test_more_rows_come_without_losing_what_was_typed(merchant: Browser) -> None:
    answer = send(merchant, EDIT, {**merchant.form(EDIT), "title": "Half-typed", "more": "1"})

    assert answer.status_code == 200
    assert 'value="Half-typed"' in answer.text
    assert 'name="v5_option"' in answer.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "a title"),
        ({"v0_price_usd": "a lot"}, "an amount in USD"),
        ({"v0_price_usd": "-3"}, "an amount in USD"),
        ({"v0_price_usd": ""}, "Enter a price in USD"),
        ({"length_mm": "68.123"}, "a size in cm"),
        ({"weight_grams": "10000000000"}, "a whole number"),
        ({"contraindications": []}, "needs an answer"),
        ({"allergens": ["none", "LATEX"]}, "not both"),
        ({"contraindications": ["BOGUS"]}, "BOGUS"),
        ({"contraindications": ["PREG"]}, "what every product of this type has"),
        ({"title": "Cures back pain"}, "Cures"),
        ({"description": "It heals you."}, "heals"),
        ({"type": "point_pen", "powered": "y", "contraindications": ["none"], "cautions": ["none"]}, "type has"),
        ({"v1_option": "Charcoal", "v1_sku": ""}, "each variant once"),
        ({"slug": "Not A Slug"}, "small letters"),
    ],
)
def test_what_cannot_be_published_is_told_and_nothing_typed_is_lost(
    merchant: Browser, transaction: Transaction, typed: dict[str, Any], words: str
) -> None:
    form = {**merchant.form(EDIT), "care": "Typed just now", **typed}

    answer = send(merchant, EDIT, form)

    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text
    assert "<title>\nError: " in answer.text or "<title>Error: " in answer.text
    assert "Typed just now" in answer.text
    assert product_of(transaction).care == ""
    assert actions(transaction) == []


def test_a_price_that_cannot_be_paid_is_told_beside_its_field(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        product = find_product(session, "MAT01")
        assert product is not None
        product.variants[0].prices.append(Price(currency="KWD", minor=12_250))

    answer = send(merchant, EDIT, {**merchant.form(EDIT), "v0_price_kwd": "12.255"})
    payable = send(merchant, EDIT, {**merchant.form(EDIT), "v0_price_kwd": "12.26"})

    assert answer.status_code == 422
    assert "The payment service does not take 12.255 KWD: in this currency it takes two decimals" in answer.text
    assert payable.status_code == 303


def test_everything_that_stands_against_a_product_is_told_at_once(merchant: Browser) -> None:
    wrong = {"title": "", "v1_price_usd": "a lot", "length_mm": "long", "slug": "Not A Slug", "goes_with": "NOPE",
             "contraindications": ["PREG"]}  # fmt: skip

    answer = send(merchant, EDIT, {**merchant.form(EDIT), **wrong})

    assert answer.status_code == 422
    for words in ("a title", "an amount in USD", "a size in cm", "small letters", "NOPE", "every product of this type"):
        assert words in answer.text
    assert "a price in USD" not in answer.text  # the price was typed, it only cannot be read


def test_a_new_products_taken_sku_is_told_with_the_rest(merchant: Browser) -> None:
    answer = send(merchant, NEW, new_mat(merchant, sku="MAT01", title="", v0_price_usd="a lot"))

    assert answer.status_code == 422
    for words in ("There is a product with this SKU already.", "a title", "an amount in USD"):
        assert words in answer.text


def test_a_stimulator_without_a_number_stays_a_draft(merchant: Browser, transaction: Transaction) -> None:
    form = {**merchant.form(f"{NEW}?type=point_pen"), "sku": "PEN9", "title": "Pen", "v0_price_usd": "35",
            "allergens": "none", "powered": "y"}  # fmt: skip

    refused = send(merchant, NEW, {**form, "publish": "1"})
    kept = send(merchant, NEW, form)

    assert refused.status_code == 422
    assert "registration" in refused.text
    assert kept.status_code == 303
    assert product_of(transaction, "PEN9").status == "draft"


def test_fields_that_are_not_in_the_form_cannot_be_set(merchant: Browser, transaction: Transaction) -> None:
    smuggled = {
        "status": "archived", "cost_minor": "1", "rating_avg": "5.0", "rating_count": "999", "compare_at_minor": "9900",
        "id": "77", "created_at": "2001-01-01", "price_from_minor": "1", "sku": "OTHER",
    }  # fmt: skip

    send(merchant, EDIT, {**merchant.form(EDIT), **smuggled})

    product = product_of(transaction)
    assert (product.status, product.cost_minor, product.rating_avg, product.rating_count) == (
        "published",
        1210,
        None,
        None,
    )
    assert (product.compare_at_minor, product.price_from_minor) == (None, 3400)


def test_a_variant_of_another_product_cannot_be_taken_over(merchant: Browser) -> None:
    answer = send(merchant, NEW, new_mat(merchant, v0_sku="MAT01-CHARCOAL"))

    assert answer.status_code == 422
    assert "MAT01" in answer.text


def test_a_sku_is_given_once(merchant: Browser) -> None:
    answer = send(merchant, NEW, new_mat(merchant, sku="MAT01"))

    assert answer.status_code == 422
    assert "There is a product with this SKU already" in answer.text


def test_a_change_by_somebody_else_is_told_and_not_written_over(merchant: Browser, transaction: Transaction) -> None:
    mine, theirs = merchant.form(EDIT), merchant.form(EDIT)
    send(merchant, EDIT, {**theirs, "title": "Theirs"})

    refused = send(merchant, EDIT, {**mine, "title": "Mine"})

    assert refused.status_code == 422
    assert "Somebody else changed" in refused.text
    assert 'value="Mine"' in refused.text
    assert product_of(transaction).title == "Theirs"


def test_a_stale_token_keeps_what_was_typed(merchant: Browser) -> None:
    answer = send(merchant, EDIT, {**merchant.form(EDIT), "csrf_token": "0" * 64, "title": "Long work"})

    assert answer.status_code == 422
    assert 'value="Long work"' in answer.text


def test_a_page_for_each_type_starts_with_its_exclusions(merchant: Browser) -> None:
    suggested = merchant.form(f"{NEW}?type=foot_mat")

    assert {"SKIN", "NEURO"} <= set(suggested["contraindications"])
    assert "Choose" not in merchant.get(NEW).text


def test_a_draft_can_be_looked_at(merchant: Browser) -> None:
    page = merchant.get(f"{EDIT}/preview").text

    assert "Classic Mat" in page
    assert "you are pregnant or may be" in page


def test_a_preview_is_laid_out_as_the_page_itself_and_nothing_on_it_can_be_pressed(merchant: Browser) -> None:
    page = merchant.get(f"{EDIT}/preview").text

    for heading in ("About it", "It fits when", "Before you use it", "Facts", "Product safety"):
        assert f">{heading}</h2>" in page
    assert (
        page.index('<fieldset class="ts-inert" disabled>') < page.index('action="/cart/add"') < page.index("About it")
    )


def test_a_group_of_the_editor_is_folded_until_it_holds_an_error(merchant: Browser) -> None:
    form = merchant.form(EDIT)
    groups = r'<details class="ts-fold"([^>]*)>\s*<summary><h2>([^<]+)'

    whole = merchant.get(EDIT).text
    refused = send(merchant, EDIT, {**form, "session_minutes": "soon"}).text

    assert not any("open" in attributes for attributes, _ in re.findall(groups, whole.replace(' id="safety"', "")))
    assert [title for attributes, title in re.findall(groups, refused) if "open" in attributes] == [
        "Fit: where, how and how firm"
    ]


def test_an_absurd_sku_is_simply_not_there(merchant: Browser) -> None:
    assert merchant.get("/merchant/products/NOPE").status_code == 404
    assert merchant.get(f"/merchant/products/{'9' * 500}").status_code == 404
