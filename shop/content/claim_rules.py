"""The word lists of the claims linter, read from `claims.toml` and compiled once."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("claims.toml")
WORD_START, WORD_END = r"(?<![^\W_])", r"(?![^\W_])"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of claim in one language: what it looks like, and the honest wordings that look alike."""

    name: str
    why: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    unless_sentence: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Language:
    """The rules of one language and its words of denial."""

    rules: tuple[Rule, ...]
    negators: frozenset[str]
    fillers: frozenset[str]  # words that may stand between a denial and what it denies
    after: frozenset[str]  # denials that follow the verb, as in "heilt nicht"
    after_stop: frozenset[str]  # words that turn such a denial into emphasis, as in "nicht nur"
    not_negating_before: frozenset[str]  # words that turn a denial into a question, as in "why not"
    comparing: re.Pattern[str] | None  # "nothing heals like ..." denies nothing
    comparable: frozenset[str]
    denying: re.Pattern[str] | None  # openings that deny all that follows in the clause, as in "no evidence that"
    claim_words: re.Pattern[str]


@cache
def languages() -> dict[str, Language]:
    """Every list by its language code; `universal` holds the stems that many languages share."""
    with SOURCE.open("rb") as file:
        lists = tomllib.load(file)
    why = lists.pop("why")
    return {code: _language(entry, why) for code, entry in lists.items()}


def _language(entry: dict[str, Any], why: dict[str, str]) -> Language:
    words = entry["words"]
    comparing, denying = entry.get("comparing"), entry.get("denying")
    return Language(
        rules=tuple(_rule(rule, words, why) for rule in entry["rules"]),
        negators=frozenset(entry["negators"]),
        fillers=frozenset(entry["fillers"]),
        after=frozenset(entry["after"]),
        after_stop=frozenset(entry.get("after_stop", ())),
        not_negating_before=frozenset(entry.get("not_negating_before", ())),
        comparing=_compiled([comparing], words) if comparing else None,
        comparable=frozenset(entry.get("comparable", ())),
        denying=_compiled([denying], words) if denying else None,
        claim_words=re.compile(f"(?:{entry['claim_words']})$"),
    )


def _rule(entry: dict[str, Any], words: dict[str, str], why: dict[str, str]) -> Rule:
    pattern = _compiled(entry["patterns"], words)
    assert pattern is not None
    return Rule(
        entry["rule"],
        why[entry["rule"]],
        pattern,
        _compiled(entry.get("unless", ()), words),
        _compiled(entry.get("unless_sentence", ()), words),
    )


def _compiled(patterns: Iterable[str], words: dict[str, str]) -> re.Pattern[str] | None:
    joined = "|".join(patterns)
    if not joined:
        return None
    for name, expression in words.items():
        joined = joined.replace(f"{{{name}}}", expression)
    return re.compile(f"{WORD_START}(?:{joined}){WORD_END}")
