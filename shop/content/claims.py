"""The claims linter: finds words that promise a cure, a relief or a proof in any text of the shop (R20-R23).

Honest denials ("not a medical treatment", "no cure") pass; so does a question that is answered "No" at once.
A denial counts only when nothing but small words stand between it and what it denies, so that "not only cures"
and "no side effects and treats" do not slip through.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from shop.content.claim_rules import Language, Rule, languages
from shop.content.plain_text import plain_text

SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n\s*\n|\n(?=\s*[-*#|>])")
CLAUSE_END = re.compile(r"[.!?;:()–—\n|]|\bbut\b|\baber\b|\bsondern\b|\bmais\b|\bpero\b|\bsino\b")
NEAR_END = re.compile(rf"{CLAUSE_END.pattern}|,")
TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|,")
COMMAS = frozenset({","})
LIST_ENDS = frozenset({"", "or", "nor", "oder", "ni"})
ANSWERED_NO = re.compile(r"\?[\s\"'*#>-]*(?:no|nein|non)\s*[.,:;]")


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One place that must be reworded: `text[start:end]` are its words, `why` says what is wrong with them."""

    start: int
    end: int
    words: str
    rule: str
    why: str


def find_claims(text: str, *, locale: str = "en") -> tuple[Claim, ...]:
    """Return every health claim in `text` by position; an empty tuple means the text may be published.

    `text` may be plain, Markdown or HTML. `locale` adds the list of its language ("de", "de_AT") to the English and
    the universal one; a language without a list is checked against every list there is.
    """
    plain = plain_text(text)
    found: dict[tuple[int, int], Claim] = {}
    for language in _languages_for(locale):
        for rule in language.rules:
            for start, end in _hits(plain.text, rule, language):
                at, until = plain.at(start), plain.at(end - 1) + 1
                found.setdefault((at, until), Claim(at, until, text[at:until], rule.name, rule.why))
    return tuple(sorted(found.values()))


def _languages_for(locale: str) -> tuple[Language, ...]:
    lists = languages()
    code = re.split(r"[-_]", locale.lower(), maxsplit=1)[0]
    if code not in lists or code == "universal":
        return tuple(lists.values())
    return tuple(lists[name] for name in dict.fromkeys(("universal", "en", code)))


def _hits(text: str, rule: Rule, language: Language) -> Iterator[tuple[int, int]]:
    excused = [match.span() for match in rule.unless.finditer(text)] if rule.unless else []
    for match in rule.pattern.finditer(text):
        start, end = match.span()
        if any(begin < end and start < finish for begin, finish in excused):
            continue
        first, last = _sentence_around(text, start, end)
        if rule.unless_sentence and rule.unless_sentence.search(text, first, last):
            continue
        if ANSWERED_NO.match(text, last - 1) or _is_denied(text, start, end, language):
            continue
        yield start, end


def _sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    index = bisect_right(ends, start)
    first = ends[index - 1] if index else 0
    last = next((position for position in ends[index:] if position >= end), len(text))
    return first, last


def _is_denied(text: str, start: int, end: int, language: Language) -> bool:
    return _is_denied_before(text, start, end, language) or _is_denied_after(text, start, end, language)


def _is_denied_before(text: str, start: int, end: int, language: Language) -> bool:
    clause_start = max((match.end() for match in CLAUSE_END.finditer(text, 0, start)), default=0)
    clause = text[clause_start:start]
    if language.denying is not None and language.denying.search(clause):
        return True
    tokens = TOKEN.findall(clause)
    nearer = ""
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if _is_negator(token, language):
            questions = index > 0 and tokens[index - 1] in language.not_negating_before
            return not questions and not _compares(text, end, token, language)
        is_claim_word = language.claim_words.match(token) is not None
        if not (is_claim_word or token in language.fillers or (token in COMMAS and _is_list_before(nearer, language))):
            return False
        nearer = token
    return False


def _is_list_before(word: str, language: Language) -> bool:
    return word in LIST_ENDS or language.claim_words.match(word) is not None


def _is_negator(token: str, language: Language) -> bool:
    return token in language.negators or token.endswith("n't")


def _compares(text: str, end: int, negator: str, language: Language) -> bool:
    if negator not in language.comparable or language.comparing is None:
        return False
    clause_end = CLAUSE_END.search(text, end)
    return language.comparing.search(text, end, clause_end.start() if clause_end else len(text)) is not None


def _is_denied_after(text: str, start: int, end: int, language: Language) -> bool:
    if not language.after:
        return False
    clause_end = NEAR_END.search(text, end)
    following = TOKEN.findall(text[start : clause_end.start() if clause_end else len(text)])
    reach = len(TOKEN.findall(text[start:end])) + 4
    for token, after in zip(following[:reach], [*following[1:], ""], strict=False):
        if token in language.after:
            return after not in language.after_stop
    return False


def text_of(claims: tuple[Claim, ...], text: str, *, name: str = "text") -> str:
    """Name each claim with its line, for a merchant's error message or a failing test."""
    return "\n".join(
        f"{name}:{text.count(chr(10), 0, claim.start) + 1}: “{claim.words}”: {claim.why}" for claim in claims
    )
