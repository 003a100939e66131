"""The ways in which a wish can meet products: few, however many products there are, for it counts little of each."""

from typing import NamedTuple, TypeVar

from recommender.catalogue import Ints
from recommender.fact_groups import FactGroups, joint
from recommender.matching import Match, Reach, Service, brought_together, match, reach_of, service_of
from recommender.wish import Wish

Counts = TypeVar("Counts", Reach, Service)


class Ways(NamedTuple):
    """`match`: of arrays that numpy can bring into `shape`, one entry a way; `number`: (items,) each product's way."""

    match: Match
    shape: tuple[int, ...]
    number: Ints


def ways_to_meet(wish: Wish, groups: FactGroups) -> Ways:
    """Return every way in which places and uses can come together, or each product's own where those are more."""
    catalogue, both = groups.source, groups.both
    if len(both.first) <= groups.few:
        return Ways(match(wish, catalogue, both.first), both.first.shape, both.number)
    place, reach = _different(reach_of(wish, catalogue, groups.places.first))
    use, service = _different(service_of(wish, catalogue, groups.uses.first))
    shape = len(reach.own), len(service.served)
    if shape[0] * shape[1] > len(both.first):
        return Ways(match(wish, catalogue, both.first), both.first.shape, both.number)
    number = (place * shape[1]).take(groups.places.number)
    number += use.take(groups.uses.number)
    against_uses = Reach(*(column[:, None] for column in reach))
    return Ways(brought_together(wish, against_uses, service, catalogue.worths), shape, number)


def _different(counts: Counts) -> tuple[Ints, Counts]:
    """Return which of the different combinations of counts each entry is, and these combinations."""
    group = joint(counts)
    return group.number, type(counts)(*(column.take(group.first) for column in counts))
