"""Writing into the log from a page. The log comes last: whatever ails it, the page is as it would have been."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from flask import request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.learning import service
from shop.learning.rules import ShownList, Visit, erase_day
from shop.learning.visits import current_visit
from shop.web import config, db, transaction

WAIT_SECONDS = 0.25
log = structlog.get_logger("shop.learning")


def shown(visit: Visit, what: ShownList, *, visible: int, now: datetime) -> None:
    """A result page showed the first `visible` products of a list. A page that is read again writes nothing."""
    today = now.date()
    erase_on = erase_day(today, config().learning_days)

    try:
        if service.is_noted(db(), visit, what, visible=visible):
            return
    except SQLAlchemyError as error:
        log.warning("not_noted", kind=type(error).__name__)
        return
    whole = what.with_chances()  # some work, and no lock is held meanwhile
    _quietly(lambda session: service.note_shown(session, visit, whole, visible=visible, today=today, erase_on=erase_on))


def opened(slug: str, *, now: datetime) -> None:
    """The visitor follows a link of the result page. What a browser fetches ahead of a click is no click."""
    visit = current_visit(now)
    if visit is None or request.method != "GET" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return

    def write(session: Session) -> None:
        sku = session.scalar(select(Product.sku).where(Product.slug == slug))
        if sku is not None:
            service.note_opened(session, visit, sku)

    _quietly(write)


def added(variant_sku: str, *, now: datetime) -> None:
    """The visitor put something into the cart."""
    visit = current_visit(now)
    if visit is not None:
        _quietly(lambda session: service.note_added(session, visit, variant_sku))


def ordered(lines: Mapping[int, str], *, is_paid: bool, now: datetime) -> None:
    """The visitor placed an order of these lines (id: variant SKU); `is_paid` when there was nothing to pay."""
    visit = current_visit(now)
    if visit is None:
        return

    def write(session: Session) -> None:
        service.tag_lines(session, visit, lines, today=now.date())
        if is_paid:
            service.note_bought(session, lines)

    _quietly(write)


def _quietly(write: Callable[[Session], object]) -> None:
    try:
        with transaction(wait_seconds=WAIT_SECONDS) as session:
            write(session)
    except SQLAlchemyError as error:
        log.warning("not_noted", kind=type(error).__name__)
