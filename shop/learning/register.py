"""The models there are: which one is live, which came before it, and every move from one state to another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.catalogue.service import bump_version
from shop.db import insert_if_absent
from shop.errors import ShopError
from shop.learning.models import RankingModel
from shop.learning.states import NEXT_MODEL_STATES, ModelState

LONGEST_REASON = 300
SHORTEST_NAME = 6


class NoSuchModel(ShopError):
    code, status = "no_such_model", 404

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no model {name}.")


class ModelMoved(ShopError):
    """The model is not in a state from which this can be done, or somebody else was faster."""

    code, status = "model_moved", 409

    def __init__(self, model: RankingModel, new: ModelState) -> None:
        super().__init__(f"Model {model.id} is {model.state.value} and cannot become {new.value}.")


def add_candidate(session: Session, sha256: str, *, by: str, now: datetime) -> tuple[RankingModel, bool]:
    """The row of a model that was trained just now, and whether it is new: the same log makes the same model."""
    is_new = insert_if_absent(
        session, RankingModel, sha256=sha256, state=ModelState.CANDIDATE, made_at=now, made_by=by, refusal=""
    )
    return session.scalars(select(RankingModel).where(RankingModel.sha256 == sha256)).one(), is_new


def get_model(session: Session, name: str | None) -> RankingModel:
    """The model with this number or beginning of its sha256; None: the newest candidate. Raises NoSuchModel."""
    query = select(RankingModel).order_by(RankingModel.made_at.desc(), RankingModel.id.desc()).limit(2)
    if name is None:
        found = session.scalars(query.where(RankingModel.state == ModelState.CANDIDATE)).first()
        if found is None:
            raise NoSuchModel("that waits for a decision")
        return found
    is_number = name.isascii() and name.isdigit() and len(name) < SHORTEST_NAME
    if not is_number and len(name) < SHORTEST_NAME:
        raise NoSuchModel(f"{name}; give its number or {SHORTEST_NAME} characters of its sha256")
    same = RankingModel.id == int(name) if is_number else RankingModel.sha256.startswith(name, autoescape=True)
    known = session.scalars(query.where(same)).all()
    if len(known) != 1:
        raise NoSuchModel(name)
    return known[0]


def find_live(session: Session) -> RankingModel | None:
    """The live model."""
    return session.scalars(select(RankingModel).where(RankingModel.state == ModelState.LIVE)).one_or_none()


def find_refused(session: Session) -> RankingModel | None:
    """The model that would be live if its file could be used: refused, and nothing was promoted since."""
    return _refused_last(session) if find_live(session) is None else None


def latest_models(session: Session, number: int) -> list[RankingModel]:
    """The newest models, newest first."""
    query = select(RankingModel).order_by(RankingModel.made_at.desc(), RankingModel.id.desc()).limit(number)
    return list(session.scalars(query))


def look_number(session: Session, model: RankingModel, *, against: str, reading: str) -> int:
    """Which look at a candidate for the place of `against` the next one is; the same log again is the same look.

    Looks at all candidates count, for each of them might have been promoted. reading: what the log was read as.
    """
    before = model.decision or {}
    if _is_same_look(before, against, reading):
        return int(before["look"])
    decisions = session.scalars(select(RankingModel.decision).where(RankingModel.decision.is_not(None)))
    return 1 + sum(int((decision or {}).get("looks", {}).get(against, 0)) for decision in decisions)


def keep_decision(model: RankingModel, decision: dict[str, Any]) -> None:
    """Keep what the gate said of a model in place of what it said before, and count the look if it was one."""
    before, against = model.decision or {}, decision["against"]
    looks = dict(before.get("looks", {}))
    if decision["weighed"] and not _is_same_look(before, against, decision["reading"]):
        looks[against] = looks.get(against, 0) + 1
    model.decision = {**decision, "looks": looks}


def _is_same_look(before: Mapping[str, Any], against: str, reading: str) -> bool:
    return bool(before.get("weighed")) and (before.get("against"), before.get("reading")) == (against, reading)


def promote(session: Session, model: RankingModel, *, by: str, now: datetime) -> RankingModel | None:
    """Make this model the live one; returns the one that was. Raises ModelMoved."""
    before = find_live(session)
    if before is not None and before.id != model.id:
        _move(session, before, ModelState.RETIRED)
    _move(session, model, ModelState.LIVE, promoted_at=now, promoted_by=by, refusal="")
    return before


def roll_back(session: Session) -> tuple[RankingModel | None, RankingModel | None]:
    """Put the model before the live one back, or the day-one ranking when there is none: returns (from, to).

    Going back twice goes back further. With nothing live and nothing refused there is nothing to do: (None, None).
    """
    live = find_live(session)
    since = live or _refused_last(session)
    if since is None:
        return None, None
    before = session.scalars(
        select(RankingModel)
        .where(RankingModel.state == ModelState.RETIRED, RankingModel.promoted_at < since.promoted_at)
        .order_by(RankingModel.promoted_at.desc(), RankingModel.id.desc())
        .limit(1)
    ).one_or_none()
    if live is not None:
        _move(session, live, ModelState.RETIRED)
    if before is not None:
        _move(session, before, ModelState.LIVE)
    return since, before


def refuse(session: Session, sha256: str, reason: str) -> bool:
    """Take a model whose file cannot be used out of service; False when it is so already."""
    may_be = [old for old, following in NEXT_MODEL_STATES.items() if ModelState.REFUSED in following]
    gone = session.scalar(
        update(RankingModel)
        .where(RankingModel.sha256 == sha256, RankingModel.state.in_(may_be))
        .values(state=ModelState.REFUSED, refusal=reason[:LONGEST_REASON])
        .returning(RankingModel.id)
    )
    if gone is not None:
        bump_version(session)
    return gone is not None


def _refused_last(session: Session) -> RankingModel | None:
    latest = session.scalars(
        select(RankingModel)
        .where(RankingModel.promoted_at.is_not(None), RankingModel.state.in_((ModelState.RETIRED, ModelState.REFUSED)))
        .order_by(RankingModel.promoted_at.desc(), RankingModel.id.desc())
        .limit(1)
    ).one_or_none()
    return latest if latest is not None and latest.state is ModelState.REFUSED else None


def _move(session: Session, model: RankingModel, new: ModelState, **values: object) -> None:
    if new not in NEXT_MODEL_STATES[model.state]:
        raise ModelMoved(model, new)
    moved = session.scalar(
        update(RankingModel)
        .where(RankingModel.id == model.id, RankingModel.state == model.state)
        .values(state=new, **values)
        .returning(RankingModel.id)
    )
    if moved is None:
        raise ModelMoved(model, new)
    session.refresh(model)
    bump_version(session)
