"""The log of what was shown, with what became of it. Everything here is for visits with the learning consent alone."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from shop.catalogue.models import Product, Variant
from shop.db import insert_if_absent
from shop.learning.models import Candidate, Impression, OutcomeTag
from shop.learning.rules import BEST_MARK, MOST_LISTS, TAG_DAYS, ShownList, Visit, list_id
from shop.learning.states import NEXT_FATES, Fate
from shop.learning.tags import known_tags, new_tag


def is_noted(session: Session, visit: Visit, shown: ShownList, *, visible: int) -> bool:
    """Whether the first `visible` products of this list are written down as what the visit saw last."""
    noted = list_id(visit, shown)
    places = select(func.count()).select_from(Candidate).where(Candidate.impression_id == Impression.id)
    row = session.execute(select(Impression.turn, places.scalar_subquery()).where(Impression.id == noted)).one_or_none()
    return row is not None and row[0] == _last_turn(session, visit) and row[1] >= min(visible, len(shown.products))


def note_shown(session: Session, visit: Visit, shown: ShownList, *, visible: int, today: date, erase_on: date) -> bool:
    """Write down the first `visible` products of a list, once however often it is shown; False when it is too much.

    Products that a second look brings to light ("Show 2 more") join the same list.
    """
    noted, last = list_id(visit, shown), _last_turn(session, visit)
    if last >= MOST_LISTS:
        return False
    is_new = insert_if_absent(
        session,
        Impression,
        id=noted,
        visit=visit.mark,
        turn=last + 1,
        day=today,
        erase_on=erase_on,
        consent=visit.consent,
        model_id=shown.model_id,
        rules_id=shown.rules_id,
        seed=shown.seed,
        exploration=shown.exploration,
    )
    if not is_new:
        session.execute(update(Impression).where(Impression.id == noted, Impression.turn < last).values(turn=last + 1))
    for product in shown.products[:visible]:
        insert_if_absent(
            session,
            Candidate,
            impression_id=noted,
            position=product.position,
            sku=product.sku,
            propensity=product.propensity,
            features=dict(product.features),
            opened=False,
            added=False,
            bought=False,
            sent=False,
            fate=Fate.OPEN,
        )
    return True


def note_opened(session: Session, visit: Visit, sku: str) -> None:
    """The visitor opened the page of a product (by its SKU) that the visit was shown."""
    row = _seen_last(session, visit, sku)
    if row is not None:
        row.opened = True


def note_added(session: Session, visit: Visit, variant_sku: str) -> None:
    """The visitor put a product (by a variant's SKU) that the visit was shown into the cart."""
    row = _seen_last(session, visit, _product_of(session, [variant_sku]).get(variant_sku, ""))
    if row is not None:
        row.added = True


def tag_lines(session: Session, visit: Visit, lines: Mapping[int, str], *, today: date) -> int:
    """Let what becomes of these order lines (id: variant SKU) find its row; returns how many lines have one.

    Only what was put into the cart after it was shown: what was bought anyway says nothing of the list.
    """
    products, tagged = _product_of(session, lines.values()), 0
    for line_id, variant_sku in lines.items():
        row, tag = _seen_last(session, visit, products.get(variant_sku, "")), new_tag(session, line_id)
        if row is not None and row.added and tag is not None:
            where = {"impression_id": row.impression_id, "position": row.position}
            tagged += insert_if_absent(session, OutcomeTag, tag=tag, made_on=today, **where)
    return tagged


def note_bought(session: Session, line_ids: Iterable[int]) -> None:
    """These order lines are paid."""
    tagged = _tagged(session, line_ids)
    _note(session, tagged, {"bought": True})
    _move(session, tagged, Fate.OPEN)


def note_sent(session: Session, line_ids: Iterable[int]) -> None:
    """The parcel with these order lines has left."""
    _note(session, _tagged(session, line_ids) & Candidate.bought, {"sent": True})


def note_returned(session: Session, line_ids: Iterable[int]) -> None:
    """These order lines came back, or their money went back."""
    _move(session, _tagged(session, line_ids), Fate.RETURNED)


def note_helped(session: Session, line_id: int, mark: int) -> None:
    """The buyer says how much it helped, from 0 to 10. Raises ValueError outside of that."""
    if not 0 <= mark <= BEST_MARK:
        raise ValueError("a mark is from 0 to 10")
    _note(session, _tagged(session, [line_id]) & Candidate.bought, {"helped": mark})


def delete_expired(session: Session, today: date) -> int:
    """Delete the rows whose day has come and the tags that have served; returns how many of both.

    What was sent and did not come back while its tag lasted was kept.
    """
    has_served = OutcomeTag.made_on <= today - timedelta(days=TAG_DAYS)
    _move(session, _has_tag(has_served) & Candidate.sent, Fate.KEPT)
    tags = session.scalars(delete(OutcomeTag).where(has_served).returning(OutcomeTag.tag)).all()
    rows = session.scalars(delete(Impression).where(Impression.erase_on < today).returning(Impression.id)).all()
    return len(tags) + len(rows)


def _move(session: Session, which: ColumnElement[bool], new: Fate) -> None:
    """Change the fate of those bought products for which the table of moves allows it."""
    before = [old for old, following in NEXT_FATES.items() if new in following]
    _note(session, which & Candidate.bought & Candidate.fate.in_(before), {"fate": new})


def _note(session: Session, which: ColumnElement[bool], values: dict[str, object]) -> None:
    session.execute(update(Candidate).where(which).values(values).execution_options(synchronize_session=False))


def _tagged(session: Session, line_ids: Iterable[int]) -> ColumnElement[bool]:
    """The rows of these order lines; none where the session carries no keys."""
    return _has_tag(OutcomeTag.tag.in_(known_tags(session, line_ids)))


def _has_tag(which: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = (OutcomeTag.impression_id == Candidate.impression_id) & (OutcomeTag.position == Candidate.position)
    return select(OutcomeTag.tag).where(mine, which).exists()


def _last_turn(session: Session, visit: Visit) -> int:
    return session.scalar(select(func.max(Impression.turn)).where(Impression.visit == visit.mark)) or 0


def _seen_last(session: Session, visit: Visit, sku: str) -> Candidate | None:
    """The row of a product in the last list of the visit that showed it; one already in the cart comes first."""
    return session.scalars(
        select(Candidate)
        .join(Impression, Impression.id == Candidate.impression_id)
        .where(Impression.visit == visit.mark, Candidate.sku == sku)
        .order_by(Candidate.added.desc(), Impression.turn.desc())
        .limit(1)
    ).one_or_none()


def _product_of(session: Session, variant_skus: Iterable[str]) -> dict[str, str]:
    """The product's SKU for each of the variants' SKUs."""
    query = select(Variant.sku, Product.sku).join(Product, Product.id == Variant.product_id)
    rows = session.execute(query.where(Variant.sku.in_(list(variant_skus)))).all()
    return {row[0]: row[1] for row in rows}
