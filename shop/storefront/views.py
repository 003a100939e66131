"""The list of products, the product page and its JSON, for everybody alike: cacheable, and without any cookie."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from shop.catalogue.codes import AREAS, FIRMNESS, POSITIONS
from shop.catalogue.listing import list_products
from shop.catalogue.product_page import get_product_page
from shop.catalogue.window import shop_window
from shop.errors import NotFound
from shop.money import to_decimal
from shop.pricing.service import cheapest_delivery, zones
from shop.storefront.list_request import SORTS, chosen_filters, read_request
from shop.storefront.structured import breadcrumb_data, product_data
from shop.web import cacheable, config, db, external_url, page, shop_url

blueprint = Blueprint("storefront", __name__)
LISTED_AREAS = tuple((code, name) for code, name in AREAS.items() if code != "any")


@blueprint.get("/products")
def product_list() -> Response:
    """The list with filters, order, search and pages, all in the address."""
    settings, window = config(), shop_window()
    asked = read_request(request.args, settings.currency)
    found = list_products(db(), asked.query, window)
    if asked.query.page > max(found.pages, 1):
        raise NotFound("The list has no such page any more.")
    base = window.product_url.rstrip("/")
    answer = page(
        "storefront/product_list.html",
        422 if asked.errors else 200,
        found=found,
        asked=asked,
        typed=asked.typed,
        chosen=chosen_filters(asked, base, settings.currency, settings.locale),
        base=base,
        url_for_page=lambda number: asked.url(base, page=str(number) if number > 1 else None),
        choices={"area": LISTED_AREAS, "position": POSITIONS.items(), "firmness": FIRMNESS.items()},
        sorts=SORTS.items(),
        canonical_url=settings.origin + (base if found.page == 1 else f"{base}?page={found.page}"),
        section="list",
    )
    return answer if asked.errors else cacheable(answer)


@blueprint.get("/products/<slug>")
def product(slug: str) -> Response:
    """One product with its options, price, stock and cautions."""
    window = shop_window()
    shown = get_product_page(db(), slug, window)
    trail = [(config().name, shop_url("content.home")), ("Mats & tools", window.product_url.rstrip("/"))]
    origin = config().origin
    answer = page(
        "storefront/product.html",
        product=shown,
        trail=[*trail, (shown.name, None)],
        list_url=window.product_url.rstrip("/"),
        delivery=cheapest_delivery(zones(config())),
        canonical_url=origin + shown.url,
        picture_url=origin + shown.pictures[0].url,
        product_data=product_data(shown, origin),
        breadcrumb_data=breadcrumb_data([*trail, (shown.name, shown.url)], origin),
        section="list",
    )
    return cacheable(answer)


@blueprint.get("/products/<slug>.json")
def product_json(slug: str) -> Response:
    """The product's price and availability for machines."""
    shown = get_product_page(db(), slug, shop_window())
    variants: list[dict[str, Any]] = [
        {
            "sku": variant.sku,
            "option": variant.label,
            "price": str(to_decimal(variant.price)),
            "available": variant.available,
        }
        for variant in shown.variants
    ]
    answer = jsonify(
        sku=shown.sku,
        name=shown.name,
        type=shown.type,
        url=external_url("storefront.product", slug=shown.slug),
        currency=shown.price.currency,
        price_from=str(to_decimal(shown.price)),
        available=shown.available,
        variants=variants,
    )
    return cacheable(answer)
