"""The list of products: filters, order, search, pages. One statement while the catalogue stays as it is, else three."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from shop.catalogue import codes, search
from shop.catalogue.cards import CARD_COLUMNS, CardView, ShopWindow, card_of, has_facet
from shop.catalogue.memory import engine_of, remembered
from shop.catalogue.models import Product
from shop.catalogue.service import catalogue_version
from shop.catalogue.shelf import is_on_shelf
from shop.catalogue.states import ProductStatus

PAGE_SIZE = 24


class Sort(StrEnum):
    """The orders of the list. Best match is for searches; the merchant's own order is "featured"."""

    BEST_MATCH = "match"
    FEATURED = "featured"
    PRICE_UP = "price"
    PRICE_DOWN = "price-down"
    NEWEST = "newest"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What a visitor asked the list for. Prices are minor units of the shop's currency, `page` counts from 1."""

    q: str = ""
    area: str | None = None
    type: str | None = None
    firmness: int | None = None
    position: str | None = None
    price_from_minor: int | None = None
    price_to_minor: int | None = None
    available_only: bool = False
    sort: Sort = Sort.FEATURED
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list. `total` counts all pages; `types` are the types on sale, by name."""

    cards: tuple[CardView, ...]
    total: int
    page: int
    pages: int
    types: tuple[tuple[str, str], ...]


_ORDERS: dict[Sort, tuple[Any, ...]] = {
    Sort.FEATURED: (Product.position, Product.id),
    Sort.PRICE_UP: (Product.price_from_minor, Product.id),
    Sort.PRICE_DOWN: (Product.price_from_minor.desc(), Product.id.desc()),
    Sort.NEWEST: (Product.created_at.desc(), Product.id.desc()),
    Sort.NAME: (Product.title, Product.id),
}
_FILTERS: dict[str, Callable[[], Any]] = {
    "area": lambda: has_facet("area", bindparam("area")),
    "type": lambda: Product.type == bindparam("type"),
    "firmness": lambda: bindparam("firmness").between(Product.pressure_min, Product.pressure_max),
    "position": lambda: has_facet("position", bindparam("position")),
    "price_from": lambda: Product.price_from_minor >= bindparam("price_from"),
    "price_to": lambda: Product.price_from_minor <= bindparam("price_to"),
    "available": is_on_shelf,
}


def list_products(session: Session, query: ListQuery, window: ShopWindow) -> ListPage:
    """The wanted page of the list. A page beyond the last one is empty.

    The number of results and the types on sale are kept per catalogue version; what depends on the stock is not.
    """
    dialect = session.get_bind().dialect.name
    words = search.search_words(query.q)
    if query.q.strip() and not words:
        return ListPage((), 0, 1, 0, ())
    values = _values(query, words, dialect)
    filters = tuple(name for name in _FILTERS if name in values)
    page_values = {**values, "limit": PAGE_SIZE, "offset": PAGE_SIZE * (query.page - 1)}
    rows = session.connection().execute(_page_statement(filters, bool(words), query.sort, dialect), page_values).all()
    version = rows[0].version if rows else catalogue_version(session)
    total = _total(session, version, filters, values, dialect)
    cards = tuple([card_of(row, window) for row in rows])
    return ListPage(cards, total, query.page, -(-total // PAGE_SIZE), types_on_sale(session, version))


def count_products(session: Session, query: ListQuery) -> int:
    """How many products a query finds, over all pages."""
    dialect, words = session.get_bind().dialect.name, search.search_words(query.q)
    values = _values(query, words, dialect)
    filters = tuple(name for name in _FILTERS if name in values)
    return _total(session, catalogue_version(session), filters, values, dialect)


def types_on_sale(session: Session, version: int) -> tuple[tuple[str, str], ...]:
    """Code and name of each type that has a published product, by name."""

    def read() -> tuple[tuple[str, str], ...]:
        found = session.scalars(_TYPES)
        named = ((code, codes.label_of(code)) for code in found)
        return tuple(sorted(((code, name[:1].upper() + name[1:]) for code, name in named), key=lambda pair: pair[1]))

    return remembered(engine_of(session), version, "types", read)


_TYPES = select(Product.type).where(Product.status == ProductStatus.PUBLISHED).distinct()


def _values(query: ListQuery, words: tuple[str, ...], dialect: str) -> dict[str, Any]:
    values = {
        "area": query.area,
        "type": query.type,
        "firmness": query.firmness,
        "position": query.position,
        "price_from": query.price_from_minor,
        "price_to": query.price_to_minor,
        "available": query.available_only or None,
        "words": search.match_text(words, dialect) if words else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _total(session: Session, version: int, filters: tuple[str, ...], values: dict[str, Any], dialect: str) -> int:
    def count() -> int:
        return session.scalar(_count_statement(filters, "words" in values, dialect), values) or 0

    if "available" in filters:
        return count()  # sales change it without a new catalogue version
    return remembered(engine_of(session), version, ("count", *sorted(values.items())), count)


@lru_cache(maxsize=1024)
def _page_statement(filters: tuple[str, ...], by_words: bool, sort: Sort, dialect: str) -> Select[Any]:
    """The cards of one page. The ids are chosen first, so that pictures and stock are read for 24 products only."""
    order = _ORDERS.get(sort) or _ORDERS[Sort.FEATURED]
    wanted = _filtered(select(Product.id), filters, by_words, dialect)
    if not by_words:
        return _cut(wanted.order_by(*order)).with_only_columns(*CARD_COLUMNS)
    if sort is not Sort.BEST_MATCH:
        page = _cut(wanted.order_by(*order)).subquery("page")
        return select(*CARD_COLUMNS).join_from(page, Product, Product.id == page.c.id).order_by(*order)
    ranked = wanted.add_columns(search.hits(dialect).c.score)
    best = _cut(ranked.order_by("score", *order)).subquery("page")
    return select(*CARD_COLUMNS).join_from(best, Product, Product.id == best.c.id).order_by(best.c.score, *order)


def _cut(statement: Select[Any]) -> Select[Any]:
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))


@lru_cache(maxsize=256)
def _count_statement(filters: tuple[str, ...], by_words: bool, dialect: str) -> Select[int]:
    return _filtered(select(func.count()).select_from(Product), filters, by_words, dialect)


def _filtered(statement: Select[Any], filters: tuple[str, ...], by_words: bool, dialect: str) -> Select[Any]:
    statement = statement.where(Product.status == ProductStatus.PUBLISHED, *(_FILTERS[name]() for name in filters))
    if by_words:
        hits = search.hits(dialect)
        statement = statement.join(hits, hits.c.id == Product.id)
    return statement
