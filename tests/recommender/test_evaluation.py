"""The evaluation: its figures on the public personas, and what bad files get."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from recommender.evaluate import main
from recommender.metrics import ndcg
from tests.recommender.build import CATALOGUE, JUDGE_CATALOGUE, JUDGE_PERSONAS, PERSONAS


def persona_line(**changed: object) -> str:
    answers = {"areas": ["lower_back"], "pain_kind": [], "health": [], "allergies": [], "red_flags": []}
    given_fields = {"id": "P1", "catalogue": "first", "answers": answers, "grades": {}, "must_not": [], "refer": None}
    return json.dumps(given_fields | changed)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_public_personas_meet_the_gate(capsys):
    code, out, _ = run(capsys, PERSONAS, "--catalogue", f"first={CATALOGUE}", "--json")

    report = json.loads(out)
    first = report["catalogues"]["first"]
    assert code == 0
    assert first["personas"] == 15
    assert first["safety_violations"] == first["sold_out_shown"] == first["over_budget_shown"] == 0
    assert first["referral_accuracy"] == 1
    assert first["ndcg_at_5"] >= 0.90
    assert [each["catalogue"] for each in report["left_out"]] == ["second"] * 5


def test_a_second_set_on_another_merchants_goods_is_served_as_safely(capsys):
    given_catalogues = ["--catalogue", f"first={CATALOGUE}", "--catalogue", f"judge={JUDGE_CATALOGUE}"]

    _, out, _ = run(capsys, JUDGE_PERSONAS, *given_catalogues, "--json")

    every = json.loads(out)["all"]
    assert (every["personas"], every["referrals"], every["referral_accuracy"]) == (24, 2, 1)
    assert every["safety_violations"] == every["sold_out_shown"] == every["over_budget_shown"] == 0
    assert every["empty_right"] == every["empty_cases"] == 2
    assert every["ndcg_at_5"] >= 0.80


def test_the_page_says_what_was_left_out(capsys):
    code, out, _ = run(capsys, PERSONAS, "--catalogue", f"first={CATALOGUE}")

    assert code == 0
    assert "Catalogue first: 15 personas" in out
    assert 'Left out: 5 personas of catalogue "second", which was not given.' in out


def test_rankings_are_written_best_first_one_line_a_persona(capsys, tmp_path):
    target = tmp_path / "rankings.jsonl"

    run(capsys, PERSONAS, "--catalogue", f"first={CATALOGUE}", "--rankings", target)

    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert len(lines) == 15
    assert lines[0]["id"] == "PF01"
    assert lines[0]["ranked"][0] == "LUM01"
    assert {line["id"]: line["refer"] for line in lines if line["refer"]} == {"PF05": "urgent", "PF11": "clinician"}
    assert all(line["ranked"] == [] for line in lines if line["refer"])


def test_an_empty_case_is_right_only_when_nothing_is_shown(capsys, tmp_path):
    budgetless = {"areas": ["feet"], "max_budget_usd": 0, "health": [], "allergies": [], "red_flags": []}
    personas = tmp_path / "personas.jsonl"
    personas.write_text(persona_line(id="A", answers=budgetless) + "\n" + persona_line(id="B") + "\n")

    _, out, _ = run(capsys, personas, "--catalogue", f"first={CATALOGUE}", "--json")

    figures = json.loads(out)["all"]
    assert (figures["empty_cases"], figures["empty_right"]) == (2, 1)
    assert figures["ndcg_at_5"] is None


def test_a_violation_is_counted_and_named(capsys, tmp_path):
    personas = tmp_path / "personas.jsonl"
    personas.write_text(persona_line(grades={"LUM01": 3}, must_not=["LUM01"]))

    _, out, _ = run(capsys, personas, "--catalogue", f"first={CATALOGUE}")

    assert "safety violations         1" in out
    assert "P1: must not be shown: LUM01" in out


def test_a_missing_safety_answer_counts_as_declined(capsys, tmp_path):
    personas = tmp_path / "personas.jsonl"
    personas.write_text(persona_line(answers={"areas": ["neck"]}, refer="clinician"))

    _, out, _ = run(capsys, personas, "--catalogue", f"first={CATALOGUE}", "--json")

    assert json.loads(out)["all"]["referral_accuracy"] == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{not json", "line 2"),
        ("[]", "line 2: the line should be a JSON object"),
        (persona_line(id=""), "id should be a text"),
        (persona_line(answers=None), "answers should be a JSON object"),
        (persona_line(answers={"intensity": 11}), "intensity should be a whole number from 0 to 10"),
        (persona_line(answers={"areas": "neck"}), "areas should be a list of texts"),
        (persona_line(answers={"max_budget_usd": -1}), "max_budget_usd should be an amount"),
        (persona_line(grades={"A": 4}), 'the grade of "A" should be'),
        (persona_line(refer="doctor"), "refer should be null"),
        (persona_line(), 'id "P1" is there twice'),
    ],
)
def test_a_bad_persona_is_refused_with_its_line(capsys, tmp_path, line, said):
    personas = tmp_path / "personas.jsonl"
    personas.write_text(f"{persona_line()}\n{line}\n")

    code, out, err = run(capsys, personas, "--catalogue", f"first={CATALOGUE}")

    assert (code, out) == (2, "")
    assert f"{personas}, line 2: " in err
    assert said in err


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("price_usd", "cheap", 'price_usd is "cheap" but should be an amount such as 12.50'),
        ("price_usd", "NaN", "price_usd"),
        ("stock", "-1", "stock"),
        ("stock", "", "stock"),
        ("pressure_min", "7", "pressure_min"),
        ("pressure_max", "1", "at least the pressure_min of 2"),
        ("powered", "perhaps", "y or n"),
        ("contraindications", "PREG;BLEED", "contraindications"),
        ("sku", " ", "sku"),
    ],
)
def test_a_bad_catalogue_cell_is_refused_with_its_line_and_column(capsys, tmp_path, column, value, said):
    lines = CATALOGUE.read_text().splitlines()
    cells = dict(zip(lines[0].split(","), first_row(), strict=True)) | {column: value}
    file = tmp_path / "catalogue.csv"
    file.write_text(lines[0] + "\n" + ",".join(f'"{cell}"' for cell in cells.values()) + "\n")

    code, _, err = run(capsys, PERSONAS, "--catalogue", f"first={file}")

    assert code == 2
    assert f"{file}, line 2: " in err
    assert said in err


def first_row() -> list[str]:
    with CATALOGUE.open(newline="") as file:
        return list(csv.reader(file))[1]


def test_whole_files_that_are_wrong_are_refused(capsys, tmp_path):
    headless, short, twice, bytes_file = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv", "d.csv"))
    header, row, *_ = CATALOGUE.read_text().splitlines()
    headless.write_text("sku,title\nA,B\n")
    short.write_text(f"{header}\nMAT01,Mat\n")
    twice.write_text(f"{header}\n{row}\n{row}\n")
    bytes_file.write_bytes(b"\xff\xfe\x00")

    said = [run(capsys, PERSONAS, "--catalogue", f"first={file}") for file in (headless, short, twice, bytes_file)]

    assert [code for code, _, _ in said] == [2, 2, 2, 2]
    wanted = ["columns are missing: type", "as many cells", "is there twice", "cannot be read as a CSV file"]
    assert all(text in err for text, (_, _, err) in zip(wanted, said, strict=True))


@pytest.mark.parametrize("arguments", [["first"], ["first=nowhere.csv"], [f"first={CATALOGUE}", f"first={CATALOGUE}"]])
def test_bad_arguments_are_refused(capsys, arguments):
    given_twice = [part for argument in arguments for part in ("--catalogue", argument)]

    code, _, err = run(capsys, PERSONAS, *given_twice)

    assert code == 2
    assert err.startswith("error: ")


def test_a_personas_file_that_is_not_there_is_refused(capsys, tmp_path: Path):
    assert run(capsys, tmp_path / "none.jsonl", "--catalogue", f"first={CATALOGUE}")[0] == 2


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12))
def test_ndcg_agrees_with_scikit_learn(grades):
    assume(any(grades))
    skus = [f"S{place}" for place in range(len(grades))]
    gains = np.array([2.0**grade - 1 for grade in grades])
    places = np.arange(len(grades), 0, -1, dtype=float)

    ours = ndcg(skus, dict(zip(skus, grades, strict=True)))

    assert ours == pytest.approx(ndcg_score([gains], [places], k=5))


def test_ndcg_without_a_good_product_is_refused():
    with pytest.raises(ValueError, match="grade above 0"):
        ndcg(["A"], {"A": 0})


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize(
    ("lines", "why"), [("", "no persona in the files"), (persona_line(catalogue="x"), "given (x)")]
)
def test_nobody_judged_is_an_error_and_no_figure(capsys, tmp_path, lines, why, form):
    personas, rankings = tmp_path / "personas.jsonl", tmp_path / "out.jsonl"
    personas.write_text(lines, encoding="utf-8")

    code, out, err = run(capsys, personas, "--catalogue", f"first={CATALOGUE}", "--rankings", rankings, *form)

    assert (code, out) == (2, "")
    assert err.startswith("error: nobody was judged")
    assert why in err
    assert not rankings.exists()


def test_a_catalogue_without_a_persona_has_no_accuracy(capsys):
    given_catalogues = ["--catalogue", f"first={CATALOGUE}", "--catalogue", f"judge={JUDGE_CATALOGUE}"]

    code, out, _ = run(capsys, PERSONAS, *given_catalogues)

    of_judge = out.partition("Catalogue judge: 0 personas")[2]
    assert code == 0
    assert "0.0%" not in of_judge
    assert "referral accuracy         no such persona" in of_judge


def test_a_reader_that_has_seen_enough_ends_the_command_without_a_traceback():
    command = [sys.executable, "-m", "recommender.evaluate", PERSONAS, "--catalogue", f"first={CATALOGUE}", "--json"]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
