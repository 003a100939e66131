"""Two to four products side by side: the same rows for all, and no empty cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shop.catalogue.facts import joined
from shop.catalogue.product_page import ProductView
from shop.recommendations.evidence import evidence_sentence

FEWEST, MOST = 2, 4
NOT_STATED = ("not stated",)
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what it is about, and the sentences of each product."""

    label: str
    cells: tuple[Cell, ...]


def comparison_rows(products: Sequence[ProductView]) -> tuple[Row, ...]:
    """Facts first, then whom each is not for. A fact that none of them states has no row."""
    facts = [dict(product.words.facts) for product in products]
    labels = dict.fromkeys(label for known in facts for label in known)
    rows = [_row("Kind", products, lambda product: [product.kind_text])]
    rows += [
        Row(label, tuple((known[label],) if label in known else NOT_STATED for known in facts)) for label in labels
    ]
    rows += [_row(label, products, read) for label, read in _SAFETY]
    return tuple(rows)


def _row(label: str, products: Sequence[ProductView], read: Callable[[ProductView], Iterable[str]]) -> Row:
    return Row(label, tuple(tuple(read(product)) or NOT_STATED for product in products))


def _allergens(product: ProductView) -> list[str]:
    return [f"Contains {joined(product.words.allergens)}" if product.words.allergens else "None of those we check for"]


_SAFETY: tuple[tuple[str, Callable[[ProductView], Iterable[str]]], ...] = (
    ("It does not fit when", lambda product: product.words.less_fitting),
    ("Do not use it if", lambda product: product.words.not_for or ["Nobody is excluded"]),
    ("Ask a doctor first if", lambda product: product.words.ask_first or ["Nothing is known"]),
    ("Allergens", _allergens),
    ("Research", lambda product: [evidence_sentence(product.type)]),
)
