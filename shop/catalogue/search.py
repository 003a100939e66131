"""The word index: kept in step when a product is saved, asked with prefixes. FTS5 on SQLite, tsvector on PostgreSQL."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.types import UserDefinedType

from shop.catalogue import codes
from shop.catalogue.models import Product

MAX_TYPED = 200
MAX_WORDS = 8
SMALL_WORDS = {
    "a", "an", "and", "are", "at", "for", "from", "i", "in", "is", "it", "my", "of", "on", "or", "some", "that", "the",
    "to", "with",
}  # fmt: skip
_WEIGHTS = (10, 5, 4, 1)  # title, kind, words, body: a word in the title says most about a product

_index_sqlite = table("shop_search", column("rowid", Integer))
_index_postgres = table("shop_search", column("product_id", Integer))


class _Postgres(UserDefinedType[str]):
    """A type that PostgreSQL alone has, by its name: a shop on SQLite does without importing that dialect."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_options: object) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class WordIndex:
    """How one database is asked: its product ids, the condition on :words, and the rank (less is better)."""

    product_id: ColumnElement[int]
    matches: ColumnElement[bool]
    rank: ColumnElement[float]


_SQLITE = WordIndex(
    _index_sqlite.c.rowid,
    literal_column("shop_search").op("MATCH", is_comparison=True)(bindparam("words", type_=Text)),
    literal_column(f"bm25(shop_search, {', '.join(map(str, _WEIGHTS))})", Float),
)
_TYPED = cast(bindparam("words", type_=Text), _Postgres("tsquery"))
_DOCUMENT = literal_column("shop_search.document", _Postgres("tsvector"))
_POSTGRES = WordIndex(
    _index_postgres.c.product_id,
    _DOCUMENT.op("@@", is_comparison=True)(_TYPED),
    -func.ts_rank(literal_column("CAST('{0.1, 0.4, 0.5, 1.0}' AS real[])"), _DOCUMENT, _TYPED, type_=Float),
)


@lru_cache(maxsize=1024)
def search_words(typed: str) -> tuple[str, ...]:
    """The words of what a visitor typed, plain and in the singular; empty when there is nothing to look for.

    Only letters and digits are left, so that no operator of any query language can come through.
    """
    found = [word for word in plain(typed[:MAX_TYPED]).split() if word not in SMALL_WORDS]
    return tuple(dict.fromkeys(_singular(word)[:40] for word in found[: 2 * MAX_WORDS]))[:MAX_WORDS]


@cache
def hits(dialect: str) -> CTE:
    """SQL: `id` and `score` (less is better) of the products with the :words, found once and before anything else.

    Left to itself, SQLite may ask the word index again for every product.
    """
    index = _SQLITE if dialect == "sqlite" else _POSTGRES
    found = select(index.product_id.label("id"), index.rank.label("score")).where(index.matches)
    return found.cte("hits").prefix_with("MATERIALIZED")


def match_text(words: Iterable[str], dialect: str) -> str:
    """The words as a query in which each must be found, whole or as the beginning of a word."""
    if dialect == "sqlite":
        return " AND ".join(f'("{word}" OR "{word}" *)' for word in words)
    return " & ".join(f"('{word}' | '{word}':*)" for word in words)


def plain(words: str) -> str:
    """Small letters and digits without accents, everything else a space: the same on both databases."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", kept))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3]  # a prefix of both batteries and battery
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "sui" else word


def index_product(session: Session, product: Product) -> None:
    """Put the product's words into the index, in place of what was there. The product must have its id."""
    parts = {"id": product.id, **_document(product)}
    session.execute(_DELETE[_kind(session)], {"id": product.id})
    session.execute(_INSERT[_kind(session)], parts)


def index_all(session: Session) -> int:
    """Fill the index when it does not hold every product, as after a migration that made it anew; returns how many."""
    products = session.scalar(select(func.count()).select_from(Product)) or 0
    if session.scalar(text("SELECT count(*) FROM shop_search")) == products:
        return 0
    for product in session.scalars(select(Product).options(selectinload(Product.variants))):
        index_product(session, product)
    return products


def _kind(session: Session) -> str:
    return session.get_bind().dialect.name


def _document(product: Product) -> dict[str, Any]:
    places = [codes.AREAS.get(area, area) for area in product.areas if area != "any"]
    words = [
        product.sku,
        *places,
        *(codes.POSITIONS.get(position, position) for position in product.positions),
        *(codes.label_of(material) for material in product.materials),
        *(variant.option_value for variant in product.variants if variant.active),
        product.set_includes,
    ]
    return {
        "title": plain(product.title),
        "kind": plain(f"{codes.label_of(product.type)} {product.type}"),
        "words": plain(" ".join(words)),
        "body": plain(product.description),
    }


_DELETE = {
    "sqlite": text("DELETE FROM shop_search WHERE rowid = :id"),
    "postgresql": text("DELETE FROM shop_search WHERE product_id = :id"),
}
_INSERT = {
    "sqlite": text(
        "INSERT INTO shop_search (rowid, title, kind, words, body) VALUES (:id, :title, :kind, :words, :body)"
    ),
    "postgresql": text(
        "INSERT INTO shop_search (product_id, document) VALUES (:id, "
        "setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :kind), 'B') || "
        "setweight(to_tsvector('simple', :words), 'C') || setweight(to_tsvector('simple', :body), 'D'))"
    ),
}
