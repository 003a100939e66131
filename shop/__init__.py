"""Tsubo: a storefront for acupressure products. `Shop(app)` mounts it in a Flask app, `create_app()` is a shop."""

from importlib import import_module
from typing import Any

__all__ = ["Shop", "create_app"]
_HOMES = {"Shop": "shop.extension", "create_app": "shop.app"}


def __getattr__(name: str) -> Any:
    """Import the two public names at first use, so that `import shop.money` loads no web framework."""
    if name not in _HOMES:
        raise AttributeError(f"module 'shop' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
