import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.demo.conftest import Desk, line, order


def test_the_same_key_and_body_give_the_first_answer_again(desk: Desk) -> None:
    create = desk.stripe.v1.checkout.sessions.create

    first = create(order(), {"idempotency_key": "order:1:session:1"})
    desk.server.act("pay", session=first.id)
    again = create(order(), {"idempotency_key": "order:1:session:1"})

    assert (again.id, again.status) == (first.id, "open"), "the kept answer, not the session as it is now"
    assert again.last_response is not None
    assert len(desk.server.ledger()["sessions"]) == 1
    assert desk.server.ledger()["totals"]["replays"] == 1


def test_a_replay_is_marked_in_its_headers(near: Desk) -> None:
    headers = {"authorization": "Bearer sk_test_x", "idempotency-key": "k"}

    answers = [near.server.handle("POST", "/v1/refunds", headers, "charge=ch_nobody") for _ in range(2)]

    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, "true"]
    assert answers[0].body == answers[1].body


def test_the_same_key_with_another_body_is_refused(desk: Desk) -> None:
    create = desk.stripe.v1.checkout.sessions.create
    create(order(), {"idempotency_key": "order:1:session:1"})

    with pytest.raises(stripe.IdempotencyError) as refused:
        create(order(100), {"idempotency_key": "order:1:session:1"})

    assert refused.value.http_status == 400
    assert len(desk.server.ledger()["sessions"]) == 1


def test_the_same_key_at_another_address_is_refused(near: Desk) -> None:
    near.stripe.v1.checkout.sessions.create(order(), {"idempotency_key": "k"})

    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        near.stripe.v1.refunds.create({"charge": "ch_1"}, {"idempotency_key": "k"})


def test_a_failure_of_the_provider_is_remembered_too(desk: Desk) -> None:
    create = desk.stripe.v1.checkout.sessions.create
    desk.server.add_fault(kind="error", times=1)

    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            create(order(), {"idempotency_key": "order:1:session:1"})
        assert failed.value.http_status == 500

    assert create(order(), {"idempotency_key": "order:1:session:2"}).status == "open"


def test_a_parameter_that_fails_validation_leaves_the_key_free(near: Desk) -> None:
    create = near.stripe.v1.checkout.sessions.create
    with pytest.raises(stripe.InvalidRequestError):
        create(order() | {"colour": "red"}, {"idempotency_key": "k"})

    assert create(order(), {"idempotency_key": "k"}).status == "open"


def test_a_key_is_forgotten_after_a_day(near: Desk) -> None:
    create = near.stripe.v1.checkout.sessions.create
    first = create(order(), {"idempotency_key": "k"})

    near.clock.now += 24 * 3600
    second = create(order(), {"idempotency_key": "k"})

    assert first.id != second.id


def test_two_calls_at_once_under_one_key_do_the_work_once(near: Desk) -> None:
    near.server.add_fault(kind="slow", seconds=0.3, times=1)

    def call(_number: int) -> str:
        try:
            return near.stripe.v1.checkout.sessions.create(order(), {"idempotency_key": "k"}).id
        except stripe.StripeError as error:
            body = json.loads(str(error.http_body))  # the library leaves error.code empty on 409
            return f"{error.http_status} {body['error']['code']}"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(call, range(2)))

    assert answers[0] == "409 idempotency_key_in_use"
    assert answers[1] == near.server.ledger()["sessions"][0]["id"]
    assert len(near.server.ledger()["sessions"]) == 1


def test_the_order_of_the_values_does_not_make_another_request(near: Desk) -> None:
    headers = {"authorization": "Bearer sk_test_x", "idempotency-key": "k"}

    first = near.server.handle("POST", "/v1/refunds", headers, "charge=ch_1&amount=5")
    again = near.server.handle("POST", "/v1/refunds", headers, "amount=5&charge=ch_1")

    assert (first.status, again.status, again.headers["Idempotent-Replayed"]) == (404, 404, "true")


def test_a_new_key_is_a_new_session(near: Desk) -> None:
    ids = {near.open_session(line_items=[line(900)]).id for _ in range(3)}

    assert len(ids) == 3
