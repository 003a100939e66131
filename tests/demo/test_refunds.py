from typing import Any

import pytest
import stripe

from tests.demo.conftest import Desk


def test_a_charge_is_refunded_in_parts_until_nothing_is_left(desk: Desk) -> None:
    intent = str(desk.paid_session().payment_intent)
    refunds = desk.stripe.v1.refunds

    first = refunds.create({"payment_intent": intent, "amount": 1000, "reason": "requested_by_customer"})
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        refunds.create({"payment_intent": intent, "amount": 4496})
    rest = refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as nothing_left:
        refunds.create({"payment_intent": intent})

    assert (first.status, first.amount, rest.amount) == ("succeeded", 1000, 4495)
    assert (too_much.value.param, nothing_left.value.code) == ("amount", "charge_already_refunded")
    charge = desk.stripe.v1.charges.retrieve(str(first.charge))
    assert (charge.amount_refunded, charge.refunded) == (5495, True)
    assert [row.id for row in refunds.list({"payment_intent": intent}).data] == [rest.id, first.id]
    assert desk.server.ledger()["totals"]["refunded"] == {"usd": 5495}


def test_a_refund_that_fails_gives_the_money_back_to_the_charge(desk: Desk) -> None:
    intent = str(desk.paid_session().payment_intent)
    desk.server.add_fault(kind="pending_refund", times=1)
    refund = desk.stripe.v1.refunds.create({"payment_intent": intent, "amount": 1000})

    desk.server.act("fail", refund=refund.id)

    assert refund.status == "pending"
    assert desk.stripe.v1.refunds.retrieve(refund.id).status == "failed"
    assert desk.server.ledger()["totals"]["refunded"] == {"usd": 0}
    types = [event.type for event in desk.stripe.v1.events.list({"type": "refund.*"}).data]
    assert types == ["refund.failed", "refund.updated", "refund.created"]


@pytest.mark.parametrize(("wanted", "param"), [
    ({}, "payment_intent"), ({"payment_intent": "pi_nobody"}, "payment_intent"), ({"charge": "ch_nobody"}, "charge"),
    ({"charge": "ch_1", "payment_intent": "pi_1"}, "payment_intent"), ({"charge": "ch_1", "reason": "bored"}, "reason"),
])  # fmt: skip
def test_a_refund_of_nothing_is_refused(near: Desk, wanted: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        near.stripe.v1.refunds.create(wanted)

    assert refused.value.param == param


def test_an_unpaid_intent_cannot_be_refunded(near: Desk) -> None:
    session = near.open_session()
    declined = near.server.act("decline", session=session.id)

    with pytest.raises(stripe.InvalidRequestError, match="does not have"):
        near.stripe.v1.refunds.create({"payment_intent": declined["payment_intent"]})


def test_a_disputed_charge_is_withdrawn_and_may_be_won_back(near: Desk) -> None:
    near.paid_session()
    charge = near.stripe.v1.charges.list().data[0]

    near.server.act("dispute", charge=charge.id)
    dispute = near.stripe.v1.disputes.list().data[0]
    near.server.act("win", dispute=dispute.id)

    assert near.stripe.v1.disputes.retrieve(dispute.id).status == "won"
    types = [event.type for event in near.stripe.v1.events.list({"type": "charge.dispute.*"}).data]
    assert types[::-1] == ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
                           "charge.dispute.funds_reinstated"]  # fmt: skip
