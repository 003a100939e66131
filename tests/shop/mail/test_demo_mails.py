"""The demo's post box: there in the demo, nowhere else, and harmless whatever a mail holds."""

import pytest
from flask.testing import FlaskClient

from shop.mail import service
from shop.mail.letterhead import Letterhead
from shop.mail.sending import send_due
from shop.web import config, transaction
from tests.conftest import NOW, MakeApp


def send_one(make_app: MakeApp, mode: str) -> FlaskClient:
    app = make_app(SHOP_MODE=mode)
    with app.app_context():
        with transaction() as session:
            mail = service.Letter("k", "confirmation", "pat@example.com", "Thank you", "Hello", "<script>x</script>")
            service.enqueue(session, mail, now=NOW)
        send_due(transaction, Letterhead.from_config(config()), "", clock=lambda: NOW)
    return app.test_client()


def test_the_demo_shows_what_it_sent(make_app: MakeApp) -> None:
    client = send_one(make_app, "demo")

    pages = [client.get(f"/demo/mails{path}") for path in ("", "/1", "/1/html")]

    assert [answer.status_code for answer in pages] == [200, 200, 200]
    assert "Thank you" in pages[0].text
    assert "pat@example.com" in pages[1].text
    assert "sandbox" in pages[2].headers["Content-Security-Policy"]
    assert all("no-store" in answer.headers["Cache-Control"] for answer in pages)


@pytest.mark.parametrize("path", ["/demo/mails/2", "/demo/mails/99999999999999999999", "/demo/mails/x"])
def test_a_mail_that_is_not_there_is_not_found(make_app: MakeApp, path: str) -> None:
    client = send_one(make_app, "demo")

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/demo/mails", "/demo/mails/1", "/demo/mails/1/html"])
def test_outside_the_demo_there_is_no_such_page(make_app: MakeApp, path: str) -> None:
    client = send_one(make_app, "test")

    assert client.get(path).status_code == 404
