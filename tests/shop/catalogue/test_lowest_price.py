"""R41: a reduction is told with the lowest price of the 30 days before it, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.catalogue.cards import ShopWindow
from shop.catalogue.models import PriceChange
from shop.catalogue.product_page import get_product_page
from shop.catalogue.reductions import Offered, lowest_before
from shop.catalogue.service import save_product, set_status
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import VariantValues
from shop.clock import utc_now
from shop.db import begin_write
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_stock, make_values

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
MONTH = 30 * DAY
Priced = Callable[..., None]


def offered(*steps: tuple[timedelta, int | None]) -> list[Offered]:
    """What was asked from so long before NOW on, the oldest first."""
    return [Offered(NOW - ago, minor) for ago, minor in steps]


@pytest.fixture
def priced(session: Session) -> Priced:
    """Save the mat with these prices at a time."""

    def save(ago: timedelta, *, sku: str = "MAT01", status: ProductStatus | None = None, **prices: int) -> None:
        values = make_values(sku, variants=(VariantValues(prices=prices),), status=status)
        save_product(session, values, currency="USD", standards=CLAIMS_ONLY, now=NOW - ago)

    return save


@pytest.mark.parametrize(
    ("history", "lowest"),
    [
        (offered((MONTH, 4000), (timedelta(0), 3400)), 4000),
        (offered((MONTH - SECOND, 4000), (timedelta(0), 3400)), None),
        (offered((60 * DAY, 4000), (30 * DAY, 3600), (timedelta(0), 3400)), 3600),
        (offered((60 * DAY, 3600), (30 * DAY + SECOND, 4000), (timedelta(0), 3400)), 4000),
        (offered((60 * DAY, 3000), (20 * DAY, 4000), (timedelta(0), 3400)), None),
        (offered((60 * DAY, 3000), (30 * DAY, 4000), (timedelta(0), 3400)), 4000),
        (offered((60 * DAY, 3000), (30 * DAY - SECOND, 4000), (timedelta(0), 3400)), None),
        (offered((90 * DAY, 4000), (30 * DAY - SECOND, 3400)), 4000),
        (offered((90 * DAY, 4000), (30 * DAY, 3400)), None),
        (offered((90 * DAY, 4000), (9 * DAY, None), (8 * DAY, 4000), (timedelta(0), 3400)), None),
        (offered((90 * DAY, 4000), (timedelta(0), None)), None),
        (offered((90 * DAY, 4000), (timedelta(0), 4400)), None),
        (offered((90 * DAY, 3400)), None),
        ([], None),
    ],
    ids=[
        "30 days to the second",
        "a second less than 30 days",
        "the lowest of the window, not the latest",
        "a lower price that ended before the window",
        "it was cheaper in the window",
        "it was cheaper until the window began",
        "it was cheaper for the window's first second",
        "the reduction is almost 30 days old",
        "the reduction is 30 days old",
        "off sale for a day in the window",
        "off sale now",
        "dearer",
        "never changed",
        "nothing known",
    ],
)
def test_a_reduction_needs_30_whole_days_before_it(history: list[Offered], lowest: int | None) -> None:
    assert lowest_before(history, NOW) == lowest


def test_a_price_of_tomorrow_counts_for_nothing_today() -> None:
    history = offered((MONTH, 4000), (-DAY, 3400))

    assert lowest_before(history, NOW) is None
    assert lowest_before(history, NOW + DAY) == 4000


def test_every_change_of_a_price_is_kept_and_nothing_else(session: Session, priced: Priced) -> None:
    priced(40 * DAY, USD=4000, EUR=3800)
    priced(35 * DAY, USD=4000, EUR=3800)
    priced(10 * DAY, USD=3400, EUR=3800)
    priced(5 * DAY, USD=3400)

    rows = session.execute(
        select(PriceChange.currency, PriceChange.minor, PriceChange.since).order_by(PriceChange.id)
    ).all()

    assert [tuple(row) for row in rows] == [
        ("EUR", 3800, NOW - 40 * DAY),
        ("USD", 4000, NOW - 40 * DAY),
        ("USD", 3400, NOW - 10 * DAY),
        ("EUR", None, NOW - 5 * DAY),
    ]


def test_a_draft_was_offered_to_nobody(session: Session, priced: Priced) -> None:
    priced(90 * DAY, USD=9900, status=ProductStatus.DRAFT)
    assert session.scalars(select(PriceChange)).all() == []

    priced(2 * DAY, USD=3400, status=ProductStatus.DRAFT)
    set_status(session, "MAT01", ProductStatus.PUBLISHED, currency="USD", standards=CLAIMS_ONLY, now=NOW - DAY)
    set_status(session, "MAT01", ProductStatus.ARCHIVED, currency="USD", standards=CLAIMS_ONLY, now=NOW)

    kept = session.execute(select(PriceChange.minor, PriceChange.since).order_by(PriceChange.id)).all()
    assert [tuple(row) for row in kept] == [(3400, NOW - DAY), (None, NOW)]


def test_each_currency_has_its_own_reductions(session: Session, window: ShopWindow, priced: Priced) -> None:
    priced(40 * DAY, USD=4000, EUR=3800)
    priced(timedelta(0), USD=4000, EUR=3000)

    in_usd = get_product_page(session, "spike-mat-mat01", window, now=NOW)
    in_eur = get_product_page(session, "spike-mat-mat01", replace(window, currency="EUR"), now=NOW)

    assert in_usd.lowest_before is None
    assert in_eur.lowest_before is not None
    assert (in_eur.lowest_before.minor, in_eur.lowest_before.currency) == (3800, "EUR")


def test_a_reduction_ends_by_itself_though_the_catalogue_did_not_change(
    session: Session, window: ShopWindow, priced: Priced
) -> None:
    priced(40 * DAY, USD=4000)
    priced(timedelta(0), USD=3400)

    pages = [get_product_page(session, "spike-mat-mat01", window, now=NOW + later) for later in (MONTH - SECOND, MONTH)]

    assert [page.lowest_before is not None for page in pages] == [True, False]


@pytest.mark.parametrize(("days", "is_told"), [(31, True), (29, False)])
def test_the_page_says_it_and_no_old_price_without_history(
    client: FlaskClient, engine: Engine, days: int, is_told: bool
) -> None:
    _sell(engine, days * DAY + 2 * DAY, 4000, compare_at_minor=7777)
    _sell(engine, 2 * DAY, 3400, compare_at_minor=7777)

    text = client.get("/products/spike-mat-mat01").text

    assert ("Lowest price of the last 30 days before: $40.00" in text) is is_told
    assert "77.77" not in text + client.get("/products/spike-mat-mat01.json").text


def _sell(engine: Engine, ago: timedelta, price: int, **fields: Any) -> None:
    with Session(engine) as session:
        begin_write(session)
        values = make_values(options=("",), price=price, **fields)
        save_product(session, values, currency="USD", standards=CLAIMS_ONLY, now=utc_now() - ago)
        if price == 4000:
            make_stock(session, "MAT01")
        session.commit()
