"""R1 to R6: what a visitor answers stays with the visitor. A walk to the mail of a paid order, and a search for it."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from playwright.sync_api import Browser, Page, Request
from sqlalchemy import select

from recommender.questionnaire import PAGES
from shop import jobs
from shop.audit.models import AuditEvent
from shop.clock import utc_now
from shop.mail.models import OutboxMail
from shop.orders import service as orders
from shop.orders.models import Order
from tests.conftest import NOW
from tests.journeys import canary, steps
from tests.journeys.conftest import LiveShop, NewContext

WALK: tuple[dict[str, str], ...] = (
    {"red_flags": "NONE"},
    {"areas": "jaw", "pain_kind": "jaw_tension"},
    {"intensity": "9", "interference": "8", "duration": "months"},
    {"triggers": "cycle"},
    {
        "position_preference": "on_the_go",
        "pressure_preference": "5",
        "experience": "regular",
        "portability_need": "must",
        "mobility_limits": "limited_grip",
    },
    {"health": "NECKI", "allergies": "BUCKWHEAT"},
    {"max_budget": "87.31", "goal": "focus"},
)
PATTERNS = canary.canaries(WALK)


class Walked:
    """One walk: what was captured, the addresses it called before checkout, and the answers' own pages."""

    def __init__(
        self, captured: canary.Captured, asked_before_checkout: list[str], result: str, *, learning: bool
    ) -> None:
        self.captured, self.asked_before_checkout, self.result = captured, asked_before_checkout, result
        self.learning = learning

    def log_rows(self) -> list[str]:
        """What the learning log holds of it."""
        rows = self.captured["rows of the database"].splitlines()
        return [row for row in rows if row.startswith(("shop_impression", "shop_candidate", "shop_outcome_tag"))]


@pytest.fixture(scope="module")
def recorder(live_shop: LiveShop) -> Iterator[canary.Recorder]:
    recorder = canary.Recorder(live_shop.app)
    live_shop.front = recorder
    yield recorder
    live_shop.front = live_shop.app


@pytest.fixture(scope="module")
def log_lines() -> Iterator[list[str]]:
    handler, root = canary.Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="module", params=[False, True], ids=["without learning", "with learning"])
def walked(
    live_shop: LiveShop,
    browser: Browser,
    recorder: canary.Recorder,
    log_lines: list[str],
    request: pytest.FixtureRequest,
) -> Walked:
    """The whole way, from the first question to the mail, with everything noted on the way.

    With the consent to learning, the visitor also opens a product, looks at their log, and is asked two weeks later.
    """
    learning: bool = request.param
    engine = live_shop.app.extensions["tsubo"].engine
    before, context = canary.rows(engine), browser.new_context()
    page, asked, places = context.new_page(), [], []
    context.on("request", lambda request: asked.append(_as_sent(request)))
    page.on("domcontentloaded", lambda page: places.append(f"{page.url} {page.title()}"))
    with structlog.testing.capture_logs() as structured:
        result = _ask(page, live_shop, learning=learning)
        if learning:
            _look_around(page)
        steps.add_first(page)
        page.click("main a:has-text('checkout')")
        before_checkout = list(asked)
        _buy_and_read_the_mail(page, live_shop, learning=learning)
        metrics = live_shop.app.test_client().get("/metrics").text
    captured = canary.captured_text(
        recorder,
        **{
            "addresses and titles in the browser": places,
            "requests of the browser": asked,
            "log lines": log_lines,
            "structured log": structured,
            "metrics": metrics,
            "payment provider": live_shop.provider.ledger(),
            "rows of the database": sorted(canary.rows(engine) - before),
            "file of the jobs": _jobs_file(live_shop),
            "cookies": [f"{cookie['name']}={cookie['value']}" for cookie in context.cookies()],
            "browser storage": str(page.evaluate("[{...localStorage}, {...sessionStorage}]")),
        },
    )
    context.close()
    return Walked(captured, before_checkout, result, learning=learning)


def _buy_and_read_the_mail(page: Page, shop: LiveShop, *, learning: bool) -> None:
    """From the checkout's first page to the mail about the paid order."""
    steps.fill_address(page)
    if learning:
        page.check("input[name=ask_later]")
    steps.order_and_pay(page)
    page.wait_for_url(re.compile("/order/"))
    if learning:
        _send_two_weeks_ago(shop)
        _answer_the_mail(page, shop)
    with shop.app.app_context():
        jobs.run(shop.app, "mails")
    page.goto(f"{shop.url}/demo/mails")
    page.locator("main a[href*='/demo/mails/']").first.click()


def _look_around(page: Page) -> None:
    """The first product by its link, the log by its own, and back to the result."""
    page.locator("article h2 a").first.click()
    page.wait_for_url(re.compile("/products/"))
    page.go_back()
    page.click("a[href*='/find/log/']")
    page.wait_for_url(re.compile("/find/log/"))
    page.go_back()


def _send_two_weeks_ago(live_shop: LiveShop) -> None:
    shop, now = live_shop.app.extensions["tsubo"], utc_now()
    with shop.sessions() as session, session.begin():
        newest = session.scalars(select(Order.id).order_by(Order.id.desc())).first()
        assert newest is not None
        orders.ship(
            session, newest, orders.Parcel("Post"), actor="merchant:m@example.com", now=now - timedelta(days=14)
        )
    jobs.run(live_shop.app, "asking")


def _answer_the_mail(page: Page, live_shop: LiveShop) -> None:
    with live_shop.app.extensions["tsubo"].sessions() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "follow_up")).one()
    found = re.search(r"/asked/\S+", mail.text)
    assert found is not None
    page.goto(live_shop.url + found[0])
    page.check("input[name$=mark][value='8']")
    page.click("main form button:has-text('Send my answer')")
    page.wait_for_url(re.compile("done=answered"))


def _ask(page: Page, live_shop: LiveShop, *, learning: bool) -> str:
    page.goto(f"{live_shop.url}/find")
    steps.agree(page, learning=learning)
    for answers in WALK[:-1]:
        steps.answer(page, answers)
    page.fill("[name=max_budget]", WALK[-1]["max_budget"])
    steps.answer(page, {"goal": WALK[-1]["goal"]})
    return page.inner_text("main")


def _as_sent(request: Request) -> str:
    return f"{request.method} {request.url} referer={request.headers.get('referer')}"


def _jobs_file(live_shop: LiveShop) -> Path:
    return Path(live_shop.app.extensions["tsubo"].config.jobs_url.removeprefix("sqlite:///"))


def test_no_answer_is_found_anywhere_from_the_questionnaire_to_the_mail(walked: Walked) -> None:
    searched = {place: len(text) for place, text in walked.captured.items()}

    found = canary.leaks(walked.captured, PATTERNS)

    assert found == []
    assert "Tense jaw" in walked.result, "the visitor's own page shows the answers, so the walk did give them"
    empty = {place for place, size in searched.items() if size == 0}
    assert empty <= {"file of the jobs"}, "each place was really searched"
    assert "confirmation" in walked.captured["rows of the database"]
    assert "checkout.session.completed" in walked.captured["webhooks"]


def test_nothing_is_asked_of_another_origin_before_checkout(walked: Walked, live_shop: LiveShop) -> None:
    foreign = [line for line in walked.asked_before_checkout if not line.split()[1].startswith(live_shop.url)]

    assert foreign == []
    assert len(walked.asked_before_checkout) > 10


def test_the_order_does_not_say_that_it_came_from_the_questionnaire(walked: Walked) -> None:
    rows = walked.captured["rows of the database"].splitlines()

    order_rows = [row for row in rows if row.startswith(("shop_order", "shop_cart", "shop_hold"))]

    assert order_rows
    assert not [row for row in order_rows if re.search(r"quiz|questionnaire|/find|impression|recommend", row)]


def test_the_log_is_there_with_its_consent_only_and_holds_no_code_of_any_safety_question(walked: Walked) -> None:
    rows = walked.log_rows()

    codes = {code for page in PAGES for question in page.questions if question.safety for code in question.codes}
    assert bool(rows) is walked.learning
    assert not [row for row in rows for code in codes if code in row]
    if walked.learning:
        bought = [row for row in rows if "'bought': 1" in row or "'bought': True" in row]
        assert len(bought) == 1
        assert re.search(r"'opened': (1|True)", bought[0])
        assert "'helped': 8" in bought[0]


@pytest.mark.parametrize("planted", ["pain_kind=jaw_tension", '"health": ["NECKI"]', "weak or painful grip", "87.31"])
def test_the_search_finds_an_answer_wherever_one_is_planted(walked: Walked, planted: str) -> None:
    for place, text in walked.captured.items():
        found = canary.leaks({place: f"{text[-2_000:]} {planted} and so on"}, PATTERNS)

        assert found
        assert all(line.startswith(f"{place}:") for line in found)


def test_the_recorders_note_an_answer_that_really_leaks(
    live_shop: LiveShop, new_context: NewContext, recorder: canary.Recorder, log_lines: list[str]
) -> None:
    page, shop = new_context().new_page(), live_shop.app.extensions["tsubo"]
    before = canary.rows(shop.engine)
    leak = AuditEvent(at=NOW, actor="customer", action="added", subject="product:MAT01", changes={"goal": "focus"})

    page.goto(f"{live_shop.url}/products?q=jaw_tension")
    with shop.sessions() as session, session.begin():
        session.add(leak)
    captured = canary.captured_text(recorder, log=log_lines, rows=canary.rows(shop.engine) - before)
    with shop.sessions() as session, session.begin():
        session.delete(leak)

    found = {line.split(":")[0] for line in canary.leaks(captured, PATTERNS)}
    assert found == {"requests", "log", "rows"}
