"""The shop window of the present request: currency and address prefixes, so that a list makes no address by itself."""

from shop.catalogue.cards import ShopWindow
from shop.web import config, shop_url

_STAND_IN = "x"


def shop_window() -> ShopWindow:
    """How the current shop shows goods. One look-up of each kind of address serves a whole page."""
    return ShopWindow(
        currency=config().currency,
        product_url=shop_url("storefront.product", slug=_STAND_IN)[: -len(_STAND_IN)],
        picture_url=shop_url("pictures.drawing", name=_STAND_IN)[: -len(f"{_STAND_IN}.svg")],
        media_url=shop_url("pictures.upload", file_name=_STAND_IN)[: -len(_STAND_IN)],
    )
