"""The answers given so far: what is missing, where to go next, and the answers as the recommender reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recommender.questionnaire import ALLERGIES, BUDGET, HEALTH, PAGES, QUESTIONS, RED_FLAGS, Kind, Page, Question
from recommender.types import UNKNOWN, Answers, Codes

NONE: Final = "NONE"
"""The tick for "none of these": kept, so that a question answered with nothing differs from one never asked."""
DECLINED: Final = ""
"""The answer "prefer not to say" to a question that has no bearing on safety."""

Given = tuple[str, ...] | str | int | None
State = Mapping[str, Given]

WARNING_SIGNS = PAGES[0]
NEEDED = tuple(page for page in PAGES if any(question.safety for question in page.questions))
"""The pages without which there is no result."""
_BY_SLUG: Mapping[str, Page] = {page.slug: page for page in PAGES}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the answers after a page; `must_restart` when a warning sign was taken back."""

    state: State
    must_restart: bool = False


def find_page(slug: str) -> Page | None:
    """The page with this address, if there is one."""
    return _BY_SLUG.get(slug)


def is_answered(state: State, page: Page) -> bool:
    """Whether the page was sent; safety questions count only with something ticked."""
    return all(q.field in state and (state[q.field] or not q.safety) for q in page.questions)


def has_warning_sign(state: State) -> bool:
    """Whether anything was ticked that leads to a clinician, "prefer not to say" included."""
    return bool(_codes(state, RED_FLAGS.field))


def first_missing(state: State) -> Page | None:
    """The first page still needed for a result; None when there can be one (a referral needs only page one)."""
    if has_warning_sign(state):
        return None
    return next((page for page in NEEDED if not is_answered(state, page)), None)


def page_after(state: State, page: Page) -> Page | None:
    """Where Continue leads: the next page not sent yet, the page still needed, or None for the result."""
    later = (other for other in PAGES[page.number :] if not is_answered(state, other))
    return None if has_warning_sign(state) else next(later, first_missing(state))


def page_before(page: Page) -> Page | None:
    """Where Back leads; None for the start page."""
    return PAGES[page.number - 2] if page.number > 1 else None


def answer(state: State, page: Page, given: Mapping[str, Given]) -> Change:
    """The answers with one page's added. A warning sign leaves only itself; one taken back restarts everything."""
    if page is not WARNING_SIGNS:
        return Change({**state, **given})
    if has_warning_sign(given):
        return Change(dict(given))
    if has_warning_sign(state):
        return Change({}, must_restart=True)
    return Change({**state, **given})


def answers_so_far(state: State) -> Answers | None:
    """What is known of the visitor, for blocks beside the questionnaire: a health page not sent yet rules out nothing.

    None before the first page. Never rank from this: see `full_answers`.
    """
    return _answers(state, unasked=frozenset()) if is_answered(state, WARNING_SIGNS) else None


def full_answers(state: State) -> Answers | None:
    """The answers to rank from, or None while a needed page is missing.

    After a warning sign the health page is not asked, and counts as "prefer not to say".
    """
    if not is_answered(state, WARNING_SIGNS) or first_missing(state) is not None:
        return None
    return _answers(state, unasked=frozenset({UNKNOWN}))


def _answers(state: State, *, unasked: Codes) -> Answers:
    return Answers(
        red_flags=_codes(state, RED_FLAGS.field),
        health=_codes(state, HEALTH.field) if state.get(HEALTH.field) else unasked,
        allergies=_codes(state, ALLERGIES.field) if state.get(ALLERGIES.field) else unasked,
        areas=_codes(state, "areas"),
        pain_kinds=_codes(state, "pain_kind"),
        intensity=_number(state, "intensity"),
        interference=_number(state, "interference"),
        duration=_code(state, "duration"),
        triggers=_codes(state, "triggers"),
        position=_code(state, "position_preference"),
        pressure=_number(state, "pressure_preference"),
        experience=_code(state, "experience"),
        portability=_code(state, "portability_need"),
        max_budget_minor=_number(state, BUDGET.field),
        mobility_limits=_codes(state, "mobility_limits"),
        goal=_code(state, "goal"),
    )


def _codes(state: State, field: str) -> Codes:
    given = state.get(field)
    return frozenset(given) - {NONE} if isinstance(given, tuple) else frozenset()


def _code(state: State, field: str) -> str | None:
    given = state.get(field)
    return given if isinstance(given, str) and given else None


def _number(state: State, field: str) -> int | None:
    given = state.get(field)
    return given if isinstance(given, int) else None


def to_plain(state: State) -> dict[str, list[str] | str | int | None]:
    """The state as what JSON can hold."""
    return {field: list(given) if isinstance(given, tuple) else given for field, given in state.items()}


def from_plain(plain: object) -> State:
    """The state out of JSON; raises ValueError for anything that `to_plain` would not have made.

    Codes that nobody knows any more are kept: the recommender fails closed on them.
    """
    if not isinstance(plain, dict):
        raise ValueError("not a set of answers")
    return dict(_read(plain))


def _read(plain: Mapping[str, object]) -> Iterator[tuple[str, Given]]:
    for field, value in plain.items():
        question = QUESTIONS.get(field)
        if question is None:
            raise ValueError("an answer to no question of ours")
        yield field, _read_one(question, value)


def _read_one(question: Question, value: object) -> Given:
    if question.kind is Kind.MANY:
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            raise ValueError("expected codes")
        return tuple(value)
    if value is None or value == DECLINED:
        return None if value is None else DECLINED
    if question.kind is Kind.ONE and isinstance(value, str):
        return value
    if question.kind in (Kind.SCALE, Kind.NUMBER) and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("expected an answer of another kind")
