"""Which model orders the lists now, kept per process until another one is promoted; and how much of chance is in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from flask import g, has_app_context
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shop.catalogue.memory import Memory, engine_of, remembered
from shop.learning import register
from shop.learning.models import RankingModel
from shop.learning.states import ModelState
from shop.web import transaction

if TYPE_CHECKING:
    from recommender.posterior import Posterior
    from recommender.scorers.learned import LearnedScorer

MODELS_DIR = "shop_models_dir"
"""Sessions carry the folder of the models (`Session.info`); one without it knows of none."""
KEPT = 4
WAIT_SECONDS = 0.25
_LIVE = select(RankingModel.sha256, RankingModel.promoted_at).where(RankingModel.state == ModelState.LIVE)
_loaded = Memory(KEPT)
log = structlog.get_logger("shop.learning")


@dataclass(frozen=True, slots=True)
class Draw:
    """How lists are made for one visit that may be logged: its seed, and the share of chance that the shop allows."""

    seed: int
    exploration: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A model in service. `model_id` stands in the log beside every list that it made."""

    model_id: str
    posterior: "Posterior"

    def scorer(self, draw: Draw | None) -> "LearnedScorer":
        """The posterior's mean: the same list for the same answers. With a draw, what that visit sees throughout."""
        import numpy as np  # late: a process that shows no list never loads it

        from recommender.policy import drawn
        from recommender.scorers.learned import LearnedScorer

        if draw is None or draw.exploration == 0:
            return LearnedScorer(self.posterior)
        return LearnedScorer(drawn(self.posterior, np.random.default_rng(draw.seed), draw.exploration))


def live_scorer(session: Session, version: int) -> Live | None:
    """The live model, or None while the expert prior serves. A file is read once in a process.

    Every move of a model raises the catalogue's `version`: nothing is asked while that stays.
    A file that cannot be used never breaks a page: the expert prior serves, and the merchant is told why.
    """
    folder: Path | None = session.info.get(MODELS_DIR)
    if folder is None:
        return None
    row = remembered(engine_of(session), version, "live", lambda: session.execute(_LIVE).one_or_none())
    if row is None:
        return None
    key = (folder, row.sha256, row.promoted_at)  # promoted anew: its file is read anew
    found: Live | str | None = _loaded.find(key)
    if found is None:
        found = read_model(folder, row.sha256)
        _loaded.keep(key, found)
    if isinstance(found, str):
        _tell(row.sha256, found)
        return None
    return found


def read_model(folder: Path, sha256: str) -> Live | str:
    """A stored model, or the reason why it cannot be used."""
    from recommender.scorers.learned import LearnedScorer  # see `scorer`
    from recommender.storage import RefusedModel, load

    try:
        posterior = load(folder, sha256)
        LearnedScorer(posterior)
    except (RefusedModel, ValueError) as error:
        return str(error)
    return Live(sha256, posterior)


def _tell(sha256: str, reason: str) -> None:
    """Take the model out of service for all processes, if this one may write now; else the next one does."""
    log.error("model_refused", model=sha256[:12], reason=reason)
    if not has_app_context() or g.get("shop_writing", False):
        return
    try:
        with transaction(wait_seconds=WAIT_SECONDS) as session:
            register.refuse(session, sha256, reason)
    except SQLAlchemyError as error:
        log.warning("refusal_not_noted", kind=type(error).__name__)
