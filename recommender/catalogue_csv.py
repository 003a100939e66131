"""Reads a catalogue file into items: the columns of the demo catalogue, one product a row."""

import csv
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from recommender.knowledge import type_knowledge
from recommender.types import Codes, Item

COLUMNS = (
    "sku", "title", "type", "price_usd", "stock", "body_areas", "conditions", "position", "contraindications",
    "cautions", "allergens", "powered",
)  # fmt: skip
"""The columns that must be there. Sizes, marks and levels may be missing; ratings and cost are not read."""

SEPARATOR = "|"
UNKNOWN, NOTHING = "?", "none"
"""Cells of a safety field: that nobody has looked yet, and that somebody has and nothing applies."""
CODE = re.compile(r"\w+")
YES_OR_NO = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}
LARGEST = 10**9

Row = Mapping[str, str]


class BadCell(ValueError):
    """One cell cannot be read: which column, what stands there, and what was expected."""

    def __init__(self, column: str, value: str, expected: str) -> None:
        super().__init__(f'{column} is "{value[:80]}" but should be {expected}')
        self.column, self.value, self.expected = column, value, expected


class BadCatalogue(ValueError):
    """A catalogue file cannot be read. The message names the file, and the line where there is one."""


def item_from_row(row: Row) -> Item:
    """Return the product of one row. Raises BadCell.

    A safety list that nobody filled in is None: no such column, "?", or an empty cell where its type has something to
    say, or where all three lists are empty. Any other empty cell says that nothing applies, as "none" does anywhere.
    Codes nobody knows are kept: in safety lists they exclude, elsewhere they match nothing.
    """
    low, high = _mark(row, "pressure_min"), _mark(row, "pressure_max")
    if low is not None and high is not None and low > high:
        raise BadCell("pressure_max", row["pressure_max"], f"at least the pressure_min of {low}")
    return Item(
        sku=_text(row, "sku"),
        title=_text(row, "title"),
        type=_text(row, "type"),
        price_minor=_price_minor(row),
        available=_stock(row) > 0,
        **_safety_lists(row),
        powered=None if row.get("powered", "").strip() == UNKNOWN else _yes_or_no(row, "powered"),
        areas=_codes(row, "body_areas"),
        pain_kinds=_codes(row, "conditions"),
        positions=_codes(row, "position"),
        pressure_min=low,
        pressure_max=high,
        coverage=row.get("coverage", "").strip() or None,
        portability=_mark(row, "portability"),
        dexterity=_mark(row, "dexterity"),
        level=row.get("level", "").strip() or None,
        heat=_yes_or_no(row, "heat") or False,
        session_minutes=_whole(row, "session_minutes", 1),
        weight_grams=_whole(row, "weight_g", 1),
        length_mm=_whole(row, "length_cm", 10),
        width_mm=_whole(row, "width_cm", 10),
        registration_number=row.get("registration_number", "").strip() or None,
    )


def read_catalogue(path: Path) -> tuple[Item, ...]:
    """Return the products of a file, in file order. Raises BadCatalogue."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(csv.DictReader(file, restkey="", strict=True), path)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise BadCatalogue(f"{path}: cannot be read as a CSV file in UTF-8 ({problem})") from problem


def read_review_counts(path: Path) -> dict[str, int]:
    """Return how often each product of a readable catalogue was reviewed, by SKU: to compare with, never to rank by."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["sku"].strip(), row.get("rating_count") or "") for row in csv.DictReader(file)]
    return {sku: int(count) for sku, count in rows if count.strip().isdecimal()}


def _read(reader: "csv.DictReader[str]", path: Path) -> tuple[Item, ...]:
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BadCatalogue(f"{path}, line 1: these columns are missing: {', '.join(missing)}")
    items: dict[str, Item] = {}
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if "" in row or None in row.values():
            raise BadCatalogue(f"{where}: there are not as many cells as columns")
        try:
            item = item_from_row(row)
        except BadCell as problem:
            raise BadCatalogue(f"{where}: {problem}") from problem
        if item.sku in items:
            raise BadCatalogue(f'{where}: sku "{item.sku}" is there twice')
        items[item.sku] = item
    return tuple(items.values())


def _text(row: Row, column: str) -> str:
    text = row.get(column, "").strip()
    if not text:
        raise BadCell(column, "", "filled in")
    return text


def _codes(row: Row, column: str) -> Codes:
    codes = frozenset(code.strip() for code in row.get(column, "").split(SEPARATOR)) - {""}
    for code in sorted(codes):
        if not CODE.fullmatch(code):
            raise BadCell(column, code, f'codes of letters, digits and _, with "{SEPARATOR}" between')
    return codes


def _safety_lists(row: Row) -> dict[str, Codes | None]:
    known = type_knowledge(row.get("type", "").strip())
    least = {"contraindications": known.contraindications, "cautions": known.cautions, "allergens": frozenset[str]()}
    is_filled = any(row.get(name, "").strip(f" {SEPARATOR}") for name in least)
    return {name: _safety_codes(row, name, needed=bool(codes) or not is_filled) for name, codes in least.items()}


def _safety_codes(row: Row, column: str, *, needed: bool) -> Codes | None:
    text = row.get(column, UNKNOWN).strip()
    if text.lower() == NOTHING:
        return frozenset()
    codes = frozenset[str]() if text == UNKNOWN else _codes(row, column)
    if not codes and (text or needed):  # a lone "|" says nothing
        return None
    return frozenset(code.upper() for code in codes)


def _yes_or_no(row: Row, column: str) -> bool | None:
    text = row.get(column, "").strip()
    if not text:
        return None
    if text.lower() not in YES_OR_NO:
        raise BadCell(column, text, "y or n")
    return YES_OR_NO[text.lower()]


def _number(row: Row, column: str, expected: str) -> Decimal | None:
    text = row.get(column, "").strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadCell(column, text, expected) from None
    if not number.is_finite() or not 0 <= number <= LARGEST:
        raise BadCell(column, text, expected)
    return number


def _whole(row: Row, column: str, factor: int) -> int | None:
    number = _number(row, column, "a number of 0 or more")
    return None if number is None else _rounded(number * factor)


def _mark(row: Row, column: str) -> int | None:
    expected = "a whole number from 1 to 5"
    number = _number(row, column, expected)
    if number is None:
        return None
    if number not in (1, 2, 3, 4, 5):
        raise BadCell(column, row[column], expected)
    return int(number)


def _stock(row: Row) -> int:
    expected = "a whole number of 0 or more"
    number = _number(row, "stock", expected)
    if number is None or number != int(number):
        raise BadCell("stock", row.get("stock", ""), expected)
    return int(number)


def _price_minor(row: Row) -> int:
    expected = "an amount such as 12.50"
    price = _number(row, "price_usd", expected)
    if price is None:
        raise BadCell("price_usd", "", expected)
    return _rounded(price * 100)


def _rounded(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))
