"""The visitor's own link to what the log holds of their visit: signed for this one purpose, without an answer in it."""

from datetime import timedelta

from itsdangerous import BadSignature

from shop.errors import NotFound
from shop.learning.rules import Visit
from shop.web import config, runtime

PURPOSE = "learning-log"


def visit_token(visit: Visit) -> str:
    """What the link carries: the visit's own secret, of which the log keeps the fingerprint alone."""
    token = runtime().keyring.links(PURPOSE).dumps(visit.token)
    return token if isinstance(token, str) else token.decode()


def read_visit_token(token: str) -> str:
    """The visit's secret out of a link. Raises NotFound for a link that is broken, or older than any row may be."""
    longest = timedelta(days=config().learning_days + 2)
    try:
        return str(runtime().keyring.links(PURPOSE).loads(token, max_age=int(longest.total_seconds())))
    except BadSignature as error:
        raise NotFound("This link is not complete, or so old that nothing is left to see.") from error
