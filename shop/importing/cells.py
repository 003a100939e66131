"""The columns of the catalogue's CSV: how each cell is read into a value and written back to the same text."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from shop.catalogue.states import ProductStatus
from shop.money import Money, exponent, parse_money, to_decimal
from shop.provider_amounts import NotPayable, to_provider

UNKNOWN, NOTHING = "?", "none"
"""Cells of a safety field: that nobody has looked yet, and that somebody has and nothing applies. An empty cell says
that nothing applies as long as the shop knows of nothing else (`rules.read_row`)."""
PRICE_COLUMN = "price_usd"
_PRICE = re.compile(r"price_([a-z]{3})")
_PART = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,59})\s*(?:\*\s*([0-9]{1,3}))?")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_RISKY = re.compile(r"'*[=+\-@\t\r]")


class WrongCell(ValueError):
    """A cell that cannot be read: what was expected there, and how to mend it."""

    def __init__(self, expected: str, fix: str = "Correct the cell.") -> None:
        super().__init__(expected)
        self.expected, self.fix = expected, fix


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field of ProductValues, and how to read and write it (with the shop's currency)."""

    field: str
    read: Callable[[str, str], Any]
    write: Callable[[Any, str], str]


def guarded(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that `guarded` put before it."""
    return text[1:] if _GUARDED.match(text) else text


def is_price_column(name: str) -> bool:
    """Whether this is `price_` and a currency that exists."""
    return price_currency(name) is not None


def price_currency(name: str) -> str | None:
    """The currency of a price column, or None when it is none."""
    found = _PRICE.fullmatch(name)
    if found is None:
        return None
    currency = found[1].upper()
    try:
        exponent(currency)
    except ValueError:
        return None
    return currency


def read_money(text: str, currency: str) -> int | None:
    """An amount in minor units, or None for an empty cell."""
    if not text:
        return None
    try:
        return parse_money(text, currency).minor
    except ValueError as error:
        fix = "Write digits and a decimal point, no sign and no separator for thousands."
        raise WrongCell(f"an amount in {currency} such as 34.00", fix) from error


def read_price(text: str, currency: str) -> int | None:
    """An amount that will be charged, in minor units, or None for an empty cell."""
    minor = read_money(text, currency)
    try:
        to_provider(Money(minor or 0, currency))
    except NotPayable as error:
        raise WrongCell("a price that can be paid", str(error)) from error
    return minor


def write_money(minor: int | None, currency: str) -> str:
    """Minor units as the cell that `read_money` reads."""
    return "" if minor is None else f"{to_decimal(Money(minor, currency)):f}"


def read_whole(text: str, _currency: str = "") -> int | None:
    """A whole number, or None for an empty cell."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise WrongCell("a whole number, zero or more", "Write digits only.")
    return int(text)


def read_parts(text: str) -> tuple[tuple[str, int], ...]:
    """The parts of a bundle, such as "MAT01-TEAL + PIL01*2": SKU and quantity, by SKU. Empty for no bundle."""
    named = [part.strip() for part in text.replace(",", "+").split("+") if part.strip()]
    found = [_PART.fullmatch(part) for part in named]
    if any(part is None for part in found):
        raise WrongCell("SKUs with + between, such as MAT01-TEAL + PIL01*2", "Write *2 behind a SKU for two of it.")
    return tuple(sorted((part[1], int(part[2] or 1)) for part in found if part is not None))


def write_parts(parts: Iterable[tuple[str, int]]) -> str:
    """Parts as the text that `read_parts` reads."""
    return " + ".join(sku if quantity == 1 else f"{sku}*{quantity}" for sku, quantity in parts)


def _read_millimetres(text: str, _currency: str) -> int | None:
    if not text:
        return None
    try:
        tenths = Decimal(text.replace(",", ".", 1)) * 10
    except InvalidOperation as error:
        raise WrongCell("a size in cm such as 68 or 6.5", "Write digits, with one decimal at the most.") from error
    if not tenths.is_finite() or tenths != tenths.to_integral_value() or not 0 < tenths <= 100_000:
        raise WrongCell("a size in cm such as 68 or 6.5", "Use one decimal at the most, above zero.")
    return int(tenths)


def _write_centimetres(millimetres: int | None, _currency: str) -> str:
    if millimetres is None:
        return ""
    return str(millimetres // 10) if millimetres % 10 == 0 else f"{millimetres // 10}.{millimetres % 10}"


def _read_codes(text: str, _currency: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.strip() for code in text.split("|") if code.strip()))


def _write_codes(codes: tuple[str, ...], _currency: str) -> str:
    return "|".join(codes)


def _read_safety_codes(text: str, currency: str) -> tuple[str, ...] | None:
    if text.lower() == NOTHING:
        return ()
    codes = () if text == UNKNOWN else _read_codes(text, currency)
    return None if text and not codes else codes  # a lone "|" says nothing


def _write_safety_codes(codes: tuple[str, ...] | None, currency: str) -> str:
    if codes is None:
        return UNKNOWN
    return _write_codes(codes, currency) or NOTHING


def _read_yes_no(text: str, _currency: str) -> bool:
    answer = {"y": True, "yes": True, "n": False, "no": False}.get(text.lower())
    if answer is None:
        raise WrongCell("y or n", "Write y for yes, n for no.")
    return answer


def _read_safety_yes_no(text: str, currency: str) -> bool | None:
    return None if text == UNKNOWN else _read_yes_no(text, currency)


def _write_yes_no(answer: bool | None, _currency: str) -> str:
    return {True: "y", False: "n", None: UNKNOWN}[answer]


def _read_status(text: str, _currency: str) -> ProductStatus | None:
    if not text:
        return None
    try:
        return ProductStatus(text.lower())
    except ValueError as error:
        raise WrongCell("draft, published or archived", "Or leave it empty.") from error


def _text(text: str, _currency: str) -> str:
    return text


def _optional_text(text: str, _currency: str) -> str | None:
    return text or None


def _write_text(text: str | None, _currency: str) -> str:
    return text or ""


def _write_whole(number: int | None, _currency: str) -> str:
    return "" if number is None else str(number)


def _columns() -> dict[str, Column]:
    plain, optional = (_text, _write_text), (_optional_text, _write_text)
    whole, codes = (read_whole, _write_whole), (_read_codes, _write_codes)
    safety, size = (_read_safety_codes, _write_safety_codes), (_read_millimetres, _write_centimetres)
    money = (read_money, write_money)
    forms: dict[str, tuple[str, tuple[Callable[..., Any], Callable[..., str]]]] = {
        "sku": ("sku", plain), "title": ("title", plain), "type": ("type", plain),
        "description": ("description", plain),
        "compare_at_price": ("compare_at_minor", money), "cost": ("cost_minor", money),
        "weight_g": ("weight_grams", whole), "length_cm": ("length_mm", size), "width_cm": ("width_mm", size),
        "body_areas": ("areas", codes), "conditions": ("pain_kinds", codes), "position": ("positions", codes),
        "pressure_min": ("pressure_min", whole), "pressure_max": ("pressure_max", whole),
        "coverage": ("coverage", optional), "portability": ("portability", whole), "dexterity": ("dexterity", whole),
        "contraindications": ("contraindications", safety), "cautions": ("cautions", safety),
        "materials": ("materials", codes), "allergens": ("allergens", safety),
        "session_minutes": ("session_minutes", whole), "level": ("level", optional),
        "heat": ("heat", (_read_yes_no, _write_yes_no)), "powered": ("powered", (_read_safety_yes_no, _write_yes_no)),
        "set_includes": ("set_includes", plain), "goes_with": ("goes_with", codes),
        "rating_avg": ("rating_avg", optional),
        "rating_count": ("rating_count", whole), "status": ("status", (_read_status, _write_text)),
        "slug": ("slug", plain), "list_position": ("list_position", whole), "option_name": ("option_name", plain),
        "tax_class": ("tax_class", plain),
        "registration_number": ("registration_number", optional), "care": ("care", plain), "maker": ("maker", plain),
        "eu_contact": ("eu_contact", plain), "warnings": ("warnings", plain),
    }  # fmt: skip
    return {name: Column(field, *form) for name, (field, form) in forms.items()}


FIELD_COLUMNS = _columns()
"""The columns that fill one field of ProductValues each."""
VARIANT_COLUMNS = ("variants", "variant_skus", "bundle_parts", "stock")
COLUMNS = frozenset([*FIELD_COLUMNS, *VARIANT_COLUMNS])
NEEDED_TO_CREATE = ("title", "type", "contraindications", "cautions", "allergens", "powered")
COLUMN_OF_FIELD = {column.field: name for name, column in FIELD_COLUMNS.items()}
