"""Withdrawing from an order: declared once, kept with its record, confirmed by mail, told to the merchant (R42)."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.audit.models import AuditEvent
from shop.errors import Conflict
from shop.mail.models import OutboxMail
from shop.orders import fulfilment, withdrawals
from shop.orders import service as orders
from shop.orders.models import Order, OrderEvent, OrderLine, Withdrawal
from shop.orders.progress import progress_of
from shop.orders.states import OrderState
from tests.conftest import NOW
from tests.make import make_order, make_stock
from tests.shop.mail.test_outbox import LETTERHEAD

SKU = "MAT01-CHARCOAL"


def make_sold(session: Session, *, quantity: int = 1, state: OrderState = OrderState.PLACED) -> Order:
    """An order whose mats are sold, and a pillow beside them."""
    make_stock(session, SKU, available=10)
    order = make_order(session, sku=SKU, quantity=quantity, state=state)
    order.lines.append(OrderLine(sku="PIL01", title="Neck pillow", quantity=1, unit_minor=1000, total_minor=1000))
    session.flush()
    return order


def declaration(order: Order, **pieces: int) -> withdrawals.Declaration:
    """What the customer of the order sends: so many pieces of the mat, of the pillow."""
    by_line = {line.id: pieces[line.sku[:3]] for line in order.lines if line.sku[:3] in pieces}
    return withdrawals.Declaration("Pat Example", "pat@example.com", "", by_line)


def declare(session: Session, order: Order, **pieces: int) -> Withdrawal | None:
    """Withdraw from so many pieces."""
    return withdrawals.withdraw(session, order.id, declaration(order, **pieces), letterhead=LETTERHEAD, now=NOW)


def test_a_declaration_is_kept_with_its_record_and_its_mails(session: Session) -> None:
    order = make_sold(session, quantity=3)

    kept = declare(session, order, MAT=2)

    assert kept is not None
    assert kept.pieces == {str(order.lines[0].id): 2}
    told = session.scalars(select(OrderEvent).where(OrderEvent.subject == "withdrawal")).one()
    assert (told.actor, told.note) == ("customer", "2 × Acupressure mat, Charcoal")
    audited = session.scalars(select(AuditEvent)).one()
    assert (audited.action, audited.changes) == ("order.withdrawn", {"pieces": {SKU: 2}})
    notice, confirmation = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert confirmation.recipient == "pat@example.com"
    for text in (
        order.number,
        "2 × Acupressure mat, Charcoal",
        "June 1, 2026, 12:00\N{NO-BREAK SPACE}PM UTC",
        "Pat Example",
    ):
        assert text in confirmation.text
    assert notice.recipient == LETTERHEAD.contact_email
    assert "Pat" not in notice.text


def test_each_piece_is_withdrawn_from_once_and_the_rest_later(session: Session) -> None:
    order = make_sold(session, quantity=3)
    first = declare(session, order, MAT=1)
    after_the_first = [line.id for line in withdrawals.open_lines(order)]

    rest = declare(session, order, MAT=3, PIL=1)
    again = declare(session, order, MAT=1)

    mat, pillow = order.lines
    assert first is not None
    assert rest is not None
    assert after_the_first == [mat.id, pillow.id]
    assert rest.pieces == {str(mat.id): 2, str(pillow.id): 1}
    assert again is None
    assert withdrawals.is_whole(order)
    assert (mat.withdrawn, mat.wanted, pillow.wanted) == (3, 0, 0)
    assert session.scalar(select(func.count()).select_from(OutboxMail)) == 4


def test_a_second_click_of_the_same_form_withdraws_from_nothing_more(session: Session) -> None:
    order = make_sold(session, quantity=3)
    form = replace(declaration(order, MAT=1), form_token="t" * 32)

    kept, again = (withdrawals.withdraw(session, order.id, form, letterhead=LETTERHEAD, now=NOW) for _ in range(2))

    assert kept is not None
    assert again is None
    assert order.lines[0].withdrawn == 1


def test_a_line_of_one_piece_is_withdrawn_from_once(session: Session) -> None:
    order = make_sold(session)
    declare(session, order, MAT=1)

    again = declare(session, order, MAT=1)
    rest = declare(session, order, MAT=1, PIL=1)

    assert again is None
    assert rest is not None
    assert list(rest.pieces) == [str(order.lines[1].id)]
    session.refresh(order, ["withdrawals"])
    assert withdrawals.open_lines(order) == []
    assert session.scalar(select(func.count()).select_from(OutboxMail)) == 4


def test_never_more_pieces_than_were_ordered(session: Session) -> None:
    order = make_sold(session, quantity=2)

    kept = declare(session, order, MAT=500)

    assert kept is not None
    assert list(kept.pieces.values()) == [2]


def test_nothing_that_was_withdrawn_from_is_still_promised(session: Session) -> None:
    order = make_sold(session, quantity=2)
    first = fulfilment.Parcel("UPS", pieces={order.lines[0].id: 1})
    fulfilment.ship(session, order.id, first, actor="merchant", now=NOW)

    declare(session, order, MAT=2, PIL=1)

    session.refresh(order, ["withdrawals", "history"])
    assert fulfilment.still_to_come(order) == []
    assert [step.title for step in progress_of(order).steps] == ["Ordered", "Sent in part"]


@pytest.mark.parametrize("state", [OrderState.PENDING, OrderState.CANCELLED])
def test_there_is_nothing_to_withdraw_from_before_the_contract_or_after_its_end(
    session: Session, state: OrderState
) -> None:
    order = make_sold(session, state=state)

    assert withdrawals.open_lines(order) == []
    with pytest.raises(Conflict):
        declare(session, order, MAT=1)


def test_the_customers_copy_holds_it_and_erasing_blanks_it(session: Session) -> None:
    order = make_sold(session, state=OrderState.COMPLETED)
    declare(session, order, MAT=1)

    copy = orders.export_customer(session, "pat@example.com")
    orders.erase_customer(session, "pat@example.com", NOW)

    assert "Pat Example" in json.dumps(copy[0]["withdrawals"])
    session.expire_all()
    kept = session.scalars(select(Withdrawal)).one()
    assert "Pat" not in kept.full_name
    assert "pat" not in kept.email
