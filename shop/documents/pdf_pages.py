"""The pages of a paper. Imports reportlab, so only `pdf.py` imports this file, and only when somebody wants a PDF."""

import unicodedata
from functools import cache
from hashlib import sha256
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from shop.documents.sheets import Row, Sheet, Table

MARGIN, INK, RULE, UNKNOWN = 20 * mm, "#22251f", "#827c69", "?"
LETTERS = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "AE"}
"""What has no parts that it could be taken apart into."""


def draw_sheet(sheet: Sheet, font_file: str) -> bytes:
    """The sheet as PDF bytes: its text can be copied and read aloud, its title is its number."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"{sheet.title} {sheet.name}",
        author=sheet.sender[0],
        lang="en",
        invariant=1,
    )
    plain, bold = _fonts(font_file)
    styles = _styles(plain, bold)
    document.build(_story(sheet, styles), onFirstPage=_foot(sheet, plain), onLaterPages=_foot(sheet, plain))
    return out.getvalue()


def shown(text: str, font: str) -> str:
    """The text with what the font has no letter for taken apart (ř: r), or a question mark where that fails."""
    known = pdfmetrics.getFont(font).face.charToGlyph
    return "".join(letter if ord(letter) in known else _plainer(letter, known) for letter in text)


def _plainer(letter: str, known: dict[int, int]) -> str:
    parts = LETTERS.get(letter) or unicodedata.normalize("NFKD", letter)
    bare = "".join(part for part in parts if ord(part) in known and not unicodedata.combining(part))
    return bare or (" " if letter.isspace() else UNKNOWN)


@cache
def _fonts(font_file: str) -> tuple[str, str]:
    """The names of the fonts for text and for what is strong. A font of the merchant's own serves for both."""
    if font_file:
        name = f"Own-{sha256(font_file.encode()).hexdigest()[:8]}"
        pdfmetrics.registerFont(TTFont(name, font_file))
        return name, name
    pdfmetrics.registerFont(TTFont("Paper", "Vera.ttf"))
    pdfmetrics.registerFont(TTFont("Paper-Bold", "VeraBd.ttf"))
    return "Paper", "Paper-Bold"


def _styles(plain: str, bold: str) -> dict[str, ParagraphStyle]:
    body = ParagraphStyle("body", fontName=plain, fontSize=9, leading=13, textColor=INK)
    return {
        "body": body,
        "number": ParagraphStyle("number", parent=body, alignment=2),
        "strong": ParagraphStyle("strong", parent=body, fontName=bold),
        "sum": ParagraphStyle("sum", parent=body, fontName=bold, alignment=2),
        "title": ParagraphStyle("title", parent=body, fontName=bold, fontSize=20, leading=26, spaceAfter=10),
        "note": ParagraphStyle("note", parent=body, spaceBefore=6),
    }


def _story(sheet: Sheet, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    width = A4[0] - 2 * MARGIN
    facts = [f"{words}: {value}" for words, value in sheet.facts]
    head = Grid(
        [
            [_block(sheet.sender, styles), _block(facts, styles)],
            [_block((sheet.recipient_title, *sheet.recipient), styles), ""],
        ],
        colWidths=[width * 0.6, width * 0.4],
        style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 14)]),
    )
    story: list[Flowable] = [head, _text(sheet.title, styles["title"]), _grid(sheet.table, styles, width)]
    if sheet.totals:
        story += [Spacer(1, 8), _totals(sheet, styles, width)]
    if sheet.taxes is not None:
        story += [Spacer(1, 14), _grid(sheet.taxes, styles, width)]
    return [*story, Spacer(1, 8), *(_text(note, styles["note"]) for note in sheet.notes)]


def _block(rows: Row | list[str], styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    """Rows under one another, the first one strong."""
    return [_text(row, styles["body" if place else "strong"]) for place, row in enumerate(rows)]


def _grid(table: Table, styles: dict[str, ParagraphStyle], width: float) -> Flowable:
    columns = len(table.heads)
    wide = {0: 2.6} if columns > 4 or table.numbers_from == columns else {0: 1.6}
    shares = [wide.get(column, 1.0) for column in range(columns)]
    rows = [_cells(table.heads, table.numbers_from, styles, "strong", "sum")]
    rows += [_cells(row, table.numbers_from, styles, "body", "number") for row in table.rows]
    rules = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 0.4, RULE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    widths = [width * share / sum(shares) for share in shares]
    return Grid(rows, colWidths=widths, repeatRows=1, style=TableStyle(rules))


def _cells(row: Row, numbers_from: int, styles: dict[str, ParagraphStyle], words: str, numbers: str) -> list[Any]:
    return [_text(cell, styles[numbers if place >= numbers_from else words]) for place, cell in enumerate(row)]


def _totals(sheet: Sheet, styles: dict[str, ParagraphStyle], width: float) -> Flowable:
    last = len(sheet.totals) - 1
    rows = [
        [
            "",
            _text(words, styles["strong" if at == last else "body"]),
            _text(amount, styles["sum" if at == last else "number"]),
        ]
        for at, (words, amount) in enumerate(sheet.totals)
    ]
    rules = [("LINEABOVE", (1, -1), (-1, -1), 0.8, RULE)]
    return Grid(rows, colWidths=[width * 0.48, width * 0.32, width * 0.2], style=TableStyle(rules))


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(shown(text, style.fontName), quote=False), style)


def _foot(sheet: Sheet, font: str) -> Any:
    def write(canvas: Any, page: Any) -> None:
        canvas.saveState()
        canvas.setFont(font, 8)
        canvas.setFillColor(INK)
        canvas.drawString(MARGIN, 12 * mm, shown(f"{sheet.title} {sheet.name}", font))
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(page.page))
        canvas.restoreState()

    return write
