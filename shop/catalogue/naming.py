"""How a product and the chosen option are named in one line: in carts, mails, papers and at the payment provider."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from shop.catalogue.models import Product, Variant

_SEPARATOR = "|"
_MARKS = ",;:\u2013\u2014"
_WITH = r"(?:(?:in|of|with)\s+)?"
_Other = aliased(Variant, name="other_option")

options_on_sale: Any = (
    select(func.aggregate_strings(_Other.option_value, _SEPARATOR))
    .where(_Other.product_id == Product.id, _Other.active)
    .correlate(Product)
    .scalar_subquery()
    .label("options")
)
"""SQL: what there is to choose from of a product, to be read by `title_of_choice`."""


def full_name(title: str, option: str) -> str:
    """Title and option in one; an option that stands at the title's end or behind a comma in it is not said again."""
    return f"{title}, {option}" if option and not _says(title, option) else title


def title_of_choice(title: str, options: str | None) -> str:
    """The title to put an option behind: where there is a choice, without the word that names only one of them.

    "Spike Mat, Charcoal Cotton" in charcoal and teal is "Spike Mat, Cotton", so that no teal one is called charcoal. A
    word that the name begins with, or has in its middle, is a part of it: "Natural Rubber Ball" stays whole, and so
    does "Mat, Black and White".
    """
    choices = [option for option in (options or "").split(_SEPARATOR) if option]
    return _without(title, choices) if len(choices) > 1 else title


def name_of_choice(title: str, option: str, options: str | None) -> str:
    """The name of one variant among those on sale."""
    return full_name(title_of_choice(title, options), option)


def _without(title: str, options: Iterable[str]) -> str:
    left = title
    for option in sorted(options, key=len, reverse=True):
        left = _at_the_end(option).sub("", _behind_a_mark(option).sub(r"\1", left))
    if left == title:
        return title
    whole = re.sub(r"\(\s*\)", "", re.sub(rf"(?<=\()[\s{_MARKS}]+", "", left))
    tidied = re.sub(rf"(?:\s*[{_MARKS}]|\s+-)+(?=\s*(?:[{_MARKS}()]|-\s|$))", "", whole).strip(f" -{_MARKS}")
    return re.sub(r"\s+(?=[,;:)])", "", " ".join(tidied.split())) or title


def _says(title: str, option: str) -> bool:
    is_all_of_it = title.casefold() == option.casefold()
    return is_all_of_it or any(where(option).search(title) for where in (_behind_a_mark, _at_the_end))


def _behind_a_mark(option: str) -> re.Pattern[str]:
    one_of_many = r"(?!\s*(?:[&+/]|(?:and|or)\b))"
    return re.compile(rf"((?:[{_MARKS}(]|\s-\s)\s*){_WITH}{_alone(option)}{one_of_many}", re.IGNORECASE)


def _at_the_end(option: str) -> re.Pattern[str]:
    """At the end of the title or of a part of it, with the "in" before it; never as its first word."""
    one_of_many = r"(?<![&+/])(?<!\band)(?<!\bor)"
    end = rf"(?=\s*(?:[{_MARKS})]|\s-\s|$))"
    return re.compile(rf"(?<=\S){one_of_many}\s+{_WITH}{_alone(option)}{end}", re.IGNORECASE)


def _alone(option: str) -> str:
    """A pattern for the option as words of their own: "L" is not the L of "L-Shaped"."""
    return rf"(?<![\w-]){re.escape(option)}(?![\w-])"
