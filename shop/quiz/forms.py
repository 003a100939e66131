"""One form for each page of the questionnaire, made from the question data; and the consent before it."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from wtforms import BooleanField, Field, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from recommender.questionnaire import PAGES, Kind, Page, Question
from recommender.types import UNKNOWN
from shop.csrf import ProtectedForm, ShopForm
from shop.money import Money, parse_money, to_decimal
from shop.quiz.service import DECLINED, NONE, Given, State

DECLINED_WORDING = "Prefer not to say"
MAX_AMOUNT_LENGTH = 20
CURRENCY_SIGNS = " $€£\u00a0"
NOT_LISTED = "Please choose from the list."
SUBJECTS = {"red_flags": "Warning signs", "health": "Health", "allergies": "Allergies"}


class ConsentForm(ShopForm):
    """The tick without which no question is asked, and one more that changes nothing for who leaves it open.

    They stand on a page that everybody may share.
    """

    consent = BooleanField(
        "I agree that this shop uses my answers, which say something about my health, to choose products for me.",
        validators=[InputRequired("Please tick the box if you want to go on. Without it we ask you nothing.")],
    )
    learning = BooleanField(
        "I also agree that this shop notes which products it shows me and what becomes of them, for better lists."
    )


class PageForm(ProtectedForm):
    """What all pages of the questionnaire have in common. `page` and `currency` are set by `page_form`."""

    page: Page
    currency: str

    def question_fields(self) -> list[tuple[Question, Field]]:
        """Each question with its field, in order."""
        return [(question, self[question.field]) for question in self.page.questions]

    def given(self) -> dict[str, Given]:
        """The page's answers as they are kept."""
        return {question.field: self._given(question, field) for question, field in self.question_fields()}

    def _given(self, question: Question, field: Field) -> Given:
        if question.kind is Kind.MANY:
            ticked = set(field.data or ())
            return tuple(code for code in _choices(question) if code in ticked)
        text = str(field.data or "").strip()
        if question.kind is Kind.NUMBER:
            return _amount(text, self.currency).minor if text else None
        if text and question.kind is Kind.SCALE:
            return int(text)
        return text if field.data is not None else None


def page_form(page: Page, currency: str) -> type[PageForm]:
    """The form class of one page; amounts are read in `currency`."""
    return _made(page.slug, currency)


@cache
def _made(slug: str, currency: str) -> type[PageForm]:
    page = next(page for page in PAGES if page.slug == slug)
    fields: dict[str, Any] = {question.field: _field(question, currency) for question in page.questions}
    return cast(type[PageForm], type("QuestionPageForm", (PageForm,), {**fields, "page": page, "currency": currency}))


def shown_values(state: State, page: Page, currency: str) -> Mapping[str, Any]:
    """What the page's controls show for the answers kept so far; nothing is preselected."""
    return {question.field: _shown(question, state.get(question.field), currency) for question in page.questions}


def _shown(question: Question, given: Given, currency: str) -> Any:
    if question.kind is Kind.NUMBER and isinstance(given, int):
        return str(to_decimal(Money(given, currency)))
    if question.kind is Kind.MANY:
        return list(given) if isinstance(given, tuple) else []
    return None if given is None else str(given)


def _field(question: Question, currency: str) -> Any:
    if question.kind is Kind.MANY:
        return SelectMultipleField(
            question.title,
            choices=_choices(question),
            validate_choice=False,
            validators=[_check_codes(question)],
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    if question.kind is Kind.NUMBER:
        return StringField(f"{question.title} ({currency})", validators=[_check_amount(currency)])
    return RadioField(
        question.title, choices=_choices(question), validate_choice=False, validators=[_check_code(question)]
    )


def _choices(question: Question) -> dict[str, str]:
    """What can be ticked, in order: the code and its wording. "Prefer not to say" comes last."""
    declined = {DECLINED: DECLINED_WORDING}
    if question.kind is Kind.SCALE:
        return {str(mark): str(mark) for mark in range(question.low, question.high + 1)} | declined
    choices = {choice.code: choice.wording for choice in question.choices}
    if question.kind is Kind.ONE:
        return choices | declined
    if question.none_wording is None:
        return choices
    unknown = {UNKNOWN: choices.pop(UNKNOWN)} if UNKNOWN in choices else {}
    return choices | {NONE: question.none_wording} | unknown


def _check_codes(question: Question) -> Any:
    known = _choices(question).keys()

    def check(_form: Any, field: Field) -> None:
        ticked = set(field.data or ())
        if not ticked <= known:
            raise ValidationError(NOT_LISTED)
        if NONE in ticked and len(ticked) > 1:
            raise ValidationError(f"Please tick either “{question.none_wording}” or what applies, not both.")
        if question.safety and not ticked:
            answers = f"what applies, “{question.none_wording}” or “{DECLINED_WORDING}”"
            raise ValidationError(f"{SUBJECTS[question.field]}: please tick {answers}.")

    return check


def _check_code(question: Question) -> Any:
    known = _choices(question).keys()

    def check(_form: Any, field: Field) -> None:
        if field.data is not None and field.data not in known:
            raise ValidationError(NOT_LISTED)

    return check


def _check_amount(currency: str) -> Any:
    def check(_form: Any, field: Field) -> None:
        text = str(field.data or "").strip()
        if not text:
            return
        try:
            _amount(text, currency)
        except ValueError as error:
            raise ValidationError("Please give an amount such as 40 or 40.00, or leave it empty.") from error

    return check


def _amount(text: str, currency: str) -> Money:
    if len(text) > MAX_AMOUNT_LENGTH:
        raise ValueError("too long for an amount")
    return parse_money(text.removesuffix(currency).removeprefix(currency).strip(CURRENCY_SIGNS), currency)
