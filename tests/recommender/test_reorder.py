"""What a log says of another order: by the very rule and numbers that made the lists."""

import numpy as np
import pytest

from recommender.answer_space import drawn as drawn_answers
from recommender.candidates import find_candidates
from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.choosing import NOBODY, choose, in_places
from recommender.features import FEATURES, feature_matrix
from recommender.fit import near_by_features
from recommender.outlook import Outlook
from recommender.place_chances import place_chances
from recommender.policy import DRAWS, drawn, drawn_values
from recommender.ranking import rank
from recommender.reorder import Chances, Lists, chances
from recommender.safety import Gate
from recommender.scorers.learned import LearnedScorer
from recommender.seen import Plain
from recommender.types import Answers, Item
from recommender.variety import Crowd
from recommender.wish import read_wish
from tests.recommender.build import CATALOGUE, make_answers, make_item, shown
from tests.recommender.models import make_posterior

EXPLORATION = 0.6
SORE = make_answers(pain_kinds=frozenset())
NEIGHBOUR = frozenset({"upper_back"})
"""Next to the lower back, which the visitor names."""
MADE_BY, OTHER = make_posterior(1, sd=0.3, noise=0.05), make_posterior(2, sd=0.3, noise=0.05)


def some_goods() -> tuple[Item, ...]:
    """Four products: near-duplicates, one of another type, and one that only reaches a neighbouring area."""
    return (
        make_item("A", type="ring", pressure_max=2),
        make_item("B", type="ring", pressure_max=3, price_minor=1900),
        make_item("C", type="roller", positions=frozenset({"lying"})),
        make_item("NEXT", type="ball", areas=NEIGHBOUR, pain_kinds=frozenset()),
    )


def list_of(answers: Answers, items: tuple[Item, ...], seed: int) -> list[str]:
    mine = LearnedScorer(drawn(MADE_BY, np.random.default_rng(seed), EXPLORATION))
    return shown(rank(answers, items, scorer=mine))


def logged(answers: Answers, items: tuple[Item, ...], lists: list[list[str]], seeds: list[int]) -> Lists:
    """Whole lists of one visitor, with their features as they are."""
    goods = prepare(items)
    rows = np.array([[goods.skus.index(sku) for sku in skus] for skus in lists])
    features = feature_matrix(read_wish(answers), goods, rows.ravel()).reshape(*rows.shape, len(FEATURES))
    return Lists(features, np.array(lists), rows, seeds, goods)


def of_seeds(answers: Answers, items: tuple[Item, ...], seeds: range) -> tuple[Lists, Chances]:
    lists = logged(answers, items, [list_of(answers, items, seed) for seed in seeds], list(seeds))
    return lists, chances(MADE_BY, [MADE_BY, OTHER], lists, exploration=EXPLORATION)


def test_where_all_products_were_shown_the_chances_are_those_that_were_logged() -> None:
    answers, items, seeds = SORE, some_goods(), range(12)

    lists, found = of_seeds(answers, items, seeds)

    for line, seed in enumerate(seeds):
        logged_chances = place_chances(
            answers, items, lists.items[line].tolist(), MADE_BY, exploration=EXPLORATION, seed=seed
        )
        assert found.made_by[line].diagonal() == pytest.approx(logged_chances, abs=1e-12)
    assert found.is_made_again.all()
    assert 0 < found.made_by[0].diagonal().min() < 1, "something was left to chance"
    assert {skus.index("NEXT") for skus in lists.items.tolist()} <= {2, 3}


def test_a_ranking_against_itself_weighs_exactly_1() -> None:
    lists, found = of_seeds(SORE, some_goods(), range(12))

    stood = np.diagonal(found.made_by, axis1=1, axis2=2)

    assert (np.diagonal(found.others[0], axis1=1, axis2=2) / stood == 1).all()
    assert (np.diagonal(found.others[1], axis1=1, axis2=2) / stood != 1).any()
    assert found.others.sum(axis=2) == pytest.approx(1.0), "something stands in every place"
    assert (lists.is_there.sum(axis=1) == len(some_goods())).all()


def test_another_ranking_weighs_1_on_average_over_the_lists_that_there_could_be() -> None:
    _, found = of_seeds(SORE, some_goods(), range(400))

    weights = np.diagonal(found.others[1] / np.where(found.made_by > 0, found.made_by, np.inf), axis1=1, axis2=2)

    assert weights.std() > 0.1
    assert weights.mean() == pytest.approx(1.0, abs=4 * weights.mean(axis=1).std() / 400**0.5)


def test_a_list_that_something_else_decided_is_not_made_again() -> None:
    answers, items = SORE, some_goods()
    skus = list_of(answers, items, 3)

    found = chances(MADE_BY, [], logged(answers, items, [skus, skus[::-1]], [3, 3]), exploration=EXPLORATION)

    assert found.is_made_again.tolist() == [True, False]


def test_lists_of_different_lengths_do_not_touch_each_other() -> None:
    answers, items = SORE, some_goods()
    whole = logged(answers, items, [list_of(answers, items, 3), list_of(answers, items, 4)], [3, 4])
    padded = Lists(whole.features, whole.items.copy(), whole.rows, whole.seeds, whole.catalogue)
    padded.items[1, 2:] = ""

    found = chances(MADE_BY, [OTHER], padded, exploration=EXPLORATION)

    assert (found.made_by[0] == chances(MADE_BY, [], whole, exploration=EXPLORATION).made_by[0]).all()
    assert (found.made_by[1, 2:] == 0).all()
    assert (found.made_by[1, :, 2:] == 0).all()


def test_many_draws_at_once_are_what_one_draw_after_the_other_is() -> None:
    answers, items = make_answers(), (make_item("A"), make_item("B"), make_item("UNSEEN"))
    goods = prepare(items)
    features, names = feature_matrix(read_wish(answers), goods, np.arange(3)), np.array(goods.skus)
    outlook, again = Outlook(MADE_BY, Plain(features, names)), np.random.default_rng(5)
    parts = [outlook.numbers(again, some) for some in (3, 1)]
    parts = [part._replace(own=np.where(outlook.is_known, part.own, 9.0)) for part in parts]

    found = np.concatenate([drawn_values(outlook, part, EXPLORATION) for part in parts])

    rng = np.random.default_rng(5)
    one_by_one = [drawn(MADE_BY, rng, EXPLORATION).log_value(features, names) for _ in range(4)]
    assert found == pytest.approx(np.array(one_by_one), abs=1e-12)


def test_many_lists_at_once_are_what_one_list_after_the_other_is() -> None:
    items, rng, over = read_catalogue(CATALOGUE), np.random.default_rng(2), 0
    for answers in drawn_answers(30, seed=4):
        gate = Gate(answers)
        if gate.referral is not None:
            continue
        visit = find_candidates(gate, read_wish(answers), prepare(items))
        strong = np.flatnonzero(visit.is_strong)
        strong = strong[visit.catalogue.tie_order[visit.rows[strong]].argsort()]
        scores = rng.normal(size=(20, len(visit.rows))).round(1)

        order, _ = in_places(
            scores[:, strong], Crowd(visit.catalogue, visit.rows[strong]), visit.is_near[strong], limit=5
        )

        for line, mine in zip(scores, order.tolist(), strict=True):
            over += NOBODY in mine
            chosen = [int(strong[place]) for place in mine if place != NOBODY]
            assert chosen == [place for place, _ in choose(visit, line, 5)]
    assert over, "some lists end early"


def test_what_only_reaches_a_neighbouring_area_is_told_by_its_features() -> None:
    items, found = read_catalogue(CATALOGUE), 0
    for answers in drawn_answers(150, seed=3):
        gate = Gate(answers)
        if gate.referral is not None:
            continue
        visit = find_candidates(gate, read_wish(answers), prepare(items))
        features = feature_matrix(visit.wish, visit.catalogue, visit.rows)

        for seen in (features, np.round(features * 64) / 64):
            assert near_by_features(seen).tolist() == visit.is_near.tolist()
        found += int(visit.is_near.sum())
    assert found > DRAWS
