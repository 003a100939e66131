"""What happens when the buyer acts on the payment page: intents, charges, and the session's end."""

from typing import Any

from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.shapes import shape
from demo.stripe_server.store import new_id

DECLINED = "Your card was declined."
NOT_AUTHENTICATED = "The card's owner could not be verified."


def pay(account: Account, session: Json, *, method: str = "card") -> None:
    """The money comes: a charge, and a session that is complete and paid."""
    _open(session)
    if session["amount_total"] == 0:
        return _complete(account, session, "no_payment_required")
    _charge(account, _intent(account, session), method)
    return _complete(account, session, "paid")


def decline(account: Account, session: Json, *, message: str = DECLINED) -> None:
    """The card is refused: a failed charge, and a session that stays open for another try."""
    _open(session)
    intent = _intent(account, session)
    code = "card_declined" if message == DECLINED else "payment_intent_authentication_failure"
    if code == "card_declined":
        _fail_charge(account, intent)
    intent.update(status="requires_payment_method", next_action=None,
                  last_payment_error={"type": "card_error", "code": code, "message": message})  # fmt: skip
    account.emit("payment_intent.payment_failed", account.keep(intent))


def challenge(account: Account, session: Json) -> None:
    """The bank wants to see the buyer (3-D Secure): nothing is charged yet."""
    _open(session)
    intent = _intent(account, session)
    intent.update(status="requires_action", next_action={"type": "use_stripe_sdk", "use_stripe_sdk": {}})
    account.emit("payment_intent.requires_action", account.keep(intent))


def approve(account: Account, session: Json) -> None:
    _open(session)
    _challenged(account, session)
    pay(account, session)


def fail(account: Account, session: Json) -> None:
    _open(session)
    _challenged(account, session)
    decline(account, session, message=NOT_AUTHENTICATED)


def pay_later(account: Account, session: Json) -> None:
    """A slow method such as a bank transfer: the session is complete, the money still on its way."""
    _open(session)
    intent = _intent(account, session)
    intent.update(status="processing", next_action=None, last_payment_error=None)
    account.emit("payment_intent.processing", account.keep(intent))
    _complete(account, session, "unpaid")


def arrive(account: Account, session: Json) -> None:
    """The slow money comes."""
    _charge(account, _awaited(account, session), "customer_balance")
    session["payment_status"] = "paid"
    account.emit("checkout.session.async_payment_succeeded", account.keep(session))


def bounce(account: Account, session: Json) -> None:
    """The slow money does not come."""
    intent = _awaited(account, session)
    error = {"type": "card_error", "code": "payment_intent_payment_attempt_failed", "message": "The transfer failed."}
    intent.update(status="requires_payment_method", last_payment_error=error)
    account.emit("payment_intent.payment_failed", account.keep(intent))
    account.emit("checkout.session.async_payment_failed", account.keep(session))


def is_awaited(account: Account, session: Json) -> bool:
    intent = account.store.find("payment_intent", session["payment_intent"] or "")
    return bool(intent and intent["status"] == "processing")


def _open(session: Json) -> None:
    if session["status"] != "open":
        raise Refusal(f"This Checkout Session is {session['status']}.", status=409)


def _challenged(account: Account, session: Json) -> None:
    intent = account.store.find("payment_intent", session["payment_intent"] or "")
    if not intent or intent["status"] != "requires_action":
        raise Refusal("This Checkout Session waits for no challenge.", status=409)


def _awaited(account: Account, session: Json) -> Json:
    if not is_awaited(account, session):
        raise Refusal("This Checkout Session waits for no payment.", status=409)
    return account.get("payment_intent", session["payment_intent"])


def _intent(account: Account, session: Json) -> Json:
    """Return the session's PaymentIntent; as at Stripe there is none before the first try."""
    if session["payment_intent"]:
        return account.get("payment_intent", session["payment_intent"])
    wanted = account.store.find("intent_data", session["id"]) or {}
    intent_id = new_id("pi_")
    intent = shape(
        "payment_intent", id=intent_id, amount=session["amount_total"], currency=session["currency"],
        client_secret=f"{intent_id}_secret_{new_id('')}", created=account.now(), metadata=wanted.get("metadata", {}),
        description=wanted.get("description"), receipt_email=wanted.get("receipt_email"),
    )  # fmt: skip
    session["payment_intent"] = intent_id
    account.keep(session)
    account.emit("payment_intent.created", account.keep(intent))
    return intent


def _charge(account: Account, intent: Json, method: str) -> None:
    charge = _new_charge(account, intent, method, amount_captured=intent["amount"], captured=True, paid=True,
                         outcome=_outcome("approved_by_network", "authorized", "Payment complete."))  # fmt: skip
    intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"],
                  payment_method=charge["payment_method"], last_payment_error=None, next_action=None)  # fmt: skip
    account.emit("charge.succeeded", account.keep(charge))
    account.emit("payment_intent.succeeded", account.keep(intent))


def _fail_charge(account: Account, intent: Json) -> None:
    charge = _new_charge(account, intent, "card", paid=False, status="failed", failure_code="card_declined",
                         failure_message=DECLINED,
                         outcome=_outcome("declined_by_network", "issuer_declined", "The bank declined."))  # fmt: skip
    intent["latest_charge"] = charge["id"]
    account.emit("charge.failed", account.keep(charge))


def _new_charge(account: Account, intent: Json, method: str, **values: Any) -> Json:
    card = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2040, "funding": "credit", "country": "US"}
    return shape(
        "charge", **values, id=new_id("ch_"), amount=intent["amount"], currency=intent["currency"],
        created=account.now(), payment_intent=intent["id"], payment_method=new_id("pm_"), metadata=intent["metadata"],
        description=intent["description"], receipt_email=intent["receipt_email"],
        billing_details={"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        payment_method_details={"type": method, method: card if method == "card" else {}},
    )  # fmt: skip


def _outcome(network: str, reason: str, message: str) -> Json:
    return {"network_status": network, "reason": reason, "seller_message": message, "type": reason}


def _complete(account: Account, session: Json, payment_status: str) -> None:
    email = session["customer_email"] or "buyer@example.com"
    details: Json = {"address": None, "email": email, "name": None, "phone": None, "tax_exempt": "none", "tax_ids": []}
    session.update(
        status="complete", payment_status=payment_status, url=None, client_secret=None, customer_details=details
    )
    account.emit("checkout.session.completed", account.keep(session))
