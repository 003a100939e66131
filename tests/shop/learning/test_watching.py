"""What is told of a log after a model's training: answers that moved, and what trees would have seen."""

from datetime import date

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from recommender.expert import day_one_posterior
from recommender.learning.statistics import Rows
from shop.learning.models import Candidate
from shop.learning.rules import GRAIN, LOGGED_FEATURES
from shop.learning.watching import against_trees, watch
from tests.shop.learning.made_up_log import fill_log

FIRST, MIDDLE, TODAY = date(2026, 5, 1), date(2026, 5, 10), date(2026, 5, 21)
EXPERT = day_one_posterior(LOGGED_FEATURES)


def crossed_rows(seed: int, rows: int = 2_000) -> tuple[Rows, np.ndarray]:
    """Rows whose outcome hangs on the product of two columns, with the true chances."""
    rng = np.random.default_rng(seed)
    features = rng.integers(-64, 65, (rows, 3)) / 64
    chances = 1 / (1 + np.exp(-4 * features[:, 0] * features[:, 1]))
    nothing = np.zeros(rows, dtype=bool)
    found = Rows(
        features=features,
        items=np.full(rows, "P0"),
        positions=np.ones(rows, dtype=np.int64),
        days=np.ones(rows, dtype=np.int64),
        opened=rng.random(rows) < chances,
        bought=nothing,
        outcome_known=nothing,
        helped=nothing,
    )
    return found, chances


def test_a_cross_that_the_model_has_no_column_for_is_told() -> None:
    before, _ = crossed_rows(1)
    after, _ = crossed_rows(2)

    said = against_trees(np.full(len(after.opened), 0.5), before, after)

    assert said.startswith("Trees foretell better what is opened")
    assert "2000 rows" in said


def test_trees_are_not_clearly_better_than_the_true_chances() -> None:
    before, _ = crossed_rows(3)
    after, chances = crossed_rows(4)

    assert against_trees(chances, before, after).startswith("Trees do not foretell clearly better")


def test_few_rows_ask_no_trees() -> None:
    before, _ = crossed_rows(5)
    after, chances = crossed_rows(6, rows=40)

    assert against_trees(chances, before, after) == "Trees were not asked: 40 rows on one side are too few."


def test_a_steady_log_says_so_and_one_that_moved_names_the_answer(session: Session) -> None:
    fill_log(session, 600, until=TODAY)
    steady = watch(session, EXPERT, FIRST, MIDDLE, TODAY)
    moved = {"trigger": GRAIN, "discretion": 0, "plain": 0, "price": 0}
    late = Candidate.impression_id < f"{300:032d}"  # the log counts back from today
    session.execute(update(Candidate).where(late).values(features=moved))

    changed = watch(session, EXPERT, FIRST, MIDDLE, TODAY)

    assert steady[0].startswith("No answer has moved: the largest stability index is 0.0")
    assert any(sentence.startswith("trigger has moved: ") for sentence in changed)


def test_without_a_row_since_its_training_there_is_nothing_to_say(session: Session) -> None:
    fill_log(session, 60, until=TODAY)

    assert watch(session, EXPERT, FIRST, TODAY, TODAY) == [
        "There is nothing since its training that could show whether the answers moved."
    ]
