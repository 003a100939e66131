"""Twenty thousand seeded visits against a second reading of the safety tables that shares no code with ours.

Every visit puts all products to the gate, one by one; every fifth one also asks for the whole list.
"""

import random

from recommender.ranking import rank
from recommender.safety import excluded_for
from recommender.safety_suite.oracle import ALLERGENS, FLAGS, HEALTH, OF_TYPE, may_be_shown, referral_for
from recommender.types import Answers, Item, Referral

VISITS = 20_000
SEED = 7
SIZE = 5
SAFETY = ("missing_safety", "contraindication", "allergen", "powered_stimulator")
JUNK = ("", "preg", "XXX", "UNKNOWN", "LATEX ", "ÄÖ")
AREAS = ("lower_back", "neck", "feet", "hands")
KINDS = ("muscular_tension", "stress_sleep", "foot_fatigue", "nausea")


def some(rng: random.Random, codes: set[str], junk_share: float = 0.06) -> frozenset[str]:
    found = rng.sample(sorted(codes), rng.choice((0, 0, 1, 2)))
    return frozenset([*found, *([rng.choice(JUNK)] if rng.random() < junk_share else [])])


def an_item(rng: random.Random, sku: str) -> Item:
    def filled(codes: set[str]) -> frozenset[str] | None:
        return None if rng.random() < 0.05 else some(rng, codes, 0.03)

    return Item(
        sku=sku,
        title="Tool",
        type=rng.choice([*OF_TYPE, "unheard_of", ""]),
        price_minor=rng.choice((0, 900, 4_000)),
        available=rng.random() < 0.9,
        contraindications=filled(HEALTH),
        cautions=filled(HEALTH),
        allergens=filled(ALLERGENS),
        powered=rng.choice((False, False, False, True, None)),
        areas=frozenset(rng.sample(AREAS, 3)),
        pain_kinds=frozenset(rng.sample(KINDS, 2)),
        pressure_min=rng.choice((None, 1, 3)),
        pressure_max=rng.choice((None, 3, 5)),
        heat=rng.random() < 0.2,
        registration_number=rng.choice((None, "", "K123456")),
    )


def a_visitor(rng: random.Random) -> Answers:
    return Answers(
        red_flags=frozenset([rng.choice([*FLAGS, "UNKNOWN", "no such sign"])]) if rng.random() < 0.05 else frozenset(),
        health=some(rng, HEALTH),
        allergies=some(rng, ALLERGENS),
        areas=frozenset([rng.choice(AREAS)]),
        pain_kinds=frozenset([rng.choice(KINDS)]),
        triggers=frozenset(["pregnancy"]) if rng.random() < 0.05 else frozenset(),
        max_budget_minor=rng.choice((None, None, 1_000)),
    )


def test_twenty_thousand_visits_show_nothing_that_the_tables_forbid():
    rng = random.Random(SEED)
    shown = barred = referred = 0
    for visit in range(VISITS):
        if visit % 20 == 0:
            items = tuple(an_item(rng, f"S{number}") for number in range(SIZE))
        answers = a_visitor(rng)
        forbidden = {item.sku for item in items if not may_be_shown(answers, item)}

        assert {item.sku for item in items if excluded_for(answers, item)} == forbidden

        barred, referred = barred + len(forbidden), referred + bool(answers.red_flags)
        if visit % 5 == 0:
            shown += check_list(answers, items, forbidden)

    assert min(shown, barred, referred) > 500  # the visits are neither all empty nor all harmless


def check_list(answers: Answers, items: tuple[Item, ...], forbidden: set[str]) -> int:
    """Check one list against what is forbidden and return how much it shows."""
    outcome = rank(answers, items)
    assert isinstance(outcome, Referral) == bool(answers.red_flags)
    if isinstance(outcome, Referral):
        assert outcome.refer == referral_for(answers)
        return 0
    assert forbidden.isdisjoint(each.sku for each in outcome.ranked)
    assert {each.sku for each in outcome.excluded if each.kind in SAFETY} == forbidden
    return len(outcome.ranked)
