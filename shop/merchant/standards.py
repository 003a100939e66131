"""The claims linter in this shop's language (R20)."""

from collections.abc import Sequence

from shop.content.claims import Claim, find_claims
from shop.web import config


def lint(text: str) -> Sequence[Claim]:
    """Every health claim in a text that is about to be published."""
    return find_claims(text, locale=config().locale)
