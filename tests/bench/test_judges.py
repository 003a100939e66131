"""Two judges of the same visits: ties share their gains, and each is measured by the other."""

import pytest

from bench.judges import agreement, order_by, read_grades
from recommender.catalogue_csv import read_catalogue
from recommender.metrics import ndcg
from recommender.personas import read_personas
from tests.recommender.build import CATALOGUE, COVER_PERSONAS, SECOND_GRADES


def test_an_order_without_ties_earns_its_ndcg():
    mine, theirs = {"a": 3, "b": 2, "c": 1}, {"b": 3, "a": 2, "d": 1}

    assert order_by(mine, theirs) == (pytest.approx(ndcg(["a", "b", "c"], theirs)), 1.0)


def test_a_tie_earns_the_mean_of_its_orders():
    mine, theirs = {"a": 2, "b": 2}, {"a": 3, "b": 1}

    both = [ndcg(order, theirs) for order in (["a", "b"], ["b", "a"])]

    assert order_by(mine, theirs) == (pytest.approx(sum(both) / 2), 0.5)


def test_a_judge_agrees_with_themselves_and_the_ranking_with_neither_wholly():
    personas, catalogue = read_personas(COVER_PERSONAS), read_catalogue(CATALOGUE)

    found = agreement(personas, {each.id: each.grades for each in personas}, {"first": catalogue})

    assert found.first_by_second == found.second_by_first == pytest.approx((1.0, 1.0))
    assert found.ranking_by_first == found.ranking_by_second
    assert 0.8 < found.ranking_by_first[0] < 1.0


def test_visits_that_nobody_graded_twice_are_refused():
    with pytest.raises(ValueError, match="graded twice"):
        agreement(read_personas(COVER_PERSONAS), {}, {"first": read_catalogue(CATALOGUE)})


def test_the_second_grades_are_of_visits_and_products_that_there_are():
    skus = {item.sku for item in read_catalogue(CATALOGUE)}
    second = read_grades(SECOND_GRADES)

    for persona in read_personas(COVER_PERSONAS):
        graded = second[persona.id]
        assert set(graded) <= skus - persona.must_not, persona.id
        assert set(graded.values()) <= {1, 2, 3}
