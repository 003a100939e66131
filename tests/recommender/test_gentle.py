"""Whoever has to be pressed gently is not sold firmness, whatever they asked for."""

import pytest

from recommender.ranking import rank
from recommender.types import Answers, Ranking
from tests.recommender.build import make_answers, make_item

MILD, FIRM = make_item("MILD", pressure_max=2), make_item("FIRM", pressure_min=3, pressure_max=5)
PREGNANT = frozenset({"PREG"})


def listed(answers: Answers) -> Ranking:
    found = rank(answers, [FIRM, MILD])
    assert isinstance(found, Ranking)
    return found


@pytest.mark.parametrize("area", ["lower_back", "abdomen", "hands"])
@pytest.mark.parametrize("pressure", [3, 4, 5])
@pytest.mark.parametrize("health", [PREGNANT, frozenset({"UNKNOWN"})])
def test_nobody_who_is_or_may_be_pregnant_is_sold_firmness_where_nothing_may_press_hard(
    area: str, pressure: int, health: frozenset[str]
) -> None:
    items = [
        make_item(each.sku, areas=frozenset({area}), pressure_min=each.pressure_min, pressure_max=each.pressure_max)
        for each in (FIRM, MILD)
    ]

    found = rank(make_answers(health=health, areas=frozenset({area}), pressure=pressure), items)

    assert isinstance(found, Ranking)
    assert found.ranked[0].sku == "MILD"
    assert "you asked for" not in said(found)
    assert "as you asked" not in said(found)


def test_pregnancy_named_as_what_brings_it_on_counts_as_well() -> None:
    found = listed(make_answers(triggers=frozenset({"pregnancy"}), pressure=5))

    assert found.ranked[0].sku == "MILD"
    assert "you asked for" not in said(found)


def test_strong_pain_quotes_no_firmness_that_it_was_not_ranked_by() -> None:
    assert "you asked for" not in said(listed(make_answers(intensity=9, pressure=5)))


def test_elsewhere_and_for_others_firmness_is_what_was_asked_for() -> None:
    found = listed(make_answers(pressure=5))

    assert found.ranked[0].sku == "FIRM"
    assert "you asked for very firm" in said(found)


def said(found: Ranking) -> str:
    """Every sentence about firmness or of comparison that the list shows."""
    sentences = [reason.sentence for each in found.ranked for reason in each.reasons]
    sentences += [each.against.sentence for each in found.ranked if each.against]
    return " ".join([*sentences, *(each.ahead.because for each in found.ranked if each.ahead)])
