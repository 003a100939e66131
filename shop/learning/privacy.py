"""What a visitor may ask of the log by their own link: everything it holds of their visit, and its erasure (R8)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.learning.models import Candidate, Impression, OutcomeTag
from shop.learning.rules import TAG_DAYS


def export_visit(session: Session, visit_mark: str) -> list[dict[str, Any]]:
    """Everything the log holds of a visit, as plain values, in the order in which the lists were seen."""
    lists = session.scalars(select(Impression).where(Impression.visit == visit_mark).order_by(Impression.turn)).all()
    return [_as_values(shown, _products_of(session, shown), _links_of(session, shown)) for shown in lists]


def titles(session: Session, lists: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the products in exported lists, by SKU; one that is gone from the catalogue has none."""
    skus = {product["sku"] for shown in lists for product in shown["products"]}
    rows = session.execute(select(Product.sku, Product.title).where(Product.sku.in_(sorted(skus)))).all()
    return {row.sku: row.title for row in rows}


def erase_visit(session: Session, visit_mark: str) -> int:
    """Delete everything the log holds of a visit; returns how many lists."""
    gone = session.scalars(delete(Impression).where(Impression.visit == visit_mark).returning(Impression.id))
    return len(gone.all())


def _products_of(session: Session, shown: Impression) -> Sequence[Candidate]:
    return session.scalars(
        select(Candidate).where(Candidate.impression_id == shown.id).order_by(Candidate.position)
    ).all()


def _links_of(session: Session, shown: Impression) -> Sequence[OutcomeTag]:
    mine = select(OutcomeTag).where(OutcomeTag.impression_id == shown.id)
    return session.scalars(mine.order_by(OutcomeTag.tag)).all()


def _as_values(shown: Impression, products: Sequence[Candidate], links: Sequence[OutcomeTag]) -> dict[str, Any]:
    return {
        "id": shown.id,
        "visit": shown.visit,
        "turn": shown.turn,
        "day": shown.day.isoformat(),
        "erased_on": shown.erase_on.isoformat(),
        "consent": shown.consent,
        "model": shown.model_id,
        "rules": shown.rules_id,
        "seed": shown.seed,
        "exploration": shown.exploration,
        "products": [
            {
                "sku": row.sku,
                "position": row.position,
                "propensity": row.propensity,
                "fit_in_64ths": row.features,
                "opened": row.opened,
                "added": row.added,
                "bought": row.bought,
                "sent": row.sent,
                "fate": row.fate.value,
                "helped": row.helped,
                "order_links": [
                    {"digest": link.tag, "deleted_on": (link.made_on + timedelta(days=TAG_DAYS)).isoformat()}
                    for link in links
                    if link.position == row.position
                ],
            }
            for row in products
        ],
    }
