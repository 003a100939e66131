"""The rules for a whole catalogue at once are the rules for one product."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from recommender.barring import answer_bits, barring
from recommender.bits import has
from recommender.safety import Gate, excluded_for
from recommender.types import UNKNOWN
from tests.recommender.build import make_answers, make_item
from tests.recommender.test_safety_properties import ANSWERS, catalogues


def barred_at_once(answers, items) -> list[bool]:
    return has(barring(items).bits, answer_bits(Gate(answers))).tolist()


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS, items=catalogues())
def test_asking_for_all_products_at_once_gives_what_asking_for_each_gives(answers, items):
    open_answers = replace(answers, red_flags=frozenset())  # after a warning sign there is no list at all

    assert barred_at_once(open_answers, items) == [excluded_for(open_answers, item) is not None for item in items]


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS, items=catalogues())
def test_products_of_one_group_get_the_same_verdict(answers, items):
    verdicts: dict[int, object] = {}

    for item, group in zip(items, barring(items).group.tolist(), strict=True):
        found = excluded_for(answers, item)
        words = found and (found.kind, found.codes, found.sentence)
        assert verdicts.setdefault(group, words) == words


@pytest.mark.parametrize("field", ["contraindications", "cautions", "allergens", "powered"])
def test_a_product_with_a_missing_field_is_barred_by_every_answer(field):
    incomplete = make_item(**{field: None})

    assert barred_at_once(make_answers(), [incomplete]) == [False]
    assert barred_at_once(make_answers(health=frozenset({"VARIC"})), [incomplete]) == [True]
    assert barred_at_once(make_answers(allergies=frozenset({"LATEX"})), [incomplete]) == [True]


def test_an_answer_nobody_knows_has_the_bits_of_all_answers_of_its_question():
    every = answer_bits(Gate(make_answers(health=frozenset({UNKNOWN}), allergies=frozenset({UNKNOWN}))))

    assert answer_bits(Gate(make_answers(health=frozenset({"nonsense"}), allergies=frozenset({""})))) == every
    assert every.bit_count() > 20


def test_a_one_that_stands_where_true_belongs_does_not_lend_its_verdict_to_true():
    items = [make_item("ONE", powered=1), make_item("TRUE", powered=True), make_item("NO", powered=False)]

    assert barred_at_once(make_answers(), items) == [False, True, False]


def test_an_empty_catalogue_has_empty_arrays():
    assert barring([]).bits.dtype == np.int64
    assert barred_at_once(make_answers(), []) == []
