import json
import re

import pytest

from shop.catalogue.states import ProductStatus
from shop.catalogue.values import VariantValues


def structured(answer):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
    return {block["@type"]: block for blocks in map(json.loads, found) for block in blocks}


def test_a_page_says_what_it_costs_what_it_is_and_whom_it_does_not_suit(client, stocked):
    product = stocked(
        allergens=("LATEX",),
        contraindications=("PREG",),
        cautions=("OSTEO",),
        session_minutes=20,
        length_mm=680,
        width_mm=420,
        maker="Maker Ltd",
        eu_contact="EU Contact",
        warnings="Not a toy.",
        care="Wipe it.",
    )

    text = client.get(f"/products/{product.slug}").text

    for words in (
        "$34.00", "Delivery", "14 days to send it back", "In stock", "you are pregnant or may be", "brittle bones",
        "natural rubber latex", "20 minutes", "68 × 42 cm", "Maker Ltd", "EU Contact", "Not a toy.", "Wipe it.",
        "Not a medical treatment",
    ):  # fmt: skip
        assert words in text
    assert 'action="/cart/add" method="post"' in text


def test_options_are_a_radio_list_with_price_and_stock(client, stocked):
    variants = (
        VariantValues(option_value="S", prices={"USD": 3000}),
        VariantValues(option_value="L", prices={"USD": 4500}),
    )
    product = stocked(variants=variants, available=2)

    text = client.get(f"/products/{product.slug}").text

    assert re.findall(r'type="radio" name="sku" value="([^"]+)"( checked)?', text) == [
        ("MAT01-S", " checked"),
        ("MAT01-L", ""),
    ]
    assert "$45.00, 2 left in stock" in text
    assert "<small>from</small> $30.00" in text


def test_a_sold_out_product_has_a_sentence_and_no_button(client, stocked):
    product = stocked(available=0)

    text = client.get(f"/products/{product.slug}").text

    assert "This is sold out" in text
    assert "Add to cart" not in text
    assert "/cart/add" not in text


def test_what_the_machines_read_equals_the_page(client, stocked):
    product = stocked(options=("charcoal", "teal"), description='Foam </script><script>"x"')

    answer = client.get(f"/products/{product.slug}")

    group, crumbs = structured(answer)["ProductGroup"], structured(answer)["BreadcrumbList"]
    offers = [variant["offers"] for variant in group["hasVariant"]]
    assert [(offer["price"], offer["priceCurrency"]) for offer in offers] == [("34.00", "USD")] * 2
    assert all(offer["availability"].endswith("/InStock") for offer in offers)
    assert group["url"] == f"http://shop.test/products/{product.slug}"
    assert [entry["position"] for entry in crumbs["itemListElement"]] == [1, 2, 3]
    assert f'<link rel="canonical" href="http://shop.test/products/{product.slug}">' in answer.text
    assert '<meta property="og:image" content="http://shop.test/pictures/MAT01.svg">' in answer.text


def test_a_lone_variant_is_a_product_without_a_choice(client, stocked):
    product = stocked(options=("",), available=0)

    answer = client.get(f"/products/{product.slug}")

    assert structured(answer)["Product"]["sku"] == "MAT01"
    assert structured(answer)["Product"]["offers"]["availability"].endswith("/OutOfStock")
    assert 'type="radio"' not in answer.text


def test_nothing_is_shown_of_cost_old_prices_or_ratings(client, stocked):
    product = stocked(cost_minor=1210, compare_at_minor=7777, rating_avg="4.4", rating_count=812)

    for path in (f"/products/{product.slug}", f"/products/{product.slug}.json", "/products"):
        text = client.get(path).text
        assert not any(secret in text for secret in ("12.10", "77.77", "4.4", "812"))


def test_the_product_as_json_says_what_is_available(client, stocked):
    product = stocked(options=("charcoal", "teal"))

    assert client.get(f"/products/{product.slug}.json").json == {
        "sku": "MAT01",
        "name": "Spike Mat MAT01",
        "type": "spike_mat",
        "url": f"http://shop.test/products/{product.slug}",
        "currency": "USD",
        "price_from": "34.00",
        "available": True,
        "variants": [
            {"sku": "MAT01-CHARCOAL", "option": "Charcoal", "price": "34.00", "available": True},
            {"sku": "MAT01-TEAL", "option": "Teal", "price": "34.00", "available": True},
        ],
    }


@pytest.mark.parametrize("status", [ProductStatus.DRAFT, ProductStatus.ARCHIVED])
def test_what_is_not_on_sale_is_not_found_and_leads_to_the_list(client, stocked, status):
    product = stocked(status=status)

    for path in (f"/products/{product.slug}", f"/products/{product.slug}.json", "/products/nothing"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert 'href="/products"' in answer.text


def test_everything_works_under_a_prefix(make_app, stocked):
    product = stocked()
    client = make_app(SHOP_URL_PREFIX="/wellness", SHOP_BASE_URL="http://shop.test").test_client()

    text = client.get(f"/wellness/products/{product.slug}").text

    assert 'src="/wellness/pictures/MAT01.svg"' in text
    assert f'"http://shop.test/wellness/products/{product.slug}"' in text
    assert client.get("/wellness/pictures/MAT01.svg").status_code == 200
