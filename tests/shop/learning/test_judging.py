"""A log is judged by the chances that its lists had; lists that something else decided are counted and left out."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from recommender.catalogue import Catalogue, prepare
from recommender.expert import day_one_posterior
from recommender.gate import Judged, Log
from recommender.posterior import Posterior
from shop.catalogue.models import Product
from shop.catalogue.service import bump_version
from shop.catalogue.states import ProductStatus
from shop.learning.judging import MOST_WEIGHT, Usable, judge, read_lists
from shop.learning.models import Candidate, Impression
from shop.learning.reading import LogReport
from shop.learning.rules import LOGGED_FEATURES
from shop.recommendations.assortment import whole_assortment
from shop.recommendations.logged import day_one_id, day_one_live
from tests.recommender.models import make_posterior
from tests.shop.learning.recommended_log import load_goods, show_lists, some_visitors, without_health

VISITORS = 90
DAY_ONE, OTHER = "day one", "another"


def on_sale(session: Session) -> Catalogue:
    return prepare(whole_assortment(session, "USD").items)


def judged(session: Session, now: datetime) -> tuple[Log, dict[str, Judged], Usable]:
    """Day one, which made all of the lists, and some other ranking on the whole log."""
    usable, report, goods = Usable(), LogReport(now.date()), on_sale(session)
    day_one: Posterior = day_one_posterior(LOGGED_FEATURES)
    known = {day_one_id(): day_one}
    batches = read_lists(session, now.date() - timedelta(days=9), known, usable, report, goods)
    log, rankings = judge(batches, known, {DAY_ONE: day_one, OTHER: make_posterior()}, day_one, usable, goods)
    return log, rankings, usable


def weights_of_lists(log: Log, ranking: Judged) -> np.ndarray:
    _, of = np.unique(log.impressions, return_inverse=True)
    return np.bincount(of, weights=ranking.would_show_with / log.shown_with) / np.bincount(of)


@pytest.mark.parametrize("says_of_health", [True, False])
def test_day_one_against_itself_weighs_1_on_every_judged_list(
    session: Session, now: datetime, says_of_health: bool
) -> None:
    load_goods(session, now)
    visitors = list(some_visitors(VISITORS))
    shown = show_lists(session, visitors if says_of_health else [*map(without_health, visitors)], now.date())

    log, rankings, usable = judged(session, now)

    weights = weights_of_lists(log, rankings[DAY_ONE])
    assert weights == pytest.approx(1.0, abs=1e-9)
    assert usable.read == len(shown)
    assert len(weights) == usable.read - usable.not_made_again
    share = usable.not_made_again / usable.read
    assert 0.2 < share < 0.4 if says_of_health else share < 0.1, "what is left are near ties, too fine for the log"
    others = rankings[OTHER].would_show_with / log.shown_with
    assert others.std() > 0.1
    assert others.max() == pytest.approx(MOST_WEIGHT), "a rare list must not decide"


def test_what_is_left_out_hangs_on_model_and_seed_and_on_nothing_that_came_of_a_list(
    session: Session, now: datetime
) -> None:
    load_goods(session, now)
    show_lists(session, [*map(without_health, some_visitors(40))], now.date(), with_chances=True)

    before, _, usable = judged(session, now)
    session.execute(update(Candidate).values(opened=True, added=True, bought=True))
    after, _, _ = judged(session, now)
    logged = session.scalar(
        select(func.avg(Candidate.propensity)).where(Candidate.impression_id.in_(before.impressions.tolist()))
    )
    session.execute(update(Impression).values(seed=Impression.seed + 1000))
    _, _, of_other_seeds = judged(session, now)

    assert after.impressions.tolist() == before.impressions.tolist()
    assert after.rewards.tolist() != before.rewards.tolist()
    assert of_other_seeds.not_made_again > usable.not_made_again
    assert 0 < before.shown_with.min() < 1
    assert logged <= before.shown_with.mean(), "others than those shown had a chance, too"


def test_how_many_lists_are_left_out_is_said_in_plain_sentences(session: Session, now: datetime) -> None:
    load_goods(session, now)
    first = show_lists(session, list(some_visitors(VISITORS)), now.date())
    gone = max(set(first), key=first.count)
    session.execute(update(Product).where(Product.sku == gone).values(status=ProductStatus.ARCHIVED))
    bump_version(session)

    log, _, usable = judged(session, now)

    shown_with_it = session.scalar(select(func.count()).where(Candidate.sku == gone))
    said = " ".join(usable.lines())
    assert usable.gone == shown_with_it
    assert f"{usable.gone} of them show a product that is not on sale any more: they are left out." in said
    assert f"{usable.not_made_again} of them cannot be made again from what is kept" in said
    assert usable.gone + usable.not_made_again + len(np.unique(log.impressions)) == usable.read


def test_what_day_one_is_drawn_from_is_what_it_is_judged_as() -> None:
    mine, served = day_one_posterior(LOGGED_FEATURES), day_one_live().posterior

    assert (mine.mean == served.mean).all()
    assert (mine.covariance == served.covariance).all()
