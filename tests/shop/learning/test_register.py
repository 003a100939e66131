"""The models there are: at most one is live, going back goes back, and nothing moves that may not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.learning import register
from shop.learning.models import RankingModel
from shop.learning.register import ModelMoved, NoSuchModel
from shop.learning.states import NEXT_MODEL_STATES, ModelState

DAY = timedelta(days=1)


def make_model(session: Session, letter: str, now: datetime) -> RankingModel:
    """A candidate whose sha256 is one letter over and over."""
    return register.add_candidate(session, letter * 64, by="system", now=now)[0]


def live(session: Session) -> str | None:
    found = register.find_live(session)
    return found.sha256[0] if found else None


def test_the_same_model_is_one_row_however_often_it_is_trained(session: Session, now: datetime) -> None:
    made = [register.add_candidate(session, "a" * 64, by="system", now=now) for _ in range(2)]

    assert [is_new for _, is_new in made] == [True, False]
    assert made[0][0].id == made[1][0].id


def test_a_promoted_model_retires_the_one_before(session: Session, now: datetime) -> None:
    first, second = make_model(session, "a", now), make_model(session, "b", now)

    none = register.promote(session, first, by="merchant:m@shop.example", now=now)
    before = register.promote(session, second, by="system", now=now + DAY)

    assert none is None
    assert before is first
    assert (first.state, second.state) == (ModelState.RETIRED, ModelState.LIVE)
    assert first.promoted_by == "merchant:m@shop.example"


def test_the_database_holds_no_second_live_model(session: Session, now: datetime) -> None:
    first, second = make_model(session, "a", now), make_model(session, "b", now)
    register.promote(session, first, by="system", now=now)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(RankingModel).where(RankingModel.id == second.id).values(state=ModelState.LIVE))

    assert session.scalar(select(func.count()).where(RankingModel.state == ModelState.LIVE)) == 1


def test_going_back_twice_goes_back_further_and_then_to_day_one(session: Session, now: datetime) -> None:
    for place, letter in enumerate("abc"):
        register.promote(session, make_model(session, letter, now), by="system", now=now + place * DAY)

    served = [live(session)]
    for _ in range(4):
        register.roll_back(session)
        served.append(live(session))

    assert served == ["c", "b", "a", None, None]


def test_with_nothing_live_there_is_nothing_to_go_back_from(session: Session, now: datetime) -> None:
    make_model(session, "a", now)

    assert register.roll_back(session) == (None, None)


def test_a_refused_model_serves_no_longer_and_is_told_of_until_another_is_promoted(
    session: Session, now: datetime
) -> None:
    first, second = make_model(session, "a", now), make_model(session, "b", now)
    register.promote(session, first, by="system", now=now)

    changed = [register.refuse(session, "a" * 64, "The file is not there. " * 40) for _ in range(2)]
    session.refresh(first)
    told = register.find_refused(session)
    register.promote(session, second, by="system", now=now + DAY)

    assert changed == [True, False]
    assert told is first
    assert first.refusal.startswith("The file is not there.")
    assert live(session) == "b"
    assert register.find_refused(session) is None


def test_after_a_refusal_going_back_finds_the_model_before_it(session: Session, now: datetime) -> None:
    for place, letter in enumerate("ab"):
        register.promote(session, make_model(session, letter, now), by="system", now=now + place * DAY)
    register.refuse(session, "b" * 64, "gone")
    session.expire_all()

    left, now_live = register.roll_back(session)

    assert (left and left.sha256[0], now_live and now_live.sha256[0]) == ("b", "a")


def test_a_candidate_is_never_refused_by_a_page(session: Session, now: datetime) -> None:
    make_model(session, "a", now)

    assert register.refuse(session, "a" * 64, "gone") is False


@pytest.mark.parametrize("old", ModelState)
def test_only_the_moves_of_the_table_are_made(session: Session, now: datetime, old: ModelState) -> None:
    model = make_model(session, "a", now)
    session.execute(update(RankingModel).values(state=old, promoted_at=now))
    session.refresh(model)

    if ModelState.LIVE in NEXT_MODEL_STATES[old]:
        register.promote(session, model, by="system", now=now)
        assert live(session) == "a"
    else:
        with pytest.raises(ModelMoved, match="cannot become live"):
            register.promote(session, model, by="system", now=now)


def test_a_move_that_somebody_else_made_first_is_refused(session: Session, now: datetime) -> None:
    model = make_model(session, "a", now)
    moved = update(RankingModel).values(state=ModelState.RETIRED).execution_options(synchronize_session=False)
    session.execute(moved)

    with pytest.raises(ModelMoved):
        register.promote(session, model, by="system", now=now)


@pytest.mark.parametrize("name", ["", "ab", "7", "cccccc", "aaaaaa%", "______", "x" * 500])
def test_a_name_that_is_none_finds_no_model(session: Session, now: datetime, name: str) -> None:
    make_model(session, "a", now)

    with pytest.raises(NoSuchModel):
        register.get_model(session, name)


def test_a_model_is_found_by_number_by_the_beginning_of_its_hash_and_the_newest_without_any(
    session: Session, now: datetime
) -> None:
    make_model(session, "b", now)
    model = make_model(session, "a", now + DAY)

    found = [register.get_model(session, name) for name in (str(model.id), "aaaaaa", None)]

    assert found == [model] * 3


def judged(reading: str, *, look: int, against: str = "", weighed: bool = True) -> dict[str, object]:
    return {"against": against, "reading": reading, "look": look, "weighed": weighed}


def test_looks_are_counted_over_all_candidates_for_one_place(session: Session, now: datetime) -> None:
    first, second = make_model(session, "a", now), make_model(session, "b", now)
    numbers = []

    for place, model in enumerate((first, second, first)):
        numbers.append(register.look_number(session, model, against="", reading=f"log {place}"))
        register.keep_decision(model, judged(f"log {place}", look=numbers[-1]))
        session.flush()

    assert numbers == [1, 2, 3]
    assert register.look_number(session, second, against="a" * 64, reading="log 9") == 1


def test_the_same_log_again_is_no_further_look(session: Session, now: datetime) -> None:
    model = make_model(session, "a", now)
    for _ in range(3):
        look = register.look_number(session, model, against="", reading="the log")
        register.keep_decision(model, judged("the log", look=look))
        session.flush()

    assert look == 1
    assert (model.decision or {})["looks"] == {"": 1}
    assert register.look_number(session, model, against="", reading="a longer log") == 2


def test_a_look_that_could_not_promote_spends_nothing(session: Session, now: datetime) -> None:
    model = make_model(session, "a", now)

    register.keep_decision(model, judged("a short log", look=1, weighed=False))
    session.flush()

    assert register.look_number(session, model, against="", reading="a longer log") == 1
