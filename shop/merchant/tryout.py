"""The questionnaire on one page, and its outcome with every share of every score."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from sqlalchemy.orm import Session

from shop.catalogue.cards import ShopWindow
from shop.quiz import service as quiz
from shop.quiz.forms import PageForm, page_form
from shop.recommendations import service as recommendations
from shop.recommendations.assortment import current_assortment
from shop.recommendations.knowledge import PAGES, Contribution, Page, Referral, label_of_answer

KIND_WORDS = {
    "missing_safety": "Safety fields are missing",
    "contraindication": "Excluded for a health answer",
    "allergen": "Contains an allergen",
    "powered_stimulator": "Electrical stimulator",
    "sold_out": "Sold out",
    "over_budget": "Over the budget",
    "no_fit": "Does not fit",
    "near_duplicate": "Nearly the same as one above",
    "lower_ranked": "Ranked lower",
}


@dataclass(frozen=True, slots=True)
class Share:
    """One feature's share of a score. `sentence` is what the customer reads, if anything."""

    feature: str
    value: float
    sentence: str


@dataclass(frozen=True, slots=True)
class TriedProduct:
    """One product of the list. `score` is the sum of the shares."""

    sku: str
    title: str
    score: float
    shares: tuple[Share, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriedExclusion:
    """One product that was left out, the kind of reason, the codes that did it, and what the customer reads."""

    sku: str
    title: str
    kind: str
    codes: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a customer with these answers would get."""

    referral: Referral | None
    products: tuple[TriedProduct, ...] = ()
    excluded: tuple[TriedExclusion, ...] = ()
    notes: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()


@cache
def whole_form(currency: str) -> type[PageForm]:
    """One form with the questions of all pages."""
    pages = tuple(page_form(page, currency) for page in PAGES)
    everything = Page(0, "all", "All questions", tuple(question for page in PAGES for question in page.questions))
    return cast(type[PageForm], type("WholeForm", pages, {"page": everything, "currency": currency}))


def is_complete(form: PageForm) -> bool:
    """Whether the form can be ranked from: after a warning sign nothing else is asked of a customer."""
    valid = form.validate()
    warned = quiz.WARNING_SIGNS.questions[0].field
    return valid or (not form[warned].errors and quiz.has_warning_sign(form.given()))


def try_out(session: Session, window: ShopWindow, form: PageForm) -> Tried | None:
    """The outcome for the answers of the form; None when an answer that decides over safety is missing."""
    answers = quiz.full_answers(form.given())
    if answers is None:
        return None
    outcome = recommendations.recommend(session, window, answers).outcome
    if isinstance(outcome, Referral):
        return Tried(outcome, warned=_code_words(outcome.codes))
    titles = {sku: item.title for sku, item in current_assortment(session, window.currency).by_sku.items()}
    return Tried(
        None,
        tuple(
            TriedProduct(ranked.sku, titles.get(ranked.sku, ranked.sku), ranked.score, _shares(ranked.contributions),
                         _code_words(ranked.cautions))
            for ranked in outcome.ranked
        ),
        tuple(
            TriedExclusion(out.sku, titles.get(out.sku, out.sku), KIND_WORDS.get(out.kind, out.kind),
                           _code_words(out.codes), out.sentence)
            for out in outcome.excluded
        ),
        outcome.notes,
    )  # fmt: skip


def _shares(contributions: Sequence[Contribution]) -> tuple[Share, ...]:
    """Strongest first; shares of nothing are left out, which changes no sum."""
    found = [
        Share(part.feature.replace("_", " "), part.value, part.sentence or "") for part in contributions if part.value
    ]
    return tuple(sorted(found, key=lambda share: -abs(share.value)))


def _code_words(codes: Sequence[str]) -> tuple[str, ...]:
    """Codes of health, allergies and warning signs as the questionnaire's labels name them."""
    return tuple(label_of_answer(code) for code in codes)
