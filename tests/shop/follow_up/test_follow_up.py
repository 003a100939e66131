"""The one question: for who ticked it, once, two weeks after the parcel left, without a word of what was wrong."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.errors import NotFound
from shop.follow_up import links, service
from shop.follow_up.models import FollowUp
from shop.keys import Keyring
from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail
from shop.orders import service as orders
from shop.orders.models import Order, OrderLine
from shop.orders.states import OrderState, PaymentState
from tests.make import NOW, make_order, make_stock

FORTNIGHT = timedelta(days=14)
KEYRING = Keyring(["a-secret-for-tests-only-0123456789abcdef"])
LETTERHEAD = Letterhead(
    shop_name="Test shop",
    contact_email="shop@example.com",
    postal_address="1 Shop Street",
    mail_from="orders@example.com",
    address="http://shop.test",
    locale="en_US",
    live=False,
)


def make_shipped(session: Session, number: str = "TS-TEST-0001", *, ticked: bool = True, shipped: bool = True) -> Order:
    """A placed order, ticked and shipped at NOW unless said otherwise."""
    if number.endswith("0001"):
        make_stock(session, "MAT01-CHARCOAL", available=20)
    order = make_order(session, number, state=OrderState.PLACED, payment_state=PaymentState.PAID)
    if ticked:
        service.may_be_asked(session, order.id)
    if shipped:
        orders.ship(session, order.id, orders.Parcel("Post"), actor="merchant:m@example.com", now=NOW)
    return order


def ask(session: Session, now: datetime) -> int:
    return service.ask_due(session, link=lambda mark: f"http://shop.test/asked/{mark}", letterhead=LETTERHEAD, now=now)


def mails(session: Session) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def ticks(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(FollowUp)) or 0


def test_it_leaves_two_weeks_after_the_parcel_and_only_once(session: Session) -> None:
    make_shipped(session)

    written = [ask(session, NOW + after) for after in (timedelta(0), FORTNIGHT - timedelta(hours=1), FORTNIGHT)]
    again = ask(session, NOW + 3 * FORTNIGHT)

    assert (written, again) == ([0, 0, 1], 0)
    assert len(mails(session)) == 1
    assert ticks(session) == 0, "the tick is gone with its mail"


def test_each_thing_is_asked_about_once_two_weeks_after_its_own_parcel(session: Session) -> None:
    order = make_shipped(session, shipped=False)
    order.lines.append(OrderLine(sku="PIL01", title="Neck pillow", quantity=2, unit_minor=900, total_minor=1800))
    session.flush()
    mat, pillow = order.lines
    for days, pieces in ((0, {mat.id: 1}), (5, {pillow.id: 1}), (9, {pillow.id: 1})):
        parcel = orders.Parcel("Post", "", pieces)
        orders.ship(session, order.id, parcel, actor="merchant:m@example.com", now=NOW + timedelta(days=days))

    written = [ask(session, NOW + FORTNIGHT + timedelta(days=days)) for days in (-1, 0, 1, 5, 6, 9, 30)]

    first, second = mails(session)
    assert written == [0, 1, 0, 1, 0, 1, 0]
    assert ("Acupressure mat" in first.text, "Neck pillow" in first.text) == (True, False)
    assert ("Acupressure mat" in second.text, "Neck pillow" in second.text) == (False, True)
    assert ticks(session) == 0


def test_a_late_run_asks_about_two_parcels_in_one_mail(session: Session) -> None:
    order = make_shipped(session, shipped=False)
    order.lines.append(OrderLine(sku="PIL01", title="Neck pillow", quantity=1, unit_minor=900, total_minor=900))
    session.flush()
    for days, line in enumerate(order.lines):
        parcel = orders.Parcel("Post", "", {line.id: 1})
        orders.ship(session, order.id, parcel, actor="merchant:m@example.com", now=NOW + timedelta(days=days))

    ask(session, NOW + 2 * FORTNIGHT)

    (mail,) = mails(session)
    assert "Acupressure mat" in mail.text
    assert "Neck pillow" in mail.text
    assert ticks(session) == 0


def test_what_has_not_left_yet_keeps_its_tick(session: Session) -> None:
    order = make_shipped(session, shipped=False)
    order.lines.append(OrderLine(sku="PIL01", title="Neck pillow", quantity=1, unit_minor=900, total_minor=900))
    session.flush()
    parcel = orders.Parcel("Post", "", {order.lines[0].id: 1})
    orders.ship(session, order.id, parcel, actor="merchant:m@example.com", now=NOW)

    written = [ask(session, NOW + days * FORTNIGHT) for days in (1, 2, 9)]

    assert (written, len(mails(session)), ticks(session)) == ([1, 0, 0], 1, 1)


def test_ticked_once_more_after_its_mail_it_is_not_sent_again(session: Session) -> None:
    order = make_shipped(session)
    ask(session, NOW + FORTNIGHT)

    service.may_be_asked(session, order.id)
    ask(session, NOW + 2 * FORTNIGHT)

    assert len(mails(session)) == 1


def test_nobody_is_asked_who_did_not_tick_it_or_whose_parcel_has_not_left(session: Session) -> None:
    make_shipped(session, "TS-TEST-0001", ticked=False)
    make_shipped(session, "TS-TEST-0002", shipped=False)

    asked = ask(session, NOW + 4 * FORTNIGHT)

    assert (asked, mails(session), ticks(session)) == (0, [], 1)


@pytest.mark.parametrize("change", [{"state": OrderState.CANCELLED}, {"erased_at": NOW}])
def test_a_cancelled_or_erased_order_is_forgotten_unasked(session: Session, change: dict[str, object]) -> None:
    order = make_shipped(session)
    for name, value in change.items():
        setattr(order, name, value)
    session.flush()

    asked = ask(session, NOW + FORTNIGHT)

    assert (asked, mails(session), ticks(session)) == (0, [], 0)


def test_the_mail_names_goods_neutrally_no_complaint_and_a_way_to_say_no(session: Session) -> None:
    make_shipped(session)

    ask(session, NOW + FORTNIGHT)

    mail = mails(session)[0]
    assert mail.subject == "One question about your order TS-TEST-0001"
    for part in (mail.text, mail.html):
        assert "Acupressure mat, Charcoal" in part
        assert "http://shop.test/asked/" in part
        assert "Do not ask me again" in part
        assert not re.search(r"\bpain|back\b|tension|headache|questionnaire|recommend", part, re.IGNORECASE)


def test_who_never_wants_to_be_asked_is_forgotten_for_every_order(session: Session) -> None:
    for number in ("TS-TEST-0001", "TS-TEST-0002"):
        make_shipped(session, number)

    waiting = service.waiting_orders(session, "PAT@example.com")
    gone = service.never_ask(session, "Pat@Example.com")

    assert waiting == ["TS-TEST-0001", "TS-TEST-0002"]
    assert (gone, ask(session, NOW + FORTNIGHT)) == (2, 0)
    assert service.waiting_orders(session, "pat@example.com") == []


def test_a_link_opens_its_order_until_its_time_is_over_or_the_order_is_erased(session: Session) -> None:
    order = make_shipped(session)
    mark = links.read_link(KEYRING, links.new_link(KEYRING, service.mark_of(order)))

    found = service.get_order(session, mark)
    order.token = "another"
    session.flush()

    assert found.id == order.id
    with pytest.raises(NotFound):
        service.get_order(session, mark)


@pytest.mark.parametrize("mark", ["", "1", "1.", "x.y", "99999999999999999999.abc", "1.abc", "0.abc"])
def test_a_mark_of_nothing_opens_nothing(session: Session, mark: str) -> None:
    make_shipped(session)

    with pytest.raises(NotFound):
        service.get_order(session, mark)


def test_a_link_of_another_purpose_is_refused() -> None:
    token = KEYRING.links("newsletter-leave").dumps("1.abc")

    with pytest.raises(NotFound):
        links.read_link(KEYRING, str(token))
