"""Bundles, companions and prices of every currency, as the merchant types and sees them."""

import re
from dataclasses import asdict

from sqlalchemy import select

from shop.catalogue.models import BundlePart, Price, Product
from shop.recommendations.knowledge import type_safety
from tests.make import make_product
from tests.shop.merchant.browser import Browser, Fields
from tests.shop.merchant.conftest import Transaction

EDITOR = "/merchant/products/BOX01"
SAFETY = asdict(type_safety("spike_mat"))


def a_box(transaction: Transaction) -> None:
    """A product without stock, that may become a bundle of what the shop has."""
    with transaction() as session:
        box = make_product(session, "BOX01", title="Box", variants=("",), available=0, **SAFETY)
        box.variants[0].prices = [Price(currency="USD", minor=5900)]


def save(merchant: Browser, **changes: str) -> tuple[int, str]:
    fields: Fields = {**merchant.form(EDITOR), **changes}
    answer = merchant.post(EDITOR, fields, token_of=EDITOR)
    return answer.status_code, answer.text


def test_parts_are_typed_shown_again_and_taken_away(merchant: Browser, transaction: Transaction) -> None:
    a_box(transaction)

    saved = save(merchant, v0_parts="MAT01-TEAL*2, MAT01-CHARCOAL")[0]
    shown = merchant.form(EDITOR)["v0_parts"]
    text = merchant.get(EDITOR).text
    with transaction() as session:
        kept = session.execute(select(BundlePart.part_sku, BundlePart.quantity).order_by(BundlePart.part_sku)).all()

    assert (saved, shown) == (303, "MAT01-CHARCOAL + MAT01-TEAL*2")
    assert [tuple(row) for row in kept] == [("MAT01-CHARCOAL", 1), ("MAT01-TEAL", 2)]
    assert "is a bundle: as many as its parts allow" in text
    assert save(merchant, v0_parts="")[0] == 303
    with transaction() as session:
        assert session.scalars(select(BundlePart)).all() == []


def test_a_wrong_part_or_companion_is_told_at_its_field(merchant: Browser, transaction: Transaction) -> None:
    a_box(transaction)

    for change in ({"v0_parts": "NOPE-1"}, {"v0_parts": "2 x MAT01"}, {"goes_with": "NOPE"}, {"goes_with": "BOX01"}):
        status, text = save(merchant, **change)
        name, typed = next(iter(change.items()))
        assert status == 422, change
        assert f'name="{name}"' in text
        assert typed in text
        assert re.search(rf'<input[^>]*aria-invalid="true"[^>]*name="{name}"|name="{name}"[^>]*aria-invalid', text), (
            change
        )


def test_companions_are_typed_with_commas(merchant: Browser, transaction: Transaction) -> None:
    a_box(transaction)

    status, _ = save(merchant, goes_with=" MAT01 ")

    with transaction() as session:
        kept = session.scalar(select(Product.goes_with).where(Product.sku == "BOX01"))
    assert (status, kept) == (303, ("MAT01",))


def test_units_of_a_bundle_are_refused_wherever_they_are_typed(merchant: Browser, transaction: Transaction) -> None:
    a_box(transaction)
    save(merchant, v0_parts="MAT01-TEAL")

    booked = merchant.post(
        f"{EDITOR}/stock", {"sku": "BOX01", "change": "5", "reason": "delivery"}, token_of=EDITOR
    ).status_code
    status, text = save(merchant, v1_option="Large", v1_price_usd="79.00", v1_units="5", v1_parts="MAT01-TEAL*2")

    assert (booked, status) == (404, 422)
    assert "A bundle has no units of its own" in text


def test_a_price_in_each_currency_is_edited_and_a_missing_one_is_told_in_the_list(
    merchant: Browser, transaction: Transaction
) -> None:
    a_box(transaction)
    before = merchant.get("/merchant/products").text

    status, _ = save(merchant, v0_price_eur="54.90")

    assert before.count("no price in EUR") == 1  # the mat has both
    assert "no price in USD" not in before
    assert status == 303
    assert "no price in" not in merchant.get("/merchant/products").text
    with transaction() as session:
        assert session.scalar(select(Price.minor).where(Price.minor == 5490, Price.currency == "EUR")) == 5490


def test_the_import_template_has_every_currency_of_the_zones(merchant: Browser) -> None:
    columns = merchant.get("/merchant/import/template.csv").text.strip().split(",")

    assert {"price_usd", "price_eur", "bundle_parts", "goes_with"} <= set(columns)
