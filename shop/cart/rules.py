"""What may lie in a cart, and what its visitor is told about each line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shop.catalogue.bundles import PartView
from shop.catalogue.naming import full_name
from shop.errors import BadInput
from shop.keys import fingerprint
from shop.money import Money
from shop.pricing.rules import Item, Place, Quote, ShippingMethod
from shop.promotions.rules import Choice

MAX_QUANTITY = 20
MAX_LINES = 40
_WHOLE_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)


class CartFull(BadInput):
    """More than a cart holds."""

    code, title = "cart_full", "That is more than a cart holds"


class NotSold(BadInput):
    """The product is not sold (any more), or not in the country the cart goes to."""

    code, status, title = "not_sold", 404, "This product is not for sale"

    def __init__(self) -> None:
        super().__init__("This product is not for sale here any more.")


class SoldOut(BadInput):
    """None is left; told with the product's name."""

    code, status, title = "out_of_stock", 409, "Sold out"

    def __init__(self, product: str) -> None:
        super().__init__(f"{product} is sold out at the moment. It was not added to your cart.")


@dataclass(frozen=True, slots=True)
class CartTerms:
    """What the shop's settings say of carts: the currency while no country is chosen, and how long carts live."""

    currency_of: Mapping[str | None, str]
    cart_days: int


class NoticeKind(StrEnum):
    """What happened to a line since its visitor last looked."""

    DEARER = "dearer"
    CHEAPER = "cheaper"
    FEWER = "fewer"
    SOLD_OUT = "sold_out"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: the old and the new price, or how many are left."""

    kind: NoticeKind
    old: Money | None = None
    new: Money | None = None
    left: int = 0


@dataclass(frozen=True, slots=True)
class CartLineView:
    """A line as its visitor sees it. `unit` and `total` are None when it is not sold any more,
    `picture_file` when the merchant uploaded no picture. A bundle has `parts`."""

    sku: str
    product_id: int
    slug: str
    title: str
    option_value: str
    picture_file: str | None
    quantity: int
    unit: Money | None
    total: Money | None
    notices: tuple[Notice, ...]
    parts: tuple[PartView, ...] = ()

    @property
    def is_orderable(self) -> bool:
        """Whether it can be ordered as it is; a changed price does not stop it."""
        stops = (NoticeKind.FEWER, NoticeKind.SOLD_OUT, NoticeKind.GONE)
        return not any(notice.kind in stops for notice in self.notices)

    @property
    def name(self) -> str:
        """Title and option in one."""
        return full_name(self.title, self.option_value)


@dataclass(frozen=True, slots=True)
class DeliveryChoice:
    """One way of delivery with what it costs for this cart."""

    method: ShippingMethod
    price: Money
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart with everything its page says. `quote` covers the lines that are still sold, less the promotion's part.

    `items` are those lines as they are priced, `deliveries` the ways of the zone it goes to.
    """

    cart_id: int
    version: int
    lines: tuple[CartLineView, ...]
    place: Place
    quote: Quote
    deliveries: tuple[DeliveryChoice, ...]
    is_country_chosen: bool
    promotion: Choice
    items: tuple[Item, ...]

    @property
    def can_check_out(self) -> bool:
        """Whether every line can be ordered, and there is one."""
        return bool(self.lines) and all(line.is_orderable for line in self.lines)

    @property
    def prices_mark(self) -> str:
        """What a form carries of the prices its page showed, so that its answer tells which were seen."""
        return prices_mark(
            (line.sku, line.unit.minor, line.unit.currency) for line in self.lines if line.unit is not None
        )

    @property
    def needs_region(self) -> bool:
        """Whether the tax is not known before a region is chosen."""
        return bool(self.place.zone.countries[self.place.country].region_rates) and self.place.region is None


def read_quantity(text: str | None, *, lowest: int = 1) -> int:
    """A quantity as a visitor may send it. Raises BadInput for anything but a whole number from `lowest` to 20."""
    cleaned = (text or "").strip()
    if not _WHOLE_NUMBER.fullmatch(cleaned) or not lowest <= int(cleaned) <= MAX_QUANTITY:
        raise BadInput(f"The quantity must be a whole number from {lowest} to {MAX_QUANTITY}.")
    return int(cleaned)


def read_sku(text: str | None) -> str:
    """A SKU as our own forms send it. Raises BadInput."""
    cleaned = (text or "").strip()
    if not _SKU.fullmatch(cleaned):
        raise BadInput("This form names no product of ours.")
    return cleaned


def prices_mark(prices: Iterable[tuple[str, int, str]]) -> str:
    """A short mark of the (SKU, minor units, currency) of lines, whatever their order."""
    return fingerprint(repr(sorted(prices)))[:16]


def notices(*, quantity: int, available: int, seen: Money, unit: Money | None) -> tuple[Notice, ...]:
    """What to tell about a line: gone, sold out, fewer left, or another price than the one seen last."""
    if unit is None:
        return (Notice(NoticeKind.GONE),)
    told = []
    if available <= 0:
        told.append(Notice(NoticeKind.SOLD_OUT))
    elif available < quantity:
        told.append(Notice(NoticeKind.FEWER, left=available))
    if seen.currency == unit.currency and seen.minor != unit.minor:
        kind = NoticeKind.DEARER if seen < unit else NoticeKind.CHEAPER
        told.append(Notice(kind, old=seen, new=unit))
    return tuple(told)
