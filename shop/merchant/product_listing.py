"""The merchant's list of products: every state, searched by words in title or SKU, sorted, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from shop.catalogue import codes
from shop.catalogue.models import Price, Product, Variant
from shop.catalogue.rules import SAFETY_FIELDS
from shop.catalogue.shelf import is_on_shelf, units_available
from shop.catalogue.states import ProductStatus
from shop.merchant.paging import page_number
from shop.money import Money

PAGE_SIZE = 25
STATES = {"": "All but archived", "published": "Published", "draft": "Drafts", "archived": "Archived"}
STOCKS = {"": "Any", "out": "Sold out", "in": "In stock"}
SORTS: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "list": ("The list's order", (Product.position, Product.id)),
    "title": ("Name", (func.lower(Product.title), Product.id)),
    "sku": ("SKU", (Product.sku,)),
    "price": ("Lowest price", (Product.price_from_minor, Product.id)),
    "stock": ("Fewest units", (units_available(), Product.id)),
    "changed": ("Last changed", (Product.updated_at.desc(), Product.id.desc())),
}


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """What the list was asked for. Codes nobody knows are read as no filter."""

    q: str = ""
    state: str = ""
    stock: str = ""
    sort: str = "list"
    page: int = 1

    def address(self, base: str, page: int) -> str:
        """The address of another page of the same list."""
        named = {"q": self.q, "state": self.state, "stock": self.stock, "sort": self.sort, "page": str(page)}
        kept = {name: value for name, value in named.items() if value and (name, value) != ("sort", "list")}
        return f"{base}?{urlencode(kept)}"


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product in the list. `is_safe` says whether all safety fields are filled in.

    `unpriced` are currencies of the shop in which some variant has no price: there it cannot be bought.
    """

    sku: str
    slug: str
    title: str
    kind_text: str
    status: ProductStatus
    price: Money
    price_is_from: bool
    units: int
    is_safe: bool
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of the list. `total` counts all pages."""

    rows: tuple[ProductRow, ...]
    total: int
    page: int
    pages: int


def read_query(args: Mapping[str, str]) -> ProductQuery:
    """The query of an address."""
    return ProductQuery(
        q=args.get("q", "").strip()[:100],
        state=args.get("state", "") if args.get("state", "") in STATES else "",
        stock=args.get("stock", "") if args.get("stock", "") in STOCKS else "",
        sort=args.get("sort", "") if args.get("sort", "") in SORTS else "list",
        page=page_number(args.get("page", "")),
    )


def list_all(session: Session, query: ProductQuery, currency: str, *, currencies: Sequence[str] = ()) -> ProductPage:
    """The wanted page; a page beyond the last one is empty. `currencies` are all that the shop sells in."""
    conditions = _conditions(query)
    total = session.scalar(select(func.count()).select_from(Product).where(*conditions)) or 0
    statement = (
        select(Product, units_available().label("units"))
        .where(*conditions)
        .order_by(*SORTS[query.sort][1])
        .limit(PAGE_SIZE)
        .offset(PAGE_SIZE * (query.page - 1))
    )
    found = session.execute(statement).all()
    unpriced = _unpriced(session, [product.id for product, _ in found], currencies)
    rows = tuple(
        replace(_row(product, units, currency), unpriced=unpriced.get(product.id, ())) for product, units in found
    )
    return ProductPage(rows, total, query.page, -(-total // PAGE_SIZE))


def _unpriced(session: Session, ids: Sequence[int], currencies: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The currencies in which an active variant of a product has no price, by product id."""
    has_price = select(Price.variant_id).where(Price.variant_id == Variant.id)
    missing: dict[int, tuple[str, ...]] = {}
    for code in currencies:
        lacks = ~has_price.where(Price.currency == code).exists()
        query = select(Variant.product_id).where(Variant.product_id.in_(ids), Variant.active, lacks).distinct()
        for product_id in session.scalars(query):
            missing[product_id] = (*missing.get(product_id, ()), code)
    return missing


def find_named(session: Session, skus: list[str]) -> list[Product]:
    """Those of the products that exist, by title: what a bulk action is about to change."""
    return list(session.scalars(select(Product).where(Product.sku.in_(skus)).order_by(Product.title)))


def _conditions(query: ProductQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.state:
        conditions.append(Product.status == ProductStatus(query.state))
    else:
        conditions.append(Product.status != ProductStatus.ARCHIVED)
    if query.stock:
        conditions.append(is_on_shelf() if query.stock == "in" else ~is_on_shelf())
    for word in query.q.lower().split()[:8]:
        conditions.append(
            or_(
                func.lower(Product.title).contains(word, autoescape=True),
                func.lower(Product.sku).contains(word, autoescape=True),
            )
        )
    return conditions


def _row(product: Product, units: int, currency: str) -> ProductRow:
    return ProductRow(
        sku=product.sku,
        slug=product.slug,
        title=product.title,
        kind_text=codes.TYPES.get(product.type) or codes.label_of(product.type).capitalize(),
        status=product.status,
        price=Money(product.price_from_minor, currency),
        price_is_from=product.price_to_minor > product.price_from_minor,
        units=units,
        is_safe=all(getattr(product, name) is not None for name in SAFETY_FIELDS),
    )
