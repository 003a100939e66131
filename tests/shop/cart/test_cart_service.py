"""A cart keeps what its visitor put in, within limits, and tells what changed."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.cart.models import Cart, CartLine
from shop.cart.rules import CartFull, CartView, NoticeKind, NotSold, SoldOut, read_quantity, read_sku
from shop.catalogue.models import Price, Product, Variant
from shop.catalogue.states import ProductStatus
from shop.errors import BadInput, NotFound
from shop.money import Money
from shop.pricing.rules import Zones
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones
from shop.stock.models import StockLevel
from tests.conftest import NOW
from tests.make import make_product

ZONES: Zones = read_zones(SHIPPED)
TERMS = cart.terms_of(ZONES, 30)
SKU = "MAT01-CHARCOAL"


def _view(session: Session, token: str) -> CartView:
    session.expire_all()
    found = cart.find_cart(session, token, NOW)
    assert found is not None
    return cart.view(session, found, ZONES, now=NOW)


def _filled(session: Session, quantity: int = 2, **product: object) -> str:
    make_product(session, "MAT01", **product)
    return cart.add(session, None, SKU, quantity, terms=TERMS, now=NOW).token


def test_the_first_product_makes_a_cart_that_only_its_token_opens(session: Session) -> None:
    token = _filled(session)

    contents = _view(session, token)

    assert [(line.sku, line.quantity) for line in contents.lines] == [(SKU, 2)]
    assert session.scalar(select(Cart.token_hash)) != token
    assert cart.find_cart(session, "another", NOW) is None
    assert cart.find_cart(session, "", NOW) is None


def test_adding_again_adds_to_the_same_line(session: Session) -> None:
    token = _filled(session)

    again = cart.add(session, token, SKU, 3, terms=TERMS, now=NOW)

    assert again.token == token
    assert [line.quantity for line in _view(session, token).lines] == [5]


def test_an_unknown_token_is_never_adopted(session: Session) -> None:
    make_product(session, "MAT01")

    added = cart.add(session, "chosen-by-somebody", SKU, 1, terms=TERMS, now=NOW)

    assert added.token != "chosen-by-somebody"


def test_every_change_raises_the_version(session: Session) -> None:
    token = _filled(session)
    versions = [_view(session, token).version]
    for quantity in (3, 4):
        cart.set_quantity(session, token, SKU, quantity, terms=TERMS, now=NOW)
        versions.append(_view(session, token).version)

    cart.remove(session, token, SKU, terms=TERMS, now=NOW)
    versions.append(_view(session, token).version)

    assert versions == sorted(set(versions))


def test_more_than_twenty_of_one_product_are_refused_and_change_nothing(session: Session) -> None:
    token = _filled(session, quantity=19, available=100)

    with pytest.raises(CartFull):
        cart.add(session, token, SKU, 2, terms=TERMS, now=NOW)

    assert [line.quantity for line in _view(session, token).lines] == [19]


def test_forty_lines_fill_a_cart(session: Session) -> None:
    make_product(session, "MAT01", variants=tuple(f"V{n}" for n in range(41)))
    token = None
    for number in range(40):
        token = cart.add(session, token, f"MAT01-V{number}", 1, terms=TERMS, now=NOW).token

    with pytest.raises(CartFull):
        cart.add(session, token, "MAT01-V40", 1, terms=TERMS, now=NOW)


def test_zero_removes_and_a_removal_says_how_many_there_were(session: Session) -> None:
    token = _filled(session, variants=("CHARCOAL", "TEAL"))
    cart.add(session, token, "MAT01-TEAL", 3, terms=TERMS, now=NOW)

    cart.set_quantity(session, token, SKU, 0, terms=TERMS, now=NOW)
    pieces = cart.remove(session, token, "MAT01-TEAL", terms=TERMS, now=NOW)

    assert pieces == 3
    assert _view(session, token).lines == ()


def test_what_is_sold_out_or_not_sold_is_not_put_in(session: Session) -> None:
    make_product(session, "MAT01", available=0)
    make_product(session, "MAT02", status=ProductStatus.DRAFT)

    with pytest.raises(SoldOut):
        cart.add(session, None, SKU, 1, terms=TERMS, now=NOW)
    for sku in ("MAT02-CHARCOAL", "NOTHING"):
        with pytest.raises(NotSold):
            cart.add(session, None, sku, 1, terms=TERMS, now=NOW)

    assert session.scalar(select(Cart.id)) is None


def test_a_line_that_is_not_there_cannot_be_changed(session: Session) -> None:
    token = _filled(session, variants=("CHARCOAL", "TEAL"))

    for sku in ("MAT01-TEAL", "NOTHING"):
        with pytest.raises(NotFound):
            cart.set_quantity(session, token, sku, 1, terms=TERMS, now=NOW)


@pytest.mark.parametrize(
    "odd", ["", " ", "0", "-1", "+1", "1.5", "1e3", "21", "abc", "0x1", "1_0", "NaN", "٣", "１", "10" * 10, "1\x00"]
)
def test_an_odd_quantity_is_bad_input(odd: str) -> None:
    with pytest.raises(BadInput):
        read_quantity(odd)


def test_zero_is_a_quantity_only_where_it_removes() -> None:
    assert read_quantity("0", lowest=0) == 0
    assert read_quantity(" 3 ") == 3


@pytest.mark.parametrize("odd", ["", "a b", "x" * 61, "MAT\x00", "'; drop", "{{7*7}}", "ä", None])
def test_an_odd_sku_is_bad_input(odd: str | None) -> None:
    with pytest.raises(BadInput):
        read_sku(odd)


def test_a_changed_price_is_told_and_charged(session: Session) -> None:
    token = _filled(session)
    session.execute(update(Price).values(minor=3900))

    line = _view(session, token).lines[0]

    assert [notice.kind for notice in line.notices] == [NoticeKind.DEARER]
    assert (line.notices[0].old, line.notices[0].new) == (Money(3400, "USD"), Money(3900, "USD"))
    assert line.total == Money(7800, "USD")
    assert line.is_orderable


@pytest.mark.parametrize(("left", "kind"), [(1, NoticeKind.FEWER), (0, NoticeKind.SOLD_OUT)])
def test_missing_units_are_told_and_stop_the_checkout(session: Session, left: int, kind: NoticeKind) -> None:
    token = _filled(session)
    session.execute(update(StockLevel).values(available=left))

    contents = _view(session, token)

    assert [notice.kind for notice in contents.lines[0].notices] == [kind]
    assert not contents.can_check_out


def test_units_that_the_carts_own_order_holds_are_not_missing(session: Session) -> None:
    token = _filled(session)
    session.execute(update(StockLevel).values(available=0, held=2))
    found = cart.find_cart(session, token, NOW)
    assert found is not None

    contents = cart.view(session, found, ZONES, {SKU: 2}, now=NOW)

    assert contents.can_check_out


@pytest.mark.parametrize(
    "change",
    [
        update(Product).values(status=ProductStatus.ARCHIVED),
        update(Variant).values(active=False),
    ],
)
def test_a_product_that_is_gone_is_told_and_not_counted(session: Session, change: object) -> None:
    token = _filled(session)
    session.execute(change)

    contents = _view(session, token)

    assert [notice.kind for notice in contents.lines[0].notices] == [NoticeKind.GONE]
    assert contents.quote.total == Money(0, "USD")
    assert not contents.can_check_out


def test_another_country_brings_its_currency_and_its_tax(session: Session) -> None:
    token = _filled(session)

    wanted = cart.Delivery("DE", None, "express")
    cart.choose_delivery(session, token, wanted, zones=ZONES, terms=TERMS, now=NOW)

    contents = _view(session, token)
    assert contents.quote.currency == "EUR"
    assert contents.quote.tax_inclusive
    assert contents.lines[0].notices == ()
    assert contents.quote.shipping == Money(1790, "EUR")


def test_a_state_or_method_that_is_not_offered_counts_as_not_chosen(session: Session) -> None:
    token = _filled(session)

    wanted = cart.Delivery("US", "BAVARIA", "rocket")
    cart.choose_delivery(session, token, wanted, zones=ZONES, terms=TERMS, now=NOW)

    contents = _view(session, token)
    assert contents.needs_region
    assert contents.place.method.code == "standard"


def test_a_country_nobody_delivers_to_is_refused(session: Session) -> None:
    token = _filled(session)

    with pytest.raises(BadInput):
        cart.choose_delivery(session, token, cart.Delivery("XX"), zones=ZONES, terms=TERMS, now=NOW)


def test_a_paid_cart_is_emptied(session: Session) -> None:
    token = _filled(session)
    contents = _view(session, token)

    cart.clear_after_payment(session, contents.cart_id, contents.version)

    assert _view(session, token).lines == ()


def test_a_cart_that_changed_while_paying_keeps_what_was_not_bought(session: Session) -> None:
    token = _filled(session, variants=("CHARCOAL", "TEAL"))
    contents = _view(session, token)
    cart.add(session, token, "MAT01-TEAL", 1, terms=TERMS, now=NOW)
    cart.add(session, token, SKU, 1, terms=TERMS, now=NOW)

    cart.clear_after_payment(session, contents.cart_id, contents.version, {SKU: 2})

    assert [(line.sku, line.quantity) for line in _view(session, token).lines] == [(SKU, 1), ("MAT01-TEAL", 1)]


def test_carts_are_forgotten_after_their_days_and_a_visit_with_a_change_counts_anew(session: Session) -> None:
    old = _filled(session)
    late = NOW + timedelta(days=29)
    fresh = cart.add(session, None, SKU, 1, terms=TERMS, now=late).token

    deleted = cart.delete_expired(session, NOW + timedelta(days=31))

    assert deleted == 1
    session.expire_all()
    assert cart.find_cart(session, old, NOW) is None
    assert cart.find_cart(session, fresh, late) is not None
    assert len(session.scalars(select(CartLine)).all()) == 1


def test_adding_takes_few_statements(session: Session) -> None:
    token = _filled(session)
    statements: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))

    cart.add(session, token, SKU, 1, terms=TERMS, now=NOW)
    to_own_cart = len(statements)
    cart.add(session, None, SKU, 1, terms=TERMS, now=NOW)

    assert to_own_cart <= 4
    assert len(statements) - to_own_cart <= 3
