"""Safety fails closed, whatever is missing or unknown."""

import pytest

from recommender.safety import (
    ALLERGY_CODES,
    HEALTH_CODES,
    RULESET,
    caution_sentences,
    excluded_for,
    matched_cautions,
    referral,
)
from recommender.types import UNKNOWN, ExclusionKind, Refer, WordingLevel
from tests.recommender.build import make_answers, make_item


def codes(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("flags", "refer", "wording"),
    [
        (["CAUDA"], Refer.URGENT, WordingLevel.EMERGENCY_NOW),
        (["FEVER"], Refer.URGENT, WordingLevel.SAME_DAY),
        (["NUMB"], Refer.CLINICIAN, WordingLevel.CLINICIAN_SOON),
        (["NUMB", "FEVER"], Refer.URGENT, WordingLevel.SAME_DAY),
        (["FEVER", "TEAR", "NIGHT"], Refer.URGENT, WordingLevel.EMERGENCY_NOW),
        ([UNKNOWN], Refer.CLINICIAN, WordingLevel.CLINICIAN_SOON),
        (["never heard of"], Refer.CLINICIAN, WordingLevel.CLINICIAN_SOON),
        ([UNKNOWN, "STROKE"], Refer.URGENT, WordingLevel.EMERGENCY_NOW),
    ],
)
def test_the_most_urgent_warning_sign_decides(flags, refer, wording):
    found = referral(make_answers(red_flags=codes(*flags)))

    assert found is not None
    assert (found.refer, found.wording) == (refer, wording)
    assert set(found.codes) == set(flags)


def test_without_a_warning_sign_nobody_is_referred():
    assert referral(make_answers()) is None


def test_a_contraindication_excludes_and_is_named():
    found = excluded_for(make_answers(health=codes("PREG", "CARD")), make_item(contraindications=codes("PREG")))

    assert found is not None
    assert (found.kind, found.codes) == (ExclusionKind.CONTRAINDICATION, ("PREG",))
    assert "pregnant" in found.sentence


def test_pregnancy_named_as_a_trigger_counts_as_the_health_answer():
    answers = make_answers(triggers=codes("pregnancy"))

    assert excluded_for(answers, make_item(contraindications=codes("PREG"))) is not None


def test_a_merchant_cannot_remove_what_the_type_excludes():
    found = excluded_for(make_answers(health=codes("EPIL")), make_item(type="spike_mat"))

    assert found is not None
    assert found.codes == ("EPIL",)


@pytest.mark.parametrize("health", [codes(UNKNOWN), codes("no such code"), codes("CARD", UNKNOWN)])
@pytest.mark.parametrize("code", sorted(HEALTH_CODES))
def test_declining_the_health_question_counts_as_every_code(health, code):
    answers = make_answers(health=health)

    assert excluded_for(answers, make_item(contraindications=codes(code))) is not None
    assert excluded_for(answers, make_item()) is None


@pytest.mark.parametrize("allergies", [codes(UNKNOWN), codes("WOOL")])
@pytest.mark.parametrize("code", sorted(ALLERGY_CODES))
def test_declining_the_allergy_question_counts_as_every_allergen(allergies, code):
    found = excluded_for(make_answers(allergies=allergies), make_item(allergens=codes(code)))

    assert found is not None
    assert found.kind is ExclusionKind.ALLERGEN


@pytest.mark.parametrize("field", ["contraindications", "cautions", "allergens", "powered"])
@pytest.mark.parametrize("answers", [{"health": codes("VARIC")}, {"allergies": codes("LATEX")}])
def test_a_missing_safety_field_is_out_for_anybody_with_a_health_answer(field, answers):
    found = excluded_for(make_answers(**answers), make_item(**{field: None}))

    assert found is not None
    assert found.kind is ExclusionKind.MISSING_SAFETY
    assert excluded_for(make_answers(), make_item(**{field: None})) is None


@pytest.mark.parametrize("field", ["contraindications", "cautions", "allergens"])
def test_a_product_code_nobody_knows_is_out_for_anybody_with_a_health_answer(field):
    found = excluded_for(make_answers(health=codes("VARIC")), make_item(**{field: codes("PRGE")}))

    assert found is not None
    assert (found.kind, found.codes) == (ExclusionKind.MISSING_SAFETY, ("PRGE",))


@pytest.mark.parametrize(
    ("changed", "is_out"),
    [
        ({"type": "point_pen", "powered": True, "registration_number": "K123"}, True),
        ({"type": "point_pen", "powered": None}, True),
        ({"type": "point_pen", "powered": False}, False),
        ({"powered": True}, True),
        ({"powered": True, "registration_number": "K123"}, False),
        ({"powered": True, "heat": True}, False),
    ],
)
def test_electrical_stimulators_are_out_even_for_the_healthy(changed, is_out):
    found = excluded_for(make_answers(), make_item(**changed))

    assert (found is not None) is is_out


def test_after_a_warning_sign_every_product_is_out():
    found = excluded_for(make_answers(red_flags=codes("NUMB")), make_item())

    assert found is not None
    assert found.kind is ExclusionKind.REFERRAL


def test_matched_cautions_are_those_of_the_answers_product_and_type():
    item = make_item(type="head_massager", cautions=codes("VARIC", "CARD"))

    assert matched_cautions(make_answers(health=codes("SKIN", "CARD", "PREG")), item) == ("SKIN", "CARD")
    assert set(matched_cautions(make_answers(health=codes(UNKNOWN)), item)) >= {"SKIN", "CARD", "VARIC"}
    assert matched_cautions(make_answers(), item) == ()


def test_every_caution_has_a_sentence_in_the_questionnaires_order():
    sentences = caution_sentences(["VARIC", "PREG"])

    assert [sentence.split(":")[0] for sentence in sentences] == ["Pregnant or may be pregnant", "Varicose veins"]
    assert all(caution_sentences([code]) for code in HEALTH_CODES)
    assert caution_sentences(["NO_SUCH_CODE"]) == ("Ask a doctor or pharmacist before you use it.",)


def test_the_rules_in_force_have_a_name():
    assert RULESET.startswith("1-")
    assert len(RULESET) == 14
