import pytest

from shop.catalogue import facts
from shop.catalogue.product_page import get_product_page
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import VariantValues
from shop.errors import NotFound
from shop.stock import service as stock
from tests.conftest import NOW


def test_a_page_has_every_option_with_price_and_stock(session, window, save):
    variants = (
        VariantValues(option_value="S", prices={"USD": 3000}),
        VariantValues(option_value="L", prices={"USD": 4500}),
    )
    product = save(variants=variants, available=3)

    page = get_product_page(session, product.slug, window)

    assert [(variant.sku, variant.label, variant.price.minor) for variant in page.variants] == [
        ("MAT01-S", "S", 3000),
        ("MAT01-L", "L", 4500),
    ]
    assert (page.price.minor, page.price_is_from, page.option_name) == (3000, True, "Size")
    assert page.variants[0].stock_text == "3 left in stock"
    assert page.pictures[0].url == "/pictures/MAT01.svg"


def test_a_sale_shows_at_once_though_the_catalogue_did_not_change(session, window, save):
    product = save(available=1)
    assert get_product_page(session, product.slug, window).available

    stock.receive(session, "MAT01-CHARCOAL", -1, reason="broken", actor="system", now=NOW)

    page = get_product_page(session, product.slug, window)
    assert (page.available, page.first, page.stock_text) == (False, None, "Sold out")


def test_a_page_takes_six_statements_at_the_most_and_one_when_nothing_changed(session, window, save, statements):
    product = save(options=("red", "blue"))

    with statements() as cold:
        get_product_page(session, product.slug, window)
    with statements() as warm:
        get_product_page(session, product.slug, window)

    assert len(cold) <= 5
    assert len(warm) == 1


@pytest.mark.parametrize("status", [ProductStatus.DRAFT, ProductStatus.ARCHIVED])
def test_what_is_not_published_has_no_page(session, window, save, status):
    product = save(status=status)

    for slug in (product.slug, "nothing-of-the-kind"):
        with pytest.raises(NotFound):
            get_product_page(session, slug, window)


def test_the_words_say_whom_it_fits_and_whom_not(session, window, save):
    product = save(
        contraindications=("PREG",),
        cautions=("OSTEO",),
        allergens=("LATEX",),
        level="experienced",
        length_mm=685,
        width_mm=420,
        weight_grams=1150,
        coverage="whole",
    )

    words = get_product_page(session, product.slug, window).words

    assert words.not_for == ("you are pregnant or may be",)
    assert words.ask_first == ("you have brittle bones or break bones easily",)
    assert words.allergens == ("natural rubber latex",)
    assert "You like mild to firm pressure." in words.fits
    assert "This would be your first tool of the kind." in words.less_fitting
    assert dict(words.facts)["Size"] == "68.5 × 42 cm (27.0 × 16.5 in)"
    assert dict(words.facts)["Weight"] == "1.15 kg"


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_joined_as_people_do(words, text):
    assert facts.joined(words) == text


@pytest.mark.parametrize(
    ("pressure", "text"), [((2, 4), "Mild to firm (2 to 4 of 5)"), ((3, 3), "Medium (3 of 5)"), ((None, 4), "")]
)
def test_firmness_in_words(pressure, text):
    assert facts.firmness(*pressure) == text
