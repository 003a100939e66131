"""Which of the three last pages a visitor sees: a referral, the ranked products, or "nothing suitable"."""

from flask import Response

from recommender.questionnaire import RED_FLAGS
from recommender.types import UNKNOWN, Referral
from shop.quiz.summary import answer_lines
from shop.quiz.visitor import Run
from shop.recommendations.service import FIRST_SHOWN, Recommendation
from shop.web import config, page, shop_url

_WORDINGS = {choice.code: choice.wording for choice in RED_FLAGS.choices}


def result_page(found: Recommendation, run: Run, *, show_all: bool) -> Response:
    """The page for this outcome. All three have the same title, which tells nothing."""
    if found.referral is not None:
        return _referral_page(found.referral)
    shop = config()
    rows = [
        {"key": line.key, "value": line.value, "url": shop_url("quiz.question", slug=line.page_slug)}
        for line in answer_lines(run.state, currency=shop.currency, locale=shop.locale)
    ]
    shown = found.picks if show_all else found.picks[:FIRST_SHOWN]
    return page(
        "quiz/result.html" if found.picks else "quiz/nothing.html",
        picks=shown,
        more=len(found.picks) - len(shown),
        first_shown=FIRST_SHOWN,
        notes=found.notes,
        left_out=found.left_out,
        rows=rows,
        minutes=shop.answers_minutes,
    )


def _referral_page(referral: Referral) -> Response:
    ticked = [_WORDINGS[code] for code in referral.codes if code in _WORDINGS and code != UNKNOWN]
    return page("quiz/referral.html", wording=referral.wording.value, ticked=ticked)
