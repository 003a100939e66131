"""Codes as a merchant reads them."""

import pytest

from shop.merchant.record_words import action_words, actor_words, thing_words


@pytest.mark.parametrize(
    ("actor", "words"),
    [("merchant:ann@shop.example", "ann@shop.example"), ("provider", "the payment service"), ("auto", "auto")],
)
def test_who_did_it_is_named_without_a_code(actor: str, words: str) -> None:
    assert actor_words(actor) == words


def test_what_was_done_and_to_what_is_said_in_words_even_for_a_code_that_nobody_described() -> None:
    assert action_words("signed_in") == "Signed in"
    assert action_words("picture.added") == "Picture added"
    assert thing_words("product:MAT01") == "Product MAT01"
    assert thing_words("catalogue") == "The catalogue"
    assert thing_words("newthing:7") == "Newthing 7"
