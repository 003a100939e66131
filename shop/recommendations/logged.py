"""What may be logged of a list: how the products fit, in coarse numbers that no health answer goes into."""

from collections.abc import Sequence
from functools import cache, partial

import numpy as np

from recommender.catalogue import prepare
from recommender.expert import day_one_posterior
from recommender.features import FEATURES, feature_matrix
from recommender.place_chances import place_chances
from recommender.safety import RULESET, without_health
from recommender.scorers.content import PRIOR
from recommender.types import Answers, Item
from recommender.wish import read_wish
from shop.keys import fingerprint
from shop.learning.live import Draw, Live
from shop.learning.rules import LOGGED_FEATURES, ShownList, ShownProduct, coarse


def shown_list(
    answers: Answers, items: Sequence[Item], skus: Sequence[str], draw: Draw, live: Live | None
) -> ShownList:
    """The list of these products (best first) as it goes into the log."""
    fits = coarse_fits(answers, items, skus)
    products = tuple(ShownProduct(sku, place, fit) for place, (sku, fit) in enumerate(zip(skus, fits, strict=True), 1))
    made_by, chance = (live.model_id, draw.exploration) if live else (day_one_id(), 0.0)
    chances = partial(_chances, answers, items, skus, draw, live)
    return ShownList(made_by, RULESET, draw.seed, products, chances, chance)


def coarse_fits(answers: Answers, items: Sequence[Item], skus: Sequence[str]) -> list[dict[str, int]]:
    """The features of each product that may be logged, in 64ths; those that are 0 are left out.

    They are worked out as if the visitor had left open what they said of health, allergies and mobility: so not even
    a feature added later can carry any of it into the log.
    """
    catalogue = prepare(items)
    place = {item.sku: row for row, item in enumerate(catalogue.items)}
    rows = np.array([place[sku] for sku in skus], dtype=np.intp)
    matrix = feature_matrix(read_wish(without_health(answers)), catalogue, rows)
    logged = [(name, FEATURES.index(name)) for name in LOGGED_FEATURES if name in FEATURES]
    return [{name: fit for name, column in logged if (fit := coarse(float(row[column])))} for row in matrix]


@cache
def day_one_id() -> str:
    """The name of the expert prior with these very weights."""
    weights = " ".join(f"{weight.feature}={weight.value}" for weight in PRIOR)
    return f"day-one-{fingerprint(weights)[:8]}"


@cache
def day_one_live() -> Live:
    """The expert prior to draw from: with the learning consent, and only where the shop allows some chance."""
    return Live(day_one_id(), day_one_posterior(LOGGED_FEATURES))


def _chances(
    answers: Answers, items: Sequence[Item], skus: Sequence[str], draw: Draw, live: Live | None
) -> list[float]:
    if live is None or draw.exploration == 0:  # nothing was left to chance
        return [1.0] * len(skus)
    told = without_health(answers)  # or equal lists would tell apart by their chances who said what
    chances = place_chances(told, items, skus, live.posterior, exploration=draw.exploration, seed=draw.seed)
    return [float(chance) for chance in chances]
