"""What is saved of a product: typed values that the importer and the merchant's editor fill in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shop.catalogue.states import ProductStatus

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantValues:
    """One thing to put into a cart. `prices` maps a currency to minor units; an empty `sku` is made from the option.

    `parts` are SKU and quantity of the variants that a bundle is made of, sorted by SKU; a bundle has no own stock.
    """

    option_value: str = ""
    prices: Mapping[str, int] = field(default_factory=dict)
    sku: str = ""
    active: bool = True
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductValues:
    """All of a product that a merchant may set. Sizes are millimetres, weight grams, money minor units.

    A safety field that is None was not filled in: such a product cannot be published. An empty `slug` is made from
    the title; `list_position` and `status` of None leave what is there. `goes_with` are SKUs of other products.
    """

    sku: str
    title: str
    type: str
    variants: tuple[VariantValues, ...]
    contraindications: Codes | None
    cautions: Codes | None
    allergens: Codes | None
    powered: bool | None
    description: str = ""
    status: ProductStatus | None = None
    slug: str = ""
    list_position: int | None = None
    option_name: str = ""
    tax_class: str = ""
    compare_at_minor: int | None = None
    cost_minor: int | None = None
    weight_grams: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    areas: Codes = ()
    pain_kinds: Codes = ()
    positions: Codes = ()
    pressure_min: int | None = None
    pressure_max: int | None = None
    coverage: str | None = None
    portability: int | None = None
    dexterity: int | None = None
    materials: Codes = ()
    session_minutes: int | None = None
    level: str | None = None
    heat: bool = False
    registration_number: str | None = None
    set_includes: str = ""
    goes_with: Codes = ()
    care: str = ""
    maker: str = ""
    eu_contact: str = ""
    warnings: str = ""
    rating_avg: str | None = None
    rating_count: int | None = None


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a value cannot be saved, in words for the merchant: what was expected, found, and how to mend it."""

    field: str
    expected: str
    found: str
    fix: str

    @property
    def sentence(self) -> str:
        """The problem as one line beside the field."""
        return f"Expected {self.expected}, found {self.found}. {self.fix}"
