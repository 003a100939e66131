"""What an operator's alarms look at, read from the rows by indexes when the metrics are asked for."""

from datetime import datetime
from math import inf

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shop.leases import service as leases
from shop.mail.models import OutboxMail
from shop.observe import Metrics
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.payments.models import PaymentAttempt
from shop.payments.service import LIVE


def count_rows(counted: Metrics, session: Session, *, now: datetime) -> None:
    """Set every gauge to what is true now: five statements, each on an index."""
    ages = {name: _seconds(at, now) for name, at in leases.last_runs(session).items()}
    for name, age in ages.items():
        counted.job_age.labels(name).set(age)
    counted.worker_age.set(min(ages.values(), default=inf))
    waiting, oldest = session.execute(
        select(func.count(), func.min(OutboxMail.created_at)).where(OutboxMail.sent_at.is_(None))
    ).one()
    counted.outbox_waiting.set(waiting)
    counted.outbox_oldest.set(_seconds(oldest, now) if oldest else 0)
    counted.orders_pending.set(_count(session, select(func.count()).where(Order.state == OrderState.PENDING)))
    attention = Order.payment_state == PaymentState.NEEDS_ATTENTION
    counted.needs_attention.set(_count(session, select(func.count()).where(attention)))
    overdue = PaymentAttempt.state.in_(LIVE) & (PaymentAttempt.expires_at <= now)
    counted.attempts_overdue.set(_count(session, select(func.count()).where(overdue)))


def _seconds(moment: datetime | None, now: datetime) -> float:
    return inf if moment is None else max(0.0, (now - moment).total_seconds())


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(statement) or 0
