"""What a product page says in words: facts of size and use, whom it fits and whom not. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shop.catalogue import codes

MM_PER_INCH = 25.4
_IN_INCHES = {"US", "LR", "MM"}
_AMERICAN = {"Colour": "Color"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences and table rows of one product. `not_for` and `ask_first` complete "if ..."."""

    facts: tuple[tuple[str, str], ...]
    fits: tuple[str, ...]
    less_fitting: tuple[str, ...]
    not_for: tuple[str, ...]
    ask_first: tuple[str, ...]
    allergens: tuple[str, ...]


def wording(product: Any, safety: Any = None, *, locale: str = "") -> Wording:
    """The words for a row with the columns of Product; `safety` stands in for its own safety fields.

    In a locale that measures in inches the size is told in both.
    """
    safety = safety or product
    return Wording(
        facts=tuple((label, value[:1].upper() + value[1:]) for label, value in _facts(product, locale) if value),
        fits=tuple(_fits(product)),
        less_fitting=tuple(_less_fitting(product)),
        not_for=_health(safety.contraindications),
        ask_first=_health(safety.cautions),
        allergens=tuple(codes.ALLERGENS.get(code, code) for code in safety.allergens or ()),
    )


def firmness(low: int | None, high: int | None) -> str:
    """Such as "Mild to firm (2 to 4 of 5)"; empty when unknown."""
    if low is None or high is None:
        return ""
    if low == high:
        return f"{codes.FIRMNESS[low]} ({low} of 5)"
    return f"{codes.FIRMNESS[low]} to {codes.FIRMNESS[high].lower()} ({low} to {high} of 5)"


def joined(words: Iterable[str], last: str = "and") -> str:
    """The words as in "a, b and c"."""
    named = list(words)
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} {last} {named[-1]}" if named else ""


def _facts(product: Any, locale: str) -> Iterable[tuple[str, str]]:
    yield "Size", _size_for(product, locale)
    yield "Weight", _weight(product.weight_grams)
    yield "Firmness", firmness(product.pressure_min, product.pressure_max)
    yield "Made for", joined(_areas(product)) or codes.AREAS["any"]
    yield "Used", joined(codes.POSITIONS[code].lower() for code in product.positions)
    yield "Reaches", codes.COVERAGE.get(product.coverage or "", "")
    yield "One session", f"About {product.session_minutes} minutes" if product.session_minutes else ""
    yield "Experience", codes.LEVELS.get(product.level or "", "")
    yield "To carry", codes.PORTABILITY.get(product.portability or 0, "")
    yield "Hand strength", codes.DEXTERITY.get(product.dexterity or 0, "")
    yield "Warmth", "Heats up" if product.heat else ""
    yield "Power", "Needs electricity" if product.powered else ""
    yield "Registration", product.registration_number or ""
    yield "Materials", joined(codes.label_of(material) for material in product.materials)
    yield "In the box", product.set_includes


def _fits(product: Any) -> Iterable[str]:
    if areas := _areas(product):
        yield f"You want something for {joined((area for area in areas), 'or')}."
    if product.positions:
        used = joined((codes.POSITIONS[code].lower() for code in product.positions), "or")
        yield f"You would use it {used}."
    if product.pressure_min and product.pressure_max:
        low, high = codes.FIRMNESS[product.pressure_min].lower(), codes.FIRMNESS[product.pressure_max].lower()
        yield f"You like {low} pressure." if low == high else f"You like {low} to {high} pressure."
    if product.level == "beginner":
        yield "You are new to tools like this."
    if (product.portability or 0) >= 4:
        yield "You want to take it along."


def _less_fitting(product: Any) -> Iterable[str]:
    if set(product.positions) == {"floor"}:
        yield "You cannot get down to the floor and up again."
    if (product.pressure_min or 0) >= 3:
        yield "You like it mild: this is firm from the start."
    if (product.pressure_max or 5) <= 2:
        yield "You like it firm: this stays mild."
    if product.level == "experienced":
        yield "This would be your first tool of the kind."
    if (product.dexterity or 0) >= 3:
        yield "Your grip is weak or painful."
    if (product.portability or 5) <= 2:
        yield "You want to take it along."
    if product.coverage == "spot":
        yield "You want a whole area covered at once."
    if product.coverage == "whole" and product.type not in ("head_massager", "foot_roller"):
        yield "You want to press one single spot."


def size(length_mm: int | None, width_mm: int | None) -> str:
    """Such as "68 × 42 cm"; empty when unknown."""
    sides = [f"{side / 10:g}" for side in (length_mm, width_mm) if side]
    return f"{' × '.join(sides)} cm" if sides else ""


def spelt(word: str, locale: str) -> str:
    """A word of the shop's own as its locale spells it."""
    return _AMERICAN.get(word, word) if locale == "en_US" else word


def _size_for(product: Any, locale: str) -> str:
    in_centimetres = size(product.length_mm, product.width_mm)
    if not in_centimetres or locale.rpartition("_")[2] not in _IN_INCHES:
        return in_centimetres
    inches = " × ".join(f"{side / MM_PER_INCH:.1f}" for side in (product.length_mm, product.width_mm) if side)
    return f"{in_centimetres} ({inches} in)"


def _weight(grams: int | None) -> str:
    if not grams:
        return ""
    return f"{grams} g" if grams < 1000 else f"{grams / 1000:g} kg"


def _areas(product: Any) -> list[str]:
    return [codes.AREAS[code].lower() for code in product.areas if code != "any"]


def _health(listed: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(codes.HEALTH.get(code, code) for code in listed or ())
