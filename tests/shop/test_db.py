"""The base of all tables: types, transactions, migrations."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from shop import schema
from shop.audit.models import AuditEvent
from shop.catalogue.models import Product
from tests.conftest import NOW
from tests.make import make_product


def test_a_datetime_comes_back_in_utc(session: Session) -> None:
    moment = datetime(2026, 6, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    session.add(AuditEvent(at=moment, actor="merchant:1", action="test", subject="thing", changes={}))
    session.flush()
    session.expire_all()

    at = session.scalar(select(AuditEvent.at))

    assert at == moment
    assert at is not None
    assert at.tzinfo is UTC


def test_a_datetime_without_a_time_zone_is_refused(session: Session) -> None:
    session.add(AuditEvent(at=NOW.replace(tzinfo=None), actor="a", action="b", subject="c", changes={}))

    with pytest.raises(StatementError, match="without a time zone"):
        session.flush()


def test_an_unfilled_safety_list_is_not_an_empty_one(session: Session) -> None:
    make_product(session, "NONE", contraindications=None, allergens=())
    session.expire_all()

    product = session.scalars(select(Product)).one()

    assert product.contraindications is None
    assert product.allergens == ()


def test_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    differences = schema.differences(engine)

    assert differences == []
    assert schema.current_revision(engine) == schema.head_revision()
