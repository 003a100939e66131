"""An offer without a code that was shown, and does not hold when it counts, is named with the reason."""

import re

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from shop.db import begin_write
from shop.promotions.models import Promotion
from tests.conftest import NOW
from tests.make import make_promotion
from tests.shop.checkout.conftest import shopper as shopper  # noqa: PLC0414  # the fixture is used here as well
from tests.shop.checkout.shopper import Shopper, orders_of


@pytest.fixture
def offer(engine: Engine) -> int:
    with Session(engine) as session:
        begin_write(session)
        made = make_promotion(session, None, title="Half price", rate_millionths=500_000, currency="USD").id
        session.commit()
    return made


def _change(engine: Engine, **values: object) -> None:
    with Session(engine) as session:
        begin_write(session)
        session.execute(update(Promotion).values(**values))
        session.commit()


def _shown_details(shopper: Shopper) -> dict[str, str]:
    """The hidden fields of the first step, as a browser sends them back."""
    page = shopper.client.get("/checkout").text
    found = {name: re.search(rf'name="{name}"[^>]*value="(\w*)"', page) for name in ("csrf_token", "seen_offer")}
    return {name: match[1] for name, match in found.items() if match is not None}


def _told(shopper: Shopper) -> list[str]:
    return re.findall("“Half price” is not taken off here: ([^.]+)", shopper.client.get("/checkout/review").text)


def test_an_offer_used_by_this_customer_before_is_told_once_their_address_is_known(
    shopper: Shopper, engine: Engine, offer: int
) -> None:
    _change(engine, most_per_customer=1, rate_millionths=1_000_000)
    shopper.order()
    shopper.client.delete_cookie("tsubo_checkout")
    shopper.add()
    first_step = shopper.client.get("/checkout").text

    shopper.client.post("/checkout", data={**shopper.typed, **_shown_details(shopper)})

    assert len(orders_of(engine)) == 1
    assert "Discount: Half price" in first_step
    assert _told(shopper) == ["it was used with this e-mail address as often as it may be"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ends_at": NOW.replace(year=2020)}, "it has ended meanwhile"),
        ({"most_orders": 1, "used": 1}, "it is used up"),
        ({"minimum_minor": 5000}, "it is for goods of $50"),
    ],
)
def test_an_offer_that_ended_while_the_address_was_typed_is_told(
    shopper: Shopper, engine: Engine, offer: int, change: dict[str, object], reason: str
) -> None:
    shopper.add()
    shown = _shown_details(shopper)
    _change(engine, **change)

    shopper.client.post("/checkout", data={**shopper.typed, **shown})

    assert _told(shopper) == [reason]


def test_an_offer_in_another_currency_than_the_country_chosen_last_is_told(shopper: Shopper, offer: int) -> None:
    shopper.add()
    abroad = {"country": "DE", "region": "", "postal_code": "10115"}

    shopper.client.post("/checkout", data={**shopper.typed, **_shown_details(shopper), **abroad})

    assert _told(shopper) == ["it is for orders in USD only"]


def test_an_offer_that_ends_on_the_check_page_is_told_when_the_button_is_pressed(
    shopper: Shopper, engine: Engine, offer: int
) -> None:
    shopper.add()
    shopper.client.post("/checkout", data={**shopper.typed, **_shown_details(shopper)})
    before, button = _told(shopper), shopper.button()
    _change(engine, ends_at=NOW.replace(year=2020))

    answer = shopper.place(button)

    assert before == []
    assert answer.location == "/checkout/review?told=changed"
    assert _told(shopper) == ["it has ended meanwhile"]


@pytest.mark.parametrize("forged", ["0", "99", "-1", "x", "1" * 30, "1; drop"])
def test_a_forged_offer_is_no_offer(shopper: Shopper, engine: Engine, offer: int, forged: str) -> None:
    _change(engine, starts_at=NOW.replace(year=2090))
    shopper.add()

    for seen in (forged, str(offer)):
        shopper.client.post("/checkout", data={**shopper.typed, **_shown_details(shopper), "seen_offer": seen})

        assert _told(shopper) == []
