"""One click or ten: one order, one payment page, and no cart paid twice."""

from sqlalchemy import Engine, update

from shop.catalogue.models import Price
from shop.orders.states import OrderState
from shop.stock.models import StockLevel
from tests.fakes import FakeGateway
from tests.shop.checkout.shopper import SKU, Shopper, level_of, orders_of


def test_the_button_leads_to_the_payment_page_and_holds_the_stock(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    answer = shopper.order()

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("http://provider.test/")
    assert [order.total_minor for order in orders_of(engine)] == [4237]
    assert level_of(engine) == (2, 1, 0)


def test_after_payment_the_order_page_says_so_and_the_cart_is_empty(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()
    gateway.pay("cs_test_1")
    token = orders_of(engine)[0].token

    back = shopper.client.get(f"/checkout/return/{token}")
    page = shopper.client.get(back.headers["Location"])

    assert back.status_code == 303
    assert "Thank you for your order" in page.text
    assert "noindex" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "There is nothing in your cart yet." in shopper.client.get("/cart").text
    assert level_of(engine) == (2, 0, 1)


def test_a_double_click_is_one_order_and_one_page(shopper: Shopper, engine: Engine, gateway: FakeGateway) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()

    first, second = shopper.place(button), shopper.place(button)

    assert first.headers["Location"] == second.headers["Location"]
    assert len(orders_of(engine)) == 1
    assert gateway.calls.count("open_payment") == 1
    assert level_of(engine) == (2, 1, 0)


def test_back_and_again_after_paying_shows_the_order(shopper: Shopper, engine: Engine, gateway: FakeGateway) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    shopper.place(button)
    gateway.pay("cs_test_1")
    token = orders_of(engine)[0].token
    shopper.client.get(f"/checkout/return/{token}")

    again = shopper.place(button)

    assert again.headers["Location"] == f"/order/{token}"
    assert len(orders_of(engine)) == 1


def test_another_address_is_another_order_and_closes_the_first_page(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()
    shopper.type_details(line1="2 Short Street")

    answer = shopper.place()

    assert answer.headers["Location"].endswith("cs_test_2")
    assert [order.state for order in orders_of(engine)] == [OrderState.CANCELLED, OrderState.PENDING]
    assert gateway.sessions["cs_test_1"].status == "expired"
    assert level_of(engine) == (2, 1, 0)


def test_peer_9_a_cart_paid_in_another_window_is_not_ordered_again(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()
    shopper.type_details(line1="2 Short Street")
    button = shopper.button()
    gateway.pay("cs_test_1")

    answer = shopper.place(button)

    orders = orders_of(engine)
    assert [order.state for order in orders] == [OrderState.PLACED]
    assert answer.headers["Location"] == f"/order/{orders[0].token}"


def test_a_page_that_was_left_opens_again(shopper: Shopper, engine: Engine, gateway: FakeGateway) -> None:
    shopper.add(3)  # all there are: the visitor's own hold must not stand in their way
    shopper.type_details()
    first = shopper.place()
    token = orders_of(engine)[0].token

    left = shopper.client.get(f"/checkout/cancel/{token}", follow_redirects=True)
    again = shopper.place()

    assert "Nothing was charged, and your cart is as it was." in left.text
    assert "Go to checkout" in left.text
    assert again.headers["Location"] == first.headers["Location"]


def test_peer_5_after_the_page_ran_out_its_units_are_free_and_one_can_order_again(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    shopper.place(button)
    gateway.expire("cs_test_1")
    shopper.client.get(f"/checkout/return/{orders_of(engine)[0].token}")
    shopper.type_details()

    old_button = shopper.place(button)
    answer = shopper.place()

    assert old_button.headers["Location"] == "/checkout/review?told=over"
    assert answer.headers["Location"].endswith("cs_test_2")
    assert level_of(engine) == (2, 1, 0)


def test_a_price_that_changed_is_checked_again_before_anything_is_ordered(shopper: Shopper, engine: Engine) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    with engine.begin() as connection:
        connection.execute(update(Price).values(minor=3900))

    answer = shopper.place(button)
    page = shopper.client.get(answer.headers["Location"]).text

    assert answer.headers["Location"] == "/checkout/review?told=changed"
    assert "Nothing was ordered yet: please check it again." in page
    assert "The price went up from $34.00 to $39.00" in page
    assert orders_of(engine) == []


def test_what_sold_out_meanwhile_is_told_in_the_cart(shopper: Shopper, engine: Engine) -> None:
    shopper.add(2)
    shopper.type_details()
    button = shopper.button()
    with engine.begin() as connection:
        connection.execute(update(StockLevel).where(StockLevel.sku == SKU).values(available=1))

    answer = shopper.client.post("/checkout/place", data=button, follow_redirects=True)

    assert "Nothing was ordered; see the notes below." in answer.text
    assert "Only 1 is left. Please set the quantity to 1." in answer.text
    assert orders_of(engine) == []
