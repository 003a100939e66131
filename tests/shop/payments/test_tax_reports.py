"""The provider's tax reports hear of each sale and of what went back: once, late if need be, and never unasked."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from shop.mail.models import OutboxMail
from shop.money import Money
from shop.orders import service as orders
from shop.orders.models import OrderEvent
from shop.payments import refunding, tax_reports
from shop.payments.refunds import RefundWish
from shop.payments.states import TaxReportState
from shop.payments.tax_reporting import report_due
from tests.fakes import FakeGateway
from tests.make import NOW
from tests.shop.payments.conftest import Bench

ME = "merchant:m@example.com"
NUMBER = "TS-TEST-0001"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def bench(engine: Engine, gateway: FakeGateway) -> Bench:
    return Bench(engine, gateway)


def opened(bench: Bench, calculation_id: str = "taxcalc_1") -> tuple[int, str]:
    """An order whose tax was calculated, with its payment page."""
    order_id, session_id = bench.opened(NUMBER)
    with bench.desk.transaction() as session:
        order = orders.get_by_id(session, order_id)
        tax_reports.note_calculation(session, order, calculation_id, now=NOW)
    return order_id, session_id


def paid(bench: Bench) -> int:
    order_id, session_id = opened(bench)
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return order_id


def give_back(bench: Bench, order_id: int, minor: int, token: str = "form-1") -> None:
    refunding.refund(bench.desk, order_id, RefundWish(Money(minor, "USD"), "a dent", token, ME), now=LATER)


def states(bench: Bench, order_id: int) -> list[tuple[str, TaxReportState, str]]:
    with bench.desk.transaction() as session:
        return [(row.reference, row.state, row.transaction_id) for row in tax_reports.reports_of(session, order_id)]


def test_an_order_is_reported_once_it_is_paid_and_not_before(bench: Bench) -> None:
    order_id, session_id = opened(bench)
    before = report_due(bench.desk, now=LATER)
    bench.gateway.pay(session_id)
    for _ in range(2):
        bench.settle(order_id, session_id)

    rounds = [report_due(bench.desk, now=LATER) for _ in range(2)]

    assert (before, rounds) == (0, [1, 0])
    assert bench.gateway.calls.count("report_sale") == 1
    assert states(bench, order_id) == [(NUMBER, TaxReportState.REPORTED, f"tax_{NUMBER}")]
    with bench.desk.transaction() as session:
        notes = session.scalars(select(OrderEvent.note).where(OrderEvent.subject == "tax")).all()
    assert f"reported to the payment service: {NUMBER} is tax_{NUMBER}" in notes


def test_an_order_whose_tax_is_the_shops_own_is_not_reported(bench: Bench) -> None:
    order_id, session_id = bench.opened(NUMBER)
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    give_back(bench, order_id, 500)

    assert report_due(bench.desk, now=LATER) == 0
    assert states(bench, order_id) == []


def test_what_went_back_is_taken_off_the_sale_after_it_was_reported(bench: Bench) -> None:
    order_id = paid(bench)
    give_back(bench, order_id, 500)
    give_back(bench, order_id, 700, "form-2")

    rounds = [report_due(bench.desk, now=LATER) for _ in range(3)]

    assert rounds == [1, 2, 0]
    told = [(entry.reference, getattr(entry, "amount", None)) for entry in bench.gateway.tax_reports.values()]
    assert told == [
        (NUMBER, None),
        (f"{NUMBER}-refund-1", Money(500, "USD")),
        (f"{NUMBER}-refund-2", Money(700, "USD")),
    ]


def test_all_of_it_sent_back_takes_off_the_whole_sale(bench: Bench) -> None:
    order_id = paid(bench)
    with bench.desk.transaction() as session:
        total = orders.get_by_id(session, order_id).total_minor
    give_back(bench, order_id, total)

    for _ in range(2):
        report_due(bench.desk, now=LATER)

    reversal = bench.gateway.tax_reports[f"{NUMBER}-refund-1"]
    assert getattr(reversal, "amount", "") is None


def test_a_provider_that_is_away_is_asked_again_after_a_longer_wait_each_time(bench: Bench) -> None:
    order_id = paid(bench)
    bench.gateway.is_down = True

    away = [report_due(bench.desk, now=NOW + timedelta(minutes=minutes)) for minutes in (10, 10, 11, 12)]
    bench.gateway.is_down = False
    back = report_due(bench.desk, now=NOW + timedelta(minutes=13))

    assert (away, back) == ([0, 0, 0, 0], 1)
    assert bench.gateway.calls.count("report_sale") == 3
    assert states(bench, order_id)[0][1] is TaxReportState.REPORTED


def test_a_provider_that_stays_silent_is_told_of_once_a_day(bench: Bench) -> None:
    order_id = paid(bench)
    bench.gateway.is_down = True
    told = []
    for start, end in ((0, 3), (3, 7), (7, 36)):
        for quarter in range(start * 4, end * 4):
            report_due(bench.desk, now=NOW + timedelta(minutes=15 * quarter))
        told.append(bench.mails().count("tax_report"))

    bench.gateway.is_down = False
    report_due(bench.desk, now=NOW + timedelta(hours=41))

    assert told == [0, 1, 2]
    assert states(bench, order_id)[0][1] is TaxReportState.REPORTED


def test_reports_that_wait_behind_a_silent_one_are_told_of_too(bench: Bench) -> None:
    paid(bench)
    bench.gateway.is_down = True

    report_due(bench.desk, now=NOW + timedelta(hours=13))

    assert bench.mails().count("tax_report") == 1


def test_an_answer_that_was_lost_is_asked_for_under_the_same_name(bench: Bench) -> None:
    order_id = paid(bench)
    bench.gateway.loses_answers = True

    lost = report_due(bench.desk, now=LATER)
    found = report_due(bench.desk, now=LATER + timedelta(minutes=2))

    assert (lost, found, list(bench.gateway.tax_reports)) == (0, 1, [NUMBER])
    assert states(bench, order_id) == [(NUMBER, TaxReportState.REPORTED, f"tax_{NUMBER}")]


def test_a_refusal_is_told_once_and_what_went_back_of_that_sale_is_not_sent(bench: Bench) -> None:
    order_id = paid(bench)
    give_back(bench, order_id, 500)
    bench.gateway.refuses_tax_reports = True

    rounds = [report_due(bench.desk, now=LATER) for _ in range(2)]
    give_back(bench, order_id, 600, "form-2")

    assert rounds == [1, 0]
    assert [state for _, state, _ in states(bench, order_id)] == [TaxReportState.REFUSED] * 2
    assert bench.gateway.calls.count("report_reversal") == 0
    with bench.desk.transaction() as session:
        mails = session.scalars(select(OutboxMail.text).where(OutboxMail.kind == "tax_report")).all()
        assert "attention" not in session.scalars(select(OutboxMail.kind)).all()  # nothing is wrong with the payment
    assert len(mails) == 1
    assert f"the tax report {NUMBER} was refused: refused reference" in mails[0]


def test_a_refund_that_fails_late_leaves_a_note_of_what_to_put_right(bench: Bench) -> None:
    order_id = paid(bench)
    give_back(bench, order_id, 500)
    (provider_id,) = bench.gateway.refunds
    bench.gateway.end_refund(provider_id, "failed")

    refunding.catch_up_payment(bench.desk, bench.gateway.refunds[provider_id].payment_intent, now=LATER)

    with bench.desk.transaction() as session:
        notes = session.scalars(select(OrderEvent.note).where(OrderEvent.subject == "tax")).all()
    assert f"the refund failed: take {NUMBER}-refund-1 back in the payment service's own tax reports" in notes
