"""What a product must be like to be saved and to be published. Pure: no database, no clock."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shop.catalogue import codes
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import FieldProblem, ProductValues, VariantValues
from shop.money import MAX_MINOR

SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
VARIANT_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
OPTION = re.compile(r"(?!\s)[^|\x00-\x1f]{0,60}(?<!\s)")
CODE = re.compile(r"[a-z0-9_]{2,40}")
SIZES = re.compile(
    r"(?:EU|UK|US)?\s*\d+([.,]\d+)?(\s*[-/x]\s*\d+([.,]\d+)?)?(\s*(mm|cm|m))?|X{0,3}[SML]", re.IGNORECASE
)
MAX_VARIANTS = 60
MAX_GOES_WITH = 12
MAX_PARTS, MAX_OF_A_PART = 8, 20
TEXT_LIMITS = {
    "title": 160, "description": 5_000, "care": 2_000, "maker": 200, "eu_contact": 200, "warnings": 2_000,
    "set_includes": 200, "registration_number": 80, "option_name": 40, "tax_class": 20, "rating_avg": 8,
}  # fmt: skip
WHOLE_NUMBERS = {
    "weight_grams": (1, 1_000_000), "length_mm": (1, 100_000), "width_mm": (1, 100_000), "pressure_min": (1, 5),
    "pressure_max": (1, 5), "portability": (1, 5), "dexterity": (1, 4), "session_minutes": (1, 600),
    "rating_count": (0, 10**9), "cost_minor": (0, MAX_MINOR), "compare_at_minor": (0, MAX_MINOR),
    "list_position": (0, 10**6),
}  # fmt: skip
CODE_LISTS = {
    "areas": codes.AREAS, "pain_kinds": codes.PAIN_KINDS, "positions": codes.POSITIONS,
    "contraindications": codes.HEALTH, "cautions": codes.HEALTH, "allergens": codes.ALLERGENS,
}  # fmt: skip
LINTED = ("title", "description", "care", "warnings", "set_includes", "option_name", "maker", "eu_contact")
"""Every text of a product that a customer or the payment provider reads; its address and variants come on top."""
NO_CLAIM = "no health claim"
SAFETY_FIELDS = ("contraindications", "cautions", "allergens", "powered")


class Claim(Protocol):
    """What a linter says about one place in a text."""

    @property
    def words(self) -> str: ...

    @property
    def why(self) -> str: ...


Lint = Callable[[str], Sequence[Claim]]


@dataclass(frozen=True, slots=True)
class TypeSafety:
    """The codes that every product of a type has at least: a merchant may add to them (R35)."""

    contraindications: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standards:
    """What a product is measured by, wherever it comes from: `lint` finds health claims in a text (R20), and
    `safety_of` says what its type excludes and warns of at least (R35). `tax_classes` are those of the zones file;
    None where there is none to compare with."""

    lint: Lint
    safety_of: Callable[[str], TypeSafety]
    tax_classes: frozenset[str] | None = None


def is_stimulator(product_type: str, powered: bool | None, heat: bool) -> bool:
    """Whether this gives off electricity to the skin; a heated mat has a plug but is no stimulator."""
    return product_type == codes.STIMULATOR_TYPE or (bool(powered) and not heat)


def problems(values: ProductValues, *, currency: str, publish: bool, standards: Standards) -> tuple[FieldProblem, ...]:
    """Everything that keeps `values` from being saved, or from being published when `publish` is set.

    `currency` is the shop's: each variant needs a price in it.
    """
    found = [*_naming(values), *_texts(values), *_numbers(values), *_codes(values), *_variants(values, currency)]
    found += [*_goes_with(values), *_tax_class(values, standards.tax_classes)]
    found += _type_safety(values, standards.safety_of(values.type))
    if publish:
        found += [*_publishing(values), *_claims(values, standards.lint)]
    return tuple(found)


def default_status(values: ProductValues) -> ProductStatus:
    """Published, unless it is a powered stimulator without its registration number (R25)."""
    if is_stimulator(values.type, values.powered, values.heat) and not values.registration_number:
        return ProductStatus.DRAFT
    return ProductStatus.PUBLISHED


def option_name_for(options: Iterable[str]) -> str:
    """`Size` when every option reads like a size, else `Colour`."""
    named = [option for option in options if option]
    return "Size" if named and all(SIZES.fullmatch(option.strip()) for option in named) else "Colour"


def variant_sku(product_sku: str, option: str) -> str:
    """The SKU of a variant, such as MAT01-CHARCOAL; the product's own when there is no option."""
    suffix = re.sub(r"[^A-Z0-9]+", "-", option.upper()).strip("-")
    return f"{product_sku}-{suffix}" if suffix else product_sku


def slug_for(title: str) -> str:
    """The title as a readable part of an address."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower().replace("&", " and ")).strip("-")
    return words[:100].strip("-") or "product"


def _naming(values: ProductValues) -> Iterator[FieldProblem]:
    if not SKU.fullmatch(values.sku):
        yield FieldProblem(
            "sku", "letters, digits, dots, dashes (40 at the most)", shown(values.sku), "Give each product its own SKU."
        )
    if not values.title.strip():
        yield FieldProblem("title", "a title", "nothing", "Write what the product is called.")
    if not CODE.fullmatch(values.type):
        yield FieldProblem("type", "a type such as spike_mat", shown(values.type), "Use small letters and underscores.")
    if values.slug and (not SLUG.fullmatch(values.slug) or len(values.slug) > 120):
        yield FieldProblem("slug", "small letters, digits and dashes", shown(values.slug), "Or leave it empty.")


def _texts(values: ProductValues) -> Iterator[FieldProblem]:
    for name, limit in TEXT_LIMITS.items():
        text = getattr(values, name) or ""
        if len(text) > limit:
            yield FieldProblem(name, f"{limit} characters at the most", f"{len(text)} characters", "Shorten it.")
        if any(ord(letter) < 32 and letter not in "\n\r\t" for letter in text):
            yield FieldProblem(name, "readable text", "control characters", "Type the text again without them.")


def _numbers(values: ProductValues) -> Iterator[FieldProblem]:
    for name, (low, high) in WHOLE_NUMBERS.items():
        number: Any = getattr(values, name)
        if number is not None and not low <= number <= high:
            yield FieldProblem(name, f"a number from {low} to {high}", str(number)[:20], "Correct the number.")
    low_pressure, high_pressure = values.pressure_min, values.pressure_max
    if low_pressure is not None and high_pressure is not None and low_pressure > high_pressure:
        yield FieldProblem(
            "pressure_max", f"{low_pressure} or more", str(high_pressure), "The firmest must not be below the mildest."
        )


def _codes(values: ProductValues) -> Iterator[FieldProblem]:
    for name, known in CODE_LISTS.items():
        for code in getattr(values, name) or ():
            if code not in known:
                yield FieldProblem(name, f"any of {', '.join(sorted(known))}", shown(code), "Correct the code.")
    for code in values.materials:
        if not CODE.fullmatch(code):
            yield FieldProblem("materials", "names such as organic_cotton", shown(code), "Use underscores.")
    if values.coverage is not None and values.coverage not in codes.COVERAGE:
        yield FieldProblem("coverage", "whole or spot", shown(values.coverage), "Correct the word.")
    if values.level is not None and values.level not in codes.LEVELS:
        yield FieldProblem("level", "beginner or experienced", shown(values.level), "Correct the word.")


def _variants(values: ProductValues, currency: str) -> Iterator[FieldProblem]:
    if not values.variants or len(values.variants) > MAX_VARIANTS:
        yield FieldProblem("variants", f"1 to {MAX_VARIANTS} variants", str(len(values.variants)), "Add or remove.")
    skus: set[str] = set()
    for variant in values.variants:
        sku = variant.sku or variant_sku(values.sku, variant.option_value)
        if not OPTION.fullmatch(variant.option_value) or not VARIANT_SKU.fullmatch(sku):
            yield FieldProblem("variants", "short plain names", shown(variant.option_value or sku), "Rename it.")
        if sku.lower() in skus:
            yield FieldProblem("variants", "each variant once", shown(variant.option_value), "Remove the second one.")
        skus.add(sku.lower())
        yield from _parts(variant, skus | {sku.lower()})
        if currency not in variant.prices:
            yield FieldProblem(f"price_{currency.lower()}", f"a price in {currency}", "nothing", "Fill in the price.")
        for code, minor in variant.prices.items():
            if not 0 <= minor <= MAX_MINOR:
                yield FieldProblem(f"price_{code.lower()}", "an amount of zero or more", str(minor)[:20], "Correct it.")


def _tax_class(values: ProductValues, known: frozenset[str] | None) -> Iterator[FieldProblem]:
    if values.tax_class and known is not None and values.tax_class not in known:
        expected = f"a class of the zones file ({', '.join(sorted(known))})" if known else "nothing"
        yield FieldProblem(
            "tax_class", expected, shown(values.tax_class), "Leave it empty for goods that are taxed like the rest."
        )


def _parts(variant: VariantValues, own: set[str]) -> Iterator[FieldProblem]:
    if len(variant.parts) > MAX_PARTS:
        yield FieldProblem("bundle_parts", f"{MAX_PARTS} parts at the most", str(len(variant.parts)), "Remove some.")
    if len({sku.lower() for sku, _ in variant.parts}) < len(variant.parts):
        yield FieldProblem("bundle_parts", "each part once", "one of them twice", "Write how many of it: PIL01*2.")
    for sku, quantity in variant.parts:
        if not VARIANT_SKU.fullmatch(sku) or sku.lower() in own:
            yield FieldProblem("bundle_parts", "SKUs of other variants", shown(sku), "Correct the SKU.")
        if not 1 <= quantity <= MAX_OF_A_PART:
            yield FieldProblem("bundle_parts", f"1 to {MAX_OF_A_PART} of a part", str(quantity), "Correct the number.")


def _goes_with(values: ProductValues) -> Iterator[FieldProblem]:
    if len(values.goes_with) > MAX_GOES_WITH:
        yield FieldProblem(
            "goes_with", f"{MAX_GOES_WITH} products at the most", str(len(values.goes_with)), "Remove some."
        )
    for sku in values.goes_with:
        if not SKU.fullmatch(sku):
            yield FieldProblem("goes_with", "SKUs of products such as MAT01", shown(sku), "Correct the SKU.")
        elif sku == values.sku:
            yield FieldProblem("goes_with", "other products", shown(sku), "A product does not go with itself.")


def _publishing(values: ProductValues) -> Iterator[FieldProblem]:
    for name in SAFETY_FIELDS:
        if getattr(values, name) is None:
            yield FieldProblem(
                name, "an answer, if only that there is none", "nothing", "All safety fields are needed."
            )
    if is_stimulator(values.type, values.powered, values.heat) and not values.registration_number:
        yield FieldProblem(
            "registration_number",
            "the registration or clearance number of an electrical stimulator",
            "nothing",
            "Keep it as a draft until you have the number.",
        )


def _type_safety(values: ProductValues, least: TypeSafety) -> Iterator[FieldProblem]:
    """A caution of the type may be named as an exclusion, which is stricter. Unanswered fields are told elsewhere."""
    told = set(values.contraindications or ())
    for name, codes_of_type in (("contraindications", least.contraindications), ("cautions", least.cautions)):
        own = getattr(values, name)
        told |= set(own or ())
        missing = sorted(set(codes_of_type) - told)
        if own is not None and missing:
            yield FieldProblem(
                name,
                "at least what every product of this type has",
                f"{', '.join(missing)} missing",
                "You may name more than the type has, and not less.",
            )


def _claims(values: ProductValues, lint: Lint) -> Iterator[FieldProblem]:
    texts = [(name, getattr(values, name)) for name in LINTED]
    texts += [("slug", values.slug.replace("-", " "))]
    texts += [("variants", variant.option_value) for variant in values.variants]
    for name, text in texts:
        for claim in lint(text):
            yield FieldProblem(name, NO_CLAIM, shown(claim.words), claim.why)


def shown(text: str) -> str:
    """A value quoted in a sentence, cut when it is long; "nothing" when it is empty."""
    cleaned = " ".join(text.split())
    return f"“{cleaned[:60]}{'…' if len(cleaned) > 60 else ''}”" if cleaned else "nothing"
