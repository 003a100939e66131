import pytest

from tests.demo.conftest import Desk


def test_the_control_address_acts_counts_and_forgets(desk: Desk) -> None:
    session = desk.open_session()

    acted = desk.browser.send("POST", "/_control/act", body={"session": session.id, "action": "pay"})
    counted = desk.browser.load("/_control/ledger").json
    desk.browser.send("POST", "/_control/reset", body={})

    assert (acted.status, acted.json["payment_status"]) == (200, "paid")
    assert counted["totals"] == {"charged": {"usd": 5495}, "refunded": {"usd": 0}, "charges": 1, "sessions": 1,
                                 "replays": 0}  # fmt: skip
    assert desk.browser.load("/_control/ledger").json["sessions"] == []


def test_faults_can_be_set_seen_and_ended(desk: Desk) -> None:
    added = desk.browser.send("POST", "/_control/faults", body={"kind": "late", "seconds": 5, "times": 1}).json
    desk.paid_session()
    seen = desk.browser.load("/_control/faults").json
    ended = desk.browser.send("DELETE", "/_control/faults").json

    assert [fault["hits"] for fault in added["faults"]] == [0]
    assert [fault["hits"] for fault in seen["faults"]] == [1]
    assert ended == {"faults": []}


def test_time_can_be_moved_on(desk: Desk) -> None:
    session = desk.open_session(expires_at=int(desk.clock.now) + 1860)

    moved = desk.browser.send("POST", "/_control/advance", body={"seconds": 1900})

    assert moved.json == {"now": desk.clock.now + 1900}
    assert desk.stripe.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_events_can_be_sent_again(desk: Desk) -> None:
    desk.paid_session()
    event = desk.server.ledger()["events"][0]["id"]

    assert desk.browser.send("POST", "/_control/redeliver", body={"event": event}).json == {"planned": 1}
    assert desk.browser.send("POST", "/_control/redeliver", body={}).json == {"planned": 4}
    assert desk.browser.send("POST", "/_control/redeliver", body={"status": "lost"}).json == {"planned": 0}


@pytest.mark.parametrize(("path", "body", "status"), [
    ("act", {"action": "pay"}, 400),
    ("act", {"session": "cs_test_nobody", "action": "pay"}, 404),
    ("act", {"session": "cs_test_nobody", "action": "steal"}, 400),
    ("act", {"session": ["x"], "action": ["y"]}, 400),
    ("faults", {"kind": "earthquake"}, 400),
    ("advance", {"seconds": "far"}, 400),
    ("advance", [], 400),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(near: Desk, path: str, body: object, status: int) -> None:
    answer = near.browser.send("POST", f"/_control/{path}", body=body)

    assert (answer.status, type(answer.json["error"])) == (status, str)


@pytest.mark.parametrize("headers", [
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Origin": "http://shop.example"},
    {"Host": "attacker.example"},
])  # fmt: skip
def test_a_web_page_cannot_drive_the_control_address(near: Desk, headers: dict[str, str]) -> None:
    assert near.browser.send("POST", "/_control/reset", body={}, headers=headers).status == 403
