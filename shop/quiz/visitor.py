"""The visitor's own copy of their answers: one encrypted cookie, at most an hour old. The server keeps none."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session

from recommender.types import Answers, Exclusion
from shop import cookies
from shop.clock import utc_now
from shop.keys import new_token
from shop.learning import rules as learning
from shop.learning.rules import Visit
from shop.learning.visits import ANSWERS_PURPOSE, new_visit, opened_answers
from shop.quiz import service
from shop.recommendations import service as recommendations
from shop.web import config, runtime

PURPOSE = ANSWERS_PURPOSE
CONSENT_VERSION = "2026-06"
"""Changes with the wording of the consent; answers given under another one are forgotten."""
PADDED_BYTES = 2_048


@dataclass(frozen=True, slots=True)
class Run:
    """One walk through the questionnaire. `run_id` binds its forms; `visit` is there with the learning consent only."""

    run_id: str
    started_at: datetime
    state: service.State
    visit: Visit | None = None

    def expires_at(self) -> datetime:
        """When the answers are forgotten: counted from the consent, however often the cookie is written."""
        return self.started_at + timedelta(minutes=config().answers_minutes)


def new_run(now: datetime, *, with_learning: bool = False) -> Run:
    """A walk that begins with a consent given now, and perhaps with the one to learning, which is another."""
    return Run(new_token(), now.replace(microsecond=0), {}, new_visit() if with_learning else None)


def current_run() -> Run | None:
    """The visitor's walk; None without a cookie, and for one that is expired, foreign or cannot be read."""
    if "quiz_run" not in g:
        g.quiz_run = _read(opened_answers(), utc_now())
    run: Run | None = g.quiz_run
    return run


def keep(response: Response, run: Run, state: service.State, now: datetime) -> Response:
    """Write the walk with these answers into the visitor's cookie."""
    kept = replace(run, state=state)
    seconds_left = max(int((kept.expires_at() - now).total_seconds()), 0)
    cookies.write(response, cookies.ANSWERS, _seal(kept, now), max_age_seconds=seconds_left)
    return response


def forget(response: Response) -> Response:
    """Delete the answers."""
    cookies.drop(response, cookies.ANSWERS)
    return response


def answers_of_visitor() -> Answers | None:
    """The visitor's complete answers (after a warning sign: that alone), or None."""
    run = current_run()
    return service.full_answers(run.state) if run else None


def exclusion_for_visitor(session: Session, sku: str) -> Exclusion | None:
    """Why a product (named by its own or a variant's SKU) is not for this visitor, or None. Safety only."""
    run = current_run()
    known = service.answers_so_far(run.state) if run else None
    return recommendations.exclusion_for(session, known, sku, currency=config().currency) if known else None


def visible_to_visitor(session: Session, skus: Iterable[str]) -> set[str]:
    """Those of the product SKUs that a block of the shop's own choosing may show; none after a warning sign."""
    run = current_run()
    known = service.answers_so_far(run.state) if run else None
    return recommendations.visible(session, known, skus, currency=config().currency)


def _seal(run: Run, now: datetime) -> str:
    content = {
        "consent": CONSENT_VERSION,
        "run": run.run_id,
        "started": int(run.started_at.timestamp()),
        "answers": service.to_plain(run.state),
        "visit": learning.to_plain(run.visit) if run.visit else None,
    }
    padded = json.dumps(content, separators=(",", ":")).ljust(PADDED_BYTES)
    return runtime().keyring.fernet(PURPOSE).encrypt_at_time(padded.encode(), int(now.timestamp())).decode()


def _read(content: Mapping[str, Any] | None, now: datetime) -> Run | None:
    if content is None:
        return None
    try:
        run = Run(
            run_id=str(content["run"]),
            started_at=datetime.fromtimestamp(content["started"], UTC),
            state=service.from_plain(content["answers"]),
            visit=learning.from_plain(content.get("visit")),
        )
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
    is_current = content.get("consent") == CONSENT_VERSION and run.started_at <= now < run.expires_at()
    return run if is_current else None
