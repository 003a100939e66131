"""Staff accounts and their sessions, without any page."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from shop.errors import BadInput, Forbidden
from shop.staff import service
from shop.staff.models import StaffSession
from shop.staff.rules import ABSOLUTE, IDLE, MINIMUM_LENGTH, is_over, password_trouble
from tests.make import NOW

EMAIL, PASSWORD = "anna@shop.example", "blue kettle seven moss"


@pytest.mark.parametrize(
    "password", ["short", "password1234", "aaaaaaaaaaaa", "x" * 129, "anna-and-more", "Qwerty-uiop-1"]
)
def test_a_weak_password_is_refused(password: str) -> None:
    assert password_trouble(password, EMAIL) is not None


@pytest.mark.parametrize(
    "password",
    [
        "Tsubo-2026!", "tsubotsubotsubo", "shop.example1", "Sommer2026!", "asdfghjkl;'", "1q2w3e4r5t6z",
        "trustno1trustno1",
        "abcdefghijkl", "iloveyouiloveyou", "1234567890", "zaq12wsxcde3", "!!!!!!!!!!!!",
    ],
)  # fmt: skip
def test_names_of_the_shop_runs_of_keys_and_repetitions_are_refused(password: str) -> None:
    assert password_trouble(password, EMAIL, "Tsubo") is not None


def test_each_of_the_3000_commonest_passwords_is_refused_also_when_it_is_made_longer() -> None:
    commonest = FREQUENCY_LISTS["passwords"][:3000]
    long_enough = [password for password in commonest if len(password) >= MINIMUM_LENGTH]
    lengthened = [password + "2026!" for password in commonest[:200]]

    taken = [password for password in long_enough + lengthened if password_trouble(password, EMAIL) is None]

    assert len(long_enough) > 30
    assert taken == []


@pytest.mark.parametrize("password", [PASSWORD, "correct horse battery staple " * 3, "über-lange Wörter und so"])
def test_a_good_password_of_any_length_and_letters_is_taken(password: str) -> None:
    assert password_trouble(password, EMAIL) is None


def test_a_password_is_kept_as_argon2_and_checked(session: Session) -> None:
    member = service.add_member(session, " Anna@Shop.example ", PASSWORD, now=NOW)

    assert member.password_hash.startswith("$argon2id$")
    assert service.is_password(member, PASSWORD)
    assert not service.is_password(member, PASSWORD + "x")
    assert not service.is_password(None, PASSWORD)
    assert service.find_member(session, EMAIL) is member


def test_the_database_keeps_no_token(session: Session) -> None:
    member = service.add_member(session, EMAIL, PASSWORD, now=NOW)

    token = service.open_session(session, member.id, now=NOW)
    session.flush()

    kept = session.scalars(select(StaffSession.token_hash)).one()
    assert token not in kept
    assert service.find_session(session, token, now=NOW) is not None
    assert service.find_session(session, kept, now=NOW) is None
    assert service.find_session(session, "", now=NOW) is None


def test_sessions_end_by_sign_out_new_password_and_removal(session: Session) -> None:
    member = service.add_member(session, EMAIL, PASSWORD, now=NOW)
    first, second, third = (service.open_session(session, member.id, now=NOW) for _ in range(3))
    session.flush()

    service.close_session(session, first)
    session.expire_all()
    assert service.find_session(session, first, now=NOW) is None
    assert service.find_session(session, second, now=NOW) is not None

    service.add_member(session, EMAIL, "another kettle eight fern", now=NOW)
    session.expire_all()
    assert service.find_session(session, second, now=NOW) is None

    fresh = service.open_session(session, member.id, now=NOW)
    service.remove_member(session, EMAIL)
    session.expire_all()
    assert service.find_session(session, fresh, now=NOW) is None
    assert service.find_session(session, third, now=NOW) is None
    assert service.find_member(session, EMAIL) is None
    with pytest.raises(BadInput):
        service.remove_member(session, EMAIL)


def test_a_session_is_over_when_idle_or_old() -> None:
    assert not is_over(NOW, NOW, NOW + IDLE)
    assert is_over(NOW, NOW, NOW + IDLE + timedelta(seconds=1))
    assert is_over(NOW, NOW + ABSOLUTE, NOW + ABSOLUTE + timedelta(seconds=1))


def test_a_visit_is_noted_once_a_minute_and_not_for_a_dead_session(session: Session) -> None:
    member = service.add_member(session, EMAIL, PASSWORD, now=NOW)
    token = service.open_session(session, member.id, now=NOW)
    session.flush()
    found = service.find_session(session, token, now=NOW)
    assert found is not None

    assert not service.is_touch_due(found, NOW + timedelta(seconds=59))
    assert service.is_touch_due(found, NOW + timedelta(seconds=60))
    service.touch(session, token, now=NOW + timedelta(hours=1))
    assert service.find_session(session, token, now=NOW + timedelta(hours=2, minutes=59)) is not None
    with pytest.raises(Forbidden):
        service.touch(session, "unknown", now=NOW)
