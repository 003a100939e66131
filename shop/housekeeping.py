"""What is deleted when its time is over, feature by feature."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shop.back_in_stock import service as back_in_stock
from shop.cart import saved
from shop.cart import service as cart
from shop.documents import service as documents
from shop.learning import service as learning
from shop.mail import log as mail_log
from shop.newsletter import service as newsletter
from shop.payments.models import ReceivedEvent
from shop.staff import rules as staff
from shop.staff.models import StaffSession

EVENTS_KEPT = timedelta(days=90)  # the provider repeats an event for three days


def delete_expired(session: Session, *, now: datetime, invoice_years: int = 10) -> int:
    """Delete carts, mails asked for once, unconfirmed addresses, ended sign-ins, old webhook notes, logged lists.

    Papers older than `invoice_years` full years lose the buyer's name. Returns how many rows.
    """
    carts = cart.delete_expired(session, now) + saved.delete_expired(session, now)
    mails = mail_log.forget_asked(session, now)
    addresses = newsletter.forget_unconfirmed(session, now) + back_in_stock.forget_old(session, now)
    sign_ins = session.scalars(
        delete(StaffSession)
        .where((StaffSession.created_at <= now - staff.ABSOLUTE) | (StaffSession.seen_at <= now - staff.IDLE))
        .returning(StaffSession.token_hash)
    ).all()
    events = session.scalars(
        delete(ReceivedEvent).where(ReceivedEvent.received_at <= now - EVENTS_KEPT).returning(ReceivedEvent.id)
    ).all()
    papers = documents.blank_old(session, before_year=now.year - invoice_years)
    return (
        mails + papers + carts + addresses + len(sign_ins) + len(events) + learning.delete_expired(session, now.date())
    )
