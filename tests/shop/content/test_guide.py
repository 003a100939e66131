"""The free guide: a real PDF, always the same, and not built before somebody wants it."""

import subprocess
import sys
from io import BytesIO

from pypdf import PdfReader

from shop.content.guide import build_guide


def test_the_guide_is_a_short_pdf_with_the_shops_name_and_the_safety_words():
    reader = PdfReader(BytesIO(build_guide("Nap & Co")))

    text = " ".join(page.extract_text() for page in reader.pages)
    assert 2 <= len(reader.pages) <= 4
    assert "Nap & Co" in text
    assert "Not a medical treatment" in text
    assert "blood thinners" in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Getting started with an acupressure mat: a gentle first fortnight"


def test_the_guide_has_the_same_bytes_each_time():
    first = build_guide("Tsubo")
    build_guide.cache_clear()

    assert build_guide("Tsubo") == first


def test_starting_the_shop_loads_neither_the_pdf_library_nor_the_markdown_parser():
    code = "import sys, shop.extension; print([name for name in ('reportlab', 'markdown_it') if name in sys.modules])"

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
