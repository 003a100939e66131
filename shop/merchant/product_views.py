"""The list of products; publishing and archiving one or many, each with its way back."""

from collections.abc import Sequence

from flask import Response, request

from shop.audit import service as audit
from shop.catalogue import service as catalogue
from shop.catalogue.product_page import preview_page
from shop.catalogue.service import InvalidProduct
from shop.catalogue.states import ProductStatus
from shop.catalogue.window import shop_window
from shop.clock import utc_now
from shop.errors import BadInput
from shop.merchant.gap_reading import gaps_of
from shop.merchant.pages import blueprint, me, merchant_page, see
from shop.merchant.product_listing import SORTS, STATES, STOCKS, find_named, list_all, read_query
from shop.merchant.standards import standards
from shop.pricing.service import cheapest_delivery, currencies_of, zones
from shop.web import config, db, shop_url, transaction

BULK = {
    "publish": ("Publish", ProductStatus.PUBLISHED),
    "draft": ("Take off sale", ProductStatus.DRAFT),
    "archive": ("Archive", ProductStatus.ARCHIVED),
}
DONE = {
    "publish": "on sale now",
    "draft": "a draft now, and not on sale",
    "archive": "archived: not on sale, and out of the way",
}
UNDO = {status: action for action, (_, status) in BULK.items()}
MOST_AT_ONCE = 200


@blueprint.get("/products")
def products() -> Response:
    """Search, sort, filter and pages in the address; a notice with an undo button after an action."""
    query, base = read_query(request.args), shop_url("merchant.products")
    done, skus = request.args.get("done", ""), _skus(request.args.get("skus", "").split(","))
    return merchant_page(
        "products.html",
        gaps=gaps_of(db(), config().currency),
        found=list_all(db(), query, config().currency, currencies=currencies_of(zones(config()))),
        query=query,
        states=STATES,
        stocks=STOCKS,
        sorts={code: words for code, (words, _) in SORTS.items()},
        actions={code: words for code, (words, _) in BULK.items()},
        url_for_page=lambda number: query.address(base, number),
        is_narrowed=bool(query.q or query.state or query.stock),
        done=DONE.get(done),
        done_skus=skus if done in DONE else [],
        undo=request.args.get("undo") if request.args.get("undo") in BULK else None,
        picture_url=shop_window().picture_url,
        section="products",
    )


@blueprint.post("/products/bulk")
def products_bulk() -> Response:
    """Ask before changing many: the page names each product, and its button says how many there are."""
    action, skus = request.form.get("action", ""), _skus(request.form.getlist("sku"))
    if action not in BULK:
        raise BadInput("Choose what to do with the products.")
    named = find_named(db(), skus)
    if not named:
        return see("products", none="1")
    return merchant_page(
        "products_bulk.html", products=named, action=action, words=BULK[action][0], problems=(), section="products"
    )


@blueprint.post("/products/status")
def product_status() -> Response:
    """Publish, take off sale or archive: all of the named products, or none when one cannot be published."""
    action, skus = request.form.get("action", ""), _skus(request.form.getlist("sku"))
    if action not in BULK or not skus:
        raise BadInput("Choose products, and what to do with them.")
    try:
        before = _set_status(skus, BULK[action][1])
    except InvalidProduct as refusal:
        named = find_named(db(), skus)
        return merchant_page(
            "products_bulk.html", 422, products=named, action=action, words=BULK[action][0],
            problems=refusal.problems, section="products",
        )  # fmt: skip
    was = set(before.values())
    undo = UNDO[was.pop()] if len(was) == 1 else None  # products of several states have no one way back
    return see("products", done=action, skus=",".join(before), undo=undo)


@blueprint.get("/products/<sku>/preview")
def product_preview(sku: str) -> Response:
    """The product as its page will show it, drafts included, with nothing on it that could be pressed."""
    kept, window = catalogue.get_product(db(), sku), shop_window()
    return merchant_page(
        "product_preview.html",
        kept=kept,
        product=preview_page(db(), kept.slug, window),
        delivery=cheapest_delivery(zones(config()), None),
        list_url=shop_url("storefront.product_list"),
        section="products",
    )


def _set_status(skus: Sequence[str], status: ProductStatus) -> dict[str, ProductStatus]:
    """Change all of them in one transaction; returns those that changed, with what they were before."""
    now, before = utc_now(), {}
    with transaction() as session:
        for sku in skus:
            old = catalogue.get_product(session, sku).status
            if old is status:
                continue
            before[sku] = old
            catalogue.set_status(session, sku, status, currency=config().currency, standards=standards(), now=now)
            audit.record(
                session,
                actor=me().actor,
                action=f"product.{status.value}",
                subject=f"product:{sku}",
                changes=audit.difference({"status": old.value}, {"status": status.value}),
                now=now,
            )
    return before


def _skus(given: Sequence[str]) -> list[str]:
    return [sku for sku in dict.fromkeys(given) if 0 < len(sku) <= 40][:MOST_AT_ONCE]
