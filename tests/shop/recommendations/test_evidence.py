"""The honest sentence about each type of product."""

import pytest

from recommender.knowledge import KNOWN_TYPES
from shop.content.claims import find_claims
from shop.recommendations.evidence import FALLBACK, SENTENCES, evidence_sentence


def test_every_type_has_a_sentence() -> None:
    assert SENTENCES.keys() >= KNOWN_TYPES


@pytest.mark.parametrize("sentence", sorted({*SENTENCES.values(), FALLBACK}))
def test_no_sentence_promises_anything(sentence: str) -> None:
    assert find_claims(sentence) == ()


def test_a_type_nobody_described_has_no_research() -> None:
    assert "no research" in evidence_sentence("a_new_type")
