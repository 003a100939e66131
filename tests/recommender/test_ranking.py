"""What is shown, what is not, and in which order."""

import json
import re
import subprocess
import sys

import pytest

from recommender.catalogue_csv import read_catalogue
from recommender.features import FEATURES
from recommender.ranking import rank
from recommender.reasons import AGAINST, IN_FAVOUR, contributions
from recommender.scorers.content import PRIOR
from recommender.types import Ranking
from tests.recommender.build import CATALOGUE, make_answers, make_item, reasons_out, shown


def codes(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_sold_out_and_too_dear_products_are_left_out_with_their_reason():
    items = [
        make_item("GONE", available=False),
        make_item("DEAR", price_minor=3001),
        make_item("FITS", price_minor=3000),
    ]

    outcome = rank(make_answers(max_budget_minor=3000), items)

    assert shown(outcome) == ["FITS"]
    assert reasons_out(outcome) == {"GONE": "sold_out", "DEAR": "over_budget"}


def test_nothing_is_shown_when_nothing_reaches_the_area_or_serves_the_kind():
    items = [make_item("FOOT", areas=codes("feet"), pain_kinds=codes("foot_fatigue"))]

    outcome = rank(make_answers(), items)

    assert shown(outcome) == []
    assert reasons_out(outcome) == {"FOOT": "no_fit"}


def test_a_kind_that_can_be_anywhere_does_not_make_a_foot_tool_fit_a_back():
    assert shown(rank(make_answers(), [make_item(areas=codes("feet"))])) == []


def test_a_neighbouring_area_is_never_the_only_choice_and_at_best_the_third():
    neighbour = make_item("HIP", areas=codes("hips"))
    fitting = [make_item("B1"), make_item("B2", pressure_max=5)]

    alone = shown(rank(make_answers(), [neighbour]))
    second = shown(rank(make_answers(), [neighbour, fitting[0]]))
    third = shown(rank(make_answers(), [neighbour, *fitting]))

    assert alone == []
    assert second == ["B1"]
    assert "HIP" not in third[:2]


@pytest.mark.parametrize(("goal", "wanted"), [("relax", ["CALM"]), ("sleep", ["CALM"]), ("relief", []), (None, [])])
def test_where_neither_area_nor_kind_is_named_the_goal_decides(goal, wanted):
    items = [make_item("CALM", pain_kinds=codes("stress_sleep")), make_item("BACK")]

    assert shown(rank(make_answers(areas=codes(), pain_kinds=codes(), goal=goal), items)) == wanted


def test_a_product_worn_anywhere_reaches_nothing_by_itself():
    worn = make_item(areas=codes("any"), pain_kinds=codes("nausea"))

    assert shown(rank(make_answers(), [worn])) == []
    assert shown(rank(make_answers(pain_kinds=codes("nausea")), [worn])) == ["A"]


def test_what_is_used_on_the_floor_only_is_out_for_somebody_who_cannot_get_down():
    items = [make_item("FLOOR", positions=codes("floor")), make_item("EITHER", positions=codes("floor", "standing"))]

    assert shown(rank(make_answers(mobility_limits=codes("no_floor")), items)) == ["EITHER"]


def test_a_childs_size_is_for_children_only():
    items = [make_item("SMALL", title="Wrist band, child size"), make_item("LARGE")]

    assert shown(rank(make_answers(), items)) == ["LARGE"]
    assert shown(rank(make_answers(health=codes("CHILD")), items))[0] == "SMALL"


def test_two_colours_of_one_product_take_one_place():
    outcome = rank(make_answers(), [make_item("RED", price_minor=1900), make_item("BLUE")])

    assert shown(outcome) == ["RED"]
    assert reasons_out(outcome) == {"BLUE": "near_duplicate"}


@pytest.mark.parametrize(
    ("answers", "better", "worse"),
    [
        ({"position": "sitting"}, {}, {"positions": codes("lying")}),
        ({"pressure": 2}, {}, {"pressure_min": 4, "pressure_max": 5}),
        ({"pressure": 5, "experience": "regular"}, {"pressure_min": 4, "pressure_max": 5}, {}),
        ({"experience": "new"}, {"level": "beginner"}, {"level": "experienced"}),
        ({"portability": "must"}, {"portability": 5}, {"portability": 1}),
        ({"mobility_limits": codes("limited_grip")}, {"dexterity": 1}, {"dexterity": 4}),
        ({"health": codes("VARIC")}, {}, {"cautions": codes("VARIC")}),
        ({"mobility_limits": codes("no_floor")}, {}, {"positions": codes("floor", "sitting")}),
        ({"intensity": 9, "duration": "months"}, {"pressure_max": 2}, {"pressure_max": 5}),
        ({"triggers": codes("desk_work"), "position": "sitting"}, {"type": "foot_mat"}, {"type": "wall_knob"}),
        ({"health": codes("PREG")}, {}, {"positions": codes("lying")}),
        ({"pressure": 3}, {"pressure_min": 1, "pressure_max": 2}, {"pressure_min": 4, "pressure_max": 5}),
        ({"pressure": 4}, {"heat": True, "pressure_max": 2}, {"pressure_max": 2}),
        ({}, {}, {"allergens": codes("NICKEL")}),
        ({}, {"type": "massage_ball"}, {"type": "magnet_pads"}),
        (
            {"goal": "relax", "areas": codes(), "pain_kinds": codes("stress_sleep"), "position": "sitting"},
            {"pain_kinds": codes("stress_sleep"), "length_mm": 70},
            {"pain_kinds": codes("stress_sleep"), "positions": codes("lying"), "length_mm": 900},
        ),
        ({}, {"price_minor": 1000}, {"price_minor": 9000, "width_mm": 100, "session_minutes": 5}),
    ],
)
def test_other_things_equal_the_better_fit_comes_first(answers, better, worse):
    items = [make_item("A-WORSE", **worse), make_item("B-BETTER", **better)]

    assert shown(rank(make_answers(**answers), items))[0] == "B-BETTER"


def test_what_is_leaned_on_at_a_wall_is_not_held_to_need_the_floor():
    ball = make_item("BALL", type="massage_ball", positions=codes("standing", "floor"), price_minor=2100)
    arch = make_item("ARCH", positions=codes("sitting", "floor"), price_minor=2000)

    assert shown(rank(make_answers(mobility_limits=codes("no_floor"), position="any"), [arch, ball]))[0] == "BALL"


def test_products_that_differ_in_an_allergen_are_two():
    items = [make_item("RUBBER", allergens=codes("LATEX"), price_minor=1900), make_item("COTTON")]

    assert shown(rank(make_answers(), items)) == ["COTTON", "RUBBER"]


def test_a_small_tool_of_a_type_nobody_described_is_taken_for_one_held_in_the_hand():
    egg = make_item("EGG", length_mm=60, positions=codes("sitting", "on_the_go"))
    board = make_item("BOARD", length_mm=600, positions=codes("sitting", "on_the_go"), price_minor=1990)
    answers = make_answers(position="sitting", triggers=codes("desk_work"), experience="new")

    assert shown(rank(answers, [board, egg])) == ["EGG", "BOARD"]


def test_no_more_is_shown_than_was_asked_for():
    items = [make_item(f"S{number}", length_mm=100 * number) for number in range(1, 9)]

    assert len(shown(rank(make_answers(), items, limit=3))) == 3
    assert shown(rank(make_answers(), items, limit=0)) == []
    assert list(reasons_out(rank(make_answers(), items)).values()) == ["lower_ranked"] * 3


def test_an_empty_catalogue_gives_an_empty_list():
    assert rank(make_answers(), []) == Ranking((), (), ())


def test_two_products_with_one_sku_are_refused():
    with pytest.raises(ValueError, match="same SKU"):
        rank(make_answers(), [make_item(), make_item(type="spike_mat")])


def test_strong_and_long_lasting_gets_a_soft_note():
    outcome = rank(make_answers(interference=8, duration="months"), [make_item()])

    assert isinstance(outcome, Ranking)
    assert outcome.notes[0].startswith("If this has not been looked at")
    assert shown(outcome) == ["A"]


def test_each_weight_of_the_prior_belongs_to_a_feature_and_has_a_reason():
    assert sorted(weight.feature for weight in PRIOR) == sorted(FEATURES)
    assert all(weight.why and weight.value > 0 for weight in PRIOR)


def test_what_serves_many_places_is_not_called_made_mainly_for_one():
    only, many = (
        make_item(areas=codes("lower_back", "hips")),
        make_item(areas=codes("lower_back", "hips", "neck", "feet")),
    )

    said = [contributions([("focus", 0.2)], make_answers(), item)[0].sentence for item in (only, many)]

    assert said == ["Made mainly for that spot.", "Made for that spot, among others."]


def test_reasons_name_areas_and_position_and_never_promise_anything():
    outcome = rank(make_answers(areas=codes("lower_back", "neck"), position="sitting"), [make_item()])
    assert isinstance(outcome, Ranking)

    sentences = [part.sentence for part in outcome.ranked[0].reasons]
    fixed = [text for text in (IN_FAVOUR | AGAINST).values() if isinstance(text, str)]

    assert "Reaches the lower back, but not the neck." in sentences
    promises = re.compile(
        r"\b(pain|heal|cure|treat|reliev|relief|therap|effective|proven|circulation|detox)", re.IGNORECASE
    )
    assert not [text for text in [*sentences, *fixed] if text and promises.search(text)]


def test_every_reason_of_the_demo_catalogue_can_be_said():
    items = read_catalogue(CATALOGUE)
    for area in ("head", "neck", "lower_back", "hands", "feet"):
        answers = make_answers(
            areas=codes(area), health=codes("VARIC"), position="standing", portability="must", experience="new"
        )
        outcome = rank(answers, items)

        assert isinstance(outcome, Ranking)
        for each in outcome.ranked:
            assert each.reasons
            assert all(part.sentence is None or part.sentence.endswith(".") for part in each.contributions)


def test_the_recommender_loads_numpy_and_nothing_heavier():
    program = "import sys, json, recommender.ranking, recommender.evaluate; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    loaded = {name.split(".")[0] for name in json.loads(printed)}

    assert "numpy" in loaded
    assert loaded.isdisjoint({"flask", "sqlalchemy", "sklearn", "scipy", "pandas", "shop", "wtforms", "stripe"})
