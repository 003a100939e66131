"""Parcels by the merchant's page: pieces picked, told once, never too many, also when two people send at once."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.mail.models import OutboxMail
from shop.orders.models import Order, OrderLine, Shipment, ShipmentLine
from tests.fakes import FakeGateway
from tests.shop.merchant.browser import Browser, fields_of
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import PAGE, audited, mail_kinds
from tests.shop.merchant.test_two_editors import post_at_once
from tests.shop.payments.conftest import Bench

CUSTOMER = "/order/token-of-TS-TEST-0001"


@pytest.fixture
def paid(merchant: Browser, engine: Engine, gateway: FakeGateway) -> Browser:
    """The merchant, and a paid order over three mats."""
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened(quantity=3)
    gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return merchant


def filled(browser: Browser, pieces: int | str | None = None, **fields: str) -> dict[str, Any]:
    """The form for the next parcel as the page shows it, with so many pieces."""
    page = browser.get(PAGE).text
    start = page.index(f'action="{PAGE}/ship"')
    form = fields_of(page[start : page.index("</form>", start)])
    if pieces is not None:
        form[next(name for name in form if name.startswith("pieces_"))] = str(pieces)
    return {**form, "carrier": "UPS", "tracking_number": "1Z 999", **fields}


def sent(transaction: Transaction) -> tuple[int, int, list[int]]:
    """How many parcels there are, how many pieces the lines say, and those in the parcels."""
    with transaction() as session:
        parcels = len(session.scalars(select(Shipment)).all())
        (shipped,) = session.scalars(select(OrderLine.shipped)).all()
        return parcels, shipped, list(session.scalars(select(ShipmentLine.quantity).order_by(ShipmentLine.id)))


def test_two_parcels_each_with_its_pieces_its_link_and_its_mail(paid: Browser, transaction: Transaction) -> None:
    first = paid.client.post(f"{PAGE}/ship", data=filled(paid, 1))
    between = paid.client.get(CUSTOMER).text
    listed = [paid.get(f"/merchant/orders{query}").text for query in ("?work=to_ship", "?shipment=partly_shipped")]
    second = paid.client.post(f"{PAGE}/ship", data=filled(paid, carrier="Cousin Bob"))
    after = paid.client.get(CUSTOMER).text

    assert (first.status_code, second.status_code) == (303, 303)
    assert "A part of your order is on its way" in between
    assert "2 × Acupressure mat, Charcoal" in between[between.index("Still to come") :]
    assert 'href="https://www.ups.com/track?tracknum=1Z999"' in between
    assert all("TS-TEST-0001" in page for page in listed)
    assert "TS-TEST-0001" not in paid.get("/merchant/orders?work=to_ship").text
    assert "Parcel 2 of 2" in after
    assert "Still to come" not in after
    assert sent(transaction) == (2, 3, [1, 2])
    assert mail_kinds(transaction) == ["confirmation", "shipped", "shipped"]
    assert [action for _, action in audited(transaction)].count("order.shipped") == 2


def test_a_double_click_is_one_parcel_and_one_mail(paid: Browser, transaction: Transaction) -> None:
    form = filled(paid, 1)

    answers = [paid.client.post(f"{PAGE}/ship", data=form).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert sent(transaction) == (1, 1, [1])
    assert mail_kinds(transaction).count("shipped") == 1


def test_of_two_who_send_all_at_once_one_does_and_the_other_is_told(
    app: Flask, paid: Browser, transaction: Transaction
) -> None:
    forms = [filled(paid), filled(paid)]

    answers = post_at_once(app, paid, f"{PAGE}/ship", forms)

    assert sorted(status for status, _ in answers)[0] == 303
    assert sorted(status for status, _ in answers)[1] in (409, 422)
    assert sent(transaction) == (1, 3, [3])
    assert mail_kinds(transaction).count("shipped") == 1


def test_a_double_click_at_the_same_moment_is_one_parcel(app: Flask, paid: Browser, transaction: Transaction) -> None:
    form = filled(paid, 1)

    answers = post_at_once(app, paid, f"{PAGE}/ship", [form, form])

    assert [status for status, _ in answers] == [303, 303]
    assert sent(transaction) == (1, 1, [1])


@pytest.mark.parametrize(
    ("pieces", "sentence"),
    [
        ("4", "Enter a whole number from 0 to 3."),
        ("-1", "Enter a whole number from 0 to 3."),
        ("many", "Enter a whole number from 0 to 3."),
        ("0", "Choose at least one piece for the parcel."),
    ],
)
def test_a_wrong_number_of_pieces_is_told_at_its_field(
    paid: Browser, transaction: Transaction, pieces: str, sentence: str
) -> None:
    answer = paid.client.post(f"{PAGE}/ship", data=filled(paid, pieces))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert sent(transaction) == (0, 0, [])


def test_an_address_typed_as_a_number_is_text_and_no_link(paid: Browser) -> None:
    paid.client.post(f"{PAGE}/ship", data=filled(paid, tracking_number='https://evil.example/"><b>'))

    for page in (paid.get(PAGE).text, paid.client.get(CUSTOMER).text):
        assert "evil.example" in page
        assert not re.search(r'href="[^"]*evil', page)
        assert "<b>" not in page


def test_a_refund_of_a_piece_that_has_not_left_takes_it_off_the_next_parcel(
    paid: Browser, transaction: Transaction
) -> None:
    refund = f"{PAGE}/refund"
    page = paid.get(f"{refund}?line-1=1").text
    start = page.index(f'method="post" action="{refund}"')
    form = fields_of(page[start : page.index("</form>", start)])
    form.pop("restock", None)

    paid.client.post(f"{refund}/send", data={**form, "reason": "One had a dent"})
    with transaction() as session:
        line = session.scalars(select(OrderLine)).one()
        counted = (line.called_off, line.to_ship, line.returned)
    paid.client.post(f"{PAGE}/ship", data=filled(paid))

    assert counted == (1, 2, 0)
    assert sent(transaction) == (1, 2, [2])
    assert "Completed" in paid.get(PAGE).text


def test_cancelling_needs_a_reason_that_only_the_shop_reads(
    paid: Browser, transaction: Transaction, engine: Engine
) -> None:
    without = paid.post(f"{PAGE}/cancel", {"reason": " "})
    paid.post(f"{PAGE}/cancel", {"reason": "<i>Broken</i> in the store"})

    assert without.status_code == 422
    assert "Say why: it is kept with the order." in without.text
    assert "cancelled by the shop: &lt;i&gt;Broken&lt;/i&gt; in the store" in paid.get(PAGE).text
    with Session(engine) as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "cancelled")).one()
        assert session.scalars(select(Order.state)).one() == "cancelled"
    assert "Broken" not in mail.text
