"""Checkout Sessions: opened by the shop, ended by the buyer, by the shop or by time."""

import re
from typing import Any
from urllib.parse import urlsplit

from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.money import check_amount, check_currency
from demo.stripe_server.shapes import shape
from demo.stripe_server.simulated import check_session
from demo.stripe_server.store import new_id

KIND = "checkout.session"
SHORTEST, LONGEST = 30 * 60, 24 * 3600
ECHOED = ("billing_address_collection", "cancel_url", "client_reference_id", "customer_email",
          "integration_identifier", "locale", "metadata", "origin_context", "return_url",
          "submit_type", "success_url")  # fmt: skip
LIMITS = {"client_reference_id": 200, "customer_email": 512, "success_url": 5000, "cancel_url": 5000,
          "return_url": 5000}  # fmt: skip


def create(account: Account, params: Json) -> Json:
    check_session(params)
    _check_texts(params)
    lines = [_line(account, number, line) for number, line in enumerate(_required(params, "line_items"))]
    total, currency = sum(line["amount_total"] for line in lines), _one_currency(lines)
    check_amount(total, currency)
    session_id, is_elements = new_id("cs_test_a1", 56), params.get("ui_mode") == "elements"
    session = shape(
        KIND,
        id=session_id,
        created=account.now(),
        expires_at=_expiry(account, params),
        amount_subtotal=total,
        amount_total=total,
        currency=currency,
        url=None if is_elements else f"{account.address}/pay/{session_id}",
        client_secret=f"{session_id}_secret_{new_id('')}" if is_elements else None,
        ui_mode=params.get("ui_mode", "hosted_page"),
        customer_creation=params.get("customer_creation", "if_required"),
        **{name: params[name] for name in ECHOED if name in params},
    )
    for line in lines:
        account.store.put("item", {**line, "session": session_id})
    account.store.put("intent_data", {"id": session_id, **params.get("payment_intent_data", {})})
    return account.keep(session)


def expire(account: Account, session_id: str) -> Json:
    """End an open session at the shop's wish. Refused once it is complete or expired."""
    session = account.get(KIND, session_id, param="session")
    if session["status"] != "open":
        raise Refusal(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
            f"of `{session['status']}`."
        )
    return _end(account, session)


def expire_due(account: Account) -> None:
    """End every open session whose time is over."""
    for session in account.store.oldest_first(KIND):
        if session["status"] == "open" and session["expires_at"] <= account.now():
            _end(account, session)


def line_items(account: Account, session_id: str) -> list[Json]:
    """Return the session's lines in their order."""
    account.get(KIND, session_id, param="session")
    lines = [line for line in account.store.oldest_first("item") if line["session"] == session_id]
    return [{name: value for name, value in line.items() if name != "session"} for line in lines]


def return_address(session: Json) -> str:
    return str(session["return_url"] or session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _end(account: Account, session: Json) -> Json:
    session.update(status="expired", url=None, client_secret=None)
    intent = account.store.find("payment_intent", session["payment_intent"] or "")
    if intent and intent["status"] != "succeeded":
        intent.update(status="canceled", canceled_at=account.now(), cancellation_reason="automatic")
        account.emit("payment_intent.canceled", account.keep(intent))
    account.emit("checkout.session.expired", account.keep(session))
    return session


def _line(account: Account, number: int, line: Json) -> Json:
    where = f"line_items[{number}]"
    price = _required(line, "price_data", where)
    product = _required(price, "product_data", f"{where}[price_data]")
    amount, quantity = _required(price, "unit_amount", f"{where}[price_data]"), _required(line, "quantity", where)
    check_currency(price["currency"], f"{where}[price_data][currency]")
    if amount < 0 or quantity < 1:
        wrong = f"{where}[price_data][unit_amount]" if amount < 0 else f"{where}[quantity]"
        raise Refusal(f"Invalid {'non-negative' if amount < 0 else 'positive'} integer", param=wrong)
    new_price = shape(
        "price", id=new_id("price_"), created=account.now(), active=False, currency=price["currency"], type="one_time",
        product=new_id("prod_", 14), unit_amount=amount, unit_amount_decimal=str(amount),
        tax_behavior=price.get("tax_behavior", "unspecified"),
    )  # fmt: skip
    return shape(
        "item", id=new_id("li_"), description=product["name"], quantity=quantity, price=new_price,
        currency=price["currency"], amount_subtotal=amount * quantity, amount_total=amount * quantity,
        metadata=line.get("metadata", {}),
    )  # fmt: skip


def _required(params: Json, name: str, group: str = "") -> Any:
    full = f"{group}[{name}]" if group else name
    if params.get(name) in (None, [], ""):
        raise Refusal(f"Missing required param: {full}.", param=full, code="parameter_missing")
    return params[name]


def _one_currency(lines: list[Json]) -> str:
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise Refusal("All line items of a Checkout Session must have the same currency.", param="line_items")
    if len(lines) > 100:
        raise Refusal("A Checkout Session has at most 100 line items.", param="line_items")
    return str(currencies.pop())


def _check_texts(params: Json) -> None:
    _required(params, "mode")
    _required(params, "return_url" if params.get("ui_mode") == "elements" else "success_url")
    for name, longest in LIMITS.items():
        if len(params.get(name, "")) > longest:
            raise Refusal(f"Invalid string: {name} must be at most {longest} characters", param=name)
    for name in ("success_url", "cancel_url", "return_url"):
        address = urlsplit(params.get(name, "http://shop.example"))
        if address.scheme not in ("http", "https") or not address.hostname:
            raise Refusal("Not a valid URL", param=name, code="url_invalid")
    if "customer_email" in params and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", params["customer_email"]):
        raise Refusal("Invalid email address.", param="customer_email", code="email_invalid")
    check_metadata(params.get("metadata", {}), "metadata")
    check_metadata(params.get("payment_intent_data", {}).get("metadata", {}), "payment_intent_data[metadata]")


def check_metadata(metadata: Json, param: str) -> None:
    if len(metadata) > 50 or any(len(name) > 40 or len(value) > 500 for name, value in metadata.items()):
        raise Refusal("Metadata has at most 50 keys of 40 characters with values of 500 characters.", param=param)


def _expiry(account: Account, params: Json) -> int:
    expires_at = int(params.get("expires_at", account.now() + LONGEST))
    if expires_at < account.now() + SHORTEST:
        raise Refusal(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if expires_at > account.now() + LONGEST:
        raise Refusal(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )
    return expires_at
