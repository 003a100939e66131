"""What the provider says beside what the orders say: each way to differ is named, and what is safe is repaired."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from demo.stripe_server import InProcessStripe, StripeServer
from shop.clock import utc_now
from shop.errors import Conflict
from shop.gateway import GatewayUnavailable
from shop.money import Money
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.payments import flow, refunding
from shop.payments.adapter import StripeGateway
from shop.payments.comparison import A_PAGE, Comparison, compare, compare_all
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import RefundWish
from shop.payments.repair import repair_dispute, repair_payment
from tests.conftest import MakeApp
from tests.fakes import SECRET
from tests.make import NOW
from tests.shop.payments.conftest import Bench
from tests.shop.payments.providers import config

SINCE, SOON = NOW - timedelta(days=7), NOW + timedelta(minutes=5)


@pytest.fixture
def server() -> StripeServer:
    """The stand-in at the time of the tests."""
    return StripeServer(webhook_secret=SECRET, clock=NOW.timestamp)


@pytest.fixture
def bench(engine: Engine, server: StripeServer) -> Bench:
    """A shop that speaks to the strict stand-in."""
    return Bench(engine, StripeGateway(config(), http_client=lambda: InProcessStripe(server)))


def look(bench: Bench) -> Comparison:
    return compare(bench.desk, since=SINCE, now=SOON)


def kinds(bench: Bench) -> list[tuple[str, str, bool]]:
    """(order, kind, whether a click repairs it) of what differs."""
    return [
        (row.number, row.difference.kind.value, row.difference.can_be_repaired)
        for row in look(bench).different
        if row.difference
    ]


def settled(bench: Bench, order_id: int) -> None:
    assert flow.look_again(bench.desk, order_id, now=SOON).value == "placed"


def repair(bench: Bench, session_id: str) -> str:
    return repair_payment(bench.desk, session_id, actor="merchant:anna@shop.example", now=SOON)[1]


def intent_of(server: StripeServer, session_id: str) -> str:
    sessions = {row["id"]: row for row in server.ledger()["sessions"]}
    return str(sessions[session_id]["payment_intent"])


def test_what_is_the_same_on_both_sides_is_no_difference(bench: Bench, server: StripeServer) -> None:
    paid_id, paid = bench.opened("TS-TEST-0001")
    bench.opened("TS-TEST-0002")
    server.act("pay", session=paid)
    settled(bench, paid_id)

    found = look(bench)

    assert found.different == ()
    assert [row.number for row in found.alike] == ["TS-TEST-0002", "TS-TEST-0001"]


def test_what_was_paid_there_and_not_here_is_settled_at_a_click_and_once(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)

    before = kinds(bench)
    outcome = repair(bench, session_id)

    assert before == [("TS-TEST-0001", "paid_there", True)]
    assert outcome == "placed"
    assert bench.states(order_id) == ("placed", "paid")
    assert kinds(bench) == []
    with pytest.raises(Conflict, match="Nothing is different"):
        repair(bench, session_id)


def test_a_page_that_ended_there_is_ended_here(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("expire", session=session_id)

    before = kinds(bench)
    outcome = repair(bench, session_id)

    assert before == [("TS-TEST-0001", "standing", True)]
    assert outcome == "cancelled"
    assert bench.states(order_id) == ("cancelled", "failed")
    assert bench.stock() == (10, 0, 0)


def test_what_was_paid_here_and_not_there_is_for_a_person(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    settled(bench, order_id)
    server.reset()

    assert kinds(bench) == [("TS-TEST-0001", "paid_here", False)]
    with pytest.raises(Conflict, match="knows no such payment"):
        repair(bench, session_id)


def test_an_order_that_says_paid_without_any_payment_is_found(bench: Bench) -> None:
    order_id, _ = bench.opened()
    with bench.desk.transaction() as session:
        session.execute(update(Order).where(Order.id == order_id).values(payment_state=PaymentState.PAID))

    assert ("TS-TEST-0001", "paid_here", False) in kinds(bench)


def test_amounts_that_differ_wait_for_a_person(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    settled(bench, order_id)
    with bench.desk.transaction() as session:
        session.execute(update(PaymentAttempt).values(captured_minor=1))

    assert kinds(bench) == [("TS-TEST-0001", "amount", False)]


def test_a_refund_made_in_the_providers_pages_is_written_down_at_a_click(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    settled(bench, order_id)
    made_there(server, session_id, 900)

    before = kinds(bench)
    outcome = repair(bench, session_id)

    assert before == [("TS-TEST-0001", "refunds", True)]
    assert outcome == "refunds"
    assert kinds(bench) == []
    assert bench.mails() == ["confirmation", "refunded"]


def made_there(server: StripeServer, session_id: str, minor: int) -> None:
    body = f"payment_intent={intent_of(server, session_id)}&amount={minor}"
    answer = server.handle("POST", "/v1/refunds", {"authorization": "Bearer sk_test_staff"}, body)
    assert answer.status == 200, answer.body


def test_a_refund_that_never_arrived_is_sent_again_at_a_click(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    settled(bench, order_id)
    server.add_fault(kind="cut", path="/v1/refunds", times=1)
    with pytest.raises(GatewayUnavailable):
        refunding.refund(bench.desk, order_id, RefundWish(Money(500, "USD"), "late", "t" * 20, "m"), now=SOON)

    before = kinds(bench)
    repair(bench, session_id)

    assert before == [("TS-TEST-0001", "refunds", True)]
    assert kinds(bench) == []
    assert [row["amount"] for row in server.ledger()["refunds"]] == [500]


def test_money_for_no_order_of_ours_is_named_and_not_touched(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    with bench.desk.transaction() as session:
        session.delete(session.get_one(Order, order_id))

    assert [kind for _, kind, _ in kinds(bench)] == ["unknown"]
    with pytest.raises(Conflict, match="No order of this shop"):
        repair(bench, session_id)


def test_a_second_payment_page_of_an_order_is_never_settled_as_its_own(bench: Bench, server: StripeServer) -> None:
    _, session_id = bench.opened("TS-TEST-0001")
    other_id, other = bench.opened("TS-TEST-0002")
    server.act("pay", session=other)
    with server.store.lock:
        row = server.store.find("checkout.session", other)
        assert row is not None
        row["client_reference_id"] = "TS-TEST-0001"
    with bench.desk.transaction() as session:
        session.delete(session.get_one(Order, other_id))

    assert kinds(bench) == [("TS-TEST-0001", "paid_there", False)]
    with pytest.raises(Conflict, match="is not it"):
        repair(bench, other)
    assert session_id != other


def test_a_dispute_is_written_down_at_a_click_and_stays_until_the_bank_has_decided(
    bench: Bench, server: StripeServer
) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    settled(bench, order_id)
    charge = server.ledger()["charges"][0]["id"]
    server.act("dispute", charge=charge)
    dispute = server.ledger()["disputes"][0]["id"]

    before = kinds(bench)
    repair_dispute(bench.desk, dispute, now=SOON)
    running = kinds(bench)
    server.act("win", dispute=dispute)
    repair_dispute(bench.desk, dispute, now=SOON)

    assert before == [("TS-TEST-0001", "dispute", True)]
    assert running == [("TS-TEST-0001", "attention", False), ("TS-TEST-0001", "dispute", False)]
    assert kinds(bench) == [("TS-TEST-0001", "attention", False)]
    assert bench.states(order_id) == ("placed", "needs_attention")


def test_a_cancelled_order_whose_money_is_still_here_is_named(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    settled(bench, order_id)
    with bench.desk.transaction() as session:
        session.execute(update(Order).where(Order.id == order_id).values(state=OrderState.CANCELLED))

    assert kinds(bench) == [("TS-TEST-0001", "money_kept", False)]


def test_pages_are_bounded_and_together_hold_every_payment(bench: Bench, server: StripeServer) -> None:
    body = (
        "mode=payment&success_url=http://shop.test/a&client_reference_id=ELSE&line_items[0][quantity]=1"
        "&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=900"
        "&line_items[0][price_data][product_data][name]=Mat"
    )
    for _ in range(A_PAGE + 3):
        assert server.handle("POST", "/v1/checkout/sessions", {"authorization": "Bearer sk_test_1"}, body).status == 200
    _, session_id = bench.opened()
    server.act("pay", session=session_id)

    first = look(bench)
    second = compare(bench.desk, since=SINCE, now=SOON, older_than=first.older_than, until=first.until)
    different, is_whole = compare_all(bench.desk, since=SINCE, now=SOON, most_pages=5)
    _, is_whole_of_one = compare_all(bench.desk, since=SINCE, now=SOON, most_pages=1)

    assert (len(first.rows), len(second.rows), second.older_than) == (A_PAGE, 4, "")
    assert [row.number for row in different] == ["TS-TEST-0001"]
    assert (is_whole, is_whole_of_one) == (True, False)


def test_no_lock_and_no_transaction_is_held_while_the_provider_is_asked(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = bench.opened()
    server.act("pay", session=session_id)
    server.add_fault(kind="error", status=500, method="GET")

    with pytest.raises(GatewayUnavailable):
        look(bench)
    with pytest.raises(GatewayUnavailable):
        repair(bench, session_id)

    assert bench.states(order_id) == ("pending", "pending")


def test_the_check_ends_with_0_1_or_2_and_changes_nothing(
    bench: Bench, server: StripeServer, make_app: MakeApp, engine: Engine
) -> None:
    order_id, _ = bench.opened()
    app = make_app()
    app.extensions["tsubo"].gateway.sessions.clear()
    runner = app.test_cli_runner()

    agreed = runner.invoke(args=["shop", "reconcile", "--check"])
    fake = Bench(engine, app.extensions["tsubo"].gateway)
    _, unsettled = fake.opened("TS-TEST-0003", now=utc_now())
    fake.gateway.pay(unsettled)
    differs = runner.invoke(args=["shop", "reconcile", "--check"])
    fake.gateway.is_down = True
    silent = runner.invoke(args=["shop", "reconcile", "--check"])

    assert (agreed.exit_code, differs.exit_code, silent.exit_code) == (0, 1, 2), differs.output
    assert f"TS-TEST-0003 {unsettled}: Paid at the provider, not here. Can be repaired." in differs.output
    assert bench.states(order_id) == ("pending", "pending")
    assert server.ledger()["totals"]["charges"] == 0
