import pytest
import stripe

from tests.demo.conftest import Desk, line, order


def test_a_session_opens_with_what_the_shop_asked_for(desk: Desk) -> None:
    session = desk.open_session(metadata={"attempt": "1"}, customer_email="mia@example.com")

    assert (session.status, session.payment_status, session.mode) == ("open", "unpaid", "payment")
    assert (session.amount_total, session.currency, session.livemode) == (5495, "usd", False)
    assert session.metadata is not None
    assert (session.client_reference_id, session.metadata["attempt"]) == ("T-1001", "1")
    assert session.url is not None
    assert session.url.startswith("http://127.0.0.1:")
    assert session.payment_intent is None, "as at Stripe, there is no intent before the first try to pay"


def test_the_official_sample_values_do_not_mislead(desk: Desk) -> None:
    session = desk.open_session()

    assert session.adaptive_pricing is not None
    assert session.adaptive_pricing.enabled is False
    assert session.total_details is not None
    assert (session.total_details.amount_tax, session.total_details.amount_discount) == (0, 0)
    assert (session.currency_conversion, session.shipping_cost, session.customer_details) == (None, None, None)


def test_a_paid_session_can_be_followed_to_its_charge(desk: Desk) -> None:
    session_id = desk.paid_session().id

    session = desk.stripe.v1.checkout.sessions.retrieve(
        session_id, {"expand": ["payment_intent.latest_charge", "line_items"]}
    )

    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.status, intent.amount_received, intent.latest_charge.amount) == ("succeeded", 5495, 5495)
    assert session.line_items is not None
    assert [row.amount_total for row in session.line_items.data] == [4900, 595]


def test_line_items_come_in_their_order_and_in_pages(desk: Desk) -> None:
    session = desk.open_session(line_items=[line(100 * number) for number in range(1, 13)])

    first = desk.stripe.v1.checkout.sessions.line_items.list(session.id)
    everything = [row.amount_total for row in first.auto_paging_iter()]

    assert (len(first.data), first.has_more) == (10, True)
    assert everything == [100 * number for number in range(1, 13)]


def test_an_open_session_can_be_expired_but_a_paid_one_cannot(desk: Desk) -> None:
    opened, paid = desk.open_session(), desk.paid_session()

    expired = desk.stripe.v1.checkout.sessions.expire(opened.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        desk.stripe.v1.checkout.sessions.expire(paid.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert "complete" in str(refused.value)
    assert desk.server.ledger()["totals"]["charges"] == 1


def test_time_expires_a_session(desk: Desk) -> None:
    session = desk.open_session(expires_at=int(desk.clock.now) + 31 * 60)

    desk.clock.now += 31 * 60

    assert desk.stripe.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_sessions_are_listed_newest_first_and_by_state_and_time(desk: Desk) -> None:
    old = desk.paid_session()
    desk.clock.now += 100
    new = desk.open_session()
    sessions = desk.stripe.v1.checkout.sessions

    assert [row.id for row in sessions.list().data] == [new.id, old.id]
    assert [row.id for row in sessions.list({"status": "complete"}).data] == [old.id]
    assert [row.id for row in sessions.list({"created": {"gt": old.created}}).data] == [new.id]
    assert [row.id for row in sessions.list({"payment_intent": str(old.payment_intent)}).data] == [old.id]


def test_pages_of_a_list_join_without_a_gap(near: Desk) -> None:
    ids = [near.open_session().id for _ in range(7)]

    listed = [row.id for row in near.stripe.v1.checkout.sessions.list({"limit": 3}).auto_paging_iter()]

    assert listed == ids[::-1]


@pytest.mark.parametrize(("minutes", "accepted"), [(29, False), (30, True), (24 * 60, True), (24 * 60 + 1, False)])
def test_a_session_lives_between_half_an_hour_and_a_day(near: Desk, minutes: int, accepted: bool) -> None:
    expires_at = int(near.clock.now) + minutes * 60

    if accepted:
        assert near.open_session(expires_at=expires_at).expires_at == expires_at
    else:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            near.open_session(expires_at=expires_at)
        assert refused.value.param == "expires_at"


@pytest.mark.parametrize(("amount", "currency", "accepted"), [
    (49, "usd", False), (50, "usd", True), (49, "eur", False), (50, "eur", True), (29, "gbp", False), (0, "usd", True),
])  # fmt: skip
def test_totals_below_stripes_minimum_are_refused(near: Desk, amount: int, currency: str, accepted: bool) -> None:
    wanted = order(1, currency=currency) | {"line_items": [line(amount, currency)]}

    if accepted:
        assert near.open_session(**wanted).amount_total == amount
    else:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            near.open_session(**wanted)
        assert refused.value.code == "amount_too_small"


def test_a_free_order_is_complete_without_a_payment(near: Desk) -> None:
    session = near.open_session(line_items=[line(0)])

    paid = near.server.act("pay", session=session.id)

    assert (paid["payment_status"], paid["payment_intent"]) == ("no_payment_required", None)


def test_an_unknown_session_is_a_404(desk: Desk) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        desk.stripe.v1.checkout.sessions.retrieve("cs_test_nobody")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_only_test_keys_are_accepted(near: Desk) -> None:
    headers = {"authorization": "Bearer sk_live_1234"}

    for sent in (headers, {}, {"authorization": "Bearer nonsense"}):
        assert near.server.handle("GET", "/v1/checkout/sessions", sent).status == 401
