"""The first page: what waits for the merchant, and what a new shop still lacks."""

from flask import Response

from shop.content.articles import read_shelf
from shop.learning.register import find_refused
from shop.merchant.gap_reading import gaps_of
from shop.merchant.home_reading import overview
from shop.merchant.pages import blueprint, merchant_page
from shop.web import config, db


@blueprint.get("")
def home() -> Response:
    """Tiles with counts, each leading to its list."""
    return merchant_page(
        "home.html",
        overview=overview(db()),
        gaps=gaps_of(db(), config().currency),
        refused_model=find_refused(db()),
        article_problems=read_shelf(config().articles).problems,
        section="home",
    )
