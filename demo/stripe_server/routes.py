"""The part of Stripe's API that is served: method, address, typed parameters, work."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from demo.stripe_server import refunds, sessions, tax, tax_reports
from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.lists import chosen, page

Work = Callable[[Account, Json, str, str], Json]


@dataclass(frozen=True)
class Route:
    method: str
    address: re.Pattern[str]
    typed_params: str
    work: Work


def find_route(method: str, path: str) -> tuple[Route, str]:
    """Return the route and the id in the address ("" when it has none), or refuse with 404."""
    for route in ROUTES:
        match = route.address.fullmatch(path)
        if match and route.method == method:
            return route, match.groupdict().get("id", "")
    raise Refusal(f"Unrecognized request URL ({method}: {path}). The stand-in does not serve it.", status=404)


def _create_session(account: Account, params: Json, _id: str, _path: str) -> Json:
    return sessions.create(account, params)


def _expire_session(account: Account, _params: Json, session_id: str, _path: str) -> Json:
    return sessions.expire(account, session_id)


def _line_items(account: Account, params: Json, session_id: str, path: str) -> Json:
    return page(sessions.line_items(account, session_id), params, path)


def _create_refund(account: Account, params: Json, _id: str, _path: str) -> Json:
    return refunds.create(account, params)


def _calculate_tax(account: Account, params: Json, _id: str, _path: str) -> Json:
    return tax.create(account, params)


def _report_sale(account: Account, params: Json, _id: str, _path: str) -> Json:
    return tax_reports.create(account, params)


def _report_reversal(account: Account, params: Json, _id: str, _path: str) -> Json:
    return tax_reports.reverse(account, params)


def _retrieve(kind: str) -> Work:
    return lambda account, _params, object_id, _path: account.get(kind, object_id)


def _list(kind: str) -> Work:
    return lambda account, params, _id, path: page(chosen(account, kind, params), params, path)


def _route(method: str, address: str, typed_params: str, work: Work) -> Route:
    return Route(method, re.compile(address.replace("ID", r"(?P<id>\w+)")), typed_params, work)


def _readable(address: str, kind: str, name: str, module: str) -> list[Route]:
    """Return the two routes to read one object and a list of them."""
    folder, _, file = module.rpartition(".")
    params = f"{folder}._{file}" if folder else f"_{file}"
    return [
        _route("GET", address, f"{params}_list_params:{name}ListParams", _list(kind)),
        _route("GET", f"{address}/ID", f"{params}_retrieve_params:{name}RetrieveParams", _retrieve(kind)),
    ]


TAXED = "/v1/tax/transactions"
SESSIONS = "/v1/checkout/sessions"
ROUTES = [
    _route("POST", SESSIONS, "checkout._session_create_params:SessionCreateParams", _create_session),
    _route("POST", f"{SESSIONS}/ID/expire", "checkout._session_expire_params:SessionExpireParams", _expire_session),
    _route("GET", f"{SESSIONS}/ID/line_items", "checkout._session_line_item_list_params:SessionLineItemListParams",
           _line_items),
    *_readable(SESSIONS, "checkout.session", "Session", "checkout.session"),
    *_readable("/v1/payment_intents", "payment_intent", "PaymentIntent", "payment_intent"),
    *_readable("/v1/charges", "charge", "Charge", "charge"),
    _route("POST", "/v1/refunds", "_refund_create_params:RefundCreateParams", _create_refund),
    _route("POST", "/v1/tax/calculations", "tax._calculation_create_params:CalculationCreateParams", _calculate_tax),
    _route("POST", f"{TAXED}/create_from_calculation",
           "tax._transaction_create_from_calculation_params:TransactionCreateFromCalculationParams", _report_sale),
    _route("POST", f"{TAXED}/create_reversal",
           "tax._transaction_create_reversal_params:TransactionCreateReversalParams", _report_reversal),
    _route("GET", f"{TAXED}/ID", "tax._transaction_retrieve_params:TransactionRetrieveParams",
           _retrieve("tax.transaction")),
    *_readable("/v1/refunds", "refund", "Refund", "refund"),
    *_readable("/v1/disputes", "dispute", "Dispute", "dispute"),
    *_readable("/v1/events", "event", "Event", "event"),
]  # fmt: skip
