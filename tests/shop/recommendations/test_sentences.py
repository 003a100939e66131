"""Every sentence the recommender can say passes the claims linter: it speaks of fit, never of healing (R20, R21)."""

from dataclasses import replace
from itertools import product

import pytest

from recommender.catalogue_csv import read_catalogue
from recommender.contrast import BETTER
from recommender.exclusions import SAID
from recommender.knowledge import KNOWN_TYPES, POSITIONS
from recommender.notes import soft_notes
from recommender.questionnaire import QUESTIONS
from recommender.reasons import AGAINST, IN_FAVOUR
from recommender.safety import ALLERGY_CODES, HEALTH_CODES, caution_sentences, excluded_for
from recommender.types import UNKNOWN, Answers, Item
from shop.content.claims import find_claims
from tests.recommender.build import CATALOGUE, JUDGE_CATALOGUE, make_answers, make_item

NOTHING: frozenset[str] = frozenset()


def every_item() -> list[Item]:
    """The products of two catalogues, and one of each firmness, place, size, type and level."""
    made = [
        make_item(pressure_min=low, pressure_max=high) for low, high in product((None, 0, 1, 2, 3, 4, 5, 9), repeat=2)
    ]
    made += [make_item(positions=frozenset(some)) for some in product(POSITIONS, repeat=3)]
    made += [make_item(positions=NOTHING), make_item(areas=NOTHING), make_item(areas=frozenset({"any"}))]
    made += [make_item(type=each) for each in (*sorted(KNOWN_TYPES), "unheard_of")]
    made += [make_item(level=each) for each in (None, "beginner", "experienced")]
    made += [make_item(length_mm=100, width_mm=50, weight_grams=weight) for weight in (None, 40)]
    made += [make_item(areas=frozenset(some)) for some in product(sorted(QUESTIONS["areas"].codes), repeat=2)]
    return [*read_catalogue(CATALOGUE), *read_catalogue(JUDGE_CATALOGUE), *made]


def every_visitor() -> list[Answers]:
    """Visitors that differ in what the sentences name: areas, position, pressure, triggers, experience and budget."""
    areas = sorted(QUESTIONS["areas"].codes)
    made = [make_answers(areas=frozenset({one, other})) for one, other in product(areas, repeat=2)]
    made += [make_answers(position=code) for code in (None, "?", *QUESTIONS["position_preference"].codes)]
    made += [make_answers(experience=code) for code in (None, "?", *QUESTIONS["experience"].codes)]
    made += [make_answers(pressure=mark) for mark in (None, 1, 3, 5)]
    made += [make_answers(triggers=frozenset({code})) for code in QUESTIONS["triggers"].codes]
    return [*made, make_answers(areas=NOTHING), make_answers(max_budget_minor=5_000)]


def assert_honest(sentences: set[str]) -> None:
    assert sentences
    for sentence in sentences:
        assert find_claims(sentence) == ()
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert ".." not in sentence
        assert "  " not in sentence


@pytest.mark.parametrize("table", [IN_FAVOUR, AGAINST], ids=["in favour", "against"])
def test_every_reason_is_honest(table):
    items, visitors = every_item(), every_visitor()

    said = {words for words in table.values() if isinstance(words, str)}
    for words in table.values():
        if not isinstance(words, str):
            said |= {words(answers, item) for answers in visitors[::3] for item in items}
            said |= {words(answers, item) for answers in visitors for item in items[::7]}

    assert_honest(said)


def test_every_contrast_is_honest():
    items, visitors = every_item()[::5], every_visitor()[::5] + every_visitor()[-8:]

    ends = {words for words in BETTER.values() if isinstance(words, str)}
    for words in BETTER.values():
        if callable(words):
            ends |= {words(answers, *pair) for answers in visitors for pair in product(items[::6], items)}

    assert_honest({f"Ahead of the wide mat because {end}." for end in ends})


def test_every_reason_for_leaving_out_is_honest():
    said = {sentence for _, sentence in SAID.values()}
    items = [make_item(contraindications=frozenset({code})) for code in HEALTH_CODES]
    items += [make_item(allergens=frozenset({code})) for code in ALLERGY_CODES]
    items += [make_item(type=each) for each in KNOWN_TYPES]
    items += [make_item(contraindications=HEALTH_CODES, allergens=ALLERGY_CODES), make_item(powered=True)]
    items += [make_item(cautions=None), make_item(contraindications=frozenset({"WHO KNOWS"}))]
    healths = [*({code} for code in HEALTH_CODES), {UNKNOWN}, {"?"}, HEALTH_CODES, set()]
    allergies = [*({code} for code in ALLERGY_CODES), {UNKNOWN}, {"?"}, set()]
    for health, reacts in product(healths, allergies):
        answers = make_answers(health=frozenset(health), allergies=frozenset(reacts))
        said |= {out.sentence for item in items if (out := excluded_for(answers, item))}
        answers = replace(answers, red_flags=frozenset({UNKNOWN}))
        said |= {out.sentence for item in items[:1] if (out := excluded_for(answers, item))}

    assert_honest(said)


def test_every_caution_and_every_note_is_honest():
    said = {sentence for code in (*HEALTH_CODES, "?") for sentence in caution_sentences([code])}
    for intensity, duration, triggers, health in product(
        (None, 3, 9), (None, "days", "weeks", "months"), (NOTHING, frozenset({"sleep"})), (NOTHING, {UNKNOWN})
    ):
        answers = make_answers(intensity=intensity, duration=duration, triggers=triggers, health=frozenset(health))
        said |= set(soft_notes(answers))

    assert_honest(said)
