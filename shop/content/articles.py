"""Articles: Markdown files in a folder, read anew when one of them changes. A bad file never hides the others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from shop.content.claims import find_claims
from shop.content.front_matter import BadText, Head, split_text
from shop.content.markdown import Heading, render_line, render_markdown, without_markup

SHIPPED = Path(__file__).with_name("articles")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MARKER = re.compile(r"^\[\[(questionnaire|products)((?: +[a-z_]+=[^\s\]]+)*) *\]\] *$", re.MULTILINE)
WORDS_A_MINUTE = 200
MOST_PRODUCTS = 8
NOTHING = Markup()

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an article: its text, the call to the questionnaire, or a place for products."""

    kind: Literal["text", "questionnaire", "products"]
    html: Markup = NOTHING
    areas: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    limit: int = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the FAQ with its answer, for the page and as plain text for JSON-LD."""

    id: str
    question: str
    answer: Markup

    @property
    def answer_text(self) -> str:
        return without_markup(self.answer)


@dataclass(frozen=True, slots=True)
class Reference:
    """A source, where to read it, and how far it can be trusted."""

    id: str
    text: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article, ready to be shown."""

    slug: str
    title: str
    description: str
    author: str
    published: date
    reviewed: date
    areas: tuple[str, ...]
    related: tuple[str, ...]
    parts: tuple[Part, ...]
    headings: tuple[Heading, ...]
    faq: tuple[Question, ...]
    references: tuple[Reference, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """All readable articles, newest first, and what is wrong with the others."""

    articles: tuple[Article, ...]
    problems: tuple[BadText, ...]


def find_article(slug: str, *, folder: Path | str = "") -> Article | None:
    """The article at `slug`, or None. `folder` is the setting SHOP_ARTICLES; empty means the shipped ones."""
    return next((article for article in read_shelf(folder).articles if article.slug == slug), None)


def list_articles(*, folder: Path | str = "") -> tuple[Article, ...]:
    """All readable articles, newest first."""
    return read_shelf(folder).articles


def related_articles(article: Article, *, folder: Path | str = "") -> tuple[Article, ...]:
    """The articles that `article` names as related, in its order, those that exist."""
    by_slug = {other.slug: other for other in list_articles(folder=folder)}
    return tuple(by_slug[slug] for slug in article.related if slug in by_slug)


def read_shelf(folder: Path | str = "") -> Shelf:
    """Read the folder, or answer from memory while no file in it changed."""
    path = Path(folder) if folder else SHIPPED
    stats = [(file.name, file.stat()) for file in sorted(path.glob("*.md"))]
    return _read(path, tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats))


@lru_cache(maxsize=4)
def _read(path: Path, stamp: Stamp) -> Shelf:
    articles: list[Article] = []
    problems: list[BadText] = []
    for name, _changed, _size in stamp:
        try:
            articles.append(parse_article(name, (path / name).read_text(encoding="utf-8")))
        except BadText as problem:
            problems.append(problem)
        except UnicodeDecodeError:
            problems.append(BadText(name, 1, "the file must be UTF-8 text"))
    articles.sort(key=lambda article: (article.published, article.slug), reverse=True)
    return Shelf(tuple(articles), tuple(problems))


def parse_article(name: str, source: str) -> Article:
    """Turn the text of one file into an article. Raises BadText with the line, also for a health claim (R20).

    A claim that can be substantiated passes when the head holds `substantiation`, a reference to the proof.
    """
    head, text, first_line = split_text(name, source)
    slug = name.removesuffix(".md")
    if not SLUG.fullmatch(slug):
        raise BadText(name, 1, "the file name must be small letters, digits and single hyphens, then .md")
    if not head.values.get("substantiation"):
        _refuse_claims(name, source)
    headings: list[Heading] = []
    parts = tuple(_parts(name, text, first_line, headings))
    return Article(
        slug=slug,
        title=head.take("title", str),
        description=head.take("description", str),
        author=head.take("author", str),
        published=head.take("published", date),
        reviewed=head.take("reviewed", date),
        areas=head.texts("areas"),
        related=head.texts("related"),
        parts=parts,
        headings=tuple(headings),
        faq=_faq(head),
        references=tuple(
            Reference(row["id"], row["text"], row.get("url", ""), row["note"])
            for row in head.tables("references", ("id", "text", "note"), ("url",))
        ),
        minutes=max(1, round(len(text.split()) / WORDS_A_MINUTE)),
    )


def _faq(head: Head) -> tuple[Question, ...]:
    rows = head.tables("faq", ("id", "question", "answer"))
    return tuple(Question(row["id"], row["question"], render_line(row["answer"])) for row in rows)


def _refuse_claims(name: str, source: str) -> None:
    between = '"\nanswer = "'
    for claim in find_claims(source.replace(between, " " * len(between))):  # a question is read with its answer
        line = source.count("\n", 0, claim.start) + 1
        raise BadText(name, line, f"“{claim.words}” {claim.why}; reword it or add `substantiation` to the head")


def _parts(name: str, text: str, first_line: int, headings: list[Heading]) -> Iterator[Part]:
    used: set[str] = set()
    done = 0
    for marker in MARKER.finditer(text):
        yield from _text_part(text[done : marker.start()], used, headings)
        done = marker.end()
        options = dict(option.split("=", 1) for option in marker[2].split())
        line = first_line + text.count("\n", 0, marker.start())
        if unknown := sorted(set(options) - {"areas", "kinds", "limit"}):
            raise BadText(name, line, f"{unknown[0]} is no option of [[{marker[1]}]]; areas, kinds and limit are")
        limit = options.get("limit", "4")
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST_PRODUCTS:
            raise BadText(name, line, f"limit must be a number from 1 to {MOST_PRODUCTS}, not {limit}")
        yield Part(
            "questionnaire" if marker[1] == "questionnaire" else "products",
            areas=tuple(filter(None, options.get("areas", "").split(","))),
            kinds=tuple(filter(None, options.get("kinds", "").split(","))),
            limit=int(limit),
        )
    yield from _text_part(text[done:], used, headings)


def _text_part(text: str, used: set[str], headings: list[Heading]) -> Iterator[Part]:
    if text.strip():
        html, found = render_markdown(text, used)
        headings.extend(found)
        yield Part("text", html=html)
