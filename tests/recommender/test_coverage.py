"""The coverage map finds the holes that are there, and only those."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import coverage as command
from recommender.answer_space import asked, drawn, grid, single_changes, with_answer
from recommender.catalogue_csv import read_catalogue
from recommender.coverage_map import FOR_SAFETY, Coverage, coverage
from recommender.questionnaire import QUESTIONS
from recommender.ranking import rank
from recommender.types import UNKNOWN, Item
from tests.recommender.build import CATALOGUE, make_answers, make_item, shown

NOTHING: frozenset[str] = frozenset()


GRID = [one for number, one in enumerate(grid()) if one.answers.areas <= {"jaw", "neck"} and not number % 3]


def mapped(items: list[Item], samples: int = 0) -> Coverage:
    """The map over a part of the grid."""
    return coverage(items, answers=GRID, samples=samples)


def everywhere(sku: str, **changed: object) -> Item:
    """A product for every place and every use."""
    places = {"areas": QUESTIONS["areas"].codes, "pain_kinds": QUESTIONS["pain_kind"].codes}
    return make_item(sku, **{**places, **changed})


def test_every_single_place_use_and_health_answer_is_asked_together():
    answers = list(grid())

    health = len(QUESTIONS["health"].codes) + len(QUESTIONS["allergies"].codes) + 1
    assert len(answers) == (len(QUESTIONS["areas"].codes) + 1) * (len(QUESTIONS["pain_kind"].codes) + 1) * health
    assert len({each.named for each in answers}) == len(answers)
    assert not any(each.answers.red_flags for each in answers)
    assert asked((("areas", "neck"), ("health", "PREG"))) in answers


def test_the_drawn_questionnaires_are_the_same_for_a_seed_and_name_every_code():
    visitors = list(drawn(400, 3))

    assert visitors == list(drawn(400, 3)) != list(drawn(400, 4))
    assert not any(each.red_flags for each in visitors)
    for field, name in (("areas", "areas"), ("health", "health"), ("triggers", "triggers")):
        named = frozenset().union(*(getattr(each, name) for each in visitors))
        assert named == QUESTIONS[field].codes - {UNKNOWN}


def test_every_answer_but_warning_signs_and_budget_is_tried_by_itself():
    fields = {field for field, _ in single_changes()}

    assert fields == set(QUESTIONS) - {"red_flags", "max_budget"}
    assert with_answer(make_answers(), "pressure_preference", "4").pressure == 4
    assert with_answer(make_answers(), "areas", "neck").areas == {"lower_back", "neck"}


def test_a_place_that_nothing_reaches_is_a_gap_and_others_are_not():
    items = [
        everywhere("A", areas=QUESTIONS["areas"].codes - {"jaw"}, pain_kinds=frozenset({"stress_sleep"})),
        everywhere("B", areas=QUESTIONS["areas"].codes - {"jaw"}, pain_kinds=frozenset({"stress_sleep"}), type="mat"),
    ]

    found = mapped(items)

    nothing = {gap.named for gap in found.gaps if gap.products == 0 and gap.is_for_the_healthy}
    assert (("areas", "jaw"),) in nothing
    assert (("areas", "neck"),) not in nothing
    for gap in found.gaps[::9]:
        assert len(shown(rank(asked(gap.named).answers, items))) == gap.products


def test_a_lone_product_is_told_from_none():
    found = mapped([everywhere("A")])

    assert {gap.products for gap in found.gaps if gap.is_for_the_healthy} == {1}
    assert len([gap for gap in found.gaps if gap.is_for_the_healthy]) == found.asked_healthy
    assert found.empty_healthy_share == 0


def test_a_health_answer_that_bars_everything_is_a_gap_of_its_own():
    found = mapped([everywhere("A", contraindications=frozenset({"PREG"}))])

    empty = [gap for gap in found.gaps if gap.products == 0]
    assert {code for gap in empty for field, code in gap.named if field == "health"} == {"PREG", UNKNOWN}
    assert any("regnan" in gap.words for gap in empty)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"available": False}, "Sold out"),
        ({"areas": NOTHING, "pain_kinds": NOTHING}, "Not for the places"),
        ({"type": "point_pen", "powered": True}, FOR_SAFETY),
        ({"price_minor": 9_000}, "The same but for colour or price"),
    ],
)
def test_a_product_that_nobody_is_shown_is_named_with_its_reason(changed, why):
    found = mapped([everywhere("A"), everywhere("B", **changed)])

    assert [each.sku for each in found.never_shown] == ["B"]
    assert found.never_shown[0].why.startswith(why)
    assert found.never_shown_share == 0.5


def test_a_sold_out_product_that_would_lead_is_counted():
    best, other = everywhere("BEST", price_minor=500, available=False), everywhere("OTHER", type="mat")

    found = mapped([best, other], samples=50)

    assert [each.sku for each in found.sold_out_winners] == ["BEST"]
    assert found.sold_out_share > 0.5
    assert mapped([replace(best, available=True), other], samples=5).sold_out_winners == ()


def test_a_row_without_safety_fields_is_named_with_what_is_missing():
    items = [
        everywhere("GAP", cautions=None, powered=None),
        everywhere("ODD", allergens=frozenset({"GOLD"}), type="mat"),
        everywhere("OK", type="roller"),
    ]

    found = mapped(items)

    assert [(row.sku, row.missing, row.unknown) for row in found.unsafe_rows] == [
        ("GAP", ("cautions", "powered"), ()),
        ("ODD", (), ("GOLD",)),
    ]


def test_an_answer_that_changes_no_list_is_named_and_one_that_does_is_not():
    items = [everywhere("SIT"), everywhere("LIE", positions=frozenset({"lying"}), pressure_max=4)]

    found = mapped(items, samples=40)

    assert ("allergies", "LATEX") in found.without_effect
    assert ("position_preference", "lying") not in found.without_effect
    assert ("allergies", UNKNOWN) in found.without_effect
    barred = [replace(items[0], contraindications=frozenset({"PREG"})), items[1]]
    assert ("health", "PREG") not in mapped(barred, samples=40).without_effect


def test_the_map_of_a_seed_is_always_the_same():
    items = [everywhere("A"), everywhere("B", type="mat")]

    maps = [coverage(items, answers=GRID[::5], samples=5, seed=4) for _ in range(2)]

    assert maps[0] == maps[1]


def test_the_demo_is_within_the_limits(capsys):
    assert command.main([str(CATALOGUE), "--samples", "3"]) == 0

    printed = capsys.readouterr().out
    assert "48 products" in printed
    assert "PEN01 Electric Point Stimulator Pen: Left out for safety." in printed
    assert "Within all limits." in printed


def test_a_broken_limit_ends_with_one_and_says_which(capsys, tmp_path: Path):
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()
    few = tmp_path / "few.csv"
    few.write_text("\n".join(lines[:3]), encoding="utf-8")

    assert command.main([str(few), "--samples", "0", "--json"]) == 1

    printed = json.loads(capsys.readouterr().out)
    assert printed["products"] == 2
    assert printed["breaches"][0].startswith("Healthy answers that lead to nothing")


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        ({"contraindications": ""}, ["contraindications"]),
        ({"cautions": ""}, ["cautions"]),
        ({"contraindications": "", "cautions": "", "allergens": ""}, ["contraindications", "cautions", "allergens"]),
        ({"allergens": "?", "powered": "?"}, ["allergens", "powered"]),
        ({"type": "thing", "contraindications": "", "cautions": ""}, ["contraindications", "cautions", "allergens"]),
        ({"allergens": "|"}, ["allergens"]),
        ({"type": "thing", "contraindications": "|", "cautions": ""}, ["contraindications", "cautions", "allergens"]),
        ({"allergens": "none"}, []),
        ({"type": "thing", "contraindications": "none", "cautions": "None"}, []),
    ],
)
def test_a_safety_cell_that_was_emptied_or_never_filled_in_is_named_and_excludes(capsys, tmp_path, cells, missing):
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        first, *others = csv.DictReader(file)
    with (tmp_path / "some.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, first)
        writer.writeheader()
        writer.writerows([first | cells, *others[:3]])

    command.main([str(tmp_path / "some.csv"), "--samples", "0", "--json"])

    unsafe = json.loads(capsys.readouterr().out)["unsafe_rows"]
    assert [(row["sku"], row["missing"]) for row in unsafe] == ([(first["sku"], missing)] if missing else [])
    items = read_catalogue(tmp_path / "some.csv")
    kept = shown(rank(make_answers(health=frozenset({"HEATS"})), items[:1]))
    assert kept == ([] if missing else [first["sku"]])


def test_a_file_that_cannot_be_read_ends_with_two(capsys, tmp_path: Path):
    assert command.main([str(tmp_path / "none.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err
