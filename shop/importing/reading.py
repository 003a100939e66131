"""From the bytes of an uploaded file to rows of cells: encoding, delimiter, header, limits."""

import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from shop.catalogue.rules import shown
from shop.importing.cells import COLUMNS, PRICE_COLUMN, is_price_column, unguarded

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 300
MAX_NAME = 60
MAX_CELL = 6_000
MAX_PROBLEMS = 200
DELIMITERS = ",;\t"
_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a file cannot be imported: where (row 1 is the header), what was expected, what was found, how to mend it."""

    row: int
    column: str
    expected: str
    found: str
    fix: str

    @property
    def sentence(self) -> str:
        """The problem as one line of the report."""
        place = f"Row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{place}: expected {self.expected}, found {self.found}. {self.fix}"


class UnreadableFile(Exception):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Sheet:
    """A readable file: its columns, its rows (number and cells by column), and what the reader wants to mention."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    problems: tuple[RowProblem, ...]
    notices: tuple[str, ...]


def read_sheet(content: str | bytes) -> Sheet:
    """Read a CSV file. Raises UnreadableFile when there is no header to go by."""
    text, notices = (content, []) if isinstance(content, str) else _decoded(content)
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        raise _too_large()
    delimiter = _delimiter(text.split("\n", 1)[0])
    records = _records(text, delimiter)
    header = next(records, None)
    if header is None or not any(cell.strip() for cell in header[1]):
        raise UnreadableFile(RowProblem(1, "", "a header row with column names", "nothing", "Start from an export."))
    if len(header[1]) > MAX_COLUMNS:
        fix = "Remove the columns that the shop does not know."
        raise UnreadableFile(
            RowProblem(header[0], "", f"{MAX_COLUMNS} columns at the most", f"{len(header[1])} columns", fix)
        )
    columns = tuple(cell.strip().lower() for cell in header[1])
    problems = list(islice(_header_problems(columns), MAX_PROBLEMS))
    rows = []
    for number, cells in records:
        if len(cells) != len(columns):
            fix = "A text that contains the delimiter or a line break must be in double quotes."
            problems.append(RowProblem(number, "", f"{len(columns)} cells", f"{len(cells)} cells", fix))
            continue
        named = {column: unguarded(cell).strip() for column, cell in zip(columns, cells, strict=True)}
        problems += [
            RowProblem(number, column, f"{MAX_CELL} characters at the most", f"{len(cell)} characters", "Shorten it.")
            for column, cell in named.items()
            if len(cell) > MAX_CELL
        ]
        rows.append((number, named))
    return Sheet(columns, tuple(rows), tuple(problems[:MAX_PROBLEMS]), tuple(notices))


def _decoded(content: bytes) -> tuple[str, list[str]]:
    if len(content) > MAX_BYTES:
        raise _too_large()
    if content.startswith(_SPREADSHEET):
        raise UnreadableFile(RowProblem(1, "", "a CSV file", "a spreadsheet file", "Save it as CSV (UTF-8) first."))
    if content.startswith(_UTF16) or b"\x00" in content:
        raise UnreadableFile(RowProblem(1, "", "text in UTF-8", "another encoding", "Save it as CSV (UTF-8)."))
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as not_utf8:
        row = content.count(b"\n", 0, not_utf8.start) + 1
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            RowProblem(row, "", "text in UTF-8", "bytes that are no text", "Save it as CSV (UTF-8).")
        ) from error
    notice = f"The file is not UTF-8 (row {row}); it was read as Windows-1252. Please check accents and currency signs."
    return text, [notice]


def _too_large() -> UnreadableFile:
    return UnreadableFile(
        RowProblem(1, "", f"a file of {MAX_BYTES // 1024 // 1024} MB at the most", "a larger one", "Split the file.")
    )


def _delimiter(header: str) -> str:
    def known(delimiter: str) -> int:
        cells = (cell.strip().strip('"').lower() for cell in header.split(delimiter))
        return sum(cell in COLUMNS or is_price_column(cell) for cell in cells)

    return max(DELIMITERS, key=known)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Row numbers as a spreadsheet counts them, with their cells; empty rows are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            fix = "Every opening double quote needs a closing one; a quote inside a text is doubled."
            raise UnreadableFile(RowProblem(number, "", "cells of a CSV file", f"“{error}”", fix)) from error
        if cells is None:
            return
        if number > MAX_ROWS + 1:
            raise UnreadableFile(RowProblem(number, "", f"{MAX_ROWS} rows at the most", "more", "Split the file."))
        if any(cell.strip() for cell in cells):
            yield number, cells


def _header_problems(columns: tuple[str, ...]) -> Iterator[RowProblem]:
    if "sku" not in columns:
        yield RowProblem(1, "sku", "a column named sku", "none", "Add it: products are recognised by their SKU.")
    for column, times in Counter(columns).items():
        if times > 1:
            yield RowProblem(1, shown(column), "each column once", "it twice or more", "Remove all but one.")
        if column in COLUMNS or is_price_column(column):
            continue
        near = difflib.get_close_matches(column[:MAX_NAME], [*COLUMNS, PRICE_COLUMN], n=1)
        fix = f"Did you mean {near[0]}?" if near else "Remove the column, or rename it to a known one."
        name = re.sub(r"\s+", " ", column)[:MAX_NAME] or "(no name)"
        yield RowProblem(1, name, "a known column", "an unknown one", fix)
