"""The list of products, the product page and its JSON, for everybody alike: cacheable, and without any cookie."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request

from shop import cookies
from shop.cart.lookups import country_of_cart
from shop.catalogue.cards import CardView
from shop.catalogue.codes import AREAS, FIRMNESS, POSITIONS
from shop.catalogue.listing import ListPage, list_products
from shop.catalogue.near_words import near_searches
from shop.catalogue.product_page import ProductView, get_product_page
from shop.catalogue.window import shop_window
from shop.clock import utc_now
from shop.errors import NotFound
from shop.money import to_decimal
from shop.pricing.rules import DeliveryHint
from shop.pricing.service import cheapest_delivery, zones
from shop.storefront.goes_with import suitable
from shop.storefront.list_request import SORTS, ListRequest, chosen_filters, read_request
from shop.storefront.rendering import card_html, fragment_html, shared_page
from shop.storefront.structured import breadcrumb_data, product_data
from shop.web import cacheable, config, db, external_url, page, shop_url

blueprint = Blueprint("storefront", __name__)
LISTED_AREAS = tuple((code, name) for code, name in AREAS.items() if code != "any")


@blueprint.get("/products")
def product_list() -> Response:
    """The list with filters, order, search and pages, all in the address."""
    asked = read_request(request.args, config().currency)
    found = list_products(db(), asked.query, shop_window())
    if asked.query.page > max(found.pages, 1):
        raise NotFound("The list has no such page any more.")
    near = () if found.total else near_searches(db(), asked.query)
    if asked.errors:
        return page("storefront/product_list.html", 422, **_list_context(asked, found, near))
    content = (found, asked.key, near)
    return shared_page("storefront/product_list.html", content, lambda: _list_context(asked, found, near))


def _list_context(asked: ListRequest, found: ListPage, near: tuple[str, ...]) -> dict[str, Any]:
    settings, base = config(), shop_window().product_url.rstrip("/")
    options = {"area": LISTED_AREAS, "type": found.types, "position": POSITIONS.items(), "firmness": FIRMNESS.items()}
    return {
        "found": found,
        "asked": asked,
        "typed": asked.typed,
        "chosen": chosen_filters(asked, base, settings.currency, settings.locale),
        "near": [(words, asked.url(base, q=words)) for words in near],
        "base": base,
        "cards": [card_html(card, eager=place == 0, choose="compare") for place, card in enumerate(found.cards)],
        "filters": fragment_html(
            "storefront/_filters.html",
            (asked.key, found.types),
            asked=asked,
            typed=asked.typed,
            base=base,
            options=options,
            sorts=SORTS.items(),
        ),
        "url_for_page": lambda number: asked.url(base, page=str(number) if number > 1 else None),
        "canonical_url": settings.origin + (base if found.page == 1 else f"{base}?page={found.page}"),
        "section": "list",
    }


@blueprint.get("/products/<slug>")
def product(slug: str) -> Response:
    """One product with its options, price, stock and cautions."""
    shown, country = _for_visitor(slug)
    delivery = cheapest_delivery(zones(config()), country)
    companions = suitable(shown.companions, shown.price.currency)
    content = (shown, delivery, companions)
    return shared_page("storefront/product.html", content, lambda: _product_context(shown, delivery, companions))


def _for_visitor(slug: str) -> tuple[ProductView, str | None]:
    """The product priced for the country that the visitor's cart goes to, and that country.

    Who has no cart, or no price there, gets the page that everybody shares.
    """
    now, window, token = utc_now(), shop_window(), cookies.read(cookies.CART)
    country = country_of_cart(db(), token, now) if token else None
    zone = zones(config()).find(country) if country else None
    if zone is not None and zone.currency != window.currency:
        shown = get_product_page(db(), slug, replace(window, currency=zone.currency), now=now)
        if shown.variants:
            return shown, country
    return get_product_page(db(), slug, window, now=now), None


def _product_context(shown: ProductView, delivery: DeliveryHint, companions: tuple[CardView, ...]) -> dict[str, Any]:
    origin, list_url = config().origin, shop_window().product_url.rstrip("/")
    trail = [("Home", shop_url("content.home")), ("Mats & tools", list_url)]
    return {
        "product": shown,
        "trail": [*trail, (shown.name, None)],
        "list_url": list_url,
        "details": fragment_html(
            "storefront/_details.html", (shown.slug, shown.version), product=shown, list_url=list_url
        ),
        "delivery": delivery,
        "companions": [card_html(card) for card in companions],
        "canonical_url": origin + shown.url,
        "picture_url": origin + shown.pictures[0].url,
        "structured": [product_data(shown, origin), breadcrumb_data([*trail, (shown.name, shown.url)], origin)],
        "section": "list",
    }


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
