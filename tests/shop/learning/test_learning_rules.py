"""Pure decisions of the log: who is logged, how coarse, what is impossible."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.features import FEATURES
from shop.learning import rules
from shop.learning.rules import ShownList, Visit
from tests.shop.learning.lists import OTHER, VISIT, make_list


def test_a_visit_comes_back_out_of_its_cookie() -> None:
    assert rules.from_plain(rules.to_plain(VISIT)) == VISIT


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {},
        {"token": "a" * 32, "seed": 7},
        {"token": "a" * 32, "seed": 7, "consent": "older words"},
        {"token": "short", "seed": 7, "consent": rules.CONSENT_VERSION},
        {"token": "a" * 32, "seed": True, "consent": rules.CONSENT_VERSION},
        {"token": "a" * 32, "seed": -1, "consent": rules.CONSENT_VERSION},
        {"token": "a" * 32, "seed": 2**31, "consent": rules.CONSENT_VERSION},
        {"token": 5, "seed": 7, "consent": rules.CONSENT_VERSION},
    ],
)
def test_without_a_consent_to_these_very_words_nobody_is_logged(plain: object) -> None:
    assert rules.from_plain(plain) is None


@given(st.floats())
def test_a_fit_is_a_whole_number_of_64ths_and_near_what_it_was(value: float) -> None:
    coarse = rules.coarse(value)

    assert isinstance(coarse, int)
    assert abs(coarse) <= rules.HIGHEST_FIT * rules.GRAIN
    if math.isfinite(value) and abs(value) <= rules.HIGHEST_FIT:
        assert abs(coarse / rules.GRAIN - value) <= 1 / (2 * rules.GRAIN)


def test_what_is_logged_is_named_and_speaks_of_no_health() -> None:
    assert set(rules.LOGGED_FEATURES) <= set(FEATURES)
    assert {"cautions", "flat", "child", "floor", "grip"}.isdisjoint(rules.LOGGED_FEATURES)


def test_the_same_list_of_a_visit_has_one_name_and_nobody_elses_has_it() -> None:
    names = [rules.list_id(visit, shown) for visit in (VISIT, OTHER) for shown in (make_list("A", "B"), make_list("B"))]

    assert rules.list_id(VISIT, make_list("A", "B")) == names[0]
    assert len(set(names)) == 4


def test_the_chances_of_a_list_are_worked_out_once_it_is_written_and_do_not_name_it() -> None:
    plain = make_list("A", "B")
    drawn = ShownList(plain.model_id, plain.rules_id, plain.seed, plain.products, chances=lambda: [0.5, 0.25])

    assert [product.propensity for product in drawn.with_chances().products] == [0.5, 0.25]
    assert [product.propensity for product in plain.with_chances().products] == [1.0, 1.0]
    assert rules.list_id(VISIT, drawn.with_chances()) == rules.list_id(VISIT, plain)


def test_a_visits_seed_says_nothing_of_its_secret() -> None:
    assert Visit("a" * 32, 1).mark != Visit("b" * 32, 1).mark
    assert "a" * 32 not in Visit("a" * 32, 1).mark


@pytest.mark.parametrize(
    ("positions", "skus", "is_a_list"),
    [
        ([1, 2, 3], ["A", "B", "C"], True),
        ([3, 1, 2], ["A", "B", "C"], True),
        ([1, 3], ["A", "B"], False),
        ([2, 3], ["A", "B"], False),
        ([1, 1], ["A", "B"], False),
        ([1, 2], ["A", "A"], False),
        ([], [], False),
    ],
)
def test_a_list_has_every_place_and_every_product_once(positions: list[int], skus: list[str], is_a_list: bool) -> None:
    assert (rules.places_fault(positions, skus) is None) is is_a_list


@pytest.mark.parametrize("exploration", [-0.1, 1.5, math.nan, math.inf, -math.inf, None, "1"])
def test_a_share_of_chance_lies_from_0_to_1(exploration: object) -> None:
    assert rules.making_fault(7, exploration) is not None
    assert rules.making_fault(7, 0.1) is rules.making_fault(0, 0) is rules.making_fault(7, 1) is None


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, None])
def test_a_seed_is_one_that_a_visit_may_have(seed: object) -> None:
    assert rules.making_fault(seed, 1.0) is not None


@pytest.mark.parametrize("propensity", [0.0, -0.1, 1.01, math.nan, math.inf, None, "1"])
def test_a_probability_lies_above_0_and_up_to_1(propensity: object) -> None:
    assert rules.fit_fault({"area": 3}, propensity) is not None
    assert rules.fit_fault({"area": 3}, 1) is None


@pytest.mark.parametrize("features", [None, [], {"area": 0.5}, {"area": True}, {"area": 10**6}, {"cautions": 1}])
def test_a_fit_that_cannot_or_must_not_be_there_is_a_fault(features: object) -> None:
    assert rules.fit_fault(features, 1.0) is not None


@pytest.mark.parametrize(
    ("added", "bought", "has_fate", "mark", "is_possible"),
    [
        (False, False, False, None, True),
        (True, False, False, None, True),
        (True, True, True, 10, True),
        (False, True, False, None, False),
        (True, False, True, None, False),
        (True, False, False, 3, False),
        (True, True, False, 11, False),
        (True, True, False, -1, False),
    ],
)
def test_what_becomes_of_a_product_has_an_order(
    added: bool, bought: bool, has_fate: bool, mark: int | None, is_possible: bool
) -> None:
    fault = rules.outcome_fault(added=added, bought=bought, has_fate=has_fate, mark=mark)

    assert (fault is None) is is_possible


def test_a_purchase_helped_when_it_was_kept_and_nobody_said_otherwise() -> None:
    said = [
        rules.has_helped(is_kept=kept, mark=mark) for kept, mark in ((True, None), (True, 6), (True, 5), (False, 9))
    ]

    assert said == [True, True, False, False]
