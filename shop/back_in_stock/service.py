"""Asked for on a product's page, confirmed by mail, told once when the stock returns, forgotten after that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from shop.back_in_stock.models import StockWish
from shop.back_in_stock.rules import CONFIRM_WITHIN, CONSENT_TEXT, WAIT_AT_MOST
from shop.catalogue.models import Product, Variant
from shop.catalogue.naming import name_of_choice, options_on_sale
from shop.catalogue.shelf import bundle_units, stock_level
from shop.catalogue.states import ProductStatus
from shop.db import insert_if_absent
from shop.email_address import spellings
from shop.errors import NotFound
from shop.keys import fingerprint
from shop.mail import log as mail_log
from shop.mail.letterhead import Letterhead
from shop.mail.rendering import render
from shop.mail.service import Letter, enqueue

_UNITS = func.coalesce(bundle_units(), stock_level.c.available, 0)
_SOLD = (Variant.active, Product.status == ProductStatus.PUBLISHED)
_UNITS = func.coalesce(bundle_units(), stock_level.c.available, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody waits for: its name and the address of its page's end."""

    sku: str
    title: str
    slug: str


def find_wanted(session: Session, sku: str) -> Wanted | None:
    """A variant that is sold here, whether it is in stock or not."""
    found = select(Variant.sku, Product.title, Variant.option_value, options_on_sale, Product.slug)
    row = session.execute(
        found.join(Product, Product.id == Variant.product_id).where(Variant.sku == sku, *_SOLD)
    ).first()
    return None if row is None else _wanted(row)


def ask(
    session: Session,
    wanted: Wanted,
    email: str,
    *,
    link: Callable[[str], str],
    letterhead: Letterhead,
    now: datetime,
) -> None:
    """Ask the address to confirm, once a day at the most. The caller sees no difference whether it was known."""
    insert_if_absent(
        session,
        StockWish,
        email=email,
        sku=wanted.sku,
        consent_text=CONSENT_TEXT,
        requested_at=now,
        confirmed_at=None,
    )
    theirs = (StockWish.email == email, StockWish.sku == wanted.sku)
    wish = session.scalars(select(StockWish).where(*theirs)).one()
    if wish.confirmed_at is not None:
        return
    wish.requested_at = now
    rendered = render("stock_confirm", letterhead, title=wanted.title, link=link(mark_of(wish)))
    letter = Letter(
        unique_key=f"stock_confirm:{fingerprint(email)[:24]}:{wanted.sku}:{now:%Y%m%d}",
        kind="stock_confirm",
        recipient=email,
        subject=f"Please confirm: one mail from {letterhead.shop_name} when it is back",
        text=rendered.text,
        html=rendered.html,
    )
    enqueue(session, letter, now=now)


def confirm(session: Session, mark: str, now: datetime) -> None:
    """The address agreed. Twice is once. Raises NotFound."""
    wish = get_wish(session, mark)
    session.execute(
        update(StockWish).where(StockWish.id == wish.id, StockWish.confirmed_at.is_(None)).values(confirmed_at=now)
    )


def forget(session: Session, mark: str) -> None:
    """Delete what the link speaks of. Twice is once."""
    wish = _find_wish(session, mark)
    if wish is not None:
        session.delete(wish)


def mark_of(wish: StockWish) -> str:
    """What a signed link holds: no address, and nothing that fits another row after a deletion."""
    return f"{wish.id}.{fingerprint(wish.email + wish.sku)[:16]}"


def get_wish(session: Session, mark: str) -> StockWish:
    """The wish of a mark. Raises NotFound when it was fulfilled or deleted."""
    wish = _find_wish(session, mark)
    if wish is None:
        raise NotFound("This link is used up: the mail was sent, or the address was deleted.")
    return wish


def tell_due(
    session: Session, *, link: Callable[[str], str], letterhead: Letterhead, now: datetime, limit: int = 100
) -> int:
    """Write the mail to everybody who confirmed and whose goods are there again, and forget them; returns how many.

    `link` makes a product's address from its slug. Whoever deletes the row writes the mail: nobody is told twice.
    """
    due = session.execute(
        select(
            StockWish.id,
            StockWish.email,
            Variant.sku,
            Product.title,
            Variant.option_value,
            options_on_sale,
            Product.slug,
        )
        .join(Variant, Variant.sku == StockWish.sku)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(stock_level, stock_level.c.sku == Variant.sku)
        .where(StockWish.confirmed_at.is_not(None), _UNITS > 0, *_SOLD)
        .order_by(StockWish.id)
        .limit(limit)
    ).all()
    told = 0
    for row in due:
        mine = delete(StockWish).where(StockWish.id == row.id).returning(StockWish.id)
        if session.scalar(mine.execution_options(synchronize_session=False)) is not None:
            told += _tell(session, row.email, _wanted(row), link=link, letterhead=letterhead, now=now)
    return told


def forget_old(session: Session, now: datetime) -> int:
    """Delete wishes that were not confirmed in time, and those that waited for half a year; returns how many.

    The time to confirm begins when the mail that asks for it has left.
    """
    is_asked = ~mail_log.is_on_its_way("stock_confirm", StockWish.email, now - CONFIRM_WITHIN)
    unconfirmed = StockWish.confirmed_at.is_(None) & (StockWish.requested_at <= now - CONFIRM_WITHIN) & is_asked
    too_long = StockWish.requested_at <= now - WAIT_AT_MOST
    return len(session.scalars(delete(StockWish).where(unconfirmed | too_long).returning(StockWish.id)).all())


def export_wishes(session: Session, email: str) -> list[dict[str, str | None]]:
    """What an address waits for (R8)."""
    wishes = session.scalars(select(StockWish).where(StockWish.email.in_(spellings(email))).order_by(StockWish.id))
    return [
        {
            "sku": wish.sku,
            "consent_text": wish.consent_text,
            "requested_at": wish.requested_at.isoformat(),
            "confirmed_at": wish.confirmed_at.isoformat() if wish.confirmed_at else None,
        }
        for wish in wishes
    ]


def erase_wishes(session: Session, email: str) -> int:
    """Delete what an address waits for (R8); returns how many."""
    return len(
        session.scalars(delete(StockWish).where(StockWish.email.in_(spellings(email))).returning(StockWish.id)).all()
    )


def _find_wish(session: Session, mark: str) -> StockWish | None:
    number, _, digest = mark.partition(".")
    wish = session.get(StockWish, int(number)) if number.isdecimal() and len(number) < 19 else None
    return wish if wish and fingerprint(wish.email + wish.sku)[:16] == digest else None


def _tell(
    session: Session, email: str, wanted: Wanted, *, link: Callable[[str], str], letterhead: Letterhead, now: datetime
) -> bool:
    rendered = render("stock_back", letterhead, title=wanted.title, link=link(wanted.slug))
    letter = Letter(
        unique_key=f"stock_back:{fingerprint(email)[:24]}:{wanted.sku}:{now:%Y%m%d%H%M%S}",
        kind="stock_back",
        recipient=email,
        subject=f"In stock again: {wanted.title}"[:200],
        text=rendered.text,
        html=rendered.html,
    )
    return enqueue(session, letter, now=now)


def _wanted(row: Row[*tuple[object, ...]]) -> Wanted:
    return Wanted(row.sku, name_of_choice(row.title, row.option_value, row.options), row.slug)
