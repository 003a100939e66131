"""The safety suite finds nothing in the recommender, and does find what is wrong where something is."""

import csv
import subprocess
import sys
from dataclasses import replace

import pytest

from recommender.catalogue import prepare
from recommender.ranking import rank
from recommender.safety_suite import run as suite
from recommender.safety_suite.__main__ import main
from recommender.safety_suite.hostile import HABITS, Hostile
from recommender.safety_suite.oracle import may_be_shown, referral_for
from recommender.scorers.content import ContentScorer
from recommender.scorers.learned import LearnedScorer
from recommender.storage import Manifest, save
from recommender.types import UNKNOWN, Exclusion, ExclusionKind, Ranking
from tests.recommender.build import CATALOGUE, make_answers, make_item, shown
from tests.recommender.models import make_posterior

CASES = 4_000


def rows_of_the_demo() -> list[dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_thousands_of_visits_with_hostile_scorers_and_broken_rows_show_nothing_unsafe():
    report = suite.run(CASES, seed=29, rows=rows_of_the_demo(), scorer=LearnedScorer(make_posterior()))

    assert report.violations == []
    assert report.failed == 0
    assert report.cases == CASES == sum(report.by_scorer.values())
    assert set(HABITS) | {"expert", "learned", "popularity", "given", "broken model file"} == set(report.by_scorer)
    assert min(report.referrals, report.shown, report.empty, report.barred, report.fallbacks) > 100
    assert min(report.refused_rows, report.models_refused) >= CASES // suite.VISITS_A_CATALOGUE / 2


def test_the_same_seed_gives_the_same_report():
    assert suite.run(400, seed=3) == suite.run(400, seed=3)
    assert suite.run(400, seed=3) != suite.run(400, seed=4)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("contraindications", frozenset({"PREG"}), "unsafe and shown"),
        ("available", False, "sold out or too dear and shown"),
        ("price_minor", 9_999, "sold out or too dear and shown"),
    ],
)
def test_the_judge_notices_a_list_with_a_product_that_has_no_place_in_it(field, value, said):
    answers = make_answers(health=frozenset({"PREG"}), max_budget_minor=5_000)
    outcome = rank(answers, (make_item(),))
    report = suite.Report()

    assert isinstance(outcome, Ranking)
    suite._judge_list(suite._Case("case", 1, answers, (replace(make_item(), **{field: value}),), None), outcome, report)

    assert report.failed == 1
    assert said in report.violations[0]


def test_the_judge_notices_what_safety_should_have_left_out_and_what_is_named_twice():
    answers = make_answers(health=frozenset({"PREG"}))
    item = make_item(contraindications=frozenset({"PREG"}))
    sold_out = Exclusion("A", ExclusionKind.SOLD_OUT, (), "Sold out.")
    report = suite.Report()

    suite._compare(suite._Case("case", 0, answers, (item,), None), Ranking((), (sold_out, sold_out)), report)

    assert report.violations == [
        "case: not every product is shown or left out once",
        "case: safety leaves out something else than the judge",
    ]


def test_prefer_not_to_say_is_every_answer_and_never_none():
    barred_by_one = make_item(contraindications=frozenset({"VARIC"}))
    with_latex = make_item(allergens=frozenset({"LATEX"}))

    assert may_be_shown(make_answers(), barred_by_one)
    assert not may_be_shown(make_answers(health=frozenset({UNKNOWN})), barred_by_one)
    assert not may_be_shown(make_answers(allergies=frozenset({UNKNOWN})), with_latex)
    assert referral_for(make_answers(red_flags=frozenset({UNKNOWN}))) == "clinician"


def meddler(items):
    """A scorer that erases what bars the products while it is asked for scores."""

    class Meddler(ContentScorer):
        def score(self, seen):
            for name, value in (("bars", 0), ("available", True), ("price", 0.0)):
                array = getattr(prepare(items), name)
                array.flags.writeable = True
                array[:] = value
            return super().score(seen)

    return Meddler()


def test_even_with_the_arrays_overwritten_the_last_look_at_each_product_keeps_it_out():
    items = (
        make_item("OK"),
        make_item("PREG", contraindications=frozenset({"PREG"}), pressure_max=2),
        make_item("GONE", available=False, length_mm=40),
        make_item("DEAR", price_minor=9_000, length_mm=50),
    )
    answers = make_answers(health=frozenset({"PREG"}), max_budget_minor=5_000)
    rank(answers, items, scorer=meddler(items))

    outcome = rank(answers, items)

    assert prepare(items).bars.tolist() == [0, 0, 0, 0]
    assert shown(outcome) == ["OK"]
    assert isinstance(outcome, Ranking)
    assert [each.sku for each in outcome.excluded] == ["PREG", "GONE", "DEAR"]


@pytest.mark.parametrize("habit", HABITS)
def test_behind_every_hostile_scorer_stands_a_list_with_its_reasons(habit):
    items = (make_item("A"), make_item("B", pressure_max=5), make_item("NO", contraindications=frozenset({"PREG"})))
    scorer = Hostile(habit)
    scorer.unsafe = frozenset({"NO"})

    outcome = rank(make_answers(health=frozenset({"PREG"})), items, scorer=scorer)

    assert sorted(shown(outcome)) == ["A", "B"], "each once"
    assert isinstance(outcome, Ranking)
    assert [each.sku for each in outcome.excluded] == ["NO"]


def test_a_scorer_that_fails_is_named_in_the_ranking():
    outcome = rank(make_answers(), (make_item(),), scorer=Hostile("raises"))

    assert isinstance(outcome, Ranking)
    assert outcome.fallback == "RuntimeError: no model today"


def test_the_command_ends_with_0_1_or_2(capsys, monkeypatch, tmp_path):
    sha256 = save(tmp_path, make_posterior(), Manifest(prior="", first_day="", last_day="", rows=0, seed=0))
    model = tmp_path / f"{sha256}.json"

    assert main(["--cases", "300", "--catalogue", str(CATALOGUE), "--model", str(model)]) == 0
    assert "0  violations" in capsys.readouterr().out
    assert main(["--cases", "300", "--catalogue", str(tmp_path / "none.csv")]) == 2
    assert main(["--cases", "300", "--model", str(tmp_path / "none.json")]) == 2
    assert "error: " in capsys.readouterr().err

    monkeypatch.setattr(suite, "may_be_shown", lambda answers, item: False)
    assert main(["--cases", "300"]) == 1
    assert "is unsafe and shown" in capsys.readouterr().out


def test_it_runs_as_a_module():
    program = [sys.executable, "-m", "recommender.safety_suite", "--cases", "200"]

    ended = subprocess.run(program, capture_output=True, text=True, check=False)

    assert ended.returncode == 0
    assert ended.stdout.splitlines()[0].split() == ["200", "cases"]
