"""The mail that confirms a newsletter address (double opt-in)."""

from datetime import datetime

from sqlalchemy.orm import Session

from shop.mail.letterhead import Letterhead
from shop.mail.rendering import render
from shop.mail.service import Letter, enqueue


def write_confirmation(
    session: Session, recipient: str, *, link: str, key: str, letterhead: Letterhead, now: datetime
) -> bool:
    """Ask `recipient` to open `link`; False when the mail of that `key` was written before. Raises BadInput."""
    rendered = render("newsletter_confirm", letterhead, link=link)
    letter = Letter(
        unique_key=f"newsletter:{key}",
        kind="newsletter_confirm",
        recipient=recipient,
        subject=f"Please confirm your address for {letterhead.shop_name}",
        text=rendered.text,
        html=rendered.html,
    )
    return enqueue(session, letter, now=now)
