"""The answers in words, for the list with Change links on the result page."""

from collections.abc import Iterator
from dataclasses import dataclass

from recommender.questionnaire import PAGES, Kind, Question
from shop.money import Money, format_money
from shop.quiz.service import NONE, Given, State

LEFT_OPEN = "Left open"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer in words, and the page on which it can be changed."""

    key: str
    value: tuple[str, ...]
    page_slug: str


def answer_lines(state: State, *, currency: str, locale: str) -> tuple[AnswerLine, ...]:
    """Every question with its answer, in the questionnaire's order."""
    return tuple(_lines(state, currency, locale))


def _lines(state: State, currency: str, locale: str) -> Iterator[AnswerLine]:
    for page in PAGES:
        for question in page.questions:
            given = state.get(question.field)
            if question.kind is Kind.NUMBER and isinstance(given, int):
                words: tuple[str, ...] = (format_money(Money(given, currency), locale),)
            else:
                words = _words(question, given)
            yield AnswerLine(question.title, words, page.slug)


def _words(question: Question, given: Given) -> tuple[str, ...]:
    if question.kind is Kind.NUMBER:
        return (question.none_wording or LEFT_OPEN,)
    if question.kind is Kind.SCALE:
        return (f"{given} of {question.high}",) if isinstance(given, int) else (LEFT_OPEN,)
    wordings = {choice.code: choice.wording for choice in question.choices}
    if question.none_wording:
        wordings[NONE] = question.none_wording
    codes = given if isinstance(given, tuple) else (given,)
    return tuple(wordings[code] for code in codes if isinstance(code, str) and code in wordings) or (LEFT_OPEN,)
