import pytest

from recommender.questionnaire import ALLERGIES, AREAS, HEALTH, PAIN_KIND
from recommender.types import UNKNOWN
from shop.catalogue import codes, rules
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import VariantValues
from tests.make import CLAIMS_ONLY, make_values


def fields_with_problems(*, publish=True, **fields):
    found = rules.problems(make_values(**fields), currency="USD", publish=publish, standards=CLAIMS_ONLY)
    return [problem.field for problem in found]


def test_a_complete_product_may_be_published():
    assert fields_with_problems() == []


@pytest.mark.parametrize("field", ["contraindications", "cautions", "allergens", "powered"])
def test_no_safety_field_can_be_left_out_on_publishing(field):
    assert fields_with_problems(**{field: None}) == [field]
    assert fields_with_problems(publish=False, **{field: None}) == []


def test_a_powered_stimulator_needs_its_registration_number_to_be_published():
    assert fields_with_problems(type="point_pen", powered=True) == ["registration_number"]
    assert fields_with_problems(type="spike_mat", powered=True) == ["registration_number"]
    assert fields_with_problems(type="point_pen", powered=True, registration_number="K123456") == []


def test_a_heated_mat_is_no_stimulator():
    assert fields_with_problems(type="heated_mat", powered=True, heat=True) == []


def test_a_new_stimulator_without_a_number_starts_as_a_draft():
    assert rules.default_status(make_values(type="point_pen", powered=True)) is ProductStatus.DRAFT
    assert rules.default_status(make_values()) is ProductStatus.PUBLISHED


def test_a_health_claim_keeps_a_product_from_being_published_but_not_from_being_kept():
    claim = {"description": "This mat cures back pain and is clinically proven."}

    assert set(fields_with_problems(**claim)) == {"description"}
    assert fields_with_problems(publish=False, **claim) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sku": "MAT 01"}, "sku"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"description": "a\x00b"}, "description"),
        ({"type": "Spike Mat"}, "type"),
        ({"slug": "Ein Slug"}, "slug"),
        ({"pressure_min": 0}, "pressure_min"),
        ({"pressure_min": 5, "pressure_max": 2}, "pressure_max"),
        ({"weight_grams": -1}, "weight_grams"),
        ({"areas": ("lower_back", "moon")}, "areas"),
        ({"contraindications": ("NOCODE",)}, "contraindications"),
        ({"allergens": ("PEANUT",)}, "allergens"),
        ({"coverage": "all"}, "coverage"),
        ({"variants": ()}, "variants"),
        ({"variants": (VariantValues(option_value="red"),)}, "price_usd"),
        ({"options": ("red", "RED")}, "variants"),
        ({"options": ("a|b",)}, "variants"),
        ({"price": -1}, "price_usd"),
        ({"price": 10**12}, "price_usd"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(fields, field):
    values = {"sku": "MAT01", **fields}

    assert field in fields_with_problems(**values)


def test_the_codes_are_those_of_the_questionnaire():
    assert set(codes.HEALTH) == HEALTH.codes - {UNKNOWN}
    assert set(codes.ALLERGENS) == ALLERGIES.codes - {UNKNOWN}
    assert set(codes.AREAS) - {"any"} == AREAS.codes
    assert set(codes.PAIN_KINDS) == PAIN_KIND.codes


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("charcoal", "teal"), "Colour"),
        (("EU37-38", "EU39-40"), "Size"),
        (("S", "M", "XL"), "Size"),
        (("70 cm", "130 cm"), "Size"),
        (("",), "Colour"),
        (("S", "red"), "Colour"),
    ],
)
def test_the_option_is_size_when_all_values_read_like_sizes(options, name):
    assert rules.option_name_for(options) == name


def test_a_variant_sku_is_made_from_the_option():
    assert rules.variant_sku("MAT01", "light grey") == "MAT01-LIGHT-GREY"
    assert rules.variant_sku("MAT01", "") == "MAT01"
