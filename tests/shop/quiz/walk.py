"""A visitor who walks through the questionnaire by the forms they are shown, without scripts."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.questionnaire import PAGES, Kind, Question
from recommender.types import Answers
from shop.quiz.service import NONE

COOKIE = "tsubo_answers"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
HEALTHY: Mapping[str, Any] = {"red_flags": [NONE], "health": [NONE], "allergies": [NONE]}
SORE_BACK: Mapping[str, Any] = {**HEALTHY, "areas": ["lower_back"], "pain_kind": ["muscular_tension"], "goal": "relief"}
_ATTRIBUTES = {
    "pain_kind": "pain_kinds",
    "position_preference": "position",
    "pressure_preference": "pressure",
    "portability_need": "portability",
    "max_budget": "max_budget_minor",
}


class Walk:
    """One visitor with one browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def begin(self, *, learning: bool = False) -> TestResponse:
        """Agree on the start page, and to learning too if asked."""
        ticked = {"consent": "y"} | ({"learning": "y"} if learning else {})
        return self.client.post("/find", data=ticked)

    def token(self) -> str:
        """The token that this visitor's forms carry."""
        found = TOKEN.search(self.client.get("/find/warning-signs").text)
        assert found is not None
        return found[1]

    def send(self, slug: str, **fields: Any) -> TestResponse:
        """Send one page's form, with its token."""
        return self.client.post(f"/find/{slug}", data={"csrf_token": self.token(), **fields})

    def answer_all(self, fields: Mapping[str, Any], *, learning: bool = False) -> TestResponse:
        """Agree, send all seven pages, and return the page that the last one leads to."""
        self.begin(learning=learning)
        token, answer = self.token(), None
        for page in PAGES:
            asked = {question.field: fields[question.field] for question in page.questions if question.field in fields}
            answer = self.client.post(f"/find/{page.slug}", data={"csrf_token": token, **asked})
            assert answer.status_code == 303, answer.text
            if answer.location == "/find/result":
                break
        assert answer is not None
        return self.client.get(answer.location)

    def cookie(self) -> str | None:
        """What the browser holds of the answers."""
        found = self.client.get_cookie(COOKIE, domain="localhost")
        return found.value if found else None

    def set_cookie(self, value: str) -> None:
        """Put something else in its place."""
        self.client.set_cookie(COOKIE, value, domain="localhost")


def form_values(answers: Answers) -> dict[str, Any]:
    """What a visitor with these answers would tick and type."""
    questions = [question for page in PAGES for question in page.questions]
    return {question.field: value for question in questions if (value := _typed(question, answers)) is not None}


def _typed(question: Question, answers: Answers) -> Any:
    value = getattr(answers, _ATTRIBUTES.get(question.field, question.field))
    if question.kind is Kind.MANY:
        return sorted(value) or [NONE]
    if question.kind is Kind.NUMBER and value is not None:
        return str(Decimal(value) / 100)
    return None if value is None else str(value)
