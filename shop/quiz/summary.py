"""The answers in words, for the list with Change links on the result page."""

from collections.abc import Iterator
from dataclasses import dataclass

from recommender.questionnaire import AREAS, PAGES, PORTABILITY, POSITION, PRESSURE, Kind, Question
from recommender.safety import LABELS
from shop.catalogue.codes import FIRMNESS
from shop.money import Money, format_money
from shop.quiz.service import NONE, Given, State

_NO_WISH = ("any", "none")
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


def asked_for(state: State) -> str:
    """What was asked for of the product, such as "lower back, sitting, mild"; "" when nothing was.

    Where it is used, how, how firm, how far it goes: what the reasons are measured by. Nothing about health.
    """
    firm = state.get(PRESSURE.field)
    words = [word for question in (AREAS, POSITION) for word in _chosen(question, state.get(question.field))]
    words += [FIRMNESS[firm]] if isinstance(firm, int) and firm in FIRMNESS else []
    words += _chosen(PORTABILITY, state.get(PORTABILITY.field))
    return ", ".join(word.lower() for word in words)


def _chosen(question: Question, given: Given) -> list[str]:
    """The wordings that were ticked; none for "no preference" and the like."""
    codes = given if isinstance(given, tuple) else (given,)
    return [choice.wording for choice in question.choices if choice.code in codes and choice.code not in _NO_WISH]


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
    wordings = {choice.code: LABELS.get(choice.code, choice.wording) for choice in question.choices}
    if question.none_wording:
        wordings[NONE] = question.none_wording
    codes = given if isinstance(given, tuple) else (given,)
    return tuple(wordings[code] for code in codes if isinstance(code, str) and code in wordings) or (LEFT_OPEN,)
