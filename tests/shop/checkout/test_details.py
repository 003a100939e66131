"""The first step of checkout: few fields, mild checks, nothing lost."""

import re

import pytest

from tests.shop.checkout.shopper import Shopper


def test_there_are_at_most_seven_fields_to_fill_in_and_none_blocks_the_browser(shopper: Shopper) -> None:
    shopper.add()
    page = shopper.client.get("/checkout").text

    labels = re.findall(r'<label class="ts-label" for="[^"]+">([^<]+)</label>', page)

    assert len([label for label in labels if "(optional)" not in label]) <= 7
    assert " required" not in page
    for name in ("email", "name", "address-line1", "address-line2", "address-level2", "postal-code", "country", "tel"):
        assert f'autocomplete="{name}"' in page
    for mode in ("email", "tel"):
        assert f'inputmode="{mode}"' in page


def test_without_a_cart_there_is_no_checkout(shopper: Shopper) -> None:
    for address in ("/checkout", "/checkout/review"):
        answer = shopper.client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")


def test_the_check_page_needs_the_details_first(shopper: Shopper) -> None:
    shopper.add()

    answer = shopper.client.get("/checkout/review")

    assert answer.headers["Location"] == "/checkout"


@pytest.mark.parametrize(
    ("field", "odd", "sentence"),
    [
        ("email", "", "Enter your e-mail address."),
        ("email", "pat", "Enter an e-mail address such as name@example.com."),
        ("email", "pat@example", "Enter an e-mail address such as name@example.com."),
        ("email", "a@b.example\r\nBcc: x@y.example", "Enter an e-mail address such as name@example.com."),
        ("email", "a" * 300 + "@example.com", "This is too long"),
        ("full_name", "   ", "Enter your full name."),
        ("full_name", "x" * 121, "This is too long"),
        ("line1", "\x00", "Enter street and number."),
        ("city", "", "Enter your town or city."),
        ("region", "", "Choose your state."),
        ("region", "XX", "Choose your state."),
        ("postal_code", "12", "Enter a postcode such as 94110."),
        ("postal_code", "!!!", "Enter a postcode such as 94110."),
        ("country", "XX", "Choose a country from the list."),
        ("phone", "call me", "Enter a phone number such as"),
    ],
)
def test_a_wrong_field_is_told_twice_in_the_same_words_and_the_rest_is_kept(
    shopper: Shopper, field: str, odd: str, sentence: str
) -> None:
    shopper.add()

    answer = shopper.type_details(**{field: odd})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert "There is a problem" in answer.text
    assert answer.text.count(sentence) >= 2
    assert f'href="#{field}"' in answer.text
    kept = "1 Long Street" if field != "line1" else "San Francisco"
    assert kept in answer.text


@pytest.mark.parametrize(
    ("country", "code"), [("US", " 94110 - 1234"), ("NL", "1012 ab"), ("SE", "111 20"), ("IE", "D02 X285")]
)
def test_a_postcode_is_taken_as_people_write_it(shopper: Shopper, country: str, code: str) -> None:
    shopper.add()

    answer = shopper.type_details(country=country, postal_code=code.replace(" - ", "-"))

    assert answer.status_code == 303


def test_what_was_typed_lives_in_an_encrypted_cookie(shopper: Shopper) -> None:
    shopper.add()

    cookie = shopper.type_details().headers["Set-Cookie"]

    assert cookie.startswith("tsubo_checkout=")
    assert "HttpOnly" in cookie
    assert "Max-Age=3600" in cookie
    assert "pat@" not in cookie
    assert "94110" not in cookie


@pytest.mark.parametrize("broken", ["", "x", "gAAAAAB", "a" * 4000])
def test_a_broken_cookie_asks_for_the_details_again(shopper: Shopper, broken: str) -> None:
    shopper.add()
    shopper.type_details()
    shopper.client.set_cookie("tsubo_checkout", broken)

    answer = shopper.client.get("/checkout/review")

    assert answer.headers["Location"] == "/checkout"
    assert shopper.client.get("/checkout").status_code == 200


def test_details_are_asked_once(shopper: Shopper) -> None:
    shopper.add()
    shopper.type_details()

    page = shopper.client.get("/checkout").text

    for value in ("pat@example.com", "Pat Example", "94110"):
        assert f'value="{value}"' in page


def test_another_country_is_priced_anew_on_the_check_page(shopper: Shopper) -> None:
    shopper.add()
    shopper.type_details(country="DE", region="", postal_code="10115")

    page = shopper.client.get("/checkout/review").text

    assert "Order and pay €40.90" in page
    assert "Germany" in page


def test_the_check_page_shows_each_line_the_total_and_nothing_pre_ticked(shopper: Shopper) -> None:
    shopper.add(2)
    shopper.type_details()

    page = shopper.client.get("/checkout/review").text

    assert "Order and pay $78.83" in page
    for text in ("Classic Mat, Charcoal", "Pat Example", "San Francisco, CA 94110", "pat@example.com"):
        assert text in page
    assert page.count("Change<") >= 5
    assert "/terms" in page
    assert "checked" not in page


@pytest.mark.parametrize("forged", [None, "", "0" * 64])
def test_details_without_the_carts_token_are_refused(shopper: Shopper, forged: str | None) -> None:
    shopper.add()
    form = dict(shopper.typed) | ({} if forged is None else {"csrf_token": forged})

    answer = shopper.client.post("/checkout", data=form)

    assert answer.status_code == 403
