"""Every text that Tsubo ships passes the claims linter (R20, R26): what a reader may see, wherever it comes from."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop import paths
from shop.content import articles, guide_pages, pages
from shop.content.claims import find_claims, text_of

CODE = paths.PACKAGE
RECOMMENDER = CODE.parent / "recommender"
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
QUESTION_AND_ANSWER = '"\nanswer = "'
SENTENCE_WORDS = 3


def _markdown() -> Iterator[tuple[str, str]]:
    for folder in (articles.SHIPPED, pages.SHIPPED):
        for file in sorted(folder.glob("*.md")):
            yield file.name, file.read_text(encoding="utf-8").replace(QUESTION_AND_ANSWER, " ")
    yield "guide.md", guide_pages.SOURCE.read_text(encoding="utf-8")


def _templates() -> Iterator[tuple[str, str]]:
    for file in sorted((paths.templates() / "shop").rglob("*.*")):
        if file.suffix in (".html", ".txt"):
            yield file.name, JINJA.sub(" x ", file.read_text(encoding="utf-8"))


def _products() -> Iterator[tuple[str, str]]:
    with (paths.demo_data() / "catalogue.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["sku"], f"{row['title']}. {row['description']}"


def _sentences_in_code() -> Iterator[tuple[str, str]]:
    for file in sorted([*CODE.rglob("*.py"), *RECOMMENDER.rglob("*.py")]):
        yield from ((f"{file.name}:{line}", text) for line, text in _strings(file))


def _strings(file: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    unread = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in unread:
            continue
        if len(node.value.split()) >= SENTENCE_WORDS:
            yield node.lineno, node.value


SHIPPED = [*_markdown(), *_templates(), *_products(), *_sentences_in_code()]


@pytest.mark.parametrize("texts", [_markdown, _templates, _products, _sentences_in_code])
def test_there_are_texts_to_read(texts):
    assert sum(1 for _text in texts()) > 5


def test_no_shipped_text_promises_a_cure():
    found = [text_of(find_claims(text), text, name=name) for name, text in SHIPPED]

    assert "\n".join(filter(None, found)) == ""
