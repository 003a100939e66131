"""The checks beside the plain figures: without each one, weights at random, baselines, and other merchants' files."""

import csv
import json

import numpy as np
import pytest

from recommender.catalogue_csv import read_catalogue
from recommender.evaluate import main
from recommender.evaluation import evaluate, figures
from recommender.personas import read_personas
from recommender.ranking import rank
from recommender.refit import comparisons, refitted
from recommender.robustness import leave_one_out
from recommender.scorers.content import ContentScorer
from recommender.types import Ranking
from tests.recommender.build import (
    CATALOGUE,
    COVER_PERSONAS,
    JUDGE_CATALOGUE,
    JUDGE_PERSONAS,
    MERCHANT_CATALOGUE,
    MERCHANT_PERSONAS,
    OTHER_CATALOGUE,
    PERSONAS,
    UNSEEN_PERSONAS,
    make_answers,
    shown,
)


def few_personas(tmp_path, number=3):
    file = tmp_path / "few.jsonl"
    file.write_text("\n".join(PERSONAS.read_text().splitlines()[:number]))
    return file


def rows_of(catalogue):
    with catalogue.open(newline="") as file:
        return list(csv.DictReader(file))


def test_without_the_checks_the_report_is_as_short_as_ever(capsys, tmp_path):
    main([str(few_personas(tmp_path)), "--catalogue", f"first={CATALOGUE}", "--json"])

    report = json.loads(capsys.readouterr().out)

    assert list(report) == ["ruleset", "all", "catalogues", "left_out", "personas"]


def test_every_check_stands_beside_the_plain_figures(capsys, tmp_path):
    command = [str(few_personas(tmp_path)), "--catalogue", f"first={CATALOGUE}"]
    checks = ["--leave-one-out", "--perturb", "25", "--baselines"]

    main([*command, *checks, "--json"])
    report = json.loads(capsys.readouterr().out)
    main([*command, *checks])
    page = capsys.readouterr().out

    assert report["leave_one_out"]["first"]["personas"] == 3
    assert report["perturbed"]["first"]["safety_violations"] == 0
    assert report["perturbed"]["first"]["lowest"] <= report["perturbed"]["first"]["mean"] <= 1
    assert list(report["baselines"]) == ["plain overlap", "most reviewed"]
    for line in ("weights without each one", "weights at random", "plain overlap", "most reviewed"):
        assert f"  {line}" in page


def test_a_catalogue_without_review_counts_has_no_such_baseline(capsys, tmp_path):
    headless = tmp_path / "catalogue.csv"
    rows = rows_of(CATALOGUE)
    columns = [name for name in rows[0] if name not in ("rating_avg", "rating_count")]
    with headless.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)

    main([str(few_personas(tmp_path)), "--catalogue", f"first={headless}", "--baselines", "--json"])

    assert json.loads(capsys.readouterr().out)["baselines"]["most reviewed"] == {}


def test_weights_of_all_the_others_order_nearly_as_well_as_the_shipped_ones():
    catalogues = {"first": read_catalogue(CATALOGUE)}
    personas = read_personas(PERSONAS)

    plain, left_out = figures(evaluate(personas, catalogues)[0]), figures(leave_one_out(personas, catalogues))

    assert plain.ndcg_at_5 is not None
    assert left_out.ndcg_at_5 is not None
    assert plain.ndcg_at_5 - left_out.ndcg_at_5 < 0.03
    assert left_out.safety_violations == 0


def test_with_nothing_graded_the_fitted_weights_are_the_prior():
    prior = ContentScorer().weights

    assert np.allclose(refitted([], prior), prior)


def test_fitted_weights_order_a_graded_visit_no_worse_than_the_prior_does():
    persona = read_personas(PERSONAS)[3]
    pairs = comparisons(persona, read_catalogue(CATALOGUE))
    prior = ContentScorer().weights

    fitted = refitted([pairs] * 20, prior)

    def loss(weights):
        return float(pairs.weights @ np.logaddexp(0, -pairs.differences @ weights))

    assert loss(fitted) < loss(prior)
    assert pairs.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("personas", "name", "catalogue", "least", "least_good"),
    [
        (PERSONAS, "first", CATALOGUE, 0.92, 0.95),
        (JUDGE_PERSONAS, "first", CATALOGUE, 0.88, 0.95),
        (COVER_PERSONAS, "first", CATALOGUE, 0.88, 0.95),
        (JUDGE_PERSONAS, "judge", JUDGE_CATALOGUE, 0.88, 0.95),
        (MERCHANT_PERSONAS, "merchant", MERCHANT_CATALOGUE, 0.84, 0.95),
        (UNSEEN_PERSONAS, "first", CATALOGUE, 0.86, 0.85),
        (UNSEEN_PERSONAS, "other", OTHER_CATALOGUE, 0.86, 0.9),
    ],
    ids=["public", "second-set", "cover", "second-set-other-goods", "merchant", "unseen", "unseen-other-goods"],
)
def test_each_graded_set_keeps_its_level(personas, name, catalogue, least, least_good):
    judged, _ = evaluate(read_personas(personas), {name: read_catalogue(catalogue)})

    found = figures(judged)

    assert found.safety_violations == found.sold_out_shown == found.over_budget_shown == 0
    assert found.referral_accuracy == 1
    assert found.empty_right == found.empty_cases
    assert found.ndcg_at_5 is not None
    assert found.ndcg_at_5 >= least
    assert found.top_1_good is not None
    assert found.top_1_good >= least_good


def changed_catalogue(tmp_path, change):
    rows = [change(row) for row in rows_of(MERCHANT_CATALOGUE)]
    file = tmp_path / "changed.csv"
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return read_catalogue(file)


OPTIONAL = ("weight_g", "length_cm", "width_cm", "coverage", "portability", "dexterity", "session_minutes", "level")
OPTIONAL += ("pressure_min", "pressure_max", "heat")
CHANGES = {
    "optional cells empty": lambda row: row | dict.fromkeys(OPTIONAL, ""),
    "optional columns gone": lambda row: {name: cell for name, cell in row.items() if name not in OPTIONAL},
    "columns nobody asked for": lambda row: row | {"sizes": "S|M", "supplier": "any", "notes": "a, b"},
    "another currency": lambda row: row | {"price_usd": str(float(row["price_usd"]) * 0.0137)},
    "types nobody described": lambda row: row | {"type": f"own_{row['type']}"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_merchants_file_is_served_whatever_is_left_empty(tmp_path, change):
    items = changed_catalogue(tmp_path, change)
    personas = [each for each in read_personas(MERCHANT_PERSONAS) if each.answers.max_budget_minor is None]

    judged, _ = evaluate(personas, {"merchant": items})

    found = figures(judged)
    assert found.safety_violations == 0
    assert found.referral_accuracy == 1
    assert found.ndcg_at_5 is not None
    assert found.ndcg_at_5 > 0.7


@pytest.mark.parametrize("column", ["contraindications", "cautions", "allergens", "powered"])
def test_a_safety_cell_nobody_can_read_keeps_the_product_from_anybody_with_a_health_answer(tmp_path, column):
    value = "" if column == "powered" else "A_CODE_NOBODY_KNOWS"
    items = changed_catalogue(tmp_path, lambda row: row | {column: value})

    outcome = rank(make_answers(health=frozenset({"CARD"})), items)

    assert shown(outcome) == []


def test_the_highest_budget_is_in_the_money_of_the_prices(tmp_path):
    items = changed_catalogue(tmp_path, lambda row: row)

    outcome = rank(make_answers(max_budget_minor=300000), items)

    assert isinstance(outcome, Ranking)
    prices = {item.sku: item.price_minor for item in items}
    assert shown(outcome)
    assert all(prices[sku] <= 300000 for sku in shown(outcome))
