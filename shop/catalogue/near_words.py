"""What a search that found nothing may have meant: the nearest words of the shop's own titles and kinds."""

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue import codes
from shop.catalogue.listing import ListQuery, count_products
from shop.catalogue.memory import engine_of, remembered
from shop.catalogue.models import Product
from shop.catalogue.search import plain, search_words
from shop.catalogue.service import catalogue_version
from shop.catalogue.states import ProductStatus

MOST_OFFERED = 3
LIKENESS = 0.7
_LETTERS_APART = 2
_TITLES = select(Product.title, Product.type).where(Product.status == ProductStatus.PUBLISHED)


def near_searches(session: Session, query: ListQuery) -> tuple[str, ...]:
    """Searches near to what was typed that find something under the same filters, the nearest first.

    For a list that came out empty: nothing of this is asked while a search finds its products.
    """
    typed = search_words(query.q)
    if not typed:
        return ()
    version = catalogue_version(session)
    engine = engine_of(session)
    known = remembered(engine, version, "words of titles", lambda: _words_on_sale(session))
    meant = remembered(engine, version, ("near", typed), lambda: _meant(typed, known))
    found = (words for words in meant if count_products(session, replace(query, q=words)))
    return tuple(words for words, _ in zip(found, range(MOST_OFFERED), strict=False))


def _words_on_sale(session: Session) -> Mapping[str, str]:
    """Each word of a title or a kind on sale, plain, and as it is written."""
    sold = session.execute(_TITLES).all()
    texts = [*(title for title, _ in sold), *(codes.label_of(code) for code in {code for _, code in sold})]
    written = (word.casefold() for text in texts for word in re.findall(r"[^\W\d_]{3,}", text))
    return {plain(word): word for word in written}


def _meant(typed: tuple[str, ...], known: Mapping[str, str]) -> tuple[str, ...]:
    """All typed words mended, then without those that are like none, then each mended word by itself."""
    mended = {word: _nearest(word, known) for word in typed}
    all_words = " ".join(near or word for word, near in mended.items())
    near_words = [near for near in mended.values() if near]
    tried = dict.fromkeys([all_words, " ".join(near_words), *near_words])
    return tuple(words for words in tried if words and search_words(words) != typed)


def _nearest(word: str, known: Mapping[str, str]) -> str | None:
    """The word itself where a known one begins with it, else the known word most like it."""
    if any(other.startswith(word) for other in known):
        return word
    alike = [other for other in known if abs(len(other) - len(word)) <= _LETTERS_APART]
    found = get_close_matches(word, alike, n=1, cutoff=LIKENESS)
    return known[found[0]] if found else None
