"""The product editor: a new product, or one that is there. After an error everything typed is still there."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial

from flask import Response, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.audit import service as audit
from shop.catalogue import service as catalogue
from shop.catalogue.codes import TYPES
from shop.catalogue.models import Product
from shop.catalogue.rules import problems
from shop.catalogue.service import ChangedMeanwhile, InvalidProduct
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import FieldProblem, ProductValues
from shop.catalogue.window import shop_window
from shop.clock import utc_now
from shop.csrf import ProtectedForm
from shop.importing.service import stock_of
from shop.merchant import product_mapping as mapping
from shop.merchant.pages import blueprint, me, merchant_page, see, token_meta
from shop.merchant.price_words import price_words
from shop.merchant.product_forms import BLANK_ROWS, MAX_ROWS, PictureForm, ProductForm, StockForm, product_form
from shop.merchant.standards import standards
from shop.pricing.service import zones
from shop.recommendations.knowledge import types_safety
from shop.stock import service as stock
from shop.web import config, db, transaction

STALE = "This form was open for too long, or you signed in anew. Everything you typed is still here: save it again."
CHANGED = "Somebody else changed this product meanwhile. What you typed is still here: save again to put it in place."
EMPTY: Mapping[str, ProtectedForm] = {}
AT_ONCE = "Another product with the same SKU or address was saved at this very moment. Please save once more."
TAKEN = "There is a product with this SKU already."


@blueprint.route("/products/new", methods=["GET", "POST"])
def product_new() -> Response:
    """Choose a type, then fill in the rest: the type's own exclusions are ticked already."""
    if request.method == "POST":
        return _save(None)
    wanted = request.args.get("type", "")
    if wanted not in TYPES:
        types = sorted(TYPES.items(), key=lambda pair: pair[1])
        return merchant_page("product_type.html", types=types, section="products")
    form = product_form(BLANK_ROWS, _currencies(None))(meta=token_meta(), data=mapping.suggested(wanted))
    return _page(form, None)


@blueprint.route("/products/<sku>", methods=["GET", "POST"])
def product_edit(sku: str) -> Response:
    """One product with its variants, prices, safety fields, stock and pictures."""
    product = catalogue.get_product(db(), sku)
    if request.method == "POST":
        return _save(product)
    return edit_page(product)


def edit_page(product: Product, http_status: int = 200, **side_forms: ProtectedForm) -> Response:
    """The editor of a product as it is now; `side_forms` are those of stock and pictures when they have errors."""
    values, currencies = catalogue.values_of(product), _currencies(product)
    form = product_form(min(len(values.variants) + 1, MAX_ROWS), currencies)(
        meta=token_meta(), data={**mapping.shown(values, currencies), "version": _version(product)}
    )
    return _page(form, product, http_status, side_forms)


def _save(product: Product | None) -> Response:
    form = product_form(_rows_sent(), _currencies(product))(request.form, meta=token_meta())
    base = catalogue.values_of(product) if product else None
    if "more" in request.form:
        return _with_more_rows(product)
    if not form.validate():
        form["csrf_token"].errors = []
        mapping.add_error(form.title, STALE)
        return _page(form, product, 422)
    typed = mapping.read_form(form, base, currency=config().currency)
    values = _with_status(typed.values, product)
    if form.errors:
        mapping.tell(form, _problems(db(), values, is_new=product is None))
        return _page(form, product, 422)
    try:
        with transaction() as session:
            now = utc_now()
            if product is not None:
                catalogue.claim_version(session, values.sku, _seen(form), now=now)
            _write(session, values, typed.units, is_new=product is None, now=now)
    except (InvalidProduct, ChangedMeanwhile, IntegrityError) as refusal:
        return _refused(form, product, refusal)
    return see("product_edit", sku=values.sku, done="created" if product is None else "saved")


def _refused(form: ProductForm, product: Product | None, refusal: Exception) -> Response:
    """What was typed, with what stands against it; after somebody else's change, saving once more is a choice."""
    if isinstance(refusal, InvalidProduct):
        mapping.tell(form, refusal.problems)
    elif isinstance(refusal, ChangedMeanwhile) and product is not None:
        form.version.data = _version(product)
        mapping.add_error(form.title, CHANGED)
    else:
        mapping.add_error(form.title, AT_ONCE)
    return _page(form, product, 422)


def _with_status(values: ProductValues, product: Product | None) -> ProductValues:
    """Only the button decides over the state: a new product is a draft unless it was "save and publish"."""
    if "publish" in request.form:
        return replace(values, status=ProductStatus.PUBLISHED)
    return replace(values, status=product.status if product else ProductStatus.DRAFT)


def _write(session: Session, values: ProductValues, units: Mapping[str, int], *, is_new: bool, now: datetime) -> None:
    if found := _problems(session, values, is_new=is_new):
        raise InvalidProduct(found)
    there = None if is_new else catalogue.find_product(session, values.sku)
    before = _plain(catalogue.values_of(there)) if there is not None else {}
    saved = catalogue.save_product(
        session, values, currency=config().currency, standards=standards(), now=now, is_new=is_new
    )
    for sku, count in sorted(units.items()):
        stock.receive(session, sku, count, reason="First stock", actor=me().actor, now=now)
    changes = audit.difference(before, _plain(catalogue.values_of(saved)))
    audit.record(
        session,
        actor=me().actor,
        action="product.created" if is_new else "product.changed",
        subject=f"product:{values.sku}",
        changes={**changes, "units": dict(units)} if units else changes,
        now=now,
    )


def _problems(session: Session, values: ProductValues, *, is_new: bool) -> list[FieldProblem]:
    """All that stands against saving, so that it is told at once."""
    publish = values.status is ProductStatus.PUBLISHED
    found = list(problems(values, currency=config().currency, publish=publish, standards=standards()))
    odd = {problem.field for problem in found}  # what is no SKU at all is not looked for
    if is_new and "sku" not in odd and catalogue.find_product(session, values.sku) is not None:
        found.append(FieldProblem("sku", "a SKU of its own", values.sku, TAKEN))
    wanted = () if "goes_with" in odd else values.goes_with
    known = catalogue.known_products(session, wanted)
    missing = [sku for sku in wanted if sku not in known]
    if missing:  # a misspelt SKU would suggest nothing, and nobody would see why
        found.append(FieldProblem("goes_with", "SKUs of products", ", ".join(missing)[:80], "Correct the SKU."))
    return found


def _plain(values: ProductValues) -> dict[str, object]:
    """The values as JSON can hold them."""
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(values).items()}
    status = values.status.value if values.status else None
    return {**listed, "status": status, "variants": [asdict(variant) for variant in values.variants]}


def _with_more_rows(product: Product | None) -> Response:
    rows = min(_rows_sent() + 1 + BLANK_ROWS, MAX_ROWS)
    return _page(product_form(rows, _currencies(product))(request.form, meta=token_meta()), product)


def _rows_sent() -> int:
    return max(1, next((n for n in range(MAX_ROWS) if f"v{n}_option" not in request.form), MAX_ROWS))


def _currencies(product: Product | None) -> tuple[str, ...]:
    """The shop's own currency first, then those of its zones and of the product's prices."""
    used = [price.currency for variant in product.variants for price in variant.prices] if product else []
    zoned = [zone.currency for zone in zones(config()).zones]
    return tuple(dict.fromkeys([config().currency, *zoned, *used]))


def _version(product: Product) -> str:
    return product.updated_at.isoformat()


def _seen(form: ProductForm) -> datetime:
    """When the product that the form was made from had last been saved. Raises ChangedMeanwhile for no such time."""
    try:
        return datetime.fromisoformat(form.version.data or "").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ChangedMeanwhile from error


def _words_of_price(tax_class: str, currency: str, typed: str | None) -> str:
    """What a price means for the customer, and whether it is needed."""
    words = price_words(zones(config()), currency, (typed or "").strip(), config().locale, tax_class)
    return f"{words}; needed".removeprefix("; ") if currency == config().currency else words


def _page(
    form: ProductForm, product: Product | None, http_status: int = 200, side_forms: Mapping[str, ProtectedForm] = EMPTY
) -> Response:
    units = stock_of(db(), [variant.sku for variant in product.variants]) if product else {}
    return merchant_page(
        "product_edit.html",
        http_status,
        form=form,
        product=product,
        rows=list(form.row_fields()),
        known={variant.sku: units.get(variant.sku, 0) for variant in product.variants} if product else {},
        words_of_price=partial(_words_of_price, (form.tax_class.data or "").strip()),
        types_safety={name: asdict(least) for name, least in types_safety().items()},
        media_url=shop_window().media_url,
        drawing_url=f"{shop_window().picture_url}{product.sku}.svg" if product else None,
        done=request.args.get("done"),
        section="products",
        **{"picture_form": PictureForm(meta=token_meta()), "stock_form": StockForm(meta=token_meta()), **side_forms},
    )
