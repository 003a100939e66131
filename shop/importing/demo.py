"""The demo catalogue, loaded through the same import that a merchant uses."""

from datetime import datetime

from sqlalchemy.orm import Session

from shop import paths
from shop.catalogue.rules import Standards
from shop.errors import BadInput
from shop.importing.service import plan_import, run_import

DEMO_DEFAULTS = {
    "maker": "Example Maker Ltd, 1 Sample Street, 10000 Sampletown, US (demo value)",
    "eu_contact": "Example EU Contact, 2 Sample Street, 1000 Sampleville, EU (demo value)",
    "warnings": (
        "Read the cautions before first use. Stop when it hurts, when the skin reacts or when you feel unwell. "
        "Not a toy: keep away from small children and pets."
    ),
    "care": "Wipe with a damp cloth and mild soap and let it dry in the air.",
}


def load_demo(session: Session, *, currency: str, standards: Standards, now: datetime) -> tuple[int, int]:
    """Create the 48 demo products with their stock; returns how many were created and changed.

    Loading again puts the file's values back and leaves the stock. Raises BadInput when the file cannot be imported.
    """
    return _load(session, "catalogue.csv", currency=currency, standards=standards, now=now)


def load_demo_bundles(session: Session, *, currency: str, standards: Standards, now: datetime) -> tuple[int, int]:
    """Create what is made of demo products and has one price; counts and raises like `load_demo`, which goes before.

    It lies in a file of its own: every product of the catalogue's file is in the ranking's published figures.
    """
    return _load(session, "bundles.csv", currency=currency, standards=standards, now=now)


def _load(session: Session, name: str, *, currency: str, standards: Standards, now: datetime) -> tuple[int, int]:
    content = (paths.demo_data() / name).read_bytes()
    plan = plan_import(session, content, currency=currency, standards=standards, defaults=DEMO_DEFAULTS)
    if plan.problems:
        raise BadInput(plan.problems[0].sentence)
    return run_import(session, plan, currency=currency, standards=standards, actor="system", now=now)
