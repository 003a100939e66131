"""The shop window of the present request: currency and address prefixes, so that a list makes no address by itself."""

from typing import cast

from flask import current_app, request

from shop.catalogue.cards import ShopWindow
from shop.web import config, shop_url

_STAND_IN = "x"
WINDOWS = "tsubo_windows"


def shop_window() -> ShopWindow:
    """How the current shop shows goods. The addresses only depend on where the app is mounted."""
    windows = cast(dict[str, ShopWindow], current_app.extensions.setdefault(WINDOWS, {}))
    window = windows.get(request.script_root)
    if window is None:
        window = windows[request.script_root] = _look_up()
    return window


def _look_up() -> ShopWindow:
    return ShopWindow(
        currency=config().currency,
        product_url=shop_url("storefront.product", slug=_STAND_IN)[: -len(_STAND_IN)],
        picture_url=shop_url("pictures.drawing", name=_STAND_IN)[: -len(f"{_STAND_IN}.svg")],
        media_url=shop_url("pictures.upload", file_name=_STAND_IN)[: -len(_STAND_IN)],
        locale=config().locale,
    )
