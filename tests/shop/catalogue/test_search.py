import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.catalogue.listing import ListQuery, Sort, list_products
from shop.catalogue.search import match_text, search_words
from shop.catalogue.service import save_product
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_values


@pytest.fixture
def shelf(save):
    save("MAT01", title="Classic Spike Mat", options=("charcoal", "teal"), areas=("upper_back",))
    save("PIL01", title="Half-Round Neck Pillow", type="spike_pillow", areas=("neck",), description="A pillow.")
    save("BAL01", title="Cork Ball", type="massage_ball", materials=("cork",), description="It lies beside a mat.")
    save("KNB01", title="Crème Brûlée Knob", type="knobber", description="Für die Hände.")


def found(session, window, typed):
    return [card.sku for card in list_products(session, ListQuery(q=typed, sort=Sort.BEST_MATCH), window).cards]


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pillow", ["PIL01"]),
        ("PILLOWS", ["PIL01"]),
        ("pil", ["PIL01"]),
        ("upper back", ["MAT01"]),
        ("teal mat", ["MAT01"]),
        ("cork", ["BAL01"]),
        ("mat01", ["MAT01"]),
        ("creme brulee", ["KNB01"]),
        ("fur hande", ["KNB01"]),
        ("a pillow for the neck", ["PIL01"]),
        ("trampoline", []),
        ("the", []),
    ],
)
def test_words_and_their_beginnings_find_products(session, window, typed, expected):
    assert found(session, window, typed) == expected


@pytest.mark.usefixtures("shelf")
def test_a_word_in_the_title_counts_more_than_one_in_the_text(session, window):
    assert found(session, window, "mat") == ["MAT01", "BAL01"]


@pytest.mark.usefixtures("shelf")
def test_a_renamed_product_is_found_by_its_new_words_only(session, window, save):
    save_product(session, make_values("BAL01", title="Wooden Sphere"), currency="USD", standards=CLAIMS_ONLY, now=NOW)

    assert found(session, window, "sphere") == ["BAL01"]
    assert "BAL01" not in found(session, window, "cork")


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    "typed",
    [
        '"',
        "'",
        "mat OR",
        "NEAR(",
        "mat AND NOT",
        "*",
        "title:mat",
        "mat & | !",
        "\\",
        "%",
        "x" * 10_000,
        "mat " * 5_000,
    ],
)
def test_no_search_text_does_harm(session, window, typed):
    assert isinstance(found(session, window, typed), list)


@given(st.text(max_size=300))
def test_only_letters_and_digits_are_left_of_a_search(typed):
    for word in search_words(typed):
        assert word.isalnum()
    assert len(search_words(typed)) <= 8
    assert match_text(search_words(typed), "sqlite").count('"') % 2 == 0


@given(typed=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_for(session, window, typed):
    list_products(session, ListQuery(q=typed, sort=Sort.BEST_MATCH), window)
