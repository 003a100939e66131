"""From an order line to its row in the log, by a keyed digest. The keys come with the session (`Session.info`).

So what settles, ships or takes back an order needs to know nothing of keys; a session without them finds no row.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from shop.keys import Keyring

TAG_KEYS = "shop_tag_keys"
PURPOSE = "learning-outcome"


def new_tag(session: Session, line_id: int) -> str | None:
    """The digest to write for an order line, under the newest key; None where the session carries no keys."""
    keyring = _keyring(session)
    return keyring.mac(PURPOSE, _text(line_id)) if keyring else None


def known_tags(session: Session, line_ids: Iterable[int]) -> list[str]:
    """The digests that rows of these order lines may carry, under every key in force."""
    keyring = _keyring(session)
    return [tag for line_id in line_ids for tag in keyring.macs(PURPOSE, _text(line_id))] if keyring else []


def _keyring(session: Session) -> Keyring | None:
    keyring: Keyring | None = session.info.get(TAG_KEYS)
    return keyring


def _text(line_id: int) -> str:
    return f"order-line:{line_id}"
