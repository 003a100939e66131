"""A bundle: one price for several variants, as many as its parts allow, and for nobody whom one part is not for."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.bundles import PartView
from shop.catalogue.cards import ShopWindow, find_cards
from shop.catalogue.listing import ListQuery, list_products
from shop.catalogue.models import BundlePart, Product
from shop.catalogue.product_page import get_product_page
from shop.catalogue.service import InvalidProduct, bump_version, save_product, set_status, values_of
from shop.catalogue.snapshot import all_published, available_skus
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import VariantValues
from shop.recommendations.assortment import current_shelf, whole_assortment
from shop.stock import service as stock
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_values
from tests.shop.catalogue.conftest import Save

Bundle = Callable[..., Product]
PARTS = (("MAT01", 1), ("PIL01", 2))


@pytest.fixture
def bundle(session: Session, save: Save) -> Bundle:
    """A mat and two pillows as one product: 7 mats, 5 pillows."""
    save("MAT01", options=("",), title="Mat", available=7, contraindications=("PREG",), cautions=("OSTEO",))
    save("PIL01", options=("",), title="Pillow", available=5, contraindications=("NECKI",), allergens=("LATEX",))

    def save_bundle(sku: str = "BOX01", *, parts: Any = PARTS, **fields: Any) -> Product:
        named = {"title": f"Box {sku}", "type": "spike_set", "contraindications": ("SKIN",), "cautions": (), **fields}
        variants = (VariantValues(prices={"USD": 5900}, parts=parts),)
        values = make_values(sku, variants=variants, **named)
        return save_product(session, values, currency="USD", standards=CLAIMS_ONLY, now=NOW)

    return save_bundle


def units(session: Session, window: ShopWindow) -> tuple[str, str, bool, int]:
    """What the card, the page, the shelf and the recommender say of the box."""
    session.expire_all()
    card = find_cards(session, window, skus=["BOX01"], available_only=False)[0]
    page = get_product_page(session, "box-box01", window)
    shelf = current_shelf(session, "USD")
    return (card.stock_text, page.variants[0].stock_text, "BOX01" in available_skus(session), shelf.units_of("BOX01"))


def test_there_are_as_many_as_the_scarcest_part_allows(session: Session, window: ShopWindow, bundle: Bundle) -> None:
    bundle()

    assert units(session, window) == ("2 left in stock", "2 left in stock", True, 2)
    listed = list_products(session, ListQuery(available_only=True), window)
    assert [card.sku for card in listed.cards] == ["MAT01", "PIL01", "BOX01"]


def test_a_sale_of_a_part_is_seen_at_once(session: Session, window: ShopWindow, bundle: Bundle) -> None:
    bundle()
    assert units(session, window)[3] == 2

    stock.receive(session, "PIL01", -4, reason="broken", actor="system", now=NOW)

    assert units(session, window) == ("Sold out", "Sold out", False, 0)
    assert "BOX01" not in {item.sku for item in current_shelf(session, "USD").assortment.items if item.available}


@pytest.mark.parametrize("status", [ProductStatus.DRAFT, ProductStatus.ARCHIVED])
def test_a_bundle_is_sold_out_while_a_part_is_not_on_sale(
    session: Session, window: ShopWindow, bundle: Bundle, status: ProductStatus
) -> None:
    bundle()

    set_status(session, "PIL01", status, currency="USD", standards=CLAIMS_ONLY, now=NOW)

    assert units(session, window) == ("Sold out", "Sold out", False, 0)


def test_a_bundle_is_for_nobody_whom_one_of_its_parts_is_not_for(
    session: Session, window: ShopWindow, bundle: Bundle
) -> None:
    bundle()

    item = whole_assortment(session, "USD").by_sku["BOX01"]
    words = get_product_page(session, "box-box01", window).words

    assert item.contraindications == frozenset({"SKIN", "PREG", "NECKI"})
    assert (item.cautions, item.allergens) == (frozenset({"OSTEO"}), frozenset({"LATEX"}))
    assert len(words.not_for) == 3
    assert words.allergens == ("natural rubber latex",)


@pytest.mark.parametrize("field", ["contraindications", "cautions", "allergens", "powered"])
def test_what_is_unknown_of_a_part_is_unknown_of_the_bundle(session: Session, bundle: Bundle, field: str) -> None:
    bundle()
    setattr(session.scalars(select(Product).where(Product.sku == "PIL01")).one(), field, None)
    bump_version(session)

    assert getattr(whole_assortment(session, "USD").by_sku["BOX01"], field) is None


def test_a_part_that_is_nowhere_makes_the_bundle_unsafe_and_sold_out(
    session: Session, window: ShopWindow, bundle: Bundle
) -> None:
    box = bundle()
    session.add(BundlePart(variant_id=box.variants[0].id, part_sku="GONE-1", quantity=1))
    bump_version(session)

    assert units(session, window) == ("Sold out", "Sold out", False, 0)
    item = whole_assortment(session, "USD").by_sku["BOX01"]
    assert (item.contraindications, item.cautions, item.allergens) == (None, None, None)


def test_a_bundle_with_a_pen_in_it_is_a_pen(session: Session, save: Save, bundle: Bundle) -> None:
    save("PEN01", options=("",), type="point_pen", powered=True, registration_number="K 1234")
    bundle(parts=(("MAT01", 1), ("PEN01", 1)), heat=True)

    box = next(product for product in all_published(session) if product.sku == "BOX01")

    assert (box.powered, box.heat, box.registration_number) == (True, False, None)


def test_the_page_says_what_it_contains(session: Session, window: ShopWindow, bundle: Bundle) -> None:
    bundle()

    assert get_product_page(session, "box-box01", window).parts == (
        PartView("MAT01", "Mat", 1, "mat"),
        PartView("PIL01", "Pillow", 2, "pillow"),
    )


def test_parts_are_kept_changed_and_taken_away(session: Session, bundle: Bundle) -> None:
    assert values_of(bundle()).variants[0].parts == PARTS
    assert values_of(bundle(parts=(("PIL01", 3),))).variants[0].parts == (("PIL01", 3),)
    assert values_of(bundle(parts=())).variants[0].parts == ()


@pytest.mark.parametrize(
    "parts",
    [
        (("NOPE", 1),),
        (("BOX01", 1),),
        (("MAT01", 0),),
        (("MAT01", 21),),
        (("MAT01", 1), ("MAT01", 2)),
        (("BOX02", 1),),
        tuple((f"PART{number}", 1) for number in range(9)),
    ],
    ids=["unknown", "itself", "none of it", "too many of it", "twice", "a bundle", "too many parts"],
)
def test_parts_that_make_no_sense_are_refused_by_name(session: Session, bundle: Bundle, parts: Any) -> None:
    bundle("BOX02")

    with pytest.raises(InvalidProduct) as refused:
        bundle(parts=parts)

    assert {problem.field for problem in refused.value.problems} == {"bundle_parts"}


def test_what_is_in_a_bundle_becomes_no_bundle(session: Session, bundle: Bundle) -> None:
    bundle()

    with pytest.raises(InvalidProduct):
        bundle("MAT01", parts=(("PIL01", 1),))
