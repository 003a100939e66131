"""A logged list as it was shown, and what the model and seed that made it give the same products. For commands."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender import policy
from recommender.expert import day_one_posterior
from recommender.features import FEATURES
from recommender.posterior import Posterior
from recommender.storage import RefusedModel, load
from shop.learning.faults import Possible
from shop.learning.models import Candidate, Impression
from shop.learning.rules import GRAIN, LOGGED_FEATURES


def replay(session: Session, list_id: str, folder: Path, day_one_id: str, today: date) -> list[str] | None:
    """The list in words, one line a product; None when the log does not hold it (any more).

    The order and its chances are those that were written down. The value beside each is worked out anew from the
    stored seed and model, over what was logged: without health, allergies and mobility, which are in no log. A list
    that cannot have been is shown as it stands, with its reason and without values.
    """
    shown = session.get(Impression, list_id)
    if shown is None:
        return None
    products = session.scalars(
        select(Candidate).where(Candidate.impression_id == list_id).order_by(Candidate.position)
    ).all()
    posterior, words = _made_by(shown.model_id, folder, day_one_id)
    fault = Possible.now(session, today).list_fault(shown, products)
    lines = [
        f"List {shown.id} of {shown.day}, safety rules {shown.rules_id}",
        f"Made by {words}, seed {shown.seed}, share of chance {_number(shown.exploration, 'g')}",
    ]
    if fault is not None:
        lines.append(f"Left out where models are compared, and without values here: {fault}.")
    values = [""] * len(products) if fault is not None or posterior is None else _values(posterior, shown, products)
    for row, value in zip(products, values, strict=True):
        lines.append(f"{row.position}. {row.sku}: chance of this place {_number(row.propensity, '.3f')}{value}")
    return lines


def _values(posterior: Posterior, shown: Impression, products: Sequence[Candidate]) -> list[str]:
    drawn = policy.drawn(posterior, np.random.default_rng(shown.seed), shown.exploration)
    features = np.array([[row.features.get(name, 0) / GRAIN for name in FEATURES] for row in products])
    values = drawn.log_value(features, np.array([row.sku for row in products], dtype=np.str_))
    return [f", value {value:.3f}" for value in values.tolist()]


def _number(written: object, form: str) -> str:
    """SQLite keeps what it is given: a number may be a word there."""
    return format(written, form) if isinstance(written, int | float) else str(written)


def _made_by(model_id: str, folder: Path, day_one_id: str) -> tuple[Posterior | None, str]:
    if model_id == day_one_id:
        return day_one_posterior(LOGGED_FEATURES), "the day-one ranking"
    if model_id.startswith("day-one"):
        return None, f"the day-one ranking of another release ({model_id})"
    try:
        return load(folder, model_id), f"model {model_id[:12]}"
    except RefusedModel as error:
        return None, f"model {model_id[:12]}, which cannot be read now: {error.reason}"
