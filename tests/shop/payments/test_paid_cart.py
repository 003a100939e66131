"""What is paid, or waits for slow money, leaves the cart it was ordered from, once."""

from datetime import timedelta

from sqlalchemy import select

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Variant
from tests.make import NOW, make_product
from tests.shop.payments.conftest import Bench


def filled_cart(bench: Bench) -> int:
    """A cart of version 3 with one piece in it."""
    with bench.desk.transaction() as session:
        make_product(session, "MAT01")
        variant = session.scalars(select(Variant)).one()
        cart = Cart(token_hash="t", version=3, created_at=NOW, expires_at=NOW + timedelta(days=30))
        cart.lines.append(
            CartLine(variant_id=variant.id, quantity=1, seen_minor=3400, seen_currency="USD", added_at=NOW)
        )
        session.add(cart)
        session.flush()
        return cart.id


def test_paying_empties_the_cart_it_was_made_from(bench: Bench) -> None:
    cart_id = filled_cart(bench)
    order_id, session_id = bench.opened(cart_id=cart_id, cart_version=3)
    bench.gateway.pay(session_id)

    bench.settle(order_id, session_id)

    with bench.desk.transaction() as session:
        assert session.scalars(select(CartLine)).all() == []


def test_slow_money_takes_the_goods_out_of_the_cart_once(bench: Bench) -> None:
    cart_id = filled_cart(bench)
    order_id, session_id = bench.opened(cart_id=cart_id, cart_version=3)
    bench.gateway.pay_later(session_id)
    bench.settle(order_id, session_id)
    with bench.desk.transaction() as session:
        left = session.scalars(select(CartLine)).all()
        variant = session.scalars(select(Variant)).one()
        session.add(
            CartLine(
                cart_id=cart_id, variant_id=variant.id, quantity=2, seen_minor=3400, seen_currency="USD", added_at=NOW
            )
        )
    bench.gateway.arrive(session_id)

    outcomes = [bench.settle(order_id, session_id) for _ in range(2)]

    with bench.desk.transaction() as session:
        kept = session.scalars(select(CartLine.quantity)).all()
    assert (left, outcomes, kept) == ([], ["placed", "unchanged"], [2])
