"""A price counts as seen only when the page that was answered showed it; what changed behind it is told first."""

import re

from sqlalchemy import Engine, delete, update
from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.cart.prices import accept_shown
from shop.cart.rules import CartView, NoticeKind
from shop.catalogue.models import Price
from shop.db import begin_write
from shop.money import Money
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones
from tests.conftest import NOW
from tests.make import make_product
from tests.shop.checkout.conftest import shopper as shopper  # noqa: PLC0414  # the fixture is used here as well
from tests.shop.checkout.shopper import Shopper, orders_of

ZONES = read_zones(SHIPPED)
TERMS = cart.terms_of(ZONES, 30)
SKU = "MAT01-CHARCOAL"
TOLD = "The price went up from $34.00 to $44.00"


def _filled(session: Session) -> str:
    make_product(session, "MAT01")
    return cart.add(session, None, SKU, 2, terms=TERMS, now=NOW).token


def _view(session: Session, token: str) -> CartView:
    session.expire_all()
    found = cart.find_cart(session, token, NOW)
    assert found is not None
    return cart.view(session, found, ZONES, now=NOW)


def _raise_prices(engine: Engine) -> None:
    with Session(engine) as session:
        begin_write(session)
        session.execute(update(Price).where(Price.currency == "USD").values(minor=4400))
        session.commit()


def test_a_price_once_told_is_not_told_again_after_the_next_change(session: Session) -> None:
    token = _filled(session)
    session.execute(update(Price).values(minor=3900))
    shown = _view(session, token).prices_mark
    cart.set_quantity(session, token, SKU, 1, terms=TERMS, now=NOW)
    accept_shown(session, token, shown, terms=TERMS, now=NOW)

    line = _view(session, token).lines[0]

    assert line.notices == ()


def test_a_price_that_changed_after_the_page_was_shown_is_told_on_the_next_one(session: Session) -> None:
    token = _filled(session)
    shown = _view(session, token).prices_mark
    session.execute(update(Price).values(minor=3900))

    cart.set_quantity(session, token, SKU, 1, terms=TERMS, now=NOW)
    accept_shown(session, token, shown, terms=TERMS, now=NOW)

    assert [notice.kind for notice in _view(session, token).lines[0].notices] == [NoticeKind.DEARER]


def test_choosing_delivery_accepts_no_price_unless_the_currency_changes(session: Session) -> None:
    token = _filled(session)
    session.execute(update(Price).values(minor=3900))

    cart.choose_delivery(session, token, cart.Delivery("US", "CA"), zones=ZONES, terms=TERMS, now=NOW)
    told = _view(session, token).lines[0].notices
    cart.choose_delivery(session, token, cart.Delivery("DE"), zones=ZONES, terms=TERMS, now=NOW)
    session.execute(update(Price).where(Price.currency == "EUR").values(minor=4500))
    told_abroad = _view(session, token).lines[0].notices

    assert [(notice.kind, notice.old) for notice in told] == [(NoticeKind.DEARER, Money(3400, "USD"))]
    assert [(notice.kind, notice.new) for notice in told_abroad] == [(NoticeKind.DEARER, Money(4500, "EUR"))]


def test_a_price_that_rose_while_the_cart_was_in_another_currency_is_told_when_it_comes_back(session: Session) -> None:
    token = _filled(session)
    for country, currency, minor in (("DE", "USD", 3900), ("US", "EUR", 4500), ("DE", "USD", 4000)):
        _choose(session, token, country)
        session.execute(update(Price).where(Price.currency == currency).values(minor=minor))
    in_euro = _view(session, token).lines[0].notices
    _choose(session, token, "US")

    in_dollars = _view(session, token).lines[0].notices

    assert [(notice.kind, notice.old, notice.new) for notice in in_dollars] == [
        (NoticeKind.DEARER, Money(3400, "USD"), Money(4000, "USD"))
    ]
    assert [(notice.kind, notice.old, notice.new) for notice in in_euro] == [
        (NoticeKind.DEARER, Money(3400, "EUR"), Money(4500, "EUR"))
    ]


def test_the_way_there_and_back_tells_nothing_where_nothing_changed_or_all_was_told(session: Session) -> None:
    token = _filled(session)
    _choose(session, token, "DE")
    session.execute(update(Price).where(Price.currency == "USD").values(minor=3900))
    _choose(session, token, "US")
    accept_shown(session, token, _view(session, token).prices_mark, terms=TERMS, now=NOW)

    for country in ("DE", "US"):
        _choose(session, token, country)

    assert _view(session, token).lines[0].notices == ()


def test_a_product_without_a_price_abroad_is_held_against_the_one_seen_at_home(session: Session) -> None:
    token = _filled(session)
    session.execute(delete(Price).where(Price.currency == "EUR"))
    _choose(session, token, "DE")
    session.execute(update(Price).values(minor=3900))
    _choose(session, token, "US")

    notices = _view(session, token).lines[0].notices

    assert [(notice.kind, notice.old) for notice in notices] == [(NoticeKind.DEARER, Money(3400, "USD"))]


def _choose(session: Session, token: str, country: str) -> None:
    cart.choose_delivery(session, token, cart.Delivery(country), zones=ZONES, terms=TERMS, now=NOW)


def test_a_price_that_rose_before_the_first_details_were_sent_is_told_on_the_check_page(
    shopper: Shopper, engine: Engine
) -> None:
    shopper.add()
    csrf = shopper.csrf()
    _raise_prices(engine)

    shopper.client.post("/checkout", data={"csrf_token": csrf, **shopper.typed})
    review = shopper.client.get("/checkout/review").text
    shopper.place()

    assert TOLD in review
    assert [order.subtotal_minor for order in orders_of(engine)] == [4400]


def test_a_price_that_rose_before_another_way_of_delivery_was_chosen_is_told(shopper: Shopper, engine: Engine) -> None:
    shopper.add()
    shopper.type_details()
    csrf = shopper.csrf()
    _raise_prices(engine)

    shopper.client.post("/checkout", data={"csrf_token": csrf, **shopper.typed, "method": "express"})

    assert TOLD in shopper.client.get("/checkout/review").text


def test_a_new_quantity_accepts_the_prices_of_the_page_it_was_typed_in_and_no_others(
    shopper: Shopper, engine: Engine
) -> None:
    shopper.add()
    shopper.add(sku="MAT01-TEAL")
    before = _line_form(shopper)
    _raise_prices(engine)

    shopper.client.post("/cart/update", data={**before, "quantity": "2"})
    told = shopper.client.get("/cart").text.count(TOLD)
    shopper.client.post("/cart/update", data={**_line_form(shopper), "quantity": "2"})

    assert told == 2
    assert TOLD not in shopper.client.get("/cart").text


def _line_form(shopper: Shopper) -> dict[str, str]:
    page = shopper.client.get("/cart").text
    form = page[page.index('action="/cart/update"') :]
    found = {name: re.search(rf'name="{name}"[^>]*value="([\w-]+)"', form) for name in ("csrf_token", "sku", "prices")}
    return {name: match[1] for name, match in found.items() if match is not None}
