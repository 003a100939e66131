"""The questionnaire's pages: consent, seven questions, the result. The answers travel in POST bodies and one cookie."""

from typing import cast

from flask import Blueprint, Response, redirect, request

from recommender.questionnaire import PAGES, Page
from shop import cookies
from shop.catalogue.window import shop_window
from shop.clock import utc_now
from shop.csrf import require_same_origin
from shop.errors import Forbidden, NotFound
from shop.learning import noting
from shop.learning.live import Draw
from shop.quiz import service, visitor
from shop.quiz.forms import ConsentForm, PageForm, page_form, shown_values
from shop.quiz.result import result_page
from shop.quiz.visit_token import visit_token
from shop.quiz.visitor import Run
from shop.recommendations import service as recommendations
from shop.throttle import throttle_posts
from shop.web import cacheable, config, db, no_store, page, shop_url

blueprint = Blueprint("quiz", __name__)


@blueprint.before_request
def limit_posts() -> None:
    """No page of the questionnaire is larger than a small form, and nobody fills in hundreds a minute."""
    request.max_content_length = config().max_form_bytes
    throttle_posts("quiz", config().quiz_posts_per_minute)


@blueprint.get("/find")
def start() -> Response:
    """What the questionnaire is, and the consent without which nothing is asked (R4)."""
    run = visitor.current_run()
    answer = _start_page(ConsentForm(), run)
    return cacheable(answer) if cookies.read(cookies.ANSWERS) is None else no_store(answer)


@blueprint.post("/find")
def consent() -> Response:
    """Begin a walk through the questionnaire; an earlier one is forgotten."""
    require_same_origin()
    form = ConsentForm(request.form)
    if not form.validate():
        return no_store(_start_page(form, visitor.current_run(), http_status=422))
    now = utc_now()
    run = visitor.new_run(now, with_learning=bool(form.learning.data))
    return visitor.keep(_to_page(PAGES[0]), run, {}, now)


@blueprint.get("/find/<slug>")
def question(slug: str) -> Response:
    """One page of questions, with what was answered before."""
    asked, run = _page_or_404(slug), visitor.current_run()
    elsewhere = _elsewhere(asked, run)
    if run is None or elsewhere is not None:
        return elsewhere or _to_start()
    values = shown_values(run.state, asked, config().currency)
    form = _form_class(asked)(data=values, meta={"csrf_context": run.run_id})
    return no_store(_question_page(asked, form))


@blueprint.post("/find/<slug>")
def answer(slug: str) -> Response:
    """Keep one page's answers and go on: to the next page not answered yet, else to the result."""
    asked, run = _page_or_404(slug), visitor.current_run()
    elsewhere = _elsewhere(asked, run)
    if run is None or elsewhere is not None:
        return elsewhere or _to_start()
    form = _form_class(asked)(request.form, meta={"csrf_context": run.run_id})
    if not form.validate():
        if form["csrf_token"].errors:
            raise Forbidden
        return no_store(_question_page(asked, form, http_status=422))
    change = service.answer(run.state, asked, form.given())
    if change.must_restart:
        return visitor.forget(_to_start(deleted=1))
    following = service.page_after(change.state, asked)
    response = _to_page(following) if following else _see(shop_url("quiz.result"))
    return visitor.keep(response, run, change.state, utc_now())


@blueprint.get("/find/result")
def result() -> Response:
    """The ranked products, a referral, or an honest "nothing suitable"."""
    run = visitor.current_run()
    if run is None:
        return _to_start()
    answers, missing = service.full_answers(run.state), service.first_missing(run.state)
    if answers is None:
        return _to_page(missing or PAGES[0])
    draw = Draw(run.visit.seed, config().exploration) if run.visit else None
    found = recommendations.recommend(db(), shop_window(), answers, draw=draw)
    visible = len(found.picks) if "more" in request.args else min(len(found.picks), recommendations.FIRST_SHOWN)
    answer = no_store(result_page(found, run, visible=visible))
    if run.visit and found.shown and visible:
        noting.shown(run.visit, found.shown, visible=visible, now=utc_now())
    return answer


@blueprint.get("/find/delete", endpoint="delete")
def ask_to_delete() -> Response:
    """One button, the same for everybody: pages that a cache may share lead here."""
    return cacheable(page("quiz/delete.html", minutes=config().answers_minutes))


@blueprint.post("/find/delete", endpoint="deleted")
def delete() -> Response:
    """Delete the answers: one click from any page, whatever state the cookie is in, so it needs no token of it."""
    require_same_origin()
    run = visitor.current_run()
    if run is not None and run.visit is not None:
        return visitor.forget(_see(shop_url("quiz.visit_log", token=visit_token(run.visit), deleted=1)))
    return visitor.forget(_to_start(deleted=1))


def _page_or_404(slug: str) -> Page:
    found = service.find_page(slug)
    if found is None:
        raise NotFound
    return found


def _elsewhere(asked: Page, run: Run | None) -> Response | None:
    """Warning signs come first: without them no other page is asked, and after one only the referral is left."""
    if run is None:
        return _to_start()
    if asked is service.WARNING_SIGNS:
        return None
    if not service.is_answered(run.state, service.WARNING_SIGNS):
        return _to_page(service.WARNING_SIGNS)
    return _see(shop_url("quiz.result")) if service.has_warning_sign(run.state) else None


def _form_class(asked: Page) -> type[PageForm]:
    return page_form(asked, config().currency)


def _start_page(form: ConsentForm, run: Run | None, http_status: int = 200) -> Response:
    return page(
        "quiz/start.html",
        http_status,
        form=form,
        questions=len(PAGES),
        minutes=config().answers_minutes,
        learning_days=config().learning_days,
        run=run,
        is_deleted="deleted" in request.args and run is None,
    )


def _question_page(asked: Page, form: PageForm, http_status: int = 200) -> Response:
    before = service.page_before(asked)
    return page(
        "quiz/question.html",
        http_status,
        form=form,
        asked=asked,
        questions=len(PAGES),
        back_url=shop_url("quiz.question", slug=before.slug) if before else shop_url("quiz.start"),
    )


def _to_start(**flags: int) -> Response:
    return _see(shop_url("quiz.start", **flags))


def _to_page(asked: Page) -> Response:
    return _see(shop_url("quiz.question", slug=asked.slug))


def _see(address: str) -> Response:
    return no_store(cast(Response, redirect(address, 303)))
