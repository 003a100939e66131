"""What a result page left out, and why: by reason, so that the page does not grow with the catalogue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from recommender.types import Exclusion, ExclusionKind
from shop.recommendations.assortment import Assortment

if TYPE_CHECKING:
    from recommender.exclusions import Exclusions, LeftOutTogether

MOST_GROUPS = 40
MOST_NAMED = 8
SAFETY_KINDS = (
    ExclusionKind.CONTRAINDICATION,
    ExclusionKind.ALLERGEN,
    ExclusionKind.MISSING_SAFETY,
    ExclusionKind.POWERED_STIMULATOR,
)
REST = {
    True: "What you told us about your health and allergies speaks against these too, each for reasons of its own.",
    False: "Sold out, above your budget, or made for other places than yours.",
}
"""Of what is left when every reason has its line, by whether it is about safety."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Products left out for one reason: the first few by name, and how many more there are."""

    sentence: str
    is_safety: bool
    titles: tuple[str, ...]
    more: int

    @property
    def count(self) -> int:
        """How many products were left out for this reason."""
        return len(self.titles) + self.more


def summed_up(excluded: Sequence[Exclusion], assortment: Assortment) -> tuple[LeftOut, ...]:
    """Safety first, then the largest group. Every product is counted: the rarest reasons stand together at the end."""
    found = cast("Exclusions", excluded)  # what `rank` returns: it can be summed up without being read through
    groups = sorted(found.together(named=MOST_NAMED), key=lambda group: group.kind not in SAFETY_KINDS)
    told = [_told(group.sentence, [group], assortment) for group in groups[:MOST_GROUPS]]
    return (*told, *_rest(groups[MOST_GROUPS:], assortment))


def _rest(groups: Sequence["LeftOutTogether"], assortment: Assortment) -> Iterator[LeftOut]:
    for is_safety, sentence in REST.items():
        those = [group for group in groups if (group.kind in SAFETY_KINDS) is is_safety]
        if those:
            yield _told(sentence, those, assortment)


def _told(sentence: str, groups: Sequence["LeftOutTogether"], assortment: Assortment) -> LeftOut:
    skus = [sku for group in groups for sku in group.skus][:MOST_NAMED]
    return LeftOut(
        sentence=sentence,
        is_safety=groups[0].kind in SAFETY_KINDS,
        titles=tuple(assortment.by_sku[sku].title for sku in skus),
        more=sum(group.count for group in groups) - len(skus),
    )
