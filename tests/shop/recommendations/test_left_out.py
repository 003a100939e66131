"""Every product that was left out is told of, however many reasons there are."""

from itertools import combinations

from recommender.ranking import rank
from recommender.safety import HEALTH_CODES
from recommender.types import Item, Ranking
from shop.recommendations.assortment import Assortment
from shop.recommendations.left_out import MOST_GROUPS, REST, summed_up
from tests.recommender.build import make_answers, make_item


def assortment_of(items: list[Item]) -> Assortment:
    return Assortment(
        items=tuple(items),
        by_sku={item.sku: item for item in items},
        offers={},
        option_names={},
        product_of={},
        uncounted=frozenset(),
        parts={},
    )


def test_reasons_beyond_the_last_line_stand_together_and_no_product_is_missing() -> None:
    pairs = list(combinations(sorted(HEALTH_CODES), 2))[: MOST_GROUPS + 15]
    barred = [make_item(f"B{number}", contraindications=frozenset(pair)) for number, pair in enumerate(pairs)]
    items = [make_item("GOOD"), make_item("GONE", available=False), *barred]

    outcome = rank(make_answers(health=HEALTH_CODES), items)
    assert isinstance(outcome, Ranking)
    groups = summed_up(outcome.excluded, assortment_of(items))

    assert sum(group.count for group in groups) == len(outcome.excluded) == len(items) - 1
    assert [group.sentence for group in groups[MOST_GROUPS:]] == [REST[True], REST[False]]
    assert groups[-1].titles == ("Lower back tool",)


def test_few_reasons_each_have_their_own_line() -> None:
    items = [make_item("GOOD"), make_item("DEAR", price_minor=9_000), make_item("GONE", available=False)]

    outcome = rank(make_answers(max_budget_minor=5_000), items)
    assert isinstance(outcome, Ranking)
    groups = summed_up(outcome.excluded, assortment_of(items))

    assert [group.count for group in groups] == [1, 1]
    assert not {group.sentence for group in groups} & set(REST.values())
