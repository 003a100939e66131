"""Tax Calculations: a small table of rates, by country and state. Asking changes nothing but the ledger's calls."""

from typing import Any

from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.money import check_currency
from demo.stripe_server.shapes import shape
from demo.stripe_server.store import new_id

DAY = 24 * 3600
RATES = {("US", "CA"): 8_7500, ("US", "IL"): 6_2500, ("US", "NY"): 4_0000, ("US", "TX"): 6_2500,
         ("DE", ""): 19_0000, ("FR", ""): 20_0000, ("AT", ""): 20_0000, ("GB", ""): 20_0000}  # fmt: skip
"""In millionths; anywhere else nothing is collected."""
MILLION = 1_000_000


def create(account: Account, params: Json) -> Json:
    check_currency(params["currency"], "currency")
    address = _address(params)
    rate = RATES.get((address["country"], address.get("state", ""))) or RATES.get((address["country"], "")) or 0
    lines = [_line(number, line, rate) for number, line in enumerate(params["line_items"])]
    if not lines:
        raise Refusal("Missing required param: line_items.", param="line_items", code="parameter_missing")
    shipping = _shipping(params.get("shipping_cost"), rate)
    everything = [*lines, *([shipping] if shipping else [])]
    on_top = sum(part["amount_tax"] for part in everything if part["tax_behavior"] == "exclusive")
    within = sum(part["amount_tax"] for part in everything if part["tax_behavior"] == "inclusive")
    is_listed = any(path.startswith("line_items") for path in params.get("expand", ()))
    url = "/v1/tax/calculations/line_items"
    listed = {"object": "list", "url": url, "has_more": False, "data": lines}
    return account.keep(shape(
        "tax.calculation", id=new_id("taxcalc_"), currency=params["currency"], tax_date=account.now(),
        expires_at=account.now() + 90 * DAY, amount_total=sum(part["amount"] for part in everything) + on_top,
        tax_amount_exclusive=on_top, tax_amount_inclusive=within, shipping_cost=shipping,
        customer_details={"address": address, "address_source": "shipping", "ip_address": None, "tax_ids": [],
                          "taxability_override": "none"},
        line_items=listed if is_listed else None,
    ))  # fmt: skip


def _address(params: Json) -> Json:
    address: Any = params.get("customer_details", {}).get("address")
    if not address:
        raise Refusal("An address is required to calculate tax.", param="customer_details[address]")
    if not address.get("postal_code") and address["country"] == "US":
        raise Refusal("We could not determine the customer's tax location.", code="customer_tax_location_invalid")
    return dict(address)


def _line(number: int, line: Json, rate: int) -> Json:
    if line["amount"] < 1:
        raise Refusal("Invalid positive integer", param=f"line_items[{number}][amount]")
    behaviour = line.get("tax_behavior", "exclusive")
    tax = _tax(line["amount"], rate, behaviour)
    part = {"amount": tax, "taxable_amount": line["amount"], "taxability_reason": "standard_rated",
            "sourcing": "destination", "jurisdiction": None,
            "tax_rate_details": {"display_name": "Tax", "percentage_decimal": f"{rate / 10_000:g}", "tax_type": "vat"},
            }  # fmt: skip
    return shape(
        "tax.calculation_line_item", id=new_id("tax_li_"), amount=line["amount"], amount_tax=tax,
        quantity=line.get("quantity", 1), reference=line.get("reference", f"L{number + 1}"), tax_behavior=behaviour,
        tax_code=line.get("tax_code", "txcd_99999999"), tax_breakdown=[part],
    )  # fmt: skip


def _shipping(wanted: Json | None, rate: int) -> Json | None:
    if wanted is None:
        return None
    if "shipping_rate" in wanted:
        raise Refusal("Stripe knows `shipping_cost[shipping_rate]`, but this stand-in does not simulate it.")
    behaviour, amount = wanted.get("tax_behavior", "exclusive"), wanted.get("amount", 0)
    return {"amount": amount, "amount_tax": _tax(amount, rate, behaviour), "tax_behavior": behaviour,
            "tax_code": wanted.get("tax_code", "txcd_92010001")}  # fmt: skip


def _tax(amount: int, rate: int, behaviour: str) -> int:
    whole = MILLION + rate if behaviour == "inclusive" else MILLION
    return (2 * amount * rate + whole) // (2 * whole)
