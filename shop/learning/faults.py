"""What cannot have happened: the one rule by which every reader of the log leaves lists and rows out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.learning.models import Candidate, Impression
from shop.learning.rules import fit_fault, making_fault, outcome_fault, places_fault
from shop.learning.states import Fate


@dataclass(frozen=True, slots=True)
class Possible:
    """What the log is held against: the products that the catalogue knows, and the last day that can have been."""

    skus: frozenset[str]
    today: date

    @classmethod
    def now(cls, session: Session, today: date) -> Self:
        """The catalogue as it is."""
        return cls(frozenset(session.scalars(select(Product.sku))), today)

    def list_fault(self, shown: Impression, products: Sequence[Candidate]) -> str | None:
        """Why a list is of no use to whoever needs the whole of it, or None."""
        return self.frame_fault(shown, products) or next(filter(None, map(self.row_fault, products)), None)

    def frame_fault(self, shown: Impression, products: Sequence[Candidate]) -> str | None:
        """Why no row of a list can be used, or None."""
        if shown.day > self.today:
            return "a day that has not been yet"
        places, skus = [product.position for product in products], [product.sku for product in products]
        return making_fault(shown.seed, shown.exploration) or places_fault(places, skus)

    def row_fault(self, product: Candidate) -> str | None:
        """Why what is written of one shown product cannot be, or None."""
        if product.sku not in self.skus:
            return "a product that the catalogue does not know"
        return fit_fault(product.features, product.propensity) or outcome_fault(
            added=product.added,
            bought=product.bought,
            has_fate=product.fate is not Fate.OPEN,
            mark=product.helped,
        )
