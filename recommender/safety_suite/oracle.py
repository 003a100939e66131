"""The judge: the safety rules read a second time, straight from the tables, sharing no code with `safety`.

It is slow and plain on purpose. Where the two disagree, one of them is wrong.
"""

import csv
from functools import cache
from pathlib import Path

from recommender.types import Answers, Item, Refer

TABLES = Path(__file__).resolve().parent.parent / "data"


def _table(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HEALTH = {row["code"] for row in _table("health_codes") if row["kind"] == "health"}
ALLERGENS = {row["code"] for row in _table("health_codes") if row["kind"] == "allergy"}
FLAGS = {row["code"]: row["refer"] for row in _table("red_flags")}
OF_TYPE = {row["type"]: set(row["contraindications"].split("|")) - {""} for row in _table("product_types")}


def referral_for(answers: Answers) -> Refer | None:
    """Say where these warning signs lead: one that nobody knows, or would not say, leads to a clinician."""
    if not answers.red_flags:
        return None
    wanted = {FLAGS.get(code, "clinician") for code in answers.red_flags}
    return Refer.URGENT if "urgent" in wanted else Refer.CLINICIAN


def may_be_shown(answers: Answers, item: Item) -> bool:
    """Say whether safety lets this visitor see the product."""
    if answers.red_flags or _is_stimulator(item):
        return False
    health, allergies = set(answers.health), set(answers.allergies)
    if "pregnancy" in answers.triggers:
        health.add("PREG")
    if not health and not allergies:
        return True
    if item.contraindications is None or item.cautions is None or item.allergens is None or item.powered is None:
        return False
    if (item.contraindications | item.cautions) - HEALTH or item.allergens - ALLERGENS:
        return False
    ticked = HEALTH if health - HEALTH else health
    reacts = ALLERGENS if allergies - ALLERGENS else allergies
    return not (item.contraindications | _of_type(item.type)) & ticked and not item.allergens & reacts


def _is_stimulator(item: Item) -> bool:
    if item.type == "point_pen":
        return item.powered is not False
    return item.powered is True and not item.heat and not item.registration_number


@cache
def _of_type(type_: str) -> frozenset[str]:
    return frozenset(OF_TYPE.get(type_, ()))
