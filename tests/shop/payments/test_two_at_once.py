"""Webhook and return page at the same moment: one session kept over two transactions, and two threads at one lock."""

import threading
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.db import begin_write
from shop.payments import service, settlement
from shop.payments.models import PaymentAttempt, Refund
from tests.make import NOW
from tests.shop.payments.conftest import LETTERHEAD, Bench


def test_what_a_session_read_before_is_read_again_when_it_writes(bench: Bench, engine: Engine) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    with Session(engine, expire_on_commit=False) as request_session:
        begin_write(request_session)
        seen = service.find_attempt(request_session, session_id)
        assert seen is not None
        assert seen.captured_minor == 0
        request_session.commit()
        bench.settle(order_id, session_id)

        begin_write(request_session)
        facts = bench.gateway.sessions[session_id]
        settled = settlement.settle(
            request_session, order_id, facts, letterhead=LETTERHEAD, now=NOW + timedelta(minutes=6), actor="customer"
        )
        request_session.commit()

        assert settled.outcome is settlement.Outcome.UNCHANGED
        assert request_session.scalars(select(Refund)).all() == []


def test_peer_7_webhooks_and_browsers_that_looked_before_the_lock_settle_once(bench: Bench, engine: Engine) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    facts = bench.gateway.sessions[session_id]
    outcomes: list[str] = []
    start = threading.Barrier(8)
    is_sqlite = engine.dialect.name == "sqlite"

    def settle_once(actor: str) -> None:
        with Session(engine, expire_on_commit=False) as session:
            if is_sqlite:  # its lock is taken at the beginning: nobody looks before it
                start.wait(timeout=10)
            begin_write(session)
            seen = service.find_attempt(session, session_id)  # kept: the session forgets what nobody holds
            if not is_sqlite:
                start.wait(timeout=10)
            settled = settlement.settle(
                session, order_id, facts, letterhead=LETTERHEAD, now=NOW + timedelta(minutes=5), actor=actor
            )
            session.commit()
            assert seen is not None
            outcomes.append(settled.outcome.value)

    threads = [threading.Thread(target=settle_once, args=(actor,)) for actor in ["provider", "customer"] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(outcomes) == ["placed"] + ["unchanged"] * 7
    with Session(engine) as session:
        assert session.scalars(select(Refund)).all() == []
        assert session.scalars(select(PaymentAttempt.captured_minor)).all() == [3900]
    assert bench.mails() == ["confirmation"]
    assert bench.stock() == (9, 0, 1)
