"""Decode a form-encoded request and hold it against stripe-python's own typed parameters."""

import importlib
import re
import sys
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, get_args, get_origin
from urllib.parse import parse_qsl

from stripe import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

from demo.stripe_server.answers import BadParameter, Json

NAME = re.compile(r"[^\[\]]+")


def decode(text: str) -> Json:
    """Return `a[b][0]=c` as nested dicts; lists stay dicts keyed "0", "1" until their type is known."""
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *parents, last = NAME.findall(name.replace("[]", "[0]")) or [name]
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                raise BadParameter("Invalid request: one name is both a value and a group", param=name)
        branch[last] = value
    return tree


def check(tree: Json, typed_params: str) -> Json:
    """Return the parameters with their types, or raise BadParameter naming the first wrong one.

    typed_params: "module:Class" below stripe.params, such as "_refund_create_params:RefundCreateParams".
    """
    module, _, name = typed_params.partition(":")
    return _dict(tree, getattr(importlib.import_module(f"stripe.params.{module}"), name), "")


@cache
def _fields(typed: Any) -> Mapping[str, Any]:
    names = {"Mapping": Mapping, "StripeContext": object}  # imported by the library for type checkers only
    hints = get_type_hints(typed, vars(sys.modules[typed.__module__]), names)
    return {name: hint for name, hint in hints.items() if name not in RequestOptions.__annotations__}


def _dict(value: Json, typed: Any, path: str) -> Json:
    fields = _fields(typed)
    for name in value:
        if name not in fields:
            raise BadParameter(
                f"Received unknown parameter: {_join(path, name)}", param=_join(path, name), code="parameter_unknown"
            )
    for name in fields:
        if name in typed.__required_keys__ and name not in value:
            raise BadParameter(
                f"Missing required param: {_join(path, name)}.", param=_join(path, name), code="parameter_missing"
            )
    return {name: _value(part, fields[name], _join(path, name)) for name, part in value.items()}


def _value(value: Any, hint: Any, path: str) -> Any:
    kinds = _kinds(hint)
    literals = {word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)}
    if value == "" and "" in literals:
        return value
    if isinstance(value, dict):
        return _group(value, kinds, path)
    words = literals - {""}
    if words and value not in words:
        raise BadParameter(f"Invalid {path}: must be one of {', '.join(sorted(words))}", param=path)
    return value if words else _scalar(value, kinds, path)


def _group(value: Json, kinds: list[Any], path: str) -> Any:
    for kind in kinds:
        if is_typeddict(kind):
            return _dict(value, kind, path)
        if get_origin(kind) is list:
            return _list(value, get_args(kind)[0], path)
        if get_origin(kind) is dict:
            return {name: _value(part, get_args(kind)[1], _join(path, name)) for name, part in value.items()}
    raise BadParameter(f"Invalid {path}: expected a single value, not a group", param=path)


def _list(value: Json, hint: Any, path: str) -> list[Any]:
    if not all(name.isdecimal() for name in value):
        raise BadParameter(f"Invalid array: {path}", param=path)
    return [_value(value[name], hint, _join(path, name)) for name in sorted(value, key=int)]


def _scalar(value: str, kinds: list[Any], path: str) -> Any:
    if int in kinds and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if bool in kinds and value in ("true", "false"):
        return value == "true"
    if Decimal in kinds:
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
    if str in kinds:
        return value
    wanted = " or ".join(_NAMES.get(kind, "group") for kind in kinds)
    raise BadParameter(f"Invalid {wanted}: {value}", param=path, code=f"parameter_invalid_{wanted.replace(' ', '_')}")


def _kinds(hint: Any) -> list[Any]:
    plain = get_origin(hint) in (Literal, list, dict, None)
    return [hint] if plain else [kind for part in get_args(hint) for kind in _kinds(part)]


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


_NAMES = {int: "integer", bool: "boolean", Decimal: "decimal", str: "string"}
