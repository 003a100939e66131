"""A shop with one mat, a merchant who runs it, and a browser in which they are signed in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.clock import utc_now
from shop.db import begin_write
from shop.staff import service as staff
from shop.staff.models import StaffMember
from tests.make import make_product
from tests.shop.merchant.browser import EMAIL, PASSWORD, Browser

Transaction = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def transaction(engine: Engine) -> Transaction:
    """Write rows that the app can see."""

    @contextmanager
    def begin() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session:
            begin_write(session)
            yield session
            session.commit()

    return begin


@pytest.fixture
def anybody(app: Flask, transaction: Transaction) -> Browser:
    """A browser that is not signed in."""
    with transaction() as session:
        session.add(StaffMember(email=EMAIL, password_hash=password_hash(), active=True, created_at=utc_now()))
        make_product(
            session,
            "MAT01",
            title="Classic Mat",
            variants=("CHARCOAL", "TEAL"),
            contraindications=("PREG", "BLEED", "SKIN", "FRAGILE", "NEURO", "EPIL", "DVT", "SURG", "COGN", "CHILD"),
            cautions=("OSTEO", "IMPL", "CARD", "VARIC", "HEATS"),
            cost_minor=1210,
        )
    return Browser(app.test_client())


@cache
def password_hash() -> str:
    """Made once: it is slow on purpose."""
    return PasswordHasher().hash(PASSWORD)


@pytest.fixture
def merchant(anybody: Browser, transaction: Transaction) -> Browser:
    """A browser in which the merchant is signed in."""
    with transaction() as session:
        member = staff.find_member(session, EMAIL)
        assert member is not None
        token = staff.open_session(session, member.id, now=utc_now())
    anybody.client.set_cookie("tsubo_staff", token)
    return anybody


@pytest.fixture
def stranger(client: FlaskClient) -> Browser:
    """A second browser, without a session."""
    return Browser(client)
