"""What this shop measures a product by, in the editor and in an import alike."""

from functools import partial

from shop.catalogue.rules import Standards
from shop.content.claims import find_claims
from shop.pricing.service import zones
from shop.recommendations.knowledge import type_safety
from shop.web import config


def standards() -> Standards:
    """The claims linter in the shop's language (R20), what each type excludes at least (R35), the classes of tax."""
    return Standards(partial(find_claims, locale=config().locale), type_safety, zones(config()).tax_classes)
