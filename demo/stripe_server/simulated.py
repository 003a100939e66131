"""What the stand-in can act on. Anything else that Stripe knows is refused in words, never silently ignored."""

from collections.abc import Iterable

from demo.stripe_server.answers import Json, Refusal

SESSION = {
    "adaptive_pricing", "allow_promotion_codes", "automatic_tax", "billing_address_collection", "cancel_url",
    "client_reference_id", "currency", "customer_creation", "customer_email", "expand", "expires_at",
    "integration_identifier", "line_items", "locale", "metadata", "mode", "origin_context", "payment_intent_data",
    "payment_method_types", "return_url", "submit_type", "success_url", "ui_mode",
}  # fmt: skip
SWITCHES_OFF = ("adaptive_pricing", "automatic_tax")
LINE_ITEM = {"metadata", "price_data", "quantity"}
PRICE_DATA = {"currency", "product_data", "tax_behavior", "unit_amount"}
ELEMENTS_REFUSES = ("success_url", "cancel_url", "submit_type", "origin_context")
PAYMENT_INTENT_DATA = {"description", "metadata", "receipt_email"}
REFUND = {"amount", "charge", "expand", "metadata", "payment_intent", "reason"}


def check_session(params: Json) -> None:
    _only(params, SESSION, "")
    _only(params.get("payment_intent_data", {}), PAYMENT_INTENT_DATA, "payment_intent_data")
    for number, line in enumerate(params.get("line_items", [])):
        _only(line, LINE_ITEM, f"line_items[{number}]")
        _only(line.get("price_data", {}), PRICE_DATA, f"line_items[{number}][price_data]")
    for name in SWITCHES_OFF:
        if params.get(name, {}).get("enabled"):
            raise _refused(f"{name}[enabled]", "true")
    if params.get("allow_promotion_codes"):
        raise _refused("allow_promotion_codes", "true")
    for name, simulated in {"mode": ("payment",), "ui_mode": ("hosted_page", "elements")}.items():
        if params.get(name, simulated[0]) not in simulated:
            raise _refused(name, params[name])
    _check_kind_of_page(params)
    if params.get("payment_method_types", ["card"]) != ["card"]:
        raise _refused("payment_method_types", "other than card")


def _check_kind_of_page(params: Json) -> None:
    """A page of the provider's and fields in a page of the shop's take different addresses."""
    is_elements = params.get("ui_mode") == "elements"
    for name in ELEMENTS_REFUSES if is_elements else ("return_url",):
        if name in params:
            kind = "elements" if is_elements else "hosted_page"
            raise Refusal(f"`{name}` is not allowed when `ui_mode` is `{kind}`.", param=name)


def check_refund(params: Json) -> None:
    _only(params, REFUND, "")


def _only(params: Json, known: Iterable[str], group: str) -> None:
    for name in params:
        if name not in known:
            raise _refused(f"{group}[{name}]" if group else name)


def _refused(param: str, value: str = "") -> Refusal:
    return Refusal(
        f"Stripe knows `{param} {value}".rstrip() + "`, but this stand-in does not simulate it.", param=param
    )
