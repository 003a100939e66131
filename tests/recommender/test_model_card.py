"""The model card: all that must stand on it does, in words that make no health claim, and nothing breaks out of it."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.gate import Checks, Figure, Judged, Log, decide
from recommender.model_card import CardFacts, SegmentFigures, StageFigures, model_card
from shop.content.claims import find_claims

FACTS = CardFacts(
    model="2026-03-01",
    sha256="ab" * 32,
    prior="expert-3",
    schema="5f2c",
    ruleset="rules-7",
    seed=11,
    first_day="2026-01-01",
    last_day="2026-02-28",
    rows=41_200,
    excluded_rows=3,
    stages=(
        StageFigures(stage="opened", rows=41_200, positives=6_100, calibration="off by 0.012 on average"),
        StageFigures(stage="helped", rows=310, positives=200, calibration="310 rows are too few for a figure"),
    ),
    segments=(
        SegmentFigures(
            segment="an area was named",
            lists=900,
            earned=Figure(0.051, 0.04, 0.062),
            day_one_earned=Figure(0.04, 0.03, 0.05),
        ),
        SegmentFigures(
            segment="to wind down",
            lists=12,
            earned=None,
            day_one_earned=Figure(float("nan"), float("nan"), float("nan")),
        ),
    ),
    safety_cases=1_000_000,
    personas={"nDCG@5": 0.91, "first pick graded 2 or 3": 0.97},
    drift=("area is steady: stability index 0.03.",),
    notes=("Trained in the weeks of a sale.",),
)


def decision(lists: int = 6_000):
    rng = np.random.default_rng(1)
    shown = rng.integers(0, 2, lists)
    flat = np.full(lists, 0.1)
    log = Log(np.arange(lists), (rng.random(lists) < 0.05 + 0.1 * shown).astype(float), np.full(lists, 0.5))
    rankings = [
        Judged(name, (shown == at).astype(float), flat, flat) for name, at in (("candidate", 1), ("day one", 0))
    ]
    return decide(rankings[0], rankings[1], rankings[1], log, Checks(list, list))


@pytest.mark.parametrize(
    "wanted",
    [
        "2026-01-01 to 2026-02-28",
        "41,200",
        "3 impossible",
        "| opened | 41,200 | 6,100 |",
        "too few for a figure",
        "| an area was named | 900 | 0.051 (0.040 to 0.062) | 0.040 (0.030 to 0.050) |",
        "| to wind down | 12 | too few | too few |",
        "0 violations in 1,000,000 generated visits",
        "expert-3",
        "rules-7",
        "ab" * 32,
        "nDCG@5: 0.910",
        "Relief scores are self-reported",
        "weeks of a sale",
        "stability index 0.03",
        "may replace the live model",
        "What cannot be said",
    ],
)
def test_the_card_names(wanted):
    assert wanted in model_card(FACTS, decision())


def test_the_card_makes_no_health_claim():
    assert find_claims(model_card(FACTS, decision())) == ()
    assert find_claims(model_card(FACTS)) == ()


def test_the_linter_would_find_a_claim_on_the_card():
    assert find_claims(model_card(replace(FACTS, notes=("It relieves back pain.",)))) != ()


def test_a_model_without_a_safety_run_says_that_it_must_not_be_served():
    assert "must not be served" in model_card(replace(FACTS, safety_cases=0))


def test_names_from_the_shop_cannot_break_the_table():
    segment = SegmentFigures(segment="a | b\n# Free <b>money</b>", lists=9, earned=None, day_one_earned=None)

    card = model_card(replace(FACTS, segments=(segment,)))

    assert "| a \\| b # Free &lt;b>money&lt;/b> | 9 |" in card


def test_same_facts_same_card():
    assert model_card(FACTS, decision()) == model_card(FACTS, decision())
