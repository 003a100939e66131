"""What every payment provider of the shop does: the one in memory and the real adapter pass the same tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shop.clock import utc_now
from shop.gateway import BadSignature, GatewayRefused, TaxQuestion, TaxReversal, TaxSale
from shop.money import Money
from tests.fakes import SECRET
from tests.shop.payments.providers import Provider, event, make_request, refund_of


def test_an_opened_page_is_known_as_open_and_unpaid(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())

    facts = provider.gateway.find_payment(page.session_id)

    assert facts is not None
    assert (facts.status, facts.payment_status, facts.failed) == ("open", "unpaid", False)
    assert (facts.amount, facts.order_reference, facts.livemode) == (Money(3400, "USD"), "TS-1", False)
    assert facts.url == page.url
    assert facts.expires_at == page.expires_at


def test_payments_come_in_pages_newest_first_that_together_hold_each_once(provider: Provider) -> None:
    since = utc_now() - timedelta(hours=1)
    opened = [provider.gateway.open_payment(make_request(key=f"order:TS-{n}:session:1")).session_id for n in range(5)]

    first = provider.gateway.page_of_payments(since, older_than="", most=3)
    second = provider.gateway.page_of_payments(since, older_than=first.older_than, most=3)

    assert [facts.session_id for facts in (*first.payments, *second.payments)] == opened[::-1]
    assert (len(first.payments), second.older_than) == (3, "")
    assert all(facts.created_at for facts in first.payments)


def test_a_session_for_a_page_of_the_shop_has_a_secret_while_it_is_open(provider: Provider) -> None:
    request = make_request()
    addresses = {"success_url", "cancel_url"}
    kept = {name: value for name, value in request.parameters.items() if name not in addresses}
    own = replace(request, parameters={**kept, "ui_mode": "elements", "return_url": "http://shop.test/orders/t"})

    page = provider.gateway.open_payment(own)
    opened = provider.gateway.find_payment(page.session_id)
    provider.act("pay", page.session_id)
    paid = provider.gateway.find_payment(page.session_id)

    assert page.url == ""
    assert opened is not None
    assert paid is not None
    assert opened.client_secret
    assert (paid.client_secret, paid.is_paid) == ("", True)


def test_tax_is_answered_for_each_line_and_adds_up(provider: Provider) -> None:
    question = TaxQuestion("USD", (("1", 3400), ("2", 900)), 500, False, "US", "CA", "San Francisco", "94110")

    answer = provider.gateway.calculate_tax(question)

    on_top = sum(tax for tax, _ in answer.lines.values()) + answer.shipping_minor
    assert set(answer.lines) == {"1", "2"}
    assert answer.total_minor == 4800 + on_top
    assert (answer.currency, bool(answer.calculation_id)) == ("USD", True)


def test_a_sale_is_reported_once_and_what_went_back_is_taken_off(provider: Provider) -> None:
    question = TaxQuestion("USD", (("1", 3400),), 500, False, "US", "CA", "San Francisco", "94110")
    sale = TaxSale(provider.gateway.calculate_tax(question).calculation_id, "TS-1")

    first, again = provider.gateway.report_sale(sale), provider.gateway.report_sale(sale)
    part = TaxReversal(first, "TS-1-refund-1", Money(1000, "USD"))
    back, back_again = provider.gateway.report_reversal(part), provider.gateway.report_reversal(part)
    rest = provider.gateway.report_reversal(TaxReversal(first, "TS-1-refund-2", None))

    assert (first, back) == (again, back_again)
    assert len({first, back, rest}) == 3
    with pytest.raises(GatewayRefused):
        provider.gateway.report_reversal(TaxReversal("tax_nobody", "TS-1-refund-3", None))


def test_there_are_no_disputes_before_somebody_complains(provider: Provider) -> None:
    assert list(provider.gateway.list_disputes(utc_now() - timedelta(days=1))) == []


def test_the_same_call_again_opens_the_same_page(provider: Provider) -> None:
    request = make_request()

    first, second = provider.gateway.open_payment(request), provider.gateway.open_payment(request)

    assert first == second
    assert len(provider.gateway.list_payments(utc_now() - timedelta(hours=1))) == 1


def test_the_same_key_with_another_amount_is_refused(provider: Provider) -> None:
    provider.gateway.open_payment(make_request())

    with pytest.raises(GatewayRefused):
        provider.gateway.open_payment(make_request(amount=1))


def test_a_paid_page_says_so_and_names_its_payment(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())

    provider.act("pay", page.session_id)

    facts = provider.gateway.find_payment(page.session_id)
    assert facts is not None
    assert (facts.status, facts.payment_status) == ("complete", "paid")
    assert facts.payment_intent


def test_a_declined_card_leaves_the_page_open(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())

    provider.act("decline", page.session_id)

    facts = provider.gateway.find_payment(page.session_id)
    assert facts is not None
    assert (facts.status, facts.payment_status, facts.failed) == ("open", "unpaid", False)


@pytest.mark.parametrize(
    ("acts", "payment_status", "failed"),
    [
        (["pay_later"], "unpaid", False),
        (["pay_later", "arrive"], "paid", False),
        (["pay_later", "bounce"], "unpaid", True),
    ],
)
def test_a_slow_method_waits_then_succeeds_or_fails(
    provider: Provider, acts: list[str], payment_status: str, failed: bool
) -> None:
    page = provider.gateway.open_payment(make_request())

    for action in acts:
        provider.act(action, page.session_id)

    facts = provider.gateway.find_payment(page.session_id)
    assert facts is not None
    assert (facts.status, facts.payment_status, facts.failed) == ("complete", payment_status, failed)


def test_a_closed_page_is_expired_and_a_paid_one_comes_back_as_paid(provider: Provider) -> None:
    left = provider.gateway.open_payment(make_request())
    paid = provider.gateway.open_payment(make_request(key="order:TS-1:session:2"))
    provider.act("pay", paid.session_id)

    closed, complete = provider.gateway.close_payment(left.session_id), provider.gateway.close_payment(paid.session_id)

    assert closed.status == "expired"
    assert (complete.status, complete.payment_status) == ("complete", "paid")
    assert provider.gateway.close_payment(left.session_id).status == "expired"


def test_a_page_nobody_opened_is_not_found(provider: Provider) -> None:
    assert provider.gateway.find_payment("cs_test_nobody") is None
    assert provider.gateway.find_refund("re_nobody") is None
    assert provider.gateway.find_dispute("dp_nobody") is None


def test_payments_are_listed_newest_first(provider: Provider) -> None:
    pages = [provider.gateway.open_payment(make_request(key=f"key:{n}")) for n in range(3)]

    listed = provider.gateway.list_payments(utc_now() - timedelta(hours=1))

    assert [facts.session_id for facts in listed] == [page.session_id for page in reversed(pages)]


def test_a_refund_goes_out_once_and_never_above_the_payment(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())
    provider.act("pay", page.session_id)
    paid = provider.gateway.find_payment(page.session_id)
    assert paid is not None
    request = refund_of(paid.payment_intent, 1000)

    first, second = provider.gateway.refund(request), provider.gateway.refund(request)

    assert first == second
    assert (first.status, first.amount, first.refund_id) == ("succeeded", Money(1000, "USD"), 1)
    assert provider.gateway.find_refund(first.provider_id) == first
    assert list(provider.gateway.list_refunds(request.payment_intent)) == [first]
    assert list(provider.gateway.list_refunds_since(utc_now() - timedelta(hours=1))) == [first]
    with pytest.raises(GatewayRefused):
        provider.gateway.refund(refund_of(paid.payment_intent, 2401, refund_id=2))
    after = provider.gateway.find_payment(page.session_id)
    assert after is not None
    assert after.refunded_minor == 1000


def test_a_refund_can_fail_in_the_end(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())
    provider.act("pay", page.session_id)
    paid = provider.gateway.find_payment(page.session_id)
    assert paid is not None
    made = provider.gateway.refund(refund_of(paid.payment_intent, 1000))

    provider.refund_act("fail", made.provider_id)

    known = provider.gateway.find_refund(made.provider_id)
    assert known is not None
    assert known.status == "failed"


def test_a_signed_event_is_read(provider: Provider) -> None:
    now = utc_now()
    body, signature = event(SECRET, now)

    read = provider.gateway.read_event(body, signature, now)

    assert (read.event_id, read.kind, read.subject_id) == ("evt_1", "checkout.session.completed", "cs_test_1")
    assert (read.livemode, read.created_at) == (False, now.replace(microsecond=0))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stamp_too_old_or_from_the_future_is_refused(provider: Provider, minutes: int) -> None:
    now = utc_now()
    body, signature = event(SECRET, now + timedelta(minutes=minutes))

    with pytest.raises(BadSignature):
        provider.gateway.read_event(body, signature, now)


@pytest.mark.parametrize("signature", ["", "t=1", "v1=00", "t=x,v1=00", "t=1,v1=00", "nonsense", "t=1,v1=\u00e9"])
def test_a_signature_that_is_none_is_refused(provider: Provider, signature: str) -> None:
    with pytest.raises(BadSignature):
        provider.gateway.read_event(b"{}", signature, datetime.fromtimestamp(1, tz=UTC))


def test_a_changed_or_foreign_body_is_refused(provider: Provider) -> None:
    now = utc_now()
    body, signature = event(SECRET, now)

    for forged, header in ((body + b" ", signature), (b"\xff", signature), event("whsec_stranger", now)):
        with pytest.raises(BadSignature):
            provider.gateway.read_event(forged, header, now)
