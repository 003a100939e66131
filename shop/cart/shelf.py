"""What is left of each thing while a cart is read line by line: a bundle and its part take from the same shelf."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from shop.catalogue.bundles import PartView, parts_of_variants, view_of
from shop.stock.service import availability


class CartShelf:
    """Units per SKU, and the parts of the bundles among the lines. Lines take in the order of the cart."""

    def __init__(self, units: Mapping[str, int], parts: Mapping[str, tuple[PartView, ...]]) -> None:
        self.parts = parts
        self._left = dict(units)

    def take(self, sku: str, quantity: int) -> int:
        """How many of `sku` there are for this line; up to `quantity` of them are no longer there for the next."""
        needs = {part.sku: part.quantity for part in self.parts.get(sku, ())} or {sku: 1}
        available = max(min(self._left.get(need, 0) // each for need, each in needs.items()), 0)
        for need, each in needs.items():
            self._left[need] = self._left.get(need, 0) - each * min(available, quantity)
        return available


def shelf_of(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], own_holds: Mapping[str, int]) -> CartShelf:
    """The shelf for the lines of a cart. `own_holds` are units that its own unpaid order keeps; a part that is not
    sold counts as not there. Two statements more when there are bundles."""
    units = {row.sku: (row.available or 0) + own_holds.get(row.sku, 0) for row in rows}
    parts_of = parts_of_variants(session, [row.variant_id for row in rows if row.part_count])
    if not parts_of:
        return CartShelf(units, {})
    parts = {row.sku: tuple(map(view_of, parts_of[row.variant_id])) for row in rows if row.variant_id in parts_of}
    named = {part.sku: part for views in parts.values() for part in views}
    for sku, left in availability(session, named).items():
        units[sku] = left + own_holds.get(sku, 0) if named[sku].slug else 0
    return CartShelf(units, parts)
