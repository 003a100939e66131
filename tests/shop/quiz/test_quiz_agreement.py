"""Page and library agree: the pages show the recommender's own list, and never anything that it took out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.catalogue_csv import read_catalogue
from recommender.personas import Persona, read_personas
from recommender.questionnaire import PAGES, Kind, Question
from recommender.ranking import rank
from recommender.safety import excluded_for
from recommender.types import UNKNOWN, Answers, Referral
from shop import paths
from shop.catalogue.models import Product
from shop.quiz import service
from shop.recommendations.assortment import Assortment, whole_assortment
from tests.shop.quiz.walk import Walk, form_values

PERSONAS = Path(__file__).parents[2] / "recommender" / "data" / "gold_public.jsonl"
SHOWN = re.compile(r'<h2 id="pick-\d">\d\. <a href="/products/([^"]+)"')


@pytest.mark.parametrize(
    "persona", [each for each in read_personas(PERSONAS) if each.catalogue == "first"], ids=lambda each: each.id
)
def test_a_persona_sees_on_the_page_what_the_library_ranks(demo_walk: Walk, persona: Persona) -> None:
    items = read_catalogue(paths.demo_data() / "catalogue.csv")
    expected = rank(persona.answers, items)

    demo_walk.answer_all(form_values(persona.answers))
    shown = demo_walk.client.get("/find/result?more=1").text

    if isinstance(expected, Referral):
        assert not SHOWN.findall(shown)
        assert "We are not showing products" in shown
        return
    slugs = _slugs(demo_walk.client.application)
    assert SHOWN.findall(shown) == [slugs[ranked.sku] for ranked in expected.ranked]


def _slugs(app: Flask) -> dict[str, str]:
    with app.extensions["tsubo"].sessions() as session:
        return {product.sku: product.slug for product in session.query(Product)}


def _ticks(question: Question) -> st.SearchStrategy[Any]:
    codes = [choice.code for choice in question.choices]
    if question.kind is Kind.MANY:
        wanted = st.lists(st.sampled_from(codes), min_size=1, max_size=4, unique=True)
        if question.field == "red_flags":
            return st.one_of(st.just([service.NONE]), st.just([service.NONE]), st.just([service.NONE]), wanted)
        return st.one_of(st.just([service.NONE]), wanted)
    if question.kind is Kind.SCALE:
        return st.sampled_from(["", *map(str, range(question.low, question.high + 1))])
    if question.kind is Kind.NUMBER:
        return st.sampled_from(["", "15", "30", "60", "200"])
    return st.sampled_from(["", *codes])


QUESTIONS = [question for page in PAGES for question in page.questions]
RANDOM_ANSWERS = st.fixed_dictionaries({question.field: _ticks(question) for question in QUESTIONS})


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(fields=RANDOM_ANSWERS)
def test_nothing_excluded_is_ever_offered(demo_shop: Flask, fields: dict[str, Any]) -> None:
    client = _browser(demo_shop)
    answers = _as_answers(fields)

    Walk(client).answer_all(fields)
    shown = client.get("/find/result?more=1").text

    with _assortment(demo_shop) as assortment:
        slugs = _slugs(demo_shop)
        out = [item for item in assortment.items if excluded_for(answers, item) is not None]
        for item in out:
            variants = [offer.sku for offer in assortment.offers[item.sku]]
            assert f'"/products/{slugs[item.sku]}"' not in shown
            assert not [sku for sku in (item.sku, *variants) if f'"{sku}' in shown or f"/{sku}." in shown]
    if answers.red_flags:
        assert "ts-price" not in shown
        assert not [item.title for item in assortment.items if item.title in shown]


def _as_answers(fields: dict[str, Any]) -> Answers:
    answers = service.full_answers({question.field: _kept(question, fields[question.field]) for question in QUESTIONS})
    assert answers is not None
    return answers


def _kept(question: Question, ticked: Any) -> service.Given:
    if question.kind is Kind.MANY:
        return tuple(ticked)
    if question.kind is Kind.NUMBER:
        return int(ticked) * 100 if ticked else None
    return int(ticked) if ticked and question.kind is Kind.SCALE else ticked


def _browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base |= {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_HOST": "shop.test"}
    return client


@contextmanager
def _assortment(app: Flask) -> Iterator[Assortment]:
    with app.extensions["tsubo"].sessions() as session:
        yield whole_assortment(session, "USD")


def test_everything_left_open_is_answered_as_strictly_as_can_be(demo_shop: Flask, demo_walk: Walk) -> None:
    demo_walk.answer_all({"red_flags": [service.NONE], "health": [UNKNOWN], "allergies": [UNKNOWN], "areas": ["feet"]})

    shown = SHOWN.findall(demo_walk.client.get("/find/result?more=1").text)

    strict = Answers(red_flags=frozenset(), health=frozenset({UNKNOWN}), allergies=frozenset({UNKNOWN}))
    slugs = _slugs(demo_shop)
    with _assortment(demo_shop) as assortment:
        allowed = {slugs[item.sku] for item in assortment.items if excluded_for(strict, item) is None}
    assert set(shown) <= allowed
