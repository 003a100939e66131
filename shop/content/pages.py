"""Policy pages: Markdown templates with the shop's own name and address filled in.

They are templates: a merchant has them checked by counsel, and replaces any of them by a file of the same name in the
folder `pages` beside the merchant's own articles.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from shop.content.front_matter import split_text
from shop.content.markdown import Heading, render_markdown

SHIPPED = Path(__file__).with_name("pages")
SLUGS = ("privacy", "health-data", "terms", "returns", "shipping", "contact", "recommendations")
PLACEHOLDER = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Page:
    """One policy page, ready to be shown."""

    slug: str
    title: str
    description: str
    updated: date
    html: Markup
    headings: tuple[Heading, ...]


def find_page(slug: str, values: Mapping[str, str], *, folder: Path | str = "") -> Page | None:
    """The page at `slug` with each `$name` replaced by `values[name]`, or None.

    `folder` is the setting SHOP_ARTICLES; a file in its `pages` folder comes before the shipped one.
    Raises BadText when that file cannot be read, and KeyError for a placeholder without a value.
    """
    if slug not in SLUGS:
        return None
    own = Path(folder) / "pages" / f"{slug}.md" if folder else None
    path = own if own and own.is_file() else SHIPPED / f"{slug}.md"
    title, description, updated, html, headings = _read(path, path.stat().st_mtime_ns)

    for name in set(PLACEHOLDER.findall(html)):
        html = html.replace(f"${name}", values[name])  # Markup escapes the value
    return Page(slug, _filled(title, values), _filled(description, values), updated, html, headings)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> tuple[str, str, date, Markup, tuple[Heading, ...]]:
    head, text, _line = split_text(path.name, path.read_text(encoding="utf-8"))
    html, headings = render_markdown(text)
    return head.take("title", str), head.take("description", str), head.take("updated", date), html, headings
