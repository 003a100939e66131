"""The visitor's cookie: encrypted, always of one length, an hour at most; anything odd about it is no cookie at all."""

import json
from datetime import timedelta

import pytest
import time_machine
from cryptography.fernet import Fernet
from flask import Flask

from recommender.questionnaire import PAGES, Kind
from recommender.types import UNKNOWN
from shop.keys import Keyring
from shop.quiz import service, visitor
from shop.quiz.service import NONE
from tests.conftest import NOW, MakeApp
from tests.shop.quiz.walk import COOKIE, SORE_BACK, Walk

SECRET = "a-secret-for-tests-only-0123456789abcdef"
NEWER_SECRET = "another-secret-for-tests-0123456789abcdef"


def sealed(inside: object) -> str:
    """Anything, encrypted with the shop's own key."""
    text = inside if isinstance(inside, str) else json.dumps(inside)
    return Keyring([SECRET]).fernet(visitor.PURPOSE).encrypt(text.encode()).decode()


def opened(cookie: str) -> bytes:
    return Keyring([SECRET]).fernet(visitor.PURPOSE).decrypt(cookie.encode())


def every_tick() -> dict[str, object]:
    """The longest answers there are: everything ticked."""
    ticks: dict[str, object] = {}
    for question in (question for page in PAGES[1:] for question in page.questions):
        if question.kind is Kind.MANY:
            ticks[question.field] = [choice.code for choice in question.choices]
        elif question.kind is Kind.ONE:
            ticks[question.field] = max((choice.code for choice in question.choices), key=len)
        elif question.kind is Kind.SCALE:
            ticks[question.field] = str(question.high)
    return ticks | {"red_flags": [NONE], "max_budget": "999999.99"}


def test_its_length_tells_nothing(walk: Walk) -> None:
    lengths = set()
    for fields in ({"red_flags": [NONE], "health": [NONE], "allergies": [NONE]}, every_tick()):
        walk.answer_all(fields)
        lengths.add(len(walk.cookie() or ""))
        assert len(opened(walk.cookie() or "")) == visitor.PADDED_BYTES

    assert len(lengths) == 1
    assert lengths.pop() < 3_000


def test_every_warning_sign_together_fits_too(walk: Walk) -> None:
    walk.begin()

    walk.send("warning-signs", red_flags=[choice.code for choice in PAGES[0].questions[0].choices])

    assert len(opened(walk.cookie() or "")) == visitor.PADDED_BYTES


def test_it_is_out_of_reach_of_scripts_and_other_sites(walk: Walk) -> None:
    header = walk.begin().headers["Set-Cookie"]

    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header


def test_on_https_it_is_secure_and_bound_to_the_host(make_app: MakeApp) -> None:
    client = make_app(SHOP_BASE_URL="https://shop.test").test_client()

    answer = client.post("/find", data={"consent": "y"}, headers={"Origin": "https://shop.test"})

    header = answer.headers["Set-Cookie"]
    assert header.startswith(f"__Host-{COOKIE}=")
    assert "Secure" in header


def test_it_ends_an_hour_after_the_consent_however_often_it_is_written(walk: Walk) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        walk.begin()
        clock.shift(timedelta(minutes=50))
        late = walk.send("warning-signs", red_flags=NONE)
        clock.shift(timedelta(minutes=9, seconds=59))
        still = walk.client.get("/find/where").status_code
        clock.shift(timedelta(seconds=2))
        walk.set_cookie(late.headers["Set-Cookie"].split("=", 1)[1].split(";")[0])  # a browser that keeps it
        gone = walk.client.get("/find/where")

    assert "Max-Age=600;" in late.headers["Set-Cookie"]
    assert still == 200
    assert gone.location == "/find"


def test_it_is_not_read_before_its_time(walk: Walk) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        walk.begin()
        clock.shift(timedelta(hours=-1))

        assert walk.client.get("/find/warning-signs").location == "/find"


def content(**changed: object) -> dict[str, object]:
    """What lies in a cookie, with something changed."""
    whole = {"run": "r", "started": int(NOW.timestamp()), "answers": {}, "consent": visitor.CONSENT_VERSION}
    return whole | changed


def assert_counts_as_none(walk: Walk, value: str) -> None:
    with time_machine.travel(NOW, tick=False):
        walk.set_cookie(value)

        assert walk.client.get("/find").status_code == 200
        assert walk.client.get("/find/where").location == "/find"
        assert walk.client.get("/find/result").location == "/find"
        assert walk.client.post("/find/health", data={"health": NONE}).location == "/find"


@pytest.mark.parametrize("value", ["", "garbage", "gAAAAA", "é" * 10, "A" * 3_900, "%00", '"', "a=b; c=d"])
def test_what_the_shop_did_not_encrypt_counts_as_none(walk: Walk, value: str) -> None:
    assert_counts_as_none(walk, value)


def test_what_somebody_else_encrypted_counts_as_none(walk: Walk) -> None:
    assert_counts_as_none(walk, Fernet(Fernet.generate_key()).encrypt(json.dumps(content()).encode()).decode())


@pytest.mark.parametrize(
    "inside",
    [
        "no json",
        [],
        17,
        {},
        content(started="soon"),
        content(started=10**30),
        content(started=-(10**30)),
        content(started=10**12),
        content(started=None),
        content(answers=[]),
        content(answers={"x": 1}),
        content(answers={"health": "OSTEO"}),
        content(answers={"intensity": True}),
        content(consent="an older wording"),
    ],
    ids=repr,
)
def test_what_the_shop_would_not_have_written_counts_as_none(walk: Walk, inside: object) -> None:
    assert_counts_as_none(walk, sealed(inside))


def test_one_changed_letter_makes_it_worthless(walk: Walk) -> None:
    walk.answer_all({"red_flags": ["CAUDA"]})
    whole = walk.cookie() or ""

    for place in (12, len(whole) // 2, len(whole) - 5):
        letter = "A" if whole[place] != "A" else "B"
        walk.set_cookie(whole[:place] + letter + whole[place + 1 :])

        assert walk.client.get("/find/result").location == "/find"


def test_a_cookie_for_another_purpose_is_none(walk: Walk) -> None:
    walk.set_cookie(Keyring([SECRET]).fernet("something else").encrypt(b"{}").decode())

    assert walk.client.get("/find/warning-signs").location == "/find"


def test_an_older_key_still_opens_it_after_the_keys_are_rolled(make_app: MakeApp, walk: Walk) -> None:
    walk.begin()
    rolled = Walk(make_app(SHOP_SECRET_KEYS=f"{NEWER_SECRET},{SECRET}").test_client())
    rolled.client.environ_base |= walk.client.environ_base

    rolled.set_cookie(walk.cookie() or "")

    assert rolled.client.get("/find/warning-signs").status_code == 200


def test_an_unknown_safety_code_in_it_leads_to_a_clinician(walk: Walk) -> None:
    with time_machine.travel(NOW, tick=False):
        walk.set_cookie(sealed(content(answers={"red_flags": ["A_CODE_OF_LAST_YEAR"]})))

        shown = walk.client.get("/find/result")

    assert "Please have this looked at first" in shown.text


def test_delete_is_one_click_and_works_with_any_cookie(demo_walk: Walk) -> None:
    demo_walk.answer_all(SORE_BACK)

    deleted = demo_walk.client.post("/find/delete")

    assert deleted.location == "/find?deleted=1"
    assert demo_walk.cookie() is None
    assert "Your answers are deleted" in demo_walk.client.get(deleted.location).text
    assert demo_walk.client.get("/find/result").location == "/find"
    demo_walk.set_cookie("garbage")
    demo_walk.client.post("/find/delete")
    assert demo_walk.cookie() is None


def test_another_site_cannot_delete_and_a_link_cannot_either(walk: Walk) -> None:
    walk.begin()

    assert walk.client.post("/find/delete", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert walk.client.get("/find/delete").status_code == 200, "it asks, and deletes nothing"
    assert walk.cookie()


def test_the_state_survives_being_written_and_read() -> None:
    state: service.State = {"areas": ("neck",), "intensity": 7, "goal": "", "duration": None, "health": (UNKNOWN,)}

    assert service.from_plain(json.loads(json.dumps(service.to_plain(state)))) == state


def test_the_shops_database_is_not_asked_by_question_pages(app: Flask, walk: Walk) -> None:
    walk.begin()
    app.extensions["tsubo"].engine.dispose()
    checked_out = app.extensions["tsubo"].engine.pool.checkedout

    assert walk.send("warning-signs", red_flags=NONE).status_code == 303
    assert checked_out() == 0
