"""Tax Transactions: a calculation that became a sale, and what is taken off it. A reference is used once."""

from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.sessions import check_metadata
from demo.stripe_server.shapes import shape
from demo.stripe_server.store import new_id

KIND = "tax.transaction"
LEFT = "tax_left"
"""What of each sale was not taken off yet, by its id: Stripe keeps it out of the transaction."""


def create(account: Account, params: Json) -> Json:
    calculation = account.get("tax.calculation", params["calculation"], param="calculation")
    if calculation["expires_at"] <= account.now():
        raise Refusal("This calculation has expired.", param="calculation")
    kept = _keep(account, params, calculation, type="transaction", shipping_cost=calculation["shipping_cost"])
    account.keep({"object": LEFT, "id": kept["id"], "amount": calculation["amount_total"]})
    return kept


def reverse(account: Account, params: Json) -> Json:
    sale = account.get(KIND, params["original_transaction"], param="original_transaction")
    if sale["type"] != "transaction":
        raise Refusal("A reversal cannot be reversed.", param="original_transaction")
    left = account.get(LEFT, sale["id"])["amount"]
    if params["mode"] == "full":
        amount = left
    elif {"line_items", "shipping_cost"} & params.keys():
        raise Refusal("Stripe knows reversals by line, but this stand-in does not simulate them.")
    else:
        amount = -params.get("flat_amount", 0)
    if not 0 < amount <= left:
        raise Refusal("The amount is not in what is left of the transaction.", param="flat_amount")
    kept = _keep(account, params, sale, type="reversal", reversal={"original_transaction": sale["id"]})
    account.keep({"object": LEFT, "id": sale["id"], "amount": left - amount})
    return kept


def _keep(account: Account, params: Json, like: Json, **values: object) -> Json:
    if any(row["reference"] == params["reference"] for row in account.store.oldest_first(KIND)):
        raise Refusal("A transaction with this reference exists already.", param="reference")
    check_metadata(params.get("metadata") or {}, "metadata")
    return account.keep(shape(
        KIND, id=new_id("tax_"), created=account.now(), currency=like["currency"], reference=params["reference"],
        customer_details=like["customer_details"], metadata=params.get("metadata"), tax_date=like["tax_date"],
        posted_at=params.get("posted_at", account.now()), **values,
    ))  # fmt: skip
