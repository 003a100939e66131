"""Promotions as the merchant sets them up: listed, saved, ended. Each change is told to the record by its caller."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.errors import NotFound
from shop.promotions.models import Promotion
from shop.promotions.states import PromotionKind


@dataclass(frozen=True, slots=True)
class PromotionValues:
    """What a merchant says of a promotion, apart from its code. `ends_at` is the first moment it holds no more."""

    title: str
    kind: PromotionKind
    rate_millionths: int
    amount_minor: int
    currency: str
    minimum_minor: int
    products: tuple[str, ...]
    types: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    most_orders: int | None
    most_per_customer: int | None


def list_promotions(session: Session, *, most: int = 500) -> list[Promotion]:
    """The newest promotions first."""
    return list(session.scalars(select(Promotion).order_by(Promotion.id.desc()).limit(most)))


def get_promotion(session: Session, promotion_id: int) -> Promotion:
    """One promotion. Raises NotFound."""
    found = session.get(Promotion, promotion_id)
    if found is None:
        raise NotFound("There is no such promotion.")
    return found


def is_code_taken(session: Session, code: str) -> bool:
    """Whether a promotion has this code already, an ended one included."""
    return session.scalar(select(Promotion.id).where(Promotion.code == code)) is not None


def unknown_products(session: Session, skus: tuple[str, ...]) -> list[str]:
    """Those of the SKUs that no product has."""
    known = set(session.scalars(select(Product.sku).where(Product.sku.in_(skus))))
    return [sku for sku in skus if sku not in known]


def add_promotion(session: Session, code: str | None, values: PromotionValues, *, now: datetime) -> Promotion:
    """A new promotion; `code` None for an offer that holds without one. Its code never changes."""
    promotion = Promotion(code=code, created_at=now, used=0, **asdict(values))
    session.add(promotion)
    session.flush()  # the record names its id
    return promotion


def change_promotion(session: Session, promotion: Promotion, values: PromotionValues) -> None:
    """Another title, sum, time or limit; orders that were placed keep what they have."""
    for name, value in asdict(values).items():
        setattr(promotion, name, value)
    session.flush()  # the record names what is there now


def end_promotion(session: Session, promotion: Promotion, *, now: datetime) -> None:
    """It holds no more from now on; one that has ended already stays as it is."""
    if promotion.ends_at is None or promotion.ends_at > now:
        promotion.ends_at = now
    session.flush()  # the record names what is there now


def plain_values(promotion: Promotion) -> dict[str, object]:
    """A promotion as the record holds it."""
    values = {name: getattr(promotion, name) for name in PromotionValues.__dataclass_fields__}
    return {
        "code": promotion.code or "",
        **{name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()},
        "kind": promotion.kind.value,
        "products": list(promotion.products),
        "types": list(promotion.types),
    }
