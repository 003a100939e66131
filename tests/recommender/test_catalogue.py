"""The arrays of a catalogue: made once, taken over when only stock or price changed."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.ranking import rank
from tests.recommender.build import CATALOGUE, make_answers, make_item, reasons_out, shown


def test_the_same_products_are_prepared_once():
    items = read_catalogue(CATALOGUE)

    assert prepare(items) is prepare(items) is prepare(list(items))


def test_what_sold_out_or_changed_its_price_keeps_the_other_arrays():
    items = read_catalogue(CATALOGUE)
    before = prepare(items)
    changed = tuple(replace(item, available=False, price_minor=99) if item.sku == "MAT01" else item for item in items)

    after = prepare(changed)

    row = [item.sku for item in items].index("MAT01")
    assert after.bars is before.bars
    assert (before.available[row], after.available[row], after.price[row]) == (True, False, 99)
    assert after.tie_order[row] == 0


def test_arrays_that_were_taken_over_rank_like_new_ones():
    items = read_catalogue(CATALOGUE)
    restocked = tuple(replace(item, available=not item.available, price_minor=item.price_minor + 700) for item in items)
    prepare(items)

    taken_over = rank(make_answers(max_budget_minor=5000), restocked)
    prepare(tuple(make_item(f"S{number}") for number in range(3)))
    fresh = rank(
        make_answers(max_budget_minor=5000), tuple(replace(item, title=f"{item.title} ") for item in restocked)
    )

    assert shown(taken_over) == shown(fresh)
    assert reasons_out(taken_over) == reasons_out(fresh)


@pytest.mark.parametrize(
    "changed", [{"contraindications": frozenset({"VARIC"})}, {"contraindications": None}, {"powered": None}]
)
def test_a_changed_safety_field_is_never_taken_over(changed):
    items = (make_item("A"), make_item("B"))
    answers = make_answers(health=frozenset({"VARIC"}))
    rank(answers, items)

    assert "A" not in shown(rank(answers, (replace(items[0], **changed), items[1])))


def test_a_one_in_place_of_true_is_not_taken_for_it():
    rank(make_answers(), (make_item("A", powered=1),))

    assert shown(rank(make_answers(), (make_item("A", powered=True),))) == []


def test_unknown_numbers_stay_unknown():
    catalogue = prepare((make_item(pressure_min=None, pressure_max=None),))

    assert np.isnan(catalogue.pressure_min).all()
    assert np.isfinite(catalogue.traits).all()
