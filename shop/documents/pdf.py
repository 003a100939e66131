"""A paper as PDF bytes; equal papers give equal bytes.

The pages are imported at the first call: reportlab costs 20 MB and a fifth of a second that nothing else needs.
"""

from importlib import import_module

from shop.documents.sheets import Sheet


def draw(sheet: Sheet, font_file: str = "") -> bytes:
    """The sheet on A4. `font_file` is a TrueType file for scripts that the shipped font has no letters for."""
    drawn: bytes = import_module("shop.documents.pdf_pages").draw_sheet(sheet, font_file)
    return drawn
