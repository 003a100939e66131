"""The only door to the recommender: the ranked list with its cards, and what a visitor must not be shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from recommender.safety import caution_sentences, excluded_for, referral
from recommender.types import Answers, Exclusion, ExclusionKind, Outcome, Ranked, Ranking, Referral
from shop.catalogue.cards import CardView, ShopWindow
from shop.catalogue.facts import spelt
from shop.learning.live import Draw, Live, live_scorer
from shop.learning.rules import ShownList
from shop.recommendations.assortment import Assortment, Offer, current_shelf, whole_assortment
from shop.recommendations.cards import cards_of
from shop.recommendations.evidence import evidence_sentence
from shop.recommendations.left_out import LeftOut, summed_up

FIRST_SHOWN = 3
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Pick:
    """One product of the list with all that is said beside it. `offers` are its variants that can be bought.

    `ahead` says why it stands before the next one, where the difference is real.
    """

    card: CardView
    offers: tuple[Offer, ...]
    option_name: str
    reasons: tuple[str, ...]
    against: str | None
    cautions: tuple[str, ...]
    evidence: str
    ahead: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What a result page shows. `picks` and `left_out` are empty when the outcome is a referral.

    `shown` is the list as the log of a visit that agreed to learning writes it down.
    """

    outcome: Outcome
    picks: tuple[Pick, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    shown: ShownList | None = None

    @property
    def referral(self) -> Referral | None:
        """Where the visitor is sent instead of being shown products."""
        return self.outcome if isinstance(self.outcome, Referral) else None


def recommend(session: Session, window: ShopWindow, answers: Answers, *, draw: Draw | None = None) -> Recommendation:
    """The ranked list for these answers, at most five picks, and everything left out by reason.

    The budget is read in the window's currency. A referral asks the database nothing. `draw` is for a visit that
    agreed to learning; without it the same answers get the same order.
    """
    sent_on = referral(answers)
    if sent_on is not None:
        return Recommendation(sent_on)
    from recommender.ranking import rank  # late: numpy: a quarter of a start, for pages that rank nothing

    shelf = current_shelf(session, window.currency)
    live = live_scorer(session, shelf.version) or _drawn_from(draw)
    scorer = live.scorer(draw) if live else None
    outcome = rank(answers, shelf.assortment.items, limit=MOST_SHOWN, scorer=scorer)
    if isinstance(outcome, Referral):
        return Recommendation(outcome)
    cards = cards_of(session, window, shelf, [ranked.sku for ranked in outcome.ranked])
    picks = tuple(
        replace(_pick(cards[ranked.sku], ranked, shelf.assortment, answers, window.locale), ahead=_ahead(ranked, cards))
        for ranked in outcome.ranked
        if ranked.sku in cards  # one that was unpublished this very moment has no card any more
    )
    left_out = summed_up(outcome.excluded, shelf.assortment)
    found = Recommendation(outcome, picks, left_out, outcome.notes)
    return found if draw is None else replace(found, shown=_shown(found, answers, shelf.assortment, draw, live))


def _drawn_from(draw: Draw | None) -> Live | None:
    """What a list of a visit is drawn from while no model is live: else a log of day one could compare nothing."""
    if draw is None or draw.exploration == 0:
        return None
    from shop.recommendations.logged import day_one_live  # late: numpy, as above

    return day_one_live()


def _shown(found: Recommendation, answers: Answers, assortment: Assortment, draw: Draw, live: Live | None) -> ShownList:
    from shop.recommendations.logged import shown_list  # late: numpy, as above

    is_fallback = isinstance(found.outcome, Ranking) and found.outcome.fallback is not None
    skus = [pick.card.sku for pick in found.picks]
    return shown_list(answers, assortment.items, skus, draw, None if is_fallback else live)


def exclusion_for(session: Session, answers: Answers, sku: str, *, currency: str) -> Exclusion | None:
    """Why the product (named by its own or a variant's SKU) is out for these answers, or None. Safety only.

    A product whose row cannot be read is out for everybody who answered. None for a SKU that is not on sale.
    """
    assortment = whole_assortment(session, currency)
    item = assortment.find_item(sku)
    if item is not None:
        return excluded_for(answers, item)
    if sku not in assortment.product_of:
        return None
    sentence = "We do not know enough about it to suggest it."
    return Exclusion(assortment.product_of[sku], ExclusionKind.MISSING_SAFETY, (), sentence)


def visible(session: Session, answers: Answers | None, skus: Iterable[str], *, currency: str) -> set[str]:
    """Those of the product SKUs that may be shown to somebody with these answers.

    Without answers that is all of them, and the database is not asked; after a warning sign it is none.
    """
    wanted = set(skus)
    if answers is None or not wanted:
        return wanted
    if referral(answers) is not None:
        return set()
    by_sku = whole_assortment(session, currency).by_sku
    return {sku for sku in wanted & by_sku.keys() if excluded_for(answers, by_sku[sku]) is None}


def _pick(card: CardView, ranked: Ranked, assortment: Assortment, answers: Answers, locale: str) -> Pick:
    limit, item = answers.max_budget_minor, assortment.by_sku[ranked.sku]
    offers = [o for o in assortment.offers_of(item.sku) if limit is None or o.price.minor <= limit]
    prices = [offer.price for offer in offers]
    lowest = min(prices, key=lambda price: price.minor, default=card.price)
    return Pick(
        card=card._replace(price=lowest, price_is_from=any(price != lowest for price in prices)),
        offers=tuple(offers),
        option_name=spelt(assortment.option_names.get(item.sku, ""), locale),
        reasons=tuple(reason.sentence for reason in ranked.reasons if reason.sentence),
        against=ranked.against.sentence if ranked.against else None,
        cautions=caution_sentences(ranked.cautions),
        evidence=evidence_sentence(item.type),
    )


def _ahead(ranked: Ranked, cards: Mapping[str, CardView]) -> str | None:
    if ranked.ahead is None or ranked.ahead.of not in cards:
        return None
    return f"Ahead of {cards[ranked.ahead.of].name} because {ranked.ahead.because}."
