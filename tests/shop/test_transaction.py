"""The request's one session as a writer, and what must never happen while it writes."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.db import begin_write
from shop.stock.models import StockLevel
from shop.web import db, gateway, reading, transaction
from tests.make import make_stock


def test_asking_for_the_provider_while_writing_is_a_mistake_that_shows_at_once(app: Flask) -> None:
    def ask_while_writing() -> None:
        with transaction() as session:
            make_stock(session, "MAT01-CHARCOAL")
            gateway()

    with app.test_request_context(), pytest.raises(RuntimeError, match="inside transaction"):
        ask_while_writing()

    with app.test_request_context():
        assert db().scalar(select(func.count()).select_from(StockLevel)) == 0


def test_the_provider_is_there_again_after_the_transaction_and_no_lock_waits_for_it(app: Flask) -> None:
    with app.test_request_context():
        with transaction() as session:
            make_stock(session, "MAT01-CHARCOAL")
        seen = db().get(StockLevel, "MAT01-CHARCOAL", populate_existing=True)

        gateway()

        assert seen is not None
        assert not db().in_transaction()


def test_a_look_sees_what_others_committed_and_holds_up_nobody_who_writes(app: Flask) -> None:
    with app.test_request_context():
        with transaction() as session:
            make_stock(session, "MAT01-CHARCOAL", available=5)
        mine = db().get_one(StockLevel, "MAT01-CHARCOAL")
        with app.extensions["tsubo"].sessions() as other:
            begin_write(other)
            other.get_one(StockLevel, "MAT01-CHARCOAL").available = 4
            with reading() as session:  # while somebody writes
                before = session.get_one(StockLevel, "MAT01-CHARCOAL").available
            other.commit()

        with reading() as session:
            after = session.get_one(StockLevel, "MAT01-CHARCOAL").available

        assert (before, after, mine.available) == (5, 4, 4)


def test_a_look_inside_a_transaction_is_a_mistake(app: Flask) -> None:
    def look_while_writing() -> None:
        with transaction(), reading():
            pass

    with app.test_request_context(), pytest.raises(RuntimeError, match="inside transaction"):
        look_while_writing()
