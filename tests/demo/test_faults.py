import time
from typing import Any

import pytest
import stripe

from tests.demo.conftest import Desk, order


def test_a_cut_connection_does_nothing(desk: Desk) -> None:
    desk.server.add_fault(kind="cut", times=1)

    with pytest.raises(stripe.APIConnectionError):
        _create(desk)

    assert desk.server.ledger()["sessions"] == []


def test_a_lost_answer_has_done_the_work_and_the_key_finds_it(desk: Desk) -> None:
    desk.server.add_fault(kind="lose_answer", method="POST", times=1)

    with pytest.raises(stripe.APIConnectionError):
        _create(desk)
    session = _create(desk)

    assert [row["id"] for row in desk.server.ledger()["sessions"]] == [session.id]


def test_the_library_itself_recovers_from_a_lost_answer(desk: Desk) -> None:
    desk.server.add_fault(kind="lose_answer", times=1)

    session = desk.stripe.v1.checkout.sessions.create(order(), {"max_network_retries": 1})

    assert [row["id"] for row in desk.server.ledger()["sessions"]] == [session.id]


def test_half_of_the_calls_fail(desk: Desk) -> None:
    desk.server.add_fault(kind="error", status=503, saved=False, every=2)

    statuses = []
    for _ in range(4):
        try:
            desk.stripe.v1.checkout.sessions.list(options={"max_network_retries": 0})
            statuses.append(200)
        except stripe.APIError as error:
            statuses.append(error.http_status or 0)

    assert statuses == [200, 503, 200, 503]


def test_a_rate_limit_is_not_kept_under_the_key(desk: Desk) -> None:
    desk.server.add_fault(kind="rate_limit", times=1)

    with pytest.raises(stripe.RateLimitError):
        _create(desk)

    assert _create(desk).status == "open"


def test_a_slow_answer_does_not_hold_up_the_others(desk: Desk) -> None:
    desk.server.add_fault(kind="slow", seconds=0.3, method="POST", times=1)

    started = time.monotonic()
    _create(desk)
    slow = time.monotonic() - started
    started = time.monotonic()
    desk.stripe.v1.checkout.sessions.list()

    assert slow >= 0.3
    assert time.monotonic() - started < 0.25


def test_a_fault_hits_only_its_address_and_ends(desk: Desk) -> None:
    desk.server.add_fault(kind="error", path="/v1/refunds", times=1)

    assert _create(desk).status == "open"
    with pytest.raises(stripe.APIError):
        desk.stripe.v1.refunds.list(options={"max_network_retries": 0})
    assert desk.stripe.v1.refunds.list().data == []


@pytest.mark.parametrize("fault", [
    {}, {"kind": "earthquake"}, {"kind": "slow", "minutes": 3}, {"kind": "slow", "seconds": "3"},
    {"kind": "cut", "every": 0},
])  # fmt: skip
def test_a_fault_that_means_nothing_is_refused(near: Desk, fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fault|value"):
        near.server.add_fault(**fault)


def test_the_ledger_counts_every_call_and_its_faults(near: Desk) -> None:
    near.server.add_fault(kind="error", times=1)

    with pytest.raises(stripe.APIError):
        _create(near)
    _create(near, key="k2")

    calls = near.server.ledger()["calls"]
    assert [(call["status"], call["faults"], call["idempotency_key"]) for call in calls] == [
        (500, ["error"], "k"), (200, [], "k2")]  # fmt: skip


def _create(desk: Desk, key: str = "k") -> stripe.checkout.Session:
    options: stripe.RequestOptions = {"idempotency_key": key, "max_network_retries": 0}
    return desk.stripe.v1.checkout.sessions.create(order(), options)
