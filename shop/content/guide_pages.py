"""The pages of the free guide, from a Markdown source and drawn figures; the same bytes every time.

Imports reportlab, so only `guide.py` imports this file, and only when somebody downloads the guide.
"""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer

from shop.content.front_matter import split_text
from shop.content.guide_figures import FIGURES, LINEN, MOSS, TEXT

SOURCE = Path(__file__).with_name("guide.md")
FIGURE = re.compile(r"\[\[figure ([a-z_]+)\]\]")


def draw_pages(shop_name: str) -> bytes:
    """Return the guide as PDF bytes, with the shop's name at the head of each page."""
    head, text, _line = split_text(SOURCE.name, SOURCE.read_text(encoding="utf-8"))
    title = head.take("title", str)
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=24 * mm,
        rightMargin=24 * mm,
        topMargin=22 * mm,
        bottomMargin=22 * mm,
        title=title,
        author=shop_name,
        subject=head.take("description", str),
        lang="en",
        invariant=1,
    )

    def decorate(canvas: Any, page: Any) -> None:
        _decorate(canvas, page.page, shop_name)

    document.build(_story(title, text), onFirstPage=decorate, onLaterPages=decorate)
    return out.getvalue()


def _decorate(canvas: Any, number: int, shop_name: str) -> None:
    width, height = canvas._pagesize
    canvas.saveState()
    canvas.setFillColor(LINEN)
    canvas.rect(0, height - 28, width, 28, stroke=0, fill=1)
    canvas.setFillColor(MOSS)
    for index in range(24):
        canvas.circle(width - 24 - index * 7, height - 14, 1.4, stroke=0, fill=1)
    canvas.setFont("Helvetica", 8.5)
    canvas.setFillColor(TEXT)
    canvas.drawString(68, height - 17, shop_name)
    canvas.drawString(68, 30, "A comfort guide. Not a medical treatment and no medical advice.")
    canvas.drawRightString(width - 68, 30, str(number))
    canvas.restoreState()


def _styles() -> dict[str, Any]:
    body = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=15.5, textColor=TEXT, spaceAfter=7)
    return {
        "title": ParagraphStyle("title", parent=body, fontName="Times-Bold", fontSize=27, leading=31, spaceAfter=12),
        "h2": ParagraphStyle(
            "h2",
            parent=body,
            fontName="Times-Bold",
            fontSize=16,
            leading=20,
            textColor=MOSS,
            spaceBefore=12,
            keepWithNext=1,
        ),
        "body": body,
        "item": ParagraphStyle("item", parent=body, leftIndent=16, bulletIndent=3, spaceAfter=4),
        "note": ParagraphStyle(
            "note",
            parent=body,
            backColor=LINEN,
            borderPadding=9,
            spaceBefore=16,
            spaceAfter=18,
            leftIndent=9,
            rightIndent=9,
        ),
    }


def _story(title: str, text: str) -> list[Flowable]:
    styles = _styles()
    story: list[Flowable] = [Paragraph(title, styles["title"])]
    for block in re.split(r"\n\s*\n", text.strip()):
        if figure := FIGURE.fullmatch(block.strip()):
            story += [FIGURES[figure[1]](), Spacer(1, 8)]
        elif block.strip() == "---":
            story.append(PageBreak())
        elif block.startswith("## "):
            story.append(Paragraph(_inline(block[3:]), styles["h2"]))
        elif block.startswith("> "):
            story.append(Paragraph(_inline(re.sub(r"^> ?", "", block, flags=re.MULTILINE)), styles["note"]))
        elif block.startswith("- "):
            story += [Paragraph(_inline(line[2:]), styles["item"], bulletText="•") for line in block.splitlines()]
        else:
            story.append(Paragraph(_inline(block), styles["body"]))
    return story


def _inline(text: str) -> str:
    escaped = text.strip().replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escaped)
