"""A log filled as the shop fills it: real lists of the demo catalogue, for visitors with mixed health answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from recommender.answer_space import drawn
from recommender.types import Answers
from shop.catalogue.cards import ShopWindow
from shop.importing.demo import load_demo
from shop.learning import service
from shop.learning.live import Draw
from shop.learning.rules import Visit
from shop.recommendations.service import FIRST_SHOWN, recommend
from tests.make import CLAIMS_ONLY

WINDOW = ShopWindow(currency="USD", product_url="/products/", picture_url="/pictures/", media_url="/media/")
NOTHING: frozenset[str] = frozenset()
EXPLORATION = 0.1
"""What the manual advises."""


def load_goods(session: Session, now: datetime) -> None:
    """The demo's products are on sale."""
    load_demo(session, currency="USD", standards=CLAIMS_ONLY, now=now)


def without_health(answers: Answers) -> Answers:
    """The same visitor, who left open what the log keeps nothing of. A pregnancy counts wherever it is named."""
    triggers = answers.triggers - {"pregnancy"}
    return replace(answers, health=NOTHING, allergies=NOTHING, mobility_limits=NOTHING, triggers=triggers)


def some_visitors(number: int, *, seed: int = 5) -> Iterator[Answers]:
    """Whole questionnaires at random; a third says something of health or mobility."""
    return drawn(number, seed)


def show_lists(session: Session, visitors: Sequence[Answers], day: date, *, with_chances: bool = False) -> list[str]:
    """Each visitor is recommended something and it is noted; returns the first SKU of each list there was.

    with_chances: the chance of each place is worked out, too.
    """
    first = []
    for number, answers in enumerate(visitors):
        found = recommend(session, WINDOW, answers, draw=Draw(number, EXPLORATION))
        if found.shown is None or not found.shown.products:
            continue
        visible = FIRST_SHOWN if number % 2 else len(found.picks)  # every other one asks for two more
        visit, kept_until = Visit(f"{number:032d}", number), day + timedelta(days=400)
        shown = found.shown.with_chances() if with_chances else found.shown
        service.note_shown(session, visit, shown, visible=visible, today=day, erase_on=kept_until)
        first.append(found.picks[0].card.sku)
    return first
