"""Reconcile and the flows around it: what was lost on the way is found, and one bad order stops nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from shop.clock import utc_now
from shop.errors import Conflict
from shop.gateway import GatewayUnavailable
from shop.money import Money
from shop.payments import flow
from shop.payments.reconcile import ReconcileReport, reconcile_all
from tests.conftest import MakeApp
from tests.make import NOW
from tests.shop.payments.conftest import Bench


def reconcile(bench: Bench, *, minutes: int = 45) -> ReconcileReport:
    return reconcile_all(bench.desk, since=NOW - timedelta(days=3), now=NOW + timedelta(minutes=minutes))


def test_a_payment_whose_webhook_was_lost_is_recovered(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)

    first, second = reconcile(bench), reconcile(bench)

    assert first.repaired == ("TS-TEST-0001 (placed)",)
    assert first.is_clean
    assert second.repaired == ()
    assert bench.states(order_id) == ("placed", "paid")


def test_a_page_whose_answer_was_lost_is_recognised_by_its_order(bench: Bench) -> None:
    request = bench.prepared()
    bench.gateway.loses_answers = True
    with pytest.raises(GatewayUnavailable):
        flow.open_page(bench.desk, request)
    bench.gateway.pay(next(iter(bench.gateway.sessions)))

    report = reconcile(bench)

    assert report.repaired == ("TS-TEST-0001 (placed)",)
    assert bench.states(request.order_id) == ("placed", "paid")


def test_an_order_whose_page_never_came_to_be_is_given_up(bench: Bench) -> None:
    request = bench.prepared()

    young, old = reconcile(bench, minutes=1), reconcile(bench)

    assert young.repaired == ()
    assert old.repaired == ("TS-TEST-0001 (cancelled)",)
    assert bench.states(request.order_id) == ("cancelled", "failed")
    assert bench.stock() == (10, 0, 0)


def test_an_order_that_can_still_be_paid_is_left_alone(bench: Bench) -> None:
    order_id, _ = bench.opened()

    report = reconcile(bench, minutes=20)

    assert (report.repaired, report.is_clean) == ((), True)
    assert bench.states(order_id) == ("pending", "pending")


def test_one_bad_order_does_not_stop_the_run(bench: Bench) -> None:
    _, bad = bench.opened("TS-TEST-0001")
    good_id, good = bench.opened("TS-TEST-0002")
    bench.gateway.pay(good)
    bench.gateway.pay(bad)
    bench.gateway.add_payment(bad, "cs_not_ours", "TS-TEST-0001")

    report = reconcile(bench)

    assert report.failed == ("TS-TEST-0001",)
    assert bench.states(good_id) == ("placed", "paid")
    assert not report.is_clean


def test_charges_the_database_does_not_know_are_listed(bench: Bench) -> None:
    _, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.gateway.add_payment(session_id, "cs_lost", "TS-LOST-0001")

    report = reconcile(bench)

    assert report.unknown_charges == ("pi_cs_lost",)
    assert not report.is_clean


def test_wrong_amounts_stay_on_the_list_until_somebody_acts(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.gateway.change_amount(session_id, Money(1, "USD"))

    reports = [reconcile(bench), reconcile(bench)]

    assert [report.needs_attention for report in reports] == [("TS-TEST-0001",)] * 2
    assert bench.states(order_id) == ("pending", "needs_attention")


def test_a_refund_made_at_the_providers_pages_is_found(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    bench.gateway.add_refund(f"pi_{session_id}", Money(900, "USD"))

    first, second = reconcile(bench), reconcile(bench)

    assert (first.repaired, second.repaired) == (("TS-TEST-0001 (refunds)",), ())
    assert bench.mails() == ["confirmation", "refunded"]


def test_a_silent_provider_changes_nothing(bench: Bench) -> None:
    order_id, _ = bench.opened()
    bench.gateway.is_down = True

    with pytest.raises(GatewayUnavailable):
        reconcile(bench)

    assert flow.expire_due(bench.desk, now=NOW + timedelta(hours=1)) == 0
    assert bench.states(order_id) == ("pending", "pending")
    assert bench.stock() == (9, 1, 0)


def test_a_hold_out_of_time_ends_the_page_before_the_units_go_back(bench: Bench) -> None:
    left_id, left = bench.opened("TS-TEST-0001")
    paid_id, paid = bench.opened("TS-TEST-0002")
    bench.gateway.pay(paid)

    ended = flow.expire_due(bench.desk, now=NOW + timedelta(minutes=41))

    assert ended == 2
    assert bench.gateway.sessions[left].status == "expired"
    assert bench.states(left_id) == ("cancelled", "failed")
    assert bench.states(paid_id) == ("placed", "paid")
    assert bench.stock() == (9, 0, 1)


def test_the_return_page_settles_without_a_webhook(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)

    outcomes = [flow.settle_from_return(bench.desk, "token-of-TS-TEST-0001", now=NOW) for _ in range(2)]

    assert [outcome.value for outcome in outcomes] == ["placed", "unchanged"]
    assert flow.settle_from_return(bench.desk, "", now=NOW).value == "unchanged"
    assert bench.states(order_id) == ("placed", "paid")


def test_a_second_click_leads_to_the_page_that_is_open(bench: Bench) -> None:
    order_id, session_id = bench.opened()

    address = flow.payment_page(bench.desk, order_id, now=NOW + timedelta(minutes=1))

    assert address == bench.gateway.sessions[session_id].url
    assert bench.gateway.calls == ["open_payment"]


def test_a_call_that_was_cut_is_sent_again_with_the_same_key_and_body(bench: Bench) -> None:
    request = bench.prepared()
    bench.gateway.loses_answers = True
    with pytest.raises(GatewayUnavailable):
        flow.payment_page(bench.desk, request.order_id, now=NOW)

    address = flow.payment_page(bench.desk, request.order_id, now=NOW + timedelta(seconds=20))

    first, second = bench.gateway.requests
    assert first == second
    assert [facts.url for facts in bench.gateway.sessions.values()] == [address]


@pytest.mark.parametrize("arrived", [True, False])
def test_a_call_that_is_too_old_to_be_repeated_is_looked_up_first(bench: Bench, arrived: bool) -> None:
    request = bench.prepared()
    setattr(bench.gateway, "loses_answers" if arrived else "is_down", True)
    with pytest.raises(GatewayUnavailable):
        flow.payment_page(bench.desk, request.order_id, now=NOW)
    bench.gateway.is_down = False
    later = bench.gateway.now = NOW + timedelta(minutes=3)

    address = flow.payment_page(bench.desk, request.order_id, now=later)

    assert [facts.url for facts in bench.gateway.sessions.values()] == [address]
    last = bench.gateway.requests[-1]
    assert last.idempotency_key == f"order:TS-TEST-0001:session:{1 if arrived else 2}"


def test_an_order_that_is_paid_has_no_page_to_pay(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)

    with pytest.raises(Conflict):
        flow.payment_page(bench.desk, order_id, now=NOW)


@pytest.fixture
def app_of_the_bench(make_app: MakeApp, tmp_path: Path) -> Flask:
    return make_app()


def test_the_command_ends_with_1_while_something_is_left_and_with_2_unheard(
    bench: Bench, app_of_the_bench: Flask
) -> None:
    _, session_id = bench.opened()
    bench.gateway.pay(session_id)
    runner = app_of_the_bench.test_cli_runner()

    clean = runner.invoke(args=["shop", "reconcile"])
    bench.gateway.now = utc_now()
    bench.gateway.add_payment(session_id, "cs_lost", "TS-LOST-0001")
    unclean = runner.invoke(args=["shop", "reconcile"])
    bench.gateway.is_down = True
    silent = runner.invoke(args=["shop", "reconcile"])

    assert (clean.exit_code, unclean.exit_code, silent.exit_code) == (0, 1, 2)
    assert "TS-TEST-0001 (placed)" in clean.output
    assert "unknown here" in unclean.output
