"""Rules and model: what orders the lists, how it compared, and what the goods cover."""

from flask import Response

from shop.merchant.pages import blueprint, merchant_page
from shop.merchant.ranking_reading import STATE_WORDS, ranking_view
from shop.recommendations.coverage import coverage_view
from shop.web import config, db


@blueprint.get("/ranking")
def ranking() -> Response:
    """The live model or the day-one ranking, the last comparison, all models, and the map of the goods."""
    return merchant_page(
        "ranking.html",
        view=ranking_view(db()),
        state_words=STATE_WORDS,
        coverage=coverage_view(db(), config().currency),
        exploration=config().exploration,
        learning_days=config().learning_days,
        section="ranking",
    )
