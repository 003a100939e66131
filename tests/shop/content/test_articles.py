"""Articles are files: good ones are shown, bad ones say what is wrong with them, and each change is seen."""

from pathlib import Path

import pytest

from shop.content import structured
from shop.content.articles import find_article, list_articles, parse_article, read_shelf, related_articles
from shop.content.front_matter import BadText

GOOD = """+++
title = "A mat"
description = "About a mat."
author = "The editors"
published = 2026-05-04
reviewed = 2026-06-01
areas = ["feet"]
related = ["other", "missing"]

[[faq]]
id = "q-one"
question = "Does it cure anything?"
answer = "No. It is a *sensation*."
+++

First words, <script>alert(1)</script> and [a link](https://example.org/x).

## Same heading

[[questionnaire]]

## Same heading

[[products areas=feet,hands limit=3]]
"""


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_an_article_is_cut_into_text_call_and_products():
    article = parse_article("mat.md", GOOD)

    assert [part.kind for part in article.parts] == ["text", "questionnaire", "text", "products"]
    assert article.parts[3].areas == ("feet", "hands")
    assert article.parts[3].limit == 3
    assert [heading.id for heading in article.headings] == ["same-heading", "same-heading-2"]


def test_raw_html_comes_out_as_text_and_links_abroad_tell_nothing():
    html = parse_article("mat.md", GOOD).parts[0].html

    assert "<script>" not in html
    assert '<a href="https://example.org/x" rel="noopener noreferrer">' in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_that_would_run_something_is_no_link(address):
    html = parse_article("mat.md", GOOD.replace("https://example.org/x", address)).parts[0].html

    assert "href" not in html


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("+++\ntitle", "title"), "mat.md:1: the first line must be +++"),
        (('author = "The editors"\n', ""), "mat.md:1: author is missing: a text is expected"),
        (("published = 2026-05-04", 'published = "May"'), "mat.md:5: published must be a date"),
        (("reviewed = 2026-06-01", "reviewed = "), "mat.md:6: the head is not valid TOML"),
        (('id = "q-one"\n', ""), "mat.md:10: [[faq]] 1 must hold id, question, answer"),
        (("limit=3", "limit=900"), "mat.md:24: limit must be a number from 1 to 8, not 900"),
        (("limit=3", "size=3"), "mat.md:24: size is no option of [[products]]"),
        (("First words", "It cures gout"), "mat.md:16: “cures” promises a cure"),
    ],
)
def test_a_bad_file_names_line_and_remedy(change, problem):
    with pytest.raises(BadText) as refused:
        parse_article("mat.md", GOOD.replace(*change))

    assert str(refused.value).startswith(problem)


def test_a_claim_passes_with_a_reference_to_its_proof():
    substantiated = GOOD.replace("First words", "It cures gout").replace("areas", 'substantiation = "file 7"\nareas', 1)

    assert parse_article("mat.md", substantiated).slug == "mat"


def test_a_bad_article_does_not_take_down_the_others(tmp_path):
    _write(tmp_path, "mat.md", GOOD)
    _write(tmp_path, "broken.md", "no head")
    (tmp_path / "binary.md").write_bytes(b"+++\n\xff\xfe")

    shelf = read_shelf(tmp_path)

    assert [article.slug for article in shelf.articles] == ["mat"]
    assert sorted(problem.name for problem in shelf.problems) == ["binary.md", "broken.md"]


def test_a_changed_and_an_added_file_are_seen(tmp_path):
    _write(tmp_path, "mat.md", GOOD)
    first = find_article("mat", folder=tmp_path)

    _write(tmp_path, "mat.md", GOOD.replace("A mat", "A longer mat"))
    _write(tmp_path, "other.md", GOOD)

    assert first is not None
    assert first.title == "A mat"
    changed = find_article("mat", folder=tmp_path)
    assert changed is not None
    assert changed.title == "A longer mat"
    assert [article.slug for article in related_articles(changed, folder=tmp_path)] == ["other"]


def test_every_shipped_article_can_be_read_and_its_links_lead_somewhere():
    shelf = read_shelf()
    slugs = {article.slug for article in shelf.articles}

    assert [str(problem) for problem in shelf.problems] == []
    assert len(slugs) >= 3
    for article in shelf.articles:
        assert set(article.related) <= slugs
        ids = {reference.id for reference in article.references} | {question.id for question in article.faq}
        ids |= {heading.id for heading in article.headings} | {"questionnaire"}
        html = "".join(part.html for part in article.parts) + "".join(question.answer for question in article.faq)
        for link in set(_links(html)):
            target, _, fragment = link.partition("#")
            assert target in {"", "../pages/health-data", *slugs}, link
            assert target or fragment in ids, link


def test_every_shipped_article_denies_being_a_treatment_and_calls_the_questionnaire_once():
    for article in list_articles():
        text = " ".join(part.html.striptags() for part in article.parts)
        assert "medical treatment" in text or "not a diagnosis" in text
        assert [part.kind for part in article.parts].count("questionnaire") == 1


def test_structured_values_carry_the_words_of_the_page():
    article = parse_article("mat.md", GOOD)

    values = structured.article_values(article, url="https://s.example/a", shop_name="S", home_url="https://s.example/")
    questions = structured.faq_values(article, url="https://s.example/a")

    assert values["datePublished"] == "2026-05-04"
    assert values["dateModified"] == "2026-06-01"
    assert values["author"]["name"] == article.author
    assert questions["mainEntity"][0]["acceptedAnswer"]["text"] == "No. It is a sensation."


def _links(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('href="')[1:] if not part.startswith("http")]
