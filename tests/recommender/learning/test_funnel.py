"""The joint fit on worlds whose truth is known."""

import dataclasses

import numpy as np
import pytest

from recommender.learning.funnel import fit_funnel, train
from recommender.learning.statistics import Rows, SufficientStatistics, Trials
from tests.recommender.learning.worlds import PLACES, World, make_columns, make_world, sigmoid

SUMS = SufficientStatistics.from_rows


def equal(one, other):
    fields = dataclasses.fields(one)
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields)


def test_the_truth_is_found_at_every_stage():
    world = make_world()

    posterior = train(SUMS(world.rows(8000, seed=1)), make_columns(), today=0)

    assert np.abs(posterior.mean - world.weights).max() < 0.3
    assert np.abs(posterior.mean[0] - world.weights[0]).max() < 0.12
    assert np.abs(posterior.intercept - world.level).max() < 0.5


def test_the_weights_of_the_places_are_found_even_when_the_best_always_stands_on_top():
    world = make_world()

    posterior = train(SUMS(world.rows(8000, seed=2, best_on_top=True)), make_columns(), today=0)

    assert posterior.position_weight == pytest.approx(PLACES, abs=0.06)


def test_taking_all_places_as_equal_would_blame_the_items():
    flat = World(np.zeros((3, 2)), np.zeros((3, 4)), places=np.ones(4))

    posterior = train(SUMS(flat.rows(4000, seed=3)), make_columns(p=2), today=0)

    assert posterior.position_weight == pytest.approx(np.ones(4), abs=0.06)


def test_one_partition_and_many_give_the_same_model_to_the_last_bit():
    rows = make_world().rows(300, seed=4)
    parts = [
        SUMS(Rows(**{f.name: getattr(rows, f.name)[place::5] for f in dataclasses.fields(Rows)})) for place in range(5)
    ]

    whole = train(SUMS(rows), make_columns(), seed=7, today=0)
    again = train(SufficientStatistics.merge_all(reversed(parts)), make_columns(), seed=7, today=0)

    assert equal(whole, again)


def test_an_empty_log_leaves_the_expert_as_he_was():
    rows = make_world().rows(1, seed=5)
    none = Rows(**{f.name: getattr(rows, f.name)[:0] for f in dataclasses.fields(Rows)})
    expert = np.arange(9.0).reshape(3, 3)

    posterior = train(SUMS(none), make_columns(prior_mean=expert), today=0)

    assert posterior.mean == pytest.approx(expert)
    assert posterior.items == ()
    assert (np.diagonal(posterior.covariance, axis1=1, axis2=2) > 0.01).all()


def test_fixed_columns_stay_at_the_expert_and_are_certain():
    world, expert = make_world(), np.full((3, 3), 0.7)

    posterior = train(SUMS(world.rows(1000, seed=6)), make_columns(prior_mean=expert, fixed=frozenset({"x1"})), today=0)

    assert (posterior.mean[:, 1] == 0.7).all()
    assert (posterior.covariance[:, 1, :] == 0).all()
    assert np.abs(posterior.mean[0] - world.weights[0])[[0, 2]].max() < 0.4


def test_a_good_item_is_known_by_name_and_more_surely_the_more_it_was_shown():
    effects = np.tile(np.r_[1.5, np.zeros(11)], (3, 1))
    world = World(make_world().weights, effects)
    rows = world.rows(3000, seed=8)
    rare = (rows.items != "item011") | (np.arange(len(rows.items)) % 50 == 0)
    rows = Rows(**{f.name: getattr(rows, f.name)[rare] for f in dataclasses.fields(Rows)})

    posterior = train(SUMS(rows), make_columns(), today=0)

    assert posterior.item_mean[0].argmax() == 0
    assert posterior.item_mean[0, 0] - posterior.item_mean[0, 1:].mean() > 1.0
    assert posterior.item_sd[0, 11] > 2 * posterior.item_sd[0, 5]
    assert (posterior.item_sd <= posterior.unseen_sd[:, None] * 1.001).all()


def test_what_the_first_stage_says_of_an_item_tells_about_stages_it_has_not_reached():
    rng = np.random.default_rng(9)
    world = World(np.zeros((3, 2)), np.tile(rng.normal(0, 1.2, 60), (3, 1)), level=np.array([-0.5, -0.5, -0.5]))
    rows = world.rows(4000, seed=9)
    silent = rows.items < "item010"  # of the first ten items no purchase is ever known
    rows = dataclasses.replace(rows, bought=rows.bought & ~silent, opened=rows.opened)
    tried = rows.trials()
    tried.tried[silent, 1:] = False

    posterior = train(SUMS(tried), make_columns(p=2), today=0)

    assert np.corrcoef(posterior.item_mean[1, :10], world.effects[1, :10])[0, 1] > 0.8


def test_groups_open_up_where_the_expert_is_wrong_and_close_where_he_is_right():
    rng = np.random.default_rng(10)
    wrong, right = rng.normal(0, 1.0, (3, 12)), np.zeros((3, 12))
    world = World(np.hstack([wrong, right]), np.zeros((3, 4)))
    columns = make_columns(p=24, groups=("wrong",) * 12 + ("right",) * 12)

    fit = fit_funnel(SUMS(world.rows(3000, seed=11)), columns, today=0)

    names = sorted({"(level)", "(trust)", "right", "wrong"})
    spread = dict(zip(names, np.sqrt(fit.spread.columns[:, 0, 0]), strict=True))
    assert spread["wrong"] > 0.45  # it started at 0.3
    assert spread["right"] < 0.2


def test_an_expert_who_exaggerates_is_believed_in_part_at_once():
    truth = np.random.default_rng(12).normal(0, 0.5, (1, 20)).repeat(3, axis=0)
    world = World(truth, np.zeros((3, 4)))
    columns = make_columns(p=20, prior_mean=3 * truth, start_sd={"main": 0.1})

    posterior = train(SUMS(world.rows(600, seed=13)), columns, today=0)

    assert np.abs(posterior.mean[0] - truth[0]).mean() < 0.3 * np.abs(3 * truth[0] - truth[0]).mean()


def test_older_answers_count_less_when_told_so():
    before, after = make_world(seed=14), make_world(seed=15)
    log = SUMS(before.rows(3000, seed=16, day=0)).merge(SUMS(after.rows(1000, seed=17, day=100)))

    forgetful = train(log, make_columns(), today=100, half_life_days=15)
    steady = train(log, make_columns(), today=100)

    assert np.abs(forgetful.mean[0] - after.weights[0]).max() < 0.35
    assert np.abs(steady.mean[0] - after.weights[0]).max() > 0.6


def test_grades_say_more_than_yes_and_no():
    rng = np.random.default_rng(18)
    x = rng.integers(-64, 65, (300, 1)) / 64
    relief = np.clip(sigmoid(1.5 * x[:, 0]) + rng.normal(0, 0.1, 300), 0, 1)
    yes = np.ones(300, bool)

    def trained(answers, graded):
        trials = Trials(
            ("bought", "helped"),
            x,
            np.array(["a"] * 300),
            np.ones(300, int),
            np.zeros(300, int),
            np.column_stack([yes, yes]),
            np.column_stack([yes, answers]),
        )
        columns = make_columns(p=1, prior_mean=np.zeros((2, 1)), stages=("bought", "helped"), graded=graded)
        return fit_funnel(SUMS(trials), columns, today=0)

    graded = trained(relief, {"helped": 0.5})
    plain = trained((relief >= 0.5).astype(float), {})

    assert graded.weights.columns[1, 1] == pytest.approx(1.5, abs=0.25)
    assert graded.dispersions[1] < 0.15
    assert graded.curvature.columns[1, 1, 1, 1] < 0.3 * plain.curvature.columns[1, 1, 1, 1]


def test_a_graded_stage_serves_the_chance_of_a_grade_that_is_good_enough():
    rng = np.random.default_rng(19)
    x = rng.integers(-64, 65, (4000, 1)) / 64
    relief = np.clip(sigmoid(1.5 * x[:, 0]) + rng.normal(0, 0.15, 4000), 0, 1)
    yes, place, name = np.ones(4000, bool), np.ones(4000, int), np.array(["a"] * 4000)
    trials = Trials(
        ("bought", "helped"), x, name, place, place, np.column_stack([yes, yes]), np.column_stack([yes, relief])
    )
    columns = make_columns(p=1, prior_mean=np.zeros((2, 1)), stages=("bought", "helped"), graded={"helped": 0.4})

    posterior = train(SUMS(trials), columns, today=1)

    said = sigmoid(posterior.linear(x, name)[1])
    for low, high in ((-1, -0.5), (-0.5, 0), (0, 0.5), (0.5, 1)):
        band = (x[:, 0] >= low) & (x[:, 0] < high)
        assert said[band].mean() == pytest.approx((relief[band] >= 0.4).mean(), abs=0.06)


def test_statistics_of_other_columns_are_refused():
    with pytest.raises(ValueError, match="other stages or columns"):
        train(SUMS(make_world().rows(5, seed=20)), make_columns(p=2), today=0)


def test_starting_from_an_earlier_fit_ends_where_starting_anew_does():
    log = SUMS(make_world().rows(2000, seed=21))
    earlier = fit_funnel(SUMS(make_world().rows(500, seed=22)), make_columns(), today=0)

    anew = fit_funnel(log, make_columns(), today=0, rounds=60)
    onward = fit_funnel(log, make_columns(), today=0, start=earlier, rounds=60)

    assert onward.weights.columns == pytest.approx(anew.weights.columns, abs=0.05)
