"""The merchant's pages together: importing this puts the views of every `*_views` module here on the one blueprint."""

from importlib import import_module
from pkgutil import iter_modules

import shop.merchant
from shop.merchant.pages import blueprint

__all__ = ["blueprint"]

for _module in iter_modules(shop.merchant.__path__):
    if _module.name.endswith("_views"):
        import_module(f"{shop.merchant.__name__}.{_module.name}")
