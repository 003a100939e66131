"""The free guide as a PDF, built at its first download."""

from functools import lru_cache
from importlib import import_module

FILE_NAME = "acupressure-mat-first-fortnight.pdf"


@lru_cache(maxsize=4)
def build_guide(shop_name: str) -> bytes:
    """Return the guide as PDF bytes. Equal names give equal bytes; built once a process.

    The pages are imported here: reportlab costs 20 MB and a fifth of a second that nothing else needs.
    """
    pages: bytes = import_module("shop.content.guide_pages").draw_pages(shop_name)
    return pages
