"""Markdown to clean HTML: no raw HTML, ids on headings, links to other sites without a referrer."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "code", "pre", "blockquote", "hr", "br", "table"}
TABLE_TAGS = {"thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of the second level, for a table of contents."""

    id: str
    text: str


@cache
def _parser() -> "MarkdownIt":
    markdown_it = import_module("markdown_it")  # takes 40 ms, which a start without any text need not spend
    parser: MarkdownIt = markdown_it.MarkdownIt("commonmark", {"html": False}).enable("table")
    return parser


def render_markdown(source: str, used: set[str] | None = None) -> tuple[Markup, tuple[Heading, ...]]:
    """Return the HTML of `source` and its second-level headings. Raw HTML comes out as text.

    `used`: heading ids that the page has already; those of this text are added.
    """
    used = set() if used is None else used
    tokens = _parser().parse(source)
    headings: list[Heading] = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            parts = tokens[index + 1].children or ()
            text = "".join(part.content for part in parts if part.type in ("text", "code_inline"))
            token.attrSet("id", _free_id(text, used))
            if token.tag == "h2":
                headings.append(Heading(str(token.attrGet("id")), text))
        for child in token.children or ():
            if child.type == "link_open" and str(child.attrGet("href")).startswith(("http://", "https://")):
                child.attrSet("rel", "noopener noreferrer")
    html = _parser().renderer.render(tokens, _parser().options, {})
    clean = nh3.clean(html, tags=TAGS | TABLE_TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    return Markup(clean), tuple(headings)  # noqa: S704 - cleaned by nh3 in the line above


def render_line(source: str) -> Markup:
    """The HTML of one paragraph without the paragraph's own tag."""
    html, _headings = render_markdown(source)
    return html.strip().removeprefix("<p>").removesuffix("</p>")


def without_markup(html: Markup) -> str:
    """What a reader sees of `html`, for page descriptions and JSON-LD."""
    return re.sub(r"\s+", " ", html.striptags()).strip()


def _free_id(text: str, used: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"
    name, number = base, 2
    while name in used:
        name, number = f"{base}-{number}", number + 1
    used.add(name)
    return name
