"""Products on sale that the recommender cannot use, so that the merchant learns of it before a customer misses them."""

from sqlalchemy.orm import Session

from recommender.safety import excluded_for
from recommender.types import Answers, ExclusionKind, Item
from shop.recommendations.assortment import whole_assortment

_ANY_HEALTH_ANSWER = Answers(red_flags=frozenset(), health=frozenset({"PREG"}), allergies=frozenset())


def products_left_out(session: Session, currency: str) -> tuple[str, ...]:
    """SKUs of published products that nobody with a health answer is ever shown: a safety field is missing or wrong.

    A row that cannot be read at all is among them. Nothing is read anew while the catalogue stays as it is.
    """
    assortment = whole_assortment(session, currency)
    products = set(assortment.product_of.values())
    return tuple(sorted(sku for sku in products if _is_unusable(assortment.find_item(sku))))


def _is_unusable(item: Item | None) -> bool:
    if item is None:
        return True
    found = excluded_for(_ANY_HEALTH_ANSWER, item)
    return found is not None and found.kind is ExclusionKind.MISSING_SAFETY
