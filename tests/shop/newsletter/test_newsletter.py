"""Newsletter: double opt-in, one answer for every address, signed links of one purpose, and a way out."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail
from shop.mail.sender import message
from shop.newsletter import service
from shop.newsletter.models import Subscriber
from tests.conftest import NOW


def _mails(app):
    with Session(app.extensions["tsubo"].engine) as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def _subscribers(app):
    with Session(app.extensions["tsubo"].engine) as session:
        return session.scalar(select(func.count()).select_from(Subscriber))


def _link(mail, kind):
    found = re.search(rf"http://shop\.test(/newsletter/{kind}/\S+)", mail.text)
    assert found is not None
    return found[1]


def _confirmed(app, client):
    client.post("/newsletter", data={"email": "one@example.com"})
    client.post(_link(_mails(app)[0], "confirm"))
    return _mails(app)[1]


def test_signing_up_confirming_and_the_guide(app, client):
    answer = client.post("/newsletter", data={"email": " One@Example.com "})
    link = _link(_mails(app)[0], "confirm")
    asked = client.get(link)
    confirmed = client.post(link)
    welcome = client.get(confirmed.headers["Location"])
    guide = client.get(re.search(r'href="(/newsletter/guide/[^"]+)"', welcome.text)[1])

    assert answer.status_code == confirmed.status_code == 303
    assert asked.status_code == welcome.status_code == 200
    assert guide.mimetype == "application/pdf"
    assert guide.data.startswith(b"%PDF")
    assert _mails(app)[0].recipient == "one@example.com"


def test_opening_the_link_alone_changes_nothing(app, client):
    client.post("/newsletter", data={"email": "one@example.com"})

    client.get(_link(_mails(app)[0], "confirm"))

    assert len(_mails(app)) == 1


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(app, client):
    _confirmed(app, client)

    known = client.post("/newsletter", data={"email": "one@example.com"})
    unknown = client.post("/newsletter", data={"email": "two@example.com"})

    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])


def test_asking_again_and_again_sends_one_mail_a_day(app, client):
    for _time in range(4):
        client.post("/newsletter", data={"email": "one@example.com"})

    assert len(_mails(app)) == 1


@pytest.mark.parametrize("typed", ["", "one", "one@", "@example.com", "a@b", "a b@example.com", "x@y.org\nBcc: y"])
def test_a_bad_address_is_explained_on_the_page_and_kept(app, client, typed):
    answer = client.post("/newsletter", data={"email": typed})

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert _mails(app) == []


def test_another_sites_form_is_refused(client):
    answer = client.post("/newsletter", data={"email": "one@example.com"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_too_many_tries_are_told_to_wait(client):
    codes = [client.post("/newsletter", data={"email": "x"}).status_code for _time in range(7)]

    assert codes[-1] == 429


def test_a_link_of_one_purpose_is_refused_for_another(app, client):
    welcome = _confirmed(app, client)
    leave_token = _link(welcome, "unsubscribe").rsplit("/", 1)[1]

    answers = [client.get(f"/newsletter/{kind}/{leave_token}") for kind in ("confirm", "guide", "welcome")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_unsubscribing_forgets_the_address_and_its_mails(app, client):
    link = _link(_confirmed(app, client), "unsubscribe")

    asked, done, again = client.get(link), client.post(link), client.post(link)

    assert [asked.status_code, done.status_code, again.status_code] == [200, 200, 200]
    assert _subscribers(app) == 0
    assert _mails(app) == []


def test_the_mail_programs_own_button_unsubscribes_without_a_cookie_or_a_page(app, client):
    mail = _confirmed(app, client)
    letter = message(mail, Letterhead.from_config(app.extensions["tsubo"].config))
    address = letter["List-Unsubscribe"].strip("<>")
    robot = app.test_client()  # no cookie, no Origin, no Sec-Fetch-Site: what a mail provider's server sends

    answer = robot.post(address, data={"List-Unsubscribe": "One-Click"})

    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])
    assert _subscribers(app) == 0


def test_only_newsletters_can_be_unsubscribed(app, client):
    client.post("/newsletter", data={"email": "one@example.com"})

    letter = message(_mails(app)[0], Letterhead.from_config(app.extensions["tsubo"].config))

    assert letter["List-Unsubscribe"] is None


def test_no_address_stands_in_a_link(app, client):
    mail = _confirmed(app, client)

    assert "one@example.com" not in mail.text
    assert "one" not in _link(mail, "unsubscribe")


def test_unconfirmed_addresses_are_forgotten_after_a_week(session):
    session.add(Subscriber(email="old@example.com", consent_text="x", requested_at=NOW.replace(month=5, day=1)))
    session.add(Subscriber(email="new@example.com", consent_text="x", requested_at=NOW))
    session.flush()

    forgotten = service.forget_unconfirmed(session, NOW)

    assert forgotten == 1
    assert session.scalars(select(Subscriber.email)).all() == ["new@example.com"]


def test_what_is_kept_can_be_exported_and_erased(session):
    session.add(Subscriber(email="one@example.com", consent_text="x", requested_at=NOW))
    session.flush()

    assert service.export_subscriber(session, " ONE@example.com")["requested_at"] == NOW.isoformat()
    assert service.erase_subscriber(session, "one@example.com")
    assert service.export_subscriber(session, "one@example.com") is None
