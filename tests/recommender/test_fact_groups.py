"""What is worked out once for many products is what comes out for each of them, alike or not."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import fact_groups as under_test
from recommender.candidates import EXPERT, Candidates, find_candidates
from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.fact_groups import FEW, fact_groups, joint
from recommender.features import FEATURES, feature_matrix
from recommender.fit import GOOD, NEAR, NONE
from recommender.knowledge import KNOWN_TYPES, POSITIONS
from recommender.listing import list_best
from recommender.questionnaire import QUESTIONS
from recommender.safety import Gate
from recommender.safety_suite.made_up import make_pools, make_posterior, make_visitors
from recommender.scorers.learned import LearnedScorer
from recommender.seen import Plain
from recommender.traits import TRAITS
from recommender.types import Item
from recommender.ways import ways_to_meet
from recommender.wish import read_wish
from tests.recommender.build import CATALOGUE, make_answers, make_item

SEED = 17
AREAS, KINDS = sorted(QUESTIONS["areas"].codes), sorted(QUESTIONS["pain_kind"].codes)
EVERYWHERE = make_answers(areas=frozenset(AREAS[::2]), pain_kinds=frozenset(KINDS[::2]))


def unlike_items(number: int) -> tuple[Item, ...]:
    """Products of which hardly two are alike; some are worn, of a type nobody knows, or lack what they should say."""
    rng = np.random.default_rng(SEED)
    types = [*sorted(KNOWN_TYPES), "unheard_of"]

    def some(codes: list[str], least: int, most: int) -> frozenset[str]:
        return frozenset(rng.choice(codes, size=int(rng.integers(least, most + 1)), replace=False).tolist())

    def mark() -> int | None:
        return None if rng.random() < 0.1 else int(rng.integers(1, 6))

    return tuple(
        make_item(
            f"P{place}",
            title="Tool for kids" if rng.random() < 0.1 else "Tool",
            type=types[int(rng.integers(len(types)))],
            price_minor=int(rng.integers(500, 9_000)),
            available=bool(rng.random() < 0.9),
            cautions=some(["PREG", "VARIC", "BLEED"], 0, 2),
            areas=some([*AREAS, "any", "any area nobody knows"], 0, 6),
            pain_kinds=some(KINDS, 0, 4),
            positions=some(list(POSITIONS), 0, 3),
            pressure_min=mark(),
            pressure_max=mark(),
            portability=mark(),
            dexterity=mark(),
            length_mm=None if rng.random() < 0.1 else int(rng.integers(30, 900)),
            weight_grams=int(rng.integers(20, 3_000)),
            heat=bool(rng.random() < 0.2),
        )
        for place in range(number)
    )


def alike_items(number: int) -> tuple[Item, ...]:
    """The demo's products over and over, at other prices and in other lengths."""
    rng, demo = np.random.default_rng(SEED), read_catalogue(CATALOGUE)
    own = rng.integers(30, 9_000, size=(number, 2)).tolist()
    return tuple(
        replace(demo[place % len(demo)], sku=f"P{place}", price_minor=price, length_mm=length)
        for place, (price, length) in enumerate(own)
    )


CATALOGUES = pytest.mark.parametrize(
    "items",
    [alike_items(3_000), unlike_items(3_000), unlike_items(FEW + 1), unlike_items(FEW // 2)],
    ids=["alike", "unlike", "some", "few"],
)


def visits(items: tuple[Item, ...], number: int = 40) -> list[Candidates]:
    rng = np.random.default_rng(SEED)
    drawn = [replace(each, red_flags=frozenset()) for each in make_visitors(rng, make_pools(rng), number)]
    nowhere = [replace(each, areas=frozenset()) for each in drawn[:5]]
    for_nothing = [replace(each, pain_kinds=frozenset()) for each in drawn[5:10]]
    for_a_goal = [replace(each, areas=frozenset(), pain_kinds=frozenset()) for each in drawn[10:20]]
    everybody = [*drawn, *nowhere, *for_nothing, *for_a_goal, EVERYWHERE]
    return [find_candidates(Gate(answers), read_wish(answers), prepare(items)) for answers in everybody]


@CATALOGUES
def test_what_is_weighed_in_groups_is_what_the_features_of_each_product_come_to(items):
    weights = np.random.default_rng(SEED).normal(size=(3, len(FEATURES)))
    for visit in visits(items):
        matrix = feature_matrix(visit.wish, visit.catalogue, visit.rows)

        assert np.array_equal(visit.seen.matrix(), matrix)
        sized = 1 + np.abs(matrix).sum(axis=1)
        assert (np.abs(visit.seen.weighed(weights) - weights @ matrix.T) <= 1e-12 * sized).all()
        some = np.arange(len(matrix))[::-7]
        assert np.array_equal(visit.seen.only(some).matrix(), matrix[some])


@CATALOGUES
def test_how_far_a_product_fits_does_not_depend_on_what_it_is_grouped_with(items):
    found = set()
    for visit in visits(items, 10):
        for row in range(0, len(items), 97):
            alone = find_candidates(visit.gate, visit.wish, prepare(items[row : row + 1]))

            assert alone.levels[0] == visit.levels[row]
        found |= set(visit.levels.tolist())
    assert found == {GOOD, NEAR, NONE}


@CATALOGUES
def test_lists_are_those_of_a_scorer_that_looks_at_every_product_for_itself(items):
    learned = LearnedScorer(make_posterior(np.random.default_rng(SEED), [item.sku for item in items[::2]]))
    for visit in visits(items):
        plain = Plain(feature_matrix(visit.wish, visit.catalogue, visit.rows), visit.seen.all_skus, visit.rows)
        for scorer in (EXPERT, learned):
            listing = list_best(visit, 5, scorer)

            scores = scorer.score(plain)
            assert np.abs(scorer.score(visit.seen) - scores).max(initial=0.0) <= 1e-9
            assert listing.fallback is None
            standing = scores[listing.places] - np.array(listing.lost)
            free = visit.is_strong & ~visit.is_near
            assert len(standing) or not free.any()
            assert not free.any() or standing[0] >= scores[free].max() - 1e-9
            assert all(one >= other - 1e-9 for one, other in pairwise(standing[~visit.is_near[listing.places]]))


def test_a_wish_meets_many_unlike_products_in_few_ways_or_each_on_its_own():
    groups = fact_groups(prepare(unlike_items(3_000)))
    narrow = replace(EVERYWHERE, areas=frozenset(AREAS[:2]), pain_kinds=frozenset(KINDS[:1]))

    few, many = ways_to_meet(read_wish(narrow), groups), ways_to_meet(read_wish(EVERYWHERE), groups)

    assert len(groups.both.first) > groups.few
    assert len(few.shape) == 2
    assert few.shape[0] * few.shape[1] < 3_000 / 4
    assert many.shape == groups.both.first.shape


def test_products_that_differ_in_price_and_length_alone_are_one_value_of_one_group():
    catalogue = prepare(alike_items(3_000))
    groups = fact_groups(catalogue)

    assert len(groups.both.first) <= 3 * len(read_catalogue(CATALOGUE))  # a length tells how well it is carried
    assert [group.number is groups.both.number for group in groups.traits] == [True]
    assert TRAITS.index("price") in groups.own_traits
    assert TRAITS.index("breadth") in groups.own_traits
    assert fact_groups(prepare(tuple(replace(item, price_minor=1) for item in catalogue.items))) is groups


def test_every_trait_is_in_one_group_or_a_products_own():
    catalogue = prepare(unlike_items(3_000))
    groups = fact_groups(catalogue)

    grouped = [trait for group in groups.traits for trait in group.traits]
    assert sorted([*grouped, *groups.own_traits]) == list(range(len(TRAITS)))
    assert len(groups.traits) > 1
    for group in groups.traits:
        assert group.values.shape[1] <= groups.few
        assert np.array_equal(group.values[:, group.number], catalogue.traits[group.traits])


@settings(max_examples=200)
@given(
    widths=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    size=st.integers(0, 60),
    most=st.sampled_from([0, under_test.MOST_MARKS]),
    seed=st.integers(0, 1_000),
)
def test_the_combinations_of_some_columns_are_told_apart(widths, size, most, seed):
    rng = np.random.default_rng(seed)
    columns = [rng.integers(0, width, size=size).astype(np.float64) for width in widths]

    number, first = joint(columns, most_marks=most)

    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    assert [rows[first[each]] for each in number.tolist()] == rows
    assert len(first) == len(set(rows))
