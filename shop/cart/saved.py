"""A cart by mail: kept under a signed link without any address, and put back into whatever cart its reader has then.

A line that lies in both carts keeps the larger number, so that opening the link twice doubles nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shop.cart import lookups
from shop.cart import service as cart
from shop.cart.models import Cart, CartLine, SavedCart
from shop.cart.rules import MAX_LINES, MAX_QUANTITY, CartLineView, CartTerms, NotSold
from shop.catalogue.models import Variant
from shop.errors import BadInput, NotFound
from shop.keys import fingerprint, new_token
from shop.mail.letterhead import Letterhead
from shop.mail.rendering import render
from shop.mail.service import Letter, enqueue
from shop.money import Money

KIND = "saved_cart"
CONSENT_TEXT = "We use this address for this one mail. It is put on no list, and forgotten within a week."


class Reason(StrEnum):
    """Why a line does not come back as it was."""

    FEWER = "fewer"
    SOLD_OUT = "sold_out"
    GONE = "gone"
    FULL = "full"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class SavedLine:
    """A saved line today: `wanted` pieces then, `present` in the cart now, `target` in it once it is put back.

    `against` is the sentence of the visitor's own answers that speaks against it. `old` and `new` are the prices.
    """

    sku: str
    name: str
    wanted: int
    present: int
    target: int
    reason: Reason | None
    old: Money
    new: Money | None
    against: str = ""

    @property
    def is_back(self) -> bool:
        """Whether there is nothing left to put in."""
        return self.present >= self.target

    @property
    def has_other_price(self) -> bool:
        """Whether it costs something else than it did, in the same currency."""
        return self.new is not None and self.new.currency == self.old.currency and self.new != self.old


@dataclass(frozen=True, slots=True)
class Post:
    """Where the mail goes, in whose name, and how its link is made from a token."""

    recipient: str
    letterhead: Letterhead
    link: Callable[[str], str]


def save(session: Session, lines: Sequence[CartLineView], post: Post, *, terms: CartTerms, now: datetime) -> bool:
    """Mail these lines to whoever asked for it; False when the same cart went there today. Raises BadInput."""
    kept = [(line.sku, line.quantity, line.unit.minor, line.unit.currency) for line in lines if line.unit is not None]
    if not kept:
        raise BadInput("There is nothing in your cart that could be mailed.")
    token = new_token()
    goods = [f"{line.quantity} × {line.name}" for line in lines if line.unit is not None]
    rendered = render(KIND, post.letterhead, goods=goods, link=post.link(token), days=terms.cart_days)
    letter = Letter(
        unique_key=f"{KIND}:{fingerprint(post.recipient)[:24]}:{fingerprint(repr(kept))[:24]}:{now:%Y%m%d}",
        kind=KIND,
        recipient=post.recipient,
        subject=f"Your cart at {post.letterhead.shop_name}",
        text=rendered.text,
        html=rendered.html,
    )
    is_new = enqueue(session, letter, now=now)
    if is_new:
        until = now + timedelta(days=terms.cart_days)
        session.add(SavedCart(token_hash=fingerprint(token), lines=kept, expires_at=until))
    return is_new


def get_saved(session: Session, token: str, now: datetime) -> SavedCart:
    """The cart of a link. Raises NotFound when its time is over."""
    found = select(SavedCart).where(SavedCart.token_hash == fingerprint(token), SavedCart.expires_at > now)
    saved = session.scalar(found)
    if saved is None:
        raise NotFound("This cart was saved too long ago. Its link does not work any more.")
    return saved


def plan(
    session: Session,
    saved: SavedCart,
    basket: Cart | None,
    *,
    terms: CartTerms,
    against: Callable[[str], str | None],
) -> tuple[SavedLine, ...]:
    """What each saved line is today, and what of it would lie in the cart; `against` is asked for each SKU."""
    currency = terms.currency_of.get(basket.country if basket else None, terms.currency_of[None])
    present = _present(session, basket)
    room = MAX_LINES - len(present)
    planned = []
    for sku, wanted, minor, code in saved.lines:
        line = _line(session, (sku, wanted, Money(minor, code)), present.get(sku, 0), currency, against(sku) or "")
        if line.target and sku not in present:
            room -= 1
            line = line if room >= 0 else _without(line, Reason.FULL)
        planned.append(line)
    return tuple(planned)


def put_back(
    session: Session, lines: Sequence[SavedLine], token: str | None, *, terms: CartTerms, now: datetime
) -> str | None:
    """Put the planned lines into the cart of `token`, or a new one; returns the token of the cart they lie in.

    Their old prices count as seen last in their currency, so that the cart's page names each that has changed.
    """
    for line in lines:
        if line.is_back:
            continue
        token = cart.add(session, token, line.sku, line.target - line.present, terms=terms, now=now).token
        if not line.present and line.new != line.old:
            _remember_price(session, token, line)
    return token


def delete_expired(session: Session, now: datetime) -> int:
    """Delete saved carts that nobody can open any more; returns how many."""
    return len(session.scalars(delete(SavedCart).where(SavedCart.expires_at <= now).returning(SavedCart.id)).all())


def _present(session: Session, basket: Cart | None) -> Mapping[str, int]:
    if basket is None:
        return {}
    lines = select(Variant.sku, CartLine.quantity).join(Variant, Variant.id == CartLine.variant_id)
    return {row.sku: row.quantity for row in session.execute(lines.where(CartLine.cart_id == basket.id))}


def _line(session: Session, kept: tuple[str, int, Money], present: int, currency: str, against: str) -> SavedLine:
    sku, wanted, old = kept
    try:
        offer, left = cart.offer_of(session, sku, currency)
    except NotSold:
        return SavedLine(sku, lookups.name_of(session, sku) or sku, wanted, present, present, Reason.GONE, old, None)
    target = max(present, min(wanted, left, MAX_QUANTITY))
    reason = None if target >= wanted else Reason.FEWER if target else Reason.SOLD_OUT
    line = SavedLine(sku, offer.title, wanted, present, target, reason, old, offer.price, against)
    return _without(line, Reason.AGAINST) if against else line


def _without(line: SavedLine, reason: Reason) -> SavedLine:
    """The line as it is, with nothing to be put in."""
    kept = (line.sku, line.name, line.wanted, line.present, line.present)
    return SavedLine(*kept, reason, line.old, line.new, line.against)


def _remember_price(session: Session, token: str, line: SavedLine) -> None:
    basket = select(Cart.id).where(Cart.token_hash == fingerprint(token)).scalar_subquery()
    variant = select(Variant.id).where(Variant.sku == line.sku).scalar_subquery()
    seen = {"seen_minor": line.old.minor, "seen_currency": line.old.currency}
    elsewhere = {"seen_elsewhere": {line.old.currency: line.old.minor}}
    session.execute(
        update(CartLine)
        .where(CartLine.cart_id == basket, CartLine.variant_id == variant)
        .values(**(seen if line.has_other_price else elsewhere))
        .execution_options(synchronize_session=False)
    )
