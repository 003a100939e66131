"""The learned scorer explains itself: shares that sum, doubts, and reasons that pass the test of deletion."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.candidates import find_candidates
from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.features import FEATURES
from recommender.ranking import rank
from recommender.safety import Gate
from recommender.scorers import ITEM, PARTS, START
from recommender.scorers.content import ContentScorer
from recommender.scorers.learned import LearnedScorer
from recommender.scorers.popularity import PopularityScorer
from recommender.seen import Plain
from recommender.types import Ranking
from recommender.wish import read_wish
from tests.recommender.build import CATALOGUE, make_answers
from tests.recommender.models import make_posterior
from tests.recommender.test_safety_properties import ANSWERS

ITEMS = read_catalogue(CATALOGUE)
SCORERS = {
    "expert": None,
    "learned": LearnedScorer(make_posterior()),
    "learned, unsure": LearnedScorer(make_posterior(2, sd=1.0)),
    "learned, of mixed mind": LearnedScorer(make_posterior(3, noise=2.0)),
    "popularity": PopularityScorer({"MAT01": 50, "PIL01": 2}, {"MAT01": 100, "PIL01": 100}),
}


def some_features(seed: int, rows: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, len(FEATURES)))


def test_the_score_is_the_log_of_the_models_value_above_a_coin():
    posterior = make_posterior()
    features, skus = some_features(1, 4), ["MAT01", "never seen", "A", "B"]

    scores = LearnedScorer(posterior).score(Plain(features, skus))

    assert scores == pytest.approx(posterior.log_value(features, np.array(skus)) + 3 * math.log(2), abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([0.0, 1e-12, 1e-6, 1.0, 30.0]))
def test_the_shares_sum_to_the_score(seed, size):
    scorer = LearnedScorer(make_posterior(seed % 7, intercept=np.array([0.0, size, -size])))
    seen = Plain(size * some_features(seed, 5), ["A", "B", "?", "PIL01", "MAT01"])

    shares, scores = scorer.explain(seen), scorer.score(seen)

    assert shares.shape == (5, len(PARTS))
    assert np.abs(shares.sum(axis=1) - scores).max() <= 1e-9


def test_a_stage_at_exactly_even_odds_is_dealt_out_too():
    zero = np.zeros((3, len(FEATURES)))
    posterior = make_posterior(mean=zero, intercept=np.zeros(3), items=(), item_mean=zero[:, :0], item_sd=zero[:, :0])

    assert not LearnedScorer(posterior).explain(Plain(some_features(1, 2), ["A", "B"])).any()


def drawn_apart(posterior, rng):
    """A draw in which no stage knows of another."""
    each = [rng.multivariate_normal(*weights) for weights in zip(posterior.mean, posterior.covariance, strict=True)]
    return replace(posterior, mean=np.array(each), item_mean=rng.normal(posterior.item_mean, posterior.item_sd))


@pytest.mark.parametrize("draw", [drawn_apart, lambda posterior, rng: posterior.draw(rng, 1.0)], ids=["apart", "alike"])
def test_the_doubt_is_no_less_than_the_spread_of_the_share_whether_stages_err_apart_or_alike(draw):
    posterior, rng = make_posterior(sd=0.05), np.random.default_rng(1)
    seen = Plain(some_features(5, 3), ["MAT01", "A", "B"])

    shares = [LearnedScorer(draw(posterior, rng)).explain(seen) for _ in range(4_000)]
    spread, doubt = np.std(shares, axis=0), LearnedScorer(posterior).doubt(seen)

    assert (spread <= 1.04 * doubt).all()
    assert np.median(spread / doubt) > 0.5, "and not far above it"


def test_the_doubt_about_one_stage_is_the_spread_of_its_share():
    whole = make_posterior(sd=0.05)
    of_stages = ("mean", "covariance", "intercept", "item_mean", "item_sd", "unseen_sd")
    posterior = replace(whole, stages=whole.stages[:1], **{name: getattr(whole, name)[:1] for name in of_stages})
    seen, rng = Plain(some_features(5, 3), ["MAT01", "A", "B"]), np.random.default_rng(1)

    shares = [LearnedScorer(drawn_apart(posterior, rng)).explain(seen) for _ in range(4_000)]

    assert LearnedScorer(posterior).doubt(seen) == pytest.approx(np.std(shares, axis=0), rel=0.06)


def test_a_model_with_other_columns_is_refused():
    posterior = make_posterior(columns=(*FEATURES[:-1], "charm"))

    with pytest.raises(ValueError, match="other features"):
        LearnedScorer(posterior)


def test_the_columns_of_a_model_may_stand_in_any_order():
    posterior = make_posterior()
    order = np.random.default_rng(1).permutation(len(FEATURES))
    mixed = replace(
        posterior,
        columns=tuple(FEATURES[place] for place in order),
        mean=posterior.mean[:, order],
        covariance=posterior.covariance[:, order][:, :, order],
    )
    seen = Plain(some_features(1, 4), ["A", "B", "C", "D"])

    assert LearnedScorer(mixed).score(seen) == pytest.approx(LearnedScorer(posterior).score(seen), abs=1e-12)
    assert LearnedScorer(mixed).doubt(seen) == pytest.approx(LearnedScorer(posterior).doubt(seen), abs=1e-12)


@pytest.mark.parametrize("name", SCORERS)
@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS)
def test_contributions_sum_and_reasons_stand_the_test_of_deletion(name, answers):
    scorer = SCORERS[name]
    outcome = rank(answers, ITEMS, scorer=scorer)
    if not isinstance(outcome, Ranking):
        return
    assert outcome.fallback is None

    asked = scorer or ContentScorer()
    seen = find_candidates(Gate(answers), read_wish(answers), prepare(ITEMS)).seen
    place_of = {seen.all_skus[row]: place for place, row in enumerate(seen.rows.tolist())}
    for each in outcome.ranked:
        features = seen.matrix()[[place_of[each.sku]]]
        score, doubts = asked.score(Plain(features, [each.sku]))[0], asked.doubt(Plain(features, [each.sku]))[0]
        variety = sum(part.value for part in each.contributions if part.feature == "variety")

        assert abs(math.fsum(part.value for part in each.contributions) - each.score) <= 1e-9
        assert abs(score + variety - each.score) <= 1e-9
        for reason in each.reasons:
            without = features.copy()
            without[0, FEATURES.index(reason.feature)] = 0.0
            assert asked.score(Plain(without, [each.sku]))[0] < score
            assert reason.value > doubts[PARTS.index(reason.feature)]
        if each.against and each.against.feature != "variety":
            assert -each.against.value > doubts[PARTS.index(each.against.feature)]


def test_an_unsure_model_gives_fewer_reasons():
    answers = make_answers(position="sitting", pressure=2, experience="new", portability="must")

    sure, unsure = (rank(answers, ITEMS, scorer=LearnedScorer(make_posterior(noise=0.0, sd=sd))) for sd in (1e-3, 2.0))

    assert isinstance(sure, Ranking)
    assert isinstance(unsure, Ranking)
    assert [each.sku for each in sure.ranked] == [each.sku for each in unsure.ranked]
    assert all(each.reasons for each in sure.ranked)
    assert not any(each.reasons for each in unsure.ranked)


def test_what_is_known_of_a_product_itself_is_a_part_of_its_own():
    posterior = make_posterior(item_mean=np.full((3, 4), 0.5))
    shares = LearnedScorer(posterior).explain(Plain(np.zeros((2, len(FEATURES))), ["MAT01", "never seen"]))

    assert shares[0, PARTS.index(ITEM)] > 0
    assert shares[1, PARTS.index(ITEM)] == 0
    assert shares[1, PARTS.index(START)] == pytest.approx(shares[1].sum())


def test_popularity_draws_what_was_hardly_shown_to_the_average():
    scorer = PopularityScorer({"OFTEN": 500, "ONCE": 1}, {"OFTEN": 1_000, "ONCE": 1, "NEVER": 1_000})
    seen = Plain(np.zeros((4, len(FEATURES))), ["OFTEN", "ONCE", "NEVER", "NEW"])

    often, once, never, new = scorer.score(seen)

    assert often > once > new > never
    assert scorer.doubt(seen).sum(axis=1)[0] < scorer.doubt(seen).sum(axis=1)[1]
    assert scorer.explain(seen).sum(axis=1).tolist() == [often, once, never, new]
