"""The link of the one mail: signed for this one purpose, dated, and without a word of what was bought."""

from itsdangerous import BadSignature

from shop.errors import NotFound
from shop.follow_up.rules import ANSWER_WITHIN
from shop.keys import Keyring

PURPOSE = "follow-up"


def new_link(keyring: Keyring, mark: str) -> str:
    """What the address ends with."""
    token = keyring.links(PURPOSE).dumps(mark)
    return token if isinstance(token, str) else token.decode()


def read_link(keyring: Keyring, token: str) -> str:
    """The order's mark out of a link. Raises NotFound for one that is broken or too old."""
    try:
        return str(keyring.links(PURPOSE).loads(token, max_age=int(ANSWER_WITHIN.total_seconds())))
    except BadSignature as error:
        raise NotFound("This link is not complete, or too old: the question is closed.") from error
