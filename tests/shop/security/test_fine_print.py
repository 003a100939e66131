"""Single promises that no other test holds: text in structured data, dated links, proxies, nothing of the debugger."""

import re
from datetime import timedelta

import pytest
import structlog
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.clock import utc_now
from shop.db import begin_write
from shop.newsletter.rules import CONFIRM_WITHIN
from tests.conftest import ORIGIN, MakeApp
from tests.house_rules import ROOT, tracked_files
from tests.make import make_product

HOSTILE = "Mat</script><script>alert(1)</script>"


def test_a_title_cannot_leave_the_structured_data_of_its_page(client: FlaskClient, engine: Engine) -> None:
    with Session(engine) as session:
        begin_write(session)
        product = make_product(session, "MAT01", title=HOSTILE, variants=("CHARCOAL",))
        session.commit()
        slug = product.slug

    pages = [client.get(path).text for path in (f"/products/{slug}", "/products", "/sitemap.xml")]

    assert "ld+json" in pages[0]
    assert not [page for page in pages if "<script>alert" in page]


def test_a_newsletter_link_ends_with_its_time(make_app: MakeApp) -> None:
    app = make_app()
    start = utc_now()
    with time_machine.travel(start, tick=False) as clock:
        token = app.extensions["tsubo"].keyring.links("newsletter-confirm").dumps("mark")
        clock.move_to(start + CONFIRM_WITHIN + timedelta(seconds=2))

        answer = app.test_client().get(f"/newsletter/confirm/{token}")

    assert answer.status_code == 404
    assert "too old" in answer.text


def test_behind_a_trusted_proxy_the_address_it_names_is_counted(make_app: MakeApp) -> None:
    client = make_app(SHOP_CART_POSTS_PER_MINUTE=1, SHOP_TRUSTED_PROXIES=1).test_client()

    with time_machine.travel(utc_now().replace(second=1), tick=False):
        statuses = [
            client.post("/cart/add", data={"sku": "NONE"}, headers={**ORIGIN, "X-Forwarded-For": f"6.6.6.6, {address}"})
            for address in ("203.0.113.1", "203.0.113.1", "203.0.113.2")
        ]

    assert [answer.status_code for answer in statuses] == [404, 429, 404]  # what the visitor put before it is ignored


def test_no_debugger_and_no_secret_of_ours_is_in_the_tree(make_app: MakeApp) -> None:
    secrets = re.compile(r"(sk|rk)_live_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY")
    texts = {name: (ROOT / name).read_text(encoding="utf-8", errors="ignore") for name in tracked_files()}

    assert not make_app().debug
    assert [name for name, text in texts.items() if secrets.search(text)] == []


def test_a_line_break_makes_no_second_line_in_the_log(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    make_app(SHOP_LOG_FORMAT="json")
    capsys.readouterr()

    structlog.get_logger("shop.test").warning("seen", value='a\n{"event": "signed_in"}\r\nb')

    written = capsys.readouterr()
    assert len((written.err + written.out).splitlines()) == 1
