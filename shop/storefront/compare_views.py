"""The comparison of products. Its address holds SKUs, never an answer; who has answers is warned beside the product."""

from flask import Blueprint, Response, request

from shop.catalogue.cards import find_cards
from shop.catalogue.product_page import get_product_page
from shop.catalogue.window import shop_window
from shop.quiz.visitor import exclusion_for_visitor
from shop.storefront.comparison import FEWEST, MOST, comparison_rows, shared_cautions
from shop.web import cacheable, db, page, shop_url

blueprint = Blueprint("compare", __name__)
MOST_READ = 50


@blueprint.get("/compare", endpoint="page")
def compare() -> Response:
    """Two to four products side by side. Those that are no longer on sale are left out."""
    window = shop_window()
    asked = request.args.getlist("sku")[:MOST_READ]
    wanted = [sku for sku in dict.fromkeys(asked) if sku.isprintable()]  # PostgreSQL takes no NUL
    cards = find_cards(db(), window, skus=wanted, available_only=False)
    if not FEWEST <= len(cards) <= MOST:
        return page("storefront/compare_few.html", 422, cards=cards, most=MOST)
    slugs = [card.url.removeprefix(window.product_url) for card in cards]
    products = [get_product_page(db(), slug, window) for slug in slugs]
    against = {product.sku: exclusion_for_visitor(db(), product.sku) for product in products}
    shown = page(
        "storefront/compare.html",
        products=products,
        rows=comparison_rows(products),
        shared=shared_cautions(products),
        without={product.sku: _without(product.sku, [each.sku for each in products]) for product in products},
        against=against,
        section="list",
    )
    return cacheable(shown)


def _without(sku: str, skus: list[str]) -> str:
    """The address of the comparison without one of its products; the list when too few are left."""
    kept = [other for other in skus if other != sku]
    return shop_url("compare.page", sku=kept) if len(kept) >= FEWEST else shop_url("storefront.product_list")
