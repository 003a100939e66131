"""The learned numbers: what they say of a row, of an item never shown, and of themselves."""

import dataclasses

import numpy as np
import pytest

from recommender.posterior import Posterior, log_chance


def make_posterior(**changes):
    rng = np.random.default_rng(0)
    root = rng.normal(size=(2, 3, 3)) * 0.2
    posterior = Posterior(
        stages=("opened", "bought"),
        columns=("a", "b", "c"),
        mean=rng.normal(size=(2, 3)),
        covariance=root @ root.transpose(0, 2, 1),
        intercept=np.array([-1.0, 0.5]),
        items=("mat", "ring"),
        item_mean=np.array([[0.4, -0.3], [0.1, 0.2]]),
        item_sd=np.array([[0.1, 0.2], [0.3, 0.4]]),
        unseen_sd=np.array([0.5, 0.6]),
        position_weight=np.array([1.0, 0.5]),
    )
    return dataclasses.replace(posterior, **changes)


FEATURES = np.array([[0.5, -1.0, 0.25], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
ITEMS = np.array(["ring", "never shown", "mat"])


def test_the_value_is_the_product_of_the_stages():
    posterior = make_posterior()

    value = posterior.value(FEATURES, ITEMS)

    eta = posterior.mean @ FEATURES[0] + posterior.intercept + posterior.item_mean[:, 1]
    assert value[0] == pytest.approx(np.prod(1 / (1 + np.exp(-eta))), rel=1e-12)


def test_an_item_never_shown_counts_as_an_average_one():
    posterior = make_posterior()

    assert posterior.item_rows(ITEMS).tolist() == [1, -1, 0]
    assert posterior.linear(FEATURES, ITEMS)[:, 1] == pytest.approx(posterior.intercept)
    assert posterior.linear_sd(FEATURES, ITEMS)[:, 1] == pytest.approx([0.5, 0.6])


def test_without_any_item_all_are_unseen():
    empty = make_posterior(items=(), item_mean=np.zeros((2, 0)), item_sd=np.zeros((2, 0)))

    assert empty.item_rows(ITEMS).tolist() == [-1, -1, -1]


def test_hope_lifts_what_is_unsure_and_leaves_what_is_known():
    posterior = make_posterior(item_sd=np.array([[0.0, 0.5], [0.0, 0.5]]))

    lifted = posterior.hopeful(1.0).value(FEATURES, ITEMS) / posterior.value(FEATURES, ITEMS)

    assert lifted[2] == pytest.approx(1.0)
    assert lifted[:2].min() > 1.1  # one of them was never seen
    assert posterior.hopeful(0.0) is posterior


def test_draws_spread_as_the_posterior_says_and_shrink_with_the_scale():
    posterior, rng = make_posterior(), np.random.default_rng(1)

    etas = np.array([posterior.draw(rng, 0.5).linear(FEATURES, ITEMS) for _ in range(4000)])

    known = [0, 2]  # an unseen item has no draw of its own
    spread = 0.5 * posterior.linear_sd(FEATURES, ITEMS)
    assert etas.std(axis=0)[:, known] == pytest.approx(spread[:, known], rel=0.06)
    assert etas.mean(axis=0) == pytest.approx(posterior.linear(FEATURES, ITEMS), abs=0.03)


def test_a_draw_of_scale_0_is_the_posterior_itself():
    posterior = make_posterior()

    assert posterior.draw(np.random.default_rng(0), 0.0) is posterior


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mean": np.zeros((2, 2))}, "mean must be"),
        ({"intercept": np.array([np.nan, 0.0])}, "finite"),
        ({"items": ("ring", "mat")}, "sorted"),
        ({"item_sd": np.zeros((2, 3))}, "item_sd must be"),
    ],
)
def test_numbers_that_do_not_belong_together_are_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        make_posterior(**changes)


def test_the_same_model_in_another_order_of_its_columns_says_the_same():
    posterior = make_posterior()

    turned = posterior.ordered(("c", "a", "b"))

    assert turned.columns == ("c", "a", "b")
    assert turned.linear(FEATURES[:, [2, 0, 1]], ITEMS) == pytest.approx(posterior.linear(FEATURES, ITEMS))
    assert turned.linear_sd(FEATURES[:, [2, 0, 1]], ITEMS) == pytest.approx(posterior.linear_sd(FEATURES, ITEMS))
    with pytest.raises(ValueError, match="other features"):
        posterior.ordered(("a", "b", "d"))


def test_one_number_that_is_none_leaves_the_other_chances_as_they_are():
    against = np.array([[400.0, np.nan], [400.0, 0.0]])

    with np.errstate(invalid="ignore"):  # as where lists are made and drawn
        both, none = log_chance(against)

    assert both == pytest.approx(-800.0)
    assert np.isnan(none)
