"""Which of the three last pages a visitor sees: a referral, the ranked products, or "nothing suitable"."""

from dataclasses import replace

from flask import Response

from recommender.questionnaire import RED_FLAGS
from recommender.types import UNKNOWN, Referral
from shop.quiz.summary import answer_lines, asked_for
from shop.quiz.visit_token import visit_token
from shop.quiz.visitor import Run
from shop.recommendations.service import FIRST_SHOWN, Pick, Recommendation
from shop.web import config, page, shop_url

_WORDINGS = {choice.code: choice.wording for choice in RED_FLAGS.choices}


def result_page(found: Recommendation, run: Run, *, visible: int) -> Response:
    """The page for this outcome, with the first `visible` products. All three have one title, which tells nothing."""
    if found.referral is not None:
        return _referral_page(found.referral)
    shop = config()
    rows = [
        {"key": line.key, "value": line.value, "url": shop_url("quiz.question", slug=line.page_slug)}
        for line in answer_lines(run.state, currency=shop.currency, locale=shop.locale)
    ]
    shown = found.picks[:visible]
    return page(
        "quiz/result.html" if found.picks else "quiz/nothing.html",
        picks=[_by_way_of_log(pick) for pick in shown] if run.visit else shown,
        more=len(found.picks) - len(shown),
        first_shown=FIRST_SHOWN,
        notes=found.notes,
        left_out=found.left_out,
        asked=asked_for(run.state),
        rows=rows,
        minutes=shop.answers_minutes,
        log_url=shop_url("quiz.visit_log", token=visit_token(run.visit)) if run.visit else None,
    )


def _by_way_of_log(pick: Pick) -> Pick:
    """The product with links that note the click and lead on. Its own page is the same for everybody, and cached."""
    slug = pick.card.url.rpartition("/")[2]
    return replace(pick, card=pick.card._replace(url=shop_url("quiz.open_product", slug=slug)))


def _referral_page(referral: Referral) -> Response:
    ticked = [_WORDINGS[code] for code in referral.codes if code in _WORDINGS and code != UNKNOWN]
    return page("quiz/referral.html", wording=referral.wording.value, ticked=ticked)
