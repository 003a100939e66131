"""The record of changes: written within the change, listed newest first, filtered."""

from datetime import timedelta

from sqlalchemy.orm import Session

from shop.audit import service
from shop.audit.service import AuditFilter
from tests.make import NOW


def record(session: Session, subject: str = "product:MAT01", *, actor: str = "merchant:a@shop.example") -> None:
    service.record(session, actor=actor, action="product.changed", subject=subject, changes={"a": [1, 2]}, now=NOW)


def test_a_difference_names_only_what_changed() -> None:
    assert service.difference({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d": 4}) == {"b": [2, 5], "d": [None, 4]}


def test_a_line_is_kept_within_the_columns_of_every_database(session: Session) -> None:
    service.record(session, actor="m" * 300, action="a" * 300, subject="s" * 300, changes={}, now=NOW)
    session.flush()

    event = service.list_events(session, AuditFilter()).events[0]

    assert (len(event.actor), len(event.action), len(event.subject)) == (80, 60, 120)


def test_the_list_is_filtered_and_newest_first(session: Session) -> None:
    record(session)
    record(session, "order:TS-1", actor="merchant:b@shop.example")
    session.flush()

    everything = service.list_events(session, AuditFilter())

    assert [event.subject for event in everything.events] == ["order:TS-1", "product:MAT01"]
    assert service.list_events(session, AuditFilter(actor="b@shop")).total == 1
    assert service.list_events(session, AuditFilter(subject="product:")).total == 1
    assert service.list_events(session, AuditFilter(subject="%")).total == 0
    assert service.list_events(session, AuditFilter(action="order.refund")).total == 0
    assert service.known_actions(session) == ["product.changed"]


def test_long_records_come_in_pages(session: Session) -> None:
    for number in range(service.PAGE_SIZE + 3):
        service.record(
            session, actor="system", action="x", subject=str(number), changes={}, now=NOW + timedelta(seconds=number)
        )
    session.flush()

    second = service.list_events(session, AuditFilter(page=2))

    assert (second.total, second.pages, len(second.events)) == (service.PAGE_SIZE + 3, 2, 3)
    assert service.list_events(session, AuditFilter(page=99)).events == ()


def test_a_change_that_fails_leaves_no_line(session: Session) -> None:
    attempt = session.begin_nested()
    record(session)
    session.flush()

    attempt.rollback()

    assert service.list_events(session, AuditFilter()).total == 0
