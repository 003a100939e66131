"""A zones file of one's own, as customers and the merchant meet it: by weight, picked up, with a class of tax."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.catalogue.rules import Standards, TypeSafety, problems
from shop.db import begin_write
from shop.mail.models import OutboxMail
from shop.merchant.price_words import price_words
from shop.orders import mails
from shop.orders.models import Shipment
from shop.orders.progress import progress_of
from shop.orders.states import OrderState, ShipmentState
from shop.pricing.zone_file import read_zones
from tests.conftest import MakeApp
from tests.make import NOW, make_order, make_product, make_promotion, make_values
from tests.shop.checkout.shopper import Shopper, orders_of
from tests.shop.payments.conftest import LETTERHEAD

FILE = """
home = "US"
[[zone]]
code = "us"
currency = "USD"
prices = "without tax"
tax_name = "Sales tax"
[zone.rates]
US = 100_000
[zone.classes.books.rates]
US = 20_000
[[zone.delivery]]
code = "standard"
title = "Parcel"
weights = [[1000, "4.00"], [5000, "9.00"]]
days = "3 days"
taxed = true
[[zone.delivery]]
code = "shop"
title = "Pick up in the shop"
pick_up = true
where = "12 Low Street, Springfield, Monday to Friday"
days = "next day"
"""


@pytest.fixture
def zones_file(tmp_path: Path) -> Path:
    path = tmp_path / "zones.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def shopper(make_app: MakeApp, engine: Engine, zones_file: Path) -> Shopper:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", title="Classic Mat", weight_grams=700)
        make_product(session, "BOOK1", title="A Book", variants=("",), price=1000, weight_grams=400, tax_class="books")
        make_promotion(session, rate_millionths=1_000_000)
        session.commit()
    client: FlaskClient = make_app(SHOP_ZONES=str(zones_file)).test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.environ_base["HTTP_HOST"] = "shop.test"
    return Shopper(client, {**Shopper(client).typed, "region": ""})


def test_the_parcel_costs_what_its_weight_costs_and_each_class_has_its_tax(shopper: Shopper, engine: Engine) -> None:
    shopper.add()
    light = shopper.client.get("/cart").text
    shopper.add(sku="BOOK1")

    heavy = shopper.client.get("/cart").text
    shopper.type_details()
    shopper.place()

    order = orders_of(engine)[0]
    assert "Parcel, $4.00" in light
    assert "Parcel, $9.00" in heavy
    assert order.tax_minor == 340 + 20 + 90  # the mat, the book, the parcel
    assert order.total_minor == 3400 + 1000 + 900 + 450


def test_picking_up_costs_nothing_and_says_where_from_the_cart_to_the_mail(shopper: Shopper, engine: Engine) -> None:
    where = "12 Low Street, Springfield, Monday to Friday"
    shopper.add()
    shopper.client.post("/cart/code", data={"csrf_token": shopper.csrf(), "code": "SPRING10"})
    details = shopper.client.get("/checkout").text
    shopper.type_details(method="shop")
    review = shopper.client.get("/checkout/review").text

    shopper.place()

    order = orders_of(engine)[0]
    with Session(engine) as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "confirmation")).one()
    assert (order.shipping_minor, order.pick_up_at) == (0, where)
    for text in (details, review, shopper.client.get(f"/order/{order.token}").text, mail.text, mail.html):
        assert where in text
    assert "It goes to" not in mail.text


def test_what_is_picked_up_is_said_to_be_ready_and_no_parcel_to_be_on_its_way(session: Session) -> None:
    make_product(session)
    order = make_order(
        session, pick_up_at="12 Low Street", shipment_state=ShipmentState.SHIPPED, state=OrderState.COMPLETED
    )
    parcel = Shipment(order_id=order.id, carrier="by hand", shipped_at=NOW)
    session.add(parcel)
    session.flush()

    mails.write_shipped(session, order, parcel, letterhead=LETTERHEAD, now=NOW)

    mail = session.scalars(select(OutboxMail)).one()
    assert mail.subject.startswith("Ready for you to pick up")
    assert "12 Low Street" in mail.text
    assert "parcel" not in f"{mail.subject} {mail.text}".lower()
    assert progress_of(order).headline == "Your goods are ready for you"
    assert progress_of(order).next_words == "You pick them up at: 12 Low Street"


def test_a_product_page_names_the_lightest_parcel_and_not_the_shop(shopper: Shopper) -> None:
    page = shopper.client.get("/products/mat01").text

    assert "from $4.00" in page


def test_a_class_that_no_zone_names_is_refused_with_those_there_are(zones_file: Path) -> None:
    known = Standards(lambda _text: (), lambda _type: TypeSafety(), read_zones(zones_file).tax_classes)

    told = problems(make_values(tax_class="boks"), currency="USD", publish=False, standards=known)
    right = problems(make_values(tax_class="books"), currency="USD", publish=False, standards=known)

    assert [(each.field, each.expected) for each in told] == [("tax_class", "a class of the zones file (books)")]
    assert right == ()


def test_the_words_under_a_price_know_the_class(zones_file: Path) -> None:
    zones = read_zones(zones_file)

    assert price_words(zones, "USD", "10.00", "en_US", "books") == "before tax; $10.20 with Sales tax"
    assert price_words(zones, "USD", "10.00", "en_US") == "before tax; $11.00 with Sales tax"
