"""What the learning log holds of a visit, for whoever holds its link: to look at, to take along, to erase (R8).

These buttons need no form token: whoever holds the signed link may do what it says, and nobody else can guess it.
"""

import json
from dataclasses import replace

from flask import Response, jsonify, request

from shop.clock import utc_now
from shop.keys import fingerprint
from shop.learning import noting, privacy
from shop.learning.rules import TAG_DAYS
from shop.quiz import visitor
from shop.quiz.views import blueprint
from shop.quiz.visit_token import read_visit_token
from shop.throttle import throttle
from shop.web import db, no_store, page, see_other, shop_url, transaction

__all__ = ["blueprint"]


@blueprint.get("/find/open/<slug>")
def open_product(slug: str) -> Response:
    """Note that a product of the list was opened, and lead to its page, which is the same for everybody."""
    answer = no_store(see_other(shop_url("storefront.product", slug=slug)))
    noting.opened(slug, now=utc_now())
    return answer


@blueprint.get("/find/log/<token>")
def visit_log(token: str) -> Response:
    """Everything the log holds of the visit."""
    lists = privacy.export_visit(db(), fingerprint(read_visit_token(token)))
    answer = page(
        "quiz/log.html",
        token=token,
        lists=lists,
        titles=privacy.titles(db(), lists),
        tag_days=TAG_DAYS,
        as_json=json.dumps(lists, indent=2),
        answers_deleted="deleted" in request.args,
        is_erased="erased" in request.args,
    )
    return _for_one(answer)


@blueprint.get("/find/log/<token>/copy.json")
def visit_copy(token: str) -> Response:
    """The same as a file."""
    answer = jsonify({"lists": privacy.export_visit(db(), fingerprint(read_visit_token(token)))})
    answer.headers["Content-Disposition"] = 'attachment; filename="visit.json"'
    return _for_one(answer)


@blueprint.post("/find/log/<token>/erase")
def erase_visit(token: str) -> Response:
    """Erase it all; this browser's answers, if it has any, go on without being logged."""
    throttle("erase-visit", "30/minute")
    mark, run = fingerprint(read_visit_token(token)), visitor.current_run()
    with transaction() as session:
        privacy.erase_visit(session, mark)
    answer = _for_one(see_other(shop_url("quiz.visit_log", token=token, erased=1)))
    if run is not None and run.visit is not None and run.visit.mark == mark:
        visitor.keep(answer, replace(run, visit=None), run.state, utc_now())
    return answer


def _for_one(answer: Response) -> Response:
    """The address opens the log of one person: it goes into no cache and along to no other page."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return no_store(answer)
