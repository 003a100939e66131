"""Refunds and disputes: money that goes back."""

from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.money import readable
from demo.stripe_server.sessions import check_metadata
from demo.stripe_server.shapes import shape
from demo.stripe_server.simulated import check_refund
from demo.stripe_server.store import new_id


def create(account: Account, params: Json) -> Json:
    check_refund(params)
    check_metadata(params.get("metadata") or {}, "metadata")
    charge = _charge_of(account, params)
    amount = _amount(charge, params)
    refund = shape(
        "refund", id=new_id("re_"), amount=amount, charge=charge["id"], payment_intent=charge["payment_intent"],
        created=account.now(), currency=charge["currency"], metadata=params.get("metadata") or {},
        reason=params.get("reason"), status="pending" if account.refunds_start_pending else "succeeded",
    )  # fmt: skip
    _move(charge, amount)
    account.emit("refund.created", account.keep(refund))
    account.emit("charge.refunded", account.keep(charge))
    return refund


def succeed(account: Account, refund: Json) -> None:
    """A pending refund reaches the buyer."""
    if refund["status"] != "pending":
        raise Refusal(f"This refund is {refund['status']}.", status=409)
    refund["status"] = "succeeded"
    account.emit("refund.updated", account.keep(refund))


def fail(account: Account, refund: Json) -> None:
    """The buyer's bank sends the money back; even a refund that succeeded can still do this."""
    if refund["status"] == "failed":
        raise Refusal("This refund is failed.", status=409)
    refund.update(status="failed", failure_reason="lost_or_stolen_card")
    charge = account.get("charge", refund["charge"])
    _move(charge, -refund["amount"])
    account.keep(charge)
    account.emit("refund.updated", account.keep(refund))
    account.emit("refund.failed", refund)


def dispute(account: Account, charge: Json) -> None:
    """The buyer asks the bank for the money back."""
    if charge["disputed"] or charge["status"] != "succeeded":
        raise Refusal("This charge cannot be disputed.", status=409)
    opened = shape(
        "dispute", id=new_id("dp_"), amount=charge["amount"], charge=charge["id"], created=account.now(),
        currency=charge["currency"], payment_intent=charge["payment_intent"], is_charge_refundable=False,
        reason="product_not_received", status="needs_response",
    )  # fmt: skip
    charge["disputed"] = True
    account.keep(charge)
    account.emit("charge.dispute.created", account.keep(opened))
    account.emit("charge.dispute.funds_withdrawn", opened)


def close_dispute(account: Account, opened: Json, status: str) -> None:
    if opened["status"] != "needs_response":
        raise Refusal(f"This dispute is {opened['status']}.", status=409)
    opened["status"] = status
    account.emit("charge.dispute.closed", account.keep(opened))
    if status == "won":
        account.emit("charge.dispute.funds_reinstated", opened)


def _charge_of(account: Account, params: Json) -> Json:
    if ("charge" in params) == ("payment_intent" in params):
        raise Refusal("One of the following params should be provided for this request: charge or payment_intent.",
                      code="parameter_missing", param="payment_intent")  # fmt: skip
    charge_id = params.get("charge")
    if charge_id is None:
        intent = account.get("payment_intent", params["payment_intent"], param="payment_intent")
        charge_id = intent["latest_charge"] or ""
    charge = account.store.find("charge", charge_id)
    if charge is None and "charge" in params:
        return account.get("charge", charge_id, param="charge")
    if charge is None or charge["status"] != "succeeded":
        raise Refusal("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
    return charge


def _amount(charge: Json, params: Json) -> int:
    left = int(charge["amount"] - charge["amount_refunded"])
    if left == 0:
        raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise Refusal(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    amount = int(params.get("amount", left))
    if amount < 1:
        raise Refusal("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        currency = charge["currency"]
        raise Refusal(
            f"Refund amount ({readable(amount, currency)}) is greater than unrefunded amount on charge "
            f"({readable(left, currency)})",
            param="amount",
        )
    return amount


def _move(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
