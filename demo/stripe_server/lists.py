"""Lists in pages, newest first, with Stripe's filters; and `expand`."""

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from demo.stripe_server.account import Account
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.sessions import line_items

KIND_BY_PREFIX = {"pi": "payment_intent", "ch": "charge", "re": "refund", "cs": "checkout.session", "dp": "dispute"}
PAGING = ("limit", "starting_after", "ending_before", "expand")


def page(objects: Iterable[Json], params: Json, url: str) -> Json:
    """Return one page of `objects` (newest first) as Stripe's list object."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refusal("Invalid limit: must be between 1 and 100", param="limit")
    rows = list(objects)
    if "starting_after" in params:
        rows = rows[_place(rows, params, "starting_after") + 1 :]
    if "ending_before" in params:
        rows = rows[: _place(rows, params, "ending_before")]
        return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": rows[-limit:]}
    return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": rows[:limit]}


def chosen(account: Account, kind: str, params: Json) -> Iterable[Json]:
    """Return the objects of `kind` that every filter in `params` lets through."""
    filters = {name: value for name, value in params.items() if name not in PAGING}
    for row in account.store.newest_first(kind):
        if all(_fits(account, row, name, value) for name, value in filters.items()):
            yield row


def expanded(account: Account, content: Json, paths: Iterable[str]) -> Json:
    """Return a copy with the ids at `paths` replaced by their objects."""
    copy: Json = json.loads(json.dumps(content))
    for path in paths:
        _expand(account, copy, path.split("."), path)
    return copy


def _place(rows: list[Json], params: Json, name: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == params[name]:
            return place
    raise Refusal(f"No such object: '{params[name]}'", param=name, code="resource_missing")


def _fits(account: Account, row: Json, name: str, value: Any) -> bool:
    match name:
        case "created":
            return _in_time(row["created"], value)
        case "type":
            return fnmatchcase(row["type"], value)
        case "types":
            return row["type"] in value
        case "customer_details":
            return bool(row["customer_details"] and row["customer_details"]["email"] == value["email"])
        case "delivery_success":
            ways = [way for way in account.store.oldest_first("delivery") if way["event"] == row["id"]]
            return value is all(way["status"] == "delivered" for way in ways)
    return bool(row.get(name) == value)


def _in_time(created: int, wanted: Any) -> bool:
    if isinstance(wanted, int):
        return created == wanted
    tests = {"gt": created.__gt__, "gte": created.__ge__, "lt": created.__lt__, "lte": created.__le__}
    return all(tests[name](limit) for name, limit in wanted.items())


def _expand(account: Account, content: Any, path: list[str], full: str) -> None:
    name, *rest = path
    if isinstance(content, list):
        for row in content:
            _expand(account, row, path, full)
        return
    if content.get("object") == "checkout.session" and name == "line_items":
        url = f"/v1/checkout/sessions/{content['id']}/line_items"
        content[name] = page(line_items(account, content["id"]), {}, url)
    if not isinstance(content, dict) or name not in content:
        raise Refusal(f"This property cannot be expanded ({full}).", param="expand[0]")
    if isinstance(content[name], str):
        content[name] = _object(account, content[name], full)
    if rest and content[name] is not None:
        _expand(account, content[name], rest, full)


def _object(account: Account, object_id: str, full: str) -> Json:
    kind = KIND_BY_PREFIX.get(object_id.partition("_")[0])
    found = account.store.find(kind, object_id) if kind else None
    if found is None:
        raise Refusal(f"This property cannot be expanded ({full}).", param="expand[0]")
    copy: Json = json.loads(json.dumps(found))
    return copy
