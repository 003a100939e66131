"""Plain builders of what the log is told."""

from datetime import date

from sqlalchemy.orm import Session

from shop.learning import service
from shop.learning.rules import ShownList, ShownProduct, Visit

TODAY = date(2026, 6, 1)
LATER = date(2027, 7, 6)
VISIT = Visit("a" * 32, 7)
OTHER = Visit("b" * 32, 8)


def make_list(*skus: str, model_id: str = "day-one", fit: int = 32) -> ShownList:
    """A list of these products, best first."""
    products = [ShownProduct(sku, place, {"area": fit, "price": -place}) for place, sku in enumerate(skus, start=1)]
    return ShownList(model_id, "1-rules", 7, tuple(products))


def show(session: Session, shown: ShownList, *, visit: Visit = VISIT, visible: int = 9, today: date = TODAY) -> bool:
    """The visit sees the first `visible` products."""
    return service.note_shown(session, visit, shown, visible=visible, today=today, erase_on=LATER)
