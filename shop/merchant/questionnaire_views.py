"""Try the questionnaire as a customer would. Answers are posted, so that they stand in no address, and kept nowhere."""

from flask import Response, request

from shop.catalogue.window import shop_window
from shop.merchant.pages import blueprint, merchant_page, token_meta
from shop.merchant.tryout import Tried, is_complete, try_out, whole_form
from shop.recommendations.knowledge import PAGES
from shop.web import config, db


@blueprint.route("/questionnaire", methods=["GET", "POST"])
def questionnaire() -> Response:
    """All questions in one form; with answers, the ranking with every share, and everything left out."""
    form = whole_form(config().currency)(request.form, meta=token_meta())
    tried: Tried | None = None
    if request.method == "POST" and is_complete(form):
        tried = try_out(db(), shop_window(), form)
        for field in form:
            field.errors = []  # after a warning sign the other questions need no answer
    return merchant_page(
        "questionnaire.html",
        422 if request.method == "POST" and tried is None else 200,
        form=form,
        pages=[(page, [(question, form[question.field]) for question in page.questions]) for page in PAGES],
        tried=tried,
        section="questionnaire",
    )
