"""What is worked out for a whole catalogue at once is what comes out for one product after the other."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.candidates import EXPERT, Candidates, find_candidates
from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.choosing import FEW, NEAR_PLACES, choose
from recommender.exclusions import why_not
from recommender.features import FEATURES, feature_matrix
from recommender.ranking import rank
from recommender.safety import Gate, excluded_for
from recommender.safety_suite.made_up import make_items, make_pools, make_visitors
from recommender.scorers.learned import LearnedScorer
from recommender.seen import Plain
from recommender.types import Item, Ranking
from recommender.variety import Crowd
from recommender.wish import read_wish
from tests.recommender.build import CATALOGUE, make_answers, make_item
from tests.recommender.models import make_posterior

SEED = 11
VISITS = 60


def many_items(number: int = 600) -> tuple[Item, ...]:
    """The demo's products over and over, each time with another price, length, stock and caution."""
    rng = np.random.default_rng(SEED)
    demo = read_catalogue(CATALOGUE)
    return tuple(
        replace(
            demo[place % len(demo)],
            sku=f"P{place}",
            price_minor=int(rng.integers(900, 9_000)),
            length_mm=int(rng.integers(30, 900)),
            available=bool(rng.random() < 0.9),
            cautions=frozenset({"VARIC"}) if rng.random() < 0.3 else frozenset(),
        )
        for place in range(number)
    )


def visits(items: tuple[Item, ...]) -> list[Candidates]:
    rng = np.random.default_rng(SEED)
    visitors = [replace(each, red_flags=frozenset()) for each in make_visitors(rng, make_pools(rng), VISITS)]
    return [find_candidates(Gate(answers), read_wish(answers), prepare(items)) for answers in visitors]


def strange_items() -> tuple[Item, ...]:
    rng = np.random.default_rng(SEED)
    return make_items(rng, make_pools(rng), 300)


CATALOGUES = pytest.mark.parametrize("items", [many_items(), strange_items()], ids=["alike", "strange"])


@CATALOGUES
def test_the_prepared_features_are_the_features_of_each_product(items):
    rng = np.random.default_rng(SEED)
    weights = rng.normal(size=(3, len(FEATURES)))
    for visit in visits(items):
        one_by_one = [feature_matrix(visit.wish, visit.catalogue, np.array([row]))[0] for row in visit.rows]
        matrix = np.array(one_by_one).reshape(-1, len(FEATURES))

        assert np.array_equal(visit.seen.matrix(), matrix)
        sized = 1 + np.abs(matrix).sum(axis=1)
        assert (np.abs(visit.seen.weighed(weights) - weights @ matrix.T) <= 1e-12 * sized).all()
        some = np.arange(len(matrix))[::3]
        assert np.array_equal(visit.seen.only(some).matrix(), matrix[some])
        assert np.array_equal(visit.seen.only(some).rows, visit.rows[some])


@CATALOGUES
def test_a_learned_score_of_a_whole_catalogue_is_that_of_each_product_alone(items):
    scorer = LearnedScorer(make_posterior(items=("P1", "P2", "P3", "P5")))
    for visit in visits(items):
        scores, matrix = scorer.score(visit.seen), visit.seen.matrix()

        alone = [scorer.score(Plain(matrix[[place]], [items[row].sku]))[0] for place, row in enumerate(visit.rows)]

        assert (np.abs(scores - np.array(alone)) <= 1e-12 * (1 + np.abs(scores))).all()


@CATALOGUES
def test_the_candidates_are_the_products_with_no_reason_against_them(items):
    for visit in visits(items):
        open_rows = np.flatnonzero(why_not(visit.gate, visit.wish, visit.catalogue, visit.levels) == 0)

        assert open_rows.tolist() == visit.rows.tolist()
        answers = visit.wish.answers
        assert not [row for row in visit.rows.tolist() if excluded_for(answers, items[row])]


def plainly_chosen(visit: Candidates, scores: np.ndarray, limit: int) -> list[int]:
    """The list put together one place at a time, looking at every product for each."""
    catalogue, near = visit.catalogue, dict(zip(visit.rows.tolist(), visit.is_near.tolist(), strict=True))
    standing = {int(row): score for row, score, s in zip(visit.rows, scores, visit.is_strong, strict=True) if s}
    chosen: list[int] = []
    while len(chosen) < limit:
        allowed = [
            row for row, score in standing.items() if score > -np.inf and (not near[row] or len(chosen) in NEAR_PLACES)
        ]
        if not allowed:
            break
        best = min(allowed, key=lambda row: (-round(standing[row], 9), catalogue.tie_order[row]))
        chosen.append(best)
        for row in standing:
            if catalogue.type_number[row] == catalogue.type_number[best]:
                standing[row] -= float(Crowd(catalogue, np.array([best, row])).lost(np.array([0]), np.array([1]))[0])
    return chosen


@CATALOGUES
def test_comparing_rivals_only_chooses_what_comparing_all_does(items):
    pruned = 0
    for visit in visits(items):
        scores = EXPERT.score(visit.seen)
        pruned += visit.is_strong.sum() > FEW

        chosen = [int(visit.rows[place]) for place, _ in choose(visit, scores, 5)]

        assert chosen == plainly_chosen(visit, scores, 5)

    assert pruned or len(items) < 600


@pytest.mark.parametrize("number", [FEW // 2, FEW + 50, 600])
def test_of_equals_the_cheapest_comes_first_however_many_they_are(number):
    for visit in visits(many_items()):
        is_strong = np.zeros(len(visit.rows), dtype=np.bool_)
        is_strong[np.random.default_rng(SEED).permutation(len(visit.rows))[:number]] = True
        equals = replace(visit, is_strong=is_strong)
        scores = np.zeros(len(visit.rows))

        chosen = [int(visit.rows[place]) for place, _ in choose(equals, scores, 5)]

        assert chosen == plainly_chosen(equals, scores, 5)


def test_many_twins_of_the_best_do_not_hide_what_comes_after_them():
    twins = [make_item(f"T{number}", price_minor=900 + number) for number in range(2 * FEW)]
    other = make_item("OTHER", positions=frozenset({"lying"}), pressure_max=2)

    outcome = rank(make_answers(position="sitting"), (*twins, other))

    assert isinstance(outcome, Ranking)
    assert [each.sku for each in outcome.ranked] == ["T0", "OTHER"]


def test_the_arrays_of_a_catalogue_cannot_be_written_into():
    catalogue = prepare((make_item(),))

    with pytest.raises(ValueError, match="read-only"):
        catalogue.bars[0] = 0
