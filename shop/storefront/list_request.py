"""What the list page was asked for: the address's query read into a ListQuery, and written back into addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from shop.catalogue import codes
from shop.catalogue.listing import ListQuery, Sort
from shop.errors import BadInput
from shop.money import Money, format_money, parse_money

SORTS = {
    Sort.FEATURED: "Featured",
    Sort.PRICE_UP: "Lowest price",
    Sort.PRICE_DOWN: "Highest price",
    Sort.NEWEST: "Newest",
    Sort.NAME: "Name",
}
MAX_TYPED = 200
MAX_PAGE = 10_000
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NAMES = ("q", "area", "type", "firmness", "position", "from", "to", "available", "sort")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter in force: its words, and the address of the list without it."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A query with the texts it was typed as; `errors` has a sentence for each text that could not be used."""

    query: ListQuery
    typed: Mapping[str, str]
    errors: Mapping[str, str]

    def url(self, base: str, **changes: str | None) -> str:
        """The address of the list with some parts of the query changed; None takes a part out."""
        parts = {**self.typed, **changes}
        kept = {name: value for name, value in parts.items() if value}
        return f"{base}?{urlencode(kept)}" if kept else base

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What was asked for, as something to compare."""
        return tuple(sorted(self.typed.items()))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order was chosen."""
        return any(name != "sort" for name in self.typed)


def read_request(args: Mapping[str, str], currency: str) -> ListRequest:
    """Read the query. A code nobody knows is passed over; a price that is no amount gets a sentence.

    Raises BadInput for a page that is no number.
    """
    readable = {name: _CONTROLS.sub(" ", args.get(name, "")).strip()[:MAX_TYPED] for name in _NAMES}
    typed = {name: text for name, text in readable.items() if text}
    errors: dict[str, str] = {}
    _drop_unknown(typed)
    query = ListQuery(
        q=typed.get("q", ""),
        area=typed.get("area"),
        type=typed.get("type"),
        firmness=int(typed["firmness"]) if "firmness" in typed else None,
        position=typed.get("position"),
        price_from_minor=_price("from", typed, currency, errors),
        price_to_minor=_price("to", typed, currency, errors),
        available_only="available" in typed,
        sort=Sort(typed["sort"]) if "sort" in typed else Sort.BEST_MATCH if "q" in typed else Sort.FEATURED,
        page=_page(args.get("page", "")),
    )
    return ListRequest(query, typed, errors)


def chosen_filters(request: ListRequest, base: str, currency: str, locale: str) -> tuple[Chosen, ...]:
    """The filters in force in words, each with the address that takes it away."""
    query, typed = request.query, request.typed
    words = {
        "q": f"“{query.q}”" if query.q else None,
        "area": codes.AREAS.get(query.area or ""),
        "type": codes.label_of(query.type).capitalize() if query.type else None,
        "firmness": codes.FIRMNESS.get(query.firmness or 0),
        "position": codes.POSITIONS.get(query.position or ""),
        "from": _limit("From", query.price_from_minor, currency, locale),
        "to": _limit("Up to", query.price_to_minor, currency, locale),
        "available": "Available now" if query.available_only else None,
    }
    return tuple(
        Chosen(text, request.url(base, **{name: None})) for name, text in words.items() if text and name in typed
    )


def _drop_unknown(typed: dict[str, str]) -> None:
    allowed: dict[str, bool] = {
        "area": typed.get("area") in codes.AREAS,
        "type": re.fullmatch("[a-z0-9_]{2,40}", typed.get("type", "")) is not None,
        "firmness": typed.get("firmness") in {str(level) for level in codes.FIRMNESS},
        "position": typed.get("position") in codes.POSITIONS,
        "sort": typed.get("sort") in set(SORTS),
    }
    for name, is_allowed in allowed.items():
        if not is_allowed:
            typed.pop(name, None)
    if "available" in typed:
        typed["available"] = "1"


def _price(name: str, typed: dict[str, str], currency: str, errors: dict[str, str]) -> int | None:
    if name not in typed:
        return None
    try:
        return parse_money(typed[name], currency).minor
    except ValueError:
        errors[name] = "Enter a price in digits, such as 30."
        return None


def _page(text: str) -> int:
    if not text:
        return 1
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= MAX_PAGE:
        raise BadInput("There is no page of that number. Pages count from 1.")
    return int(text)


def _limit(word: str, minor: int | None, currency: str, locale: str) -> str | None:
    return None if minor is None else f"{word} {format_money(Money(minor, currency), locale)}"
