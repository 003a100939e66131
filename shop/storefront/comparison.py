"""Two to four products side by side: the same rows for all, and no empty cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shop.catalogue.facts import joined
from shop.catalogue.product_page import ProductView
from shop.recommendations.evidence import evidence_sentence

FEWEST, MOST = 2, 4
NOT_STATED = ("not stated",)
BELOW = "Only what holds for all of them, below"
Cell = tuple[str, ...]
Read = Callable[[ProductView], Iterable[str]]


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
    rows.append(_row("It does not fit when", products, lambda product: product.words.less_fitting))
    rows += [_apart(label, products, read, none) for label, _, read, none in _HEALTH]
    rows.append(_row("Allergens", products, _allergens))
    rows.append(_row("Research", products, lambda product: [evidence_sentence(product.type)]))
    return tuple(rows)


def shared_cautions(products: Sequence[ProductView]) -> tuple[tuple[str, Cell], ...]:
    """What holds for every one of them, said once: a title, and the sentences that complete it."""
    found = ((title, _shared(products, read)) for _, title, read, _ in _HEALTH)
    return tuple((title, sentences) for title, sentences in found if sentences)


def _apart(label: str, products: Sequence[ProductView], read: Read, none: str) -> Row:
    """What each says beyond what all of them say."""
    shared = _shared(products, read)
    own = (tuple(each for each in read(product) if each not in shared) for product in products)
    return Row(label, tuple(cell or ((BELOW,) if shared else (none,)) for cell in own))


def _shared(products: Sequence[ProductView], read: Read) -> Cell:
    others = [set(read(product)) for product in products[1:]]
    return tuple(each for each in read(products[0]) if all(each in other for other in others))


def _row(label: str, products: Sequence[ProductView], read: Read) -> Row:
    return Row(label, tuple(tuple(read(product)) or NOT_STATED for product in products))


def _allergens(product: ProductView) -> list[str]:
    return [f"Contains {joined(product.words.allergens)}" if product.words.allergens else "None of those we check for"]


_HEALTH: tuple[tuple[str, str, Read, str], ...] = (
    ("Do not use it if", "Use none of them if", lambda product: product.words.not_for, "Nobody is excluded"),
    (
        "Ask a doctor first if",
        "Before you use any of them, ask a doctor or physiotherapist if",
        lambda product: product.words.ask_first,
        "Nothing is known",
    ),
)
