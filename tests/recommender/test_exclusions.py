"""What was left out: a tuple that is worked out when it is read, and its summary."""

from collections import Counter

from hypothesis import given, settings

from recommender.catalogue_csv import read_catalogue
from recommender.exclusions import Exclusions
from recommender.ranking import rank
from recommender.types import Ranking
from tests.recommender.build import CATALOGUE, make_answers, make_item
from tests.recommender.test_safety_properties import ANSWERS, catalogues


def left_out(outcome) -> Exclusions:
    assert isinstance(outcome, Ranking)
    assert isinstance(outcome.excluded, Exclusions)
    return outcome.excluded


def test_it_reads_like_a_tuple_in_the_catalogues_order():
    excluded = left_out(rank(make_answers(health=frozenset({"BLEED"})), read_catalogue(CATALOGUE)))
    plain = tuple(excluded)

    assert len(excluded) == len(plain) > 20
    assert (excluded[0], excluded[-1], excluded[2:5]) == (plain[0], plain[-1], plain[2:5])
    assert excluded == plain
    assert plain == excluded
    assert hash(excluded) == hash(plain)
    assert repr(excluded) == repr(plain)
    assert excluded != plain[1:]
    assert excluded != "BLEED"


def test_equal_visits_have_equal_outcomes():
    items = [make_item("A", available=False), make_item("B"), make_item("C", contraindications=frozenset({"PREG"}))]
    answers = make_answers(health=frozenset({"PREG"}))

    assert rank(answers, items) == rank(answers, items)
    assert rank(answers, items) != rank(make_answers(), items)


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS, items=catalogues())
def test_the_summary_says_the_same_as_going_through_all(answers, items):
    outcome = rank(answers, items)
    if not isinstance(outcome, Ranking):
        return

    groups = left_out(outcome).together(named=2)

    counted = Counter((each.kind, each.sentence) for each in outcome.excluded)
    assert {(group.kind, group.sentence): group.count for group in groups} == counted
    assert [group.count for group in groups] == sorted((group.count for group in groups), reverse=True)
    for group in groups:
        same = [each.sku for each in outcome.excluded if (each.kind, each.sentence) == (group.kind, group.sentence)]
        assert list(group.skus) == same[:2]
