"""New objects in Stripe's official shapes, with every misleading sample value of the fixtures set to nothing."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from demo.stripe_server.answers import Json

NOTHING: dict[str, Json] = {
    "checkout.session": {
        "after_expiration": None, "cancel_url": None, "collected_information": None, "consent": None,
        "consent_collection": None, "currency_conversion": None, "customer_details": None, "payment_intent": None,
        "client_secret": None, "return_url": None,
        "payment_method_configuration_details": None, "permissions": None, "saved_payment_method_options": None,
        "shipping_address_collection": None, "shipping_cost": None, "success_url": None, "url": None,
        "wallet_options": None, "adaptive_pricing": {"enabled": False}, "managed_payments": {"enabled": False},
        "custom_text": {"after_submit": None, "shipping_address": None, "submit": None,
                        "terms_of_service_acceptance": None},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    },
    "payment_intent": {
        "amount_details": {}, "automatic_payment_methods": None, "canceled_at": None, "last_payment_error": None,
        "managed_payments": None, "next_action": None, "payment_method_configuration_details": None,
        "processing": None, "shipping": None, "transfer_data": None,
    },
    "charge": {
        "balance_transaction": None, "description": None, "receipt_url": None, "shipping": None, "source": None,
        "transfer_data": None, "payment_method_details": None,
    },
    "refund": {"charge": None, "destination_details": None, "failure_reason": None},
    "dispute": {"enhanced_eligibility_types": []},
    "item": {"adjustable_quantity": None, "metadata": {}},
    "price": {"custom_unit_amount": None, "recurring": None, "transform_quantity": None, "tiers_mode": None,
              "nickname": None, "lookup_key": None},
    "event": {},
    "tax.calculation": {"line_items": None, "customer": None, "ship_from_details": None, "tax_breakdown": []},
    "tax.transaction": {"line_items": None, "customer": None, "metadata": None, "ship_from_details": None,
                        "reversal": None},
    "tax.calculation_line_item": {"metadata": None, "product": None, "tax_breakdown": None,
                                  "performance_location": None},
}  # fmt: skip
LEFT_OUT = {"charge": ("refunds",), "checkout.session": (), "payment_intent": ("source",)}


def shape(kind: str, **values: Any) -> Json:
    """Return a new object of this kind with `values` in it. A name that the official shape lacks is a mistake."""
    unknown = values.keys() - _blank(kind).keys()
    if unknown:
        raise KeyError(f"{kind} has no {', '.join(sorted(unknown))}")
    return {**deepcopy(_blank(kind)), **values}


@cache
def _blank(kind: str) -> Json:
    official = _fixtures()[kind]
    kept = {name: value for name, value in official.items() if name not in LEFT_OUT.get(kind, ())}
    if kind == "checkout.session":
        kept["invoice_creation"] = {"enabled": False, "invoice_data": None}
    return {**kept, **NOTHING[kind]}


@cache
def _fixtures() -> dict[str, Json]:
    resources: dict[str, Json] = json.loads(Path(__file__).with_name("fixtures3.json").read_text())["resources"]
    return resources
