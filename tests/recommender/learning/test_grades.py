"""How far grades scatter: as much where many parameters were fitted to few of them as where there are plenty."""

import numpy as np
import pytest

from recommender.learning.forgetting import choose_half_life
from recommender.learning.funnel import fit_funnel
from recommender.learning.statistics import SufficientStatistics, Trials
from tests.recommender.learning.worlds import make_columns, sigmoid

STAGES = ("bought", "helped")
SCATTER = 0.15
COLUMNS = 40


def graded_log(n, seed, *, days=1):
    """Return n purchases, all of them graded: a mean that hangs on many columns, and the same scatter everywhere."""
    rng = np.random.default_rng(seed)
    weights = np.random.default_rng(1).normal(0, 0.4, COLUMNS)
    x = rng.integers(-64, 65, (n, COLUMNS)) / 64
    mean = sigmoid(x @ weights / 2)
    spread = SCATTER * mean * (1 - mean)
    grades = rng.beta(mean * (1 / SCATTER - 1), (1 - mean) * (1 / SCATTER - 1))
    assert grades.var() > spread.mean()  # the truth of the test: scatter around the mean, and a mean that varies
    yes = np.ones(n, bool)
    asked, won = np.column_stack([yes, yes]), np.column_stack([yes, grades])
    day = np.arange(n) * days // n
    return SufficientStatistics.from_rows(Trials(STAGES, x, np.array(["a"] * n), np.ones(n, int), day, asked, won))


def columns():
    nothing = np.zeros((len(STAGES), COLUMNS))
    return make_columns(p=COLUMNS, prior_mean=nothing, stages=STAGES, graded={"helped": 0.5})


@pytest.mark.parametrize("n", [120, 4000])
def test_the_scatter_of_grades_is_not_made_small_by_fitting_them(n):
    found = [fit_funnel(graded_log(n, seed), columns(), today=0).dispersions[1] for seed in range(2, 8)]

    assert np.mean(found) == pytest.approx(SCATTER, rel=0.15)


def test_a_model_of_fewer_grades_does_not_foretell_better_for_being_less_sure():
    leads = []
    for seed in range(10, 18):
        log = graded_log(160, seed, days=40)
        leads.append(choose_half_life(log, columns(), newest_days=8, half_lives=(None, 10.0)).table[1].lead)

    assert np.mean(leads) < 0  # nothing has moved: forgetting can only lose
