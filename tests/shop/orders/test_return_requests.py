"""Returns: asked for what has left, decided, received and ended, each step once; a piece counts once."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.errors import BadInput, Conflict, NotFound
from shop.mail.models import OutboxMail
from shop.orders import fulfilment, return_requests, withdrawals
from shop.orders import service as orders
from shop.orders.models import Order, OrderEvent, Return
from shop.orders.return_requests import ReturnWish, Step
from shop.orders.return_rules import REASON_WORDS, can_be_withdrawn, can_come_back
from shop.orders.returns import put_back
from shop.orders.states import NEXT_RETURN_STATES, ReturnReason, ReturnState
from shop.stock.models import StockLevel
from tests.conftest import NOW
from tests.shop.mail.test_outbox import LETTERHEAD
from tests.shop.orders.test_fulfilment import MERCHANT, send
from tests.shop.orders.test_withdrawals import SKU, declare, make_sold


def make_sent(session: Session, *, quantity: int = 3) -> Order:
    """Mats and a pillow that have all left."""
    order = make_sold(session, quantity=quantity)
    order.lines[1].sku = "PIL01"
    orders.ship(session, order.id, orders.Parcel("Post"), actor=MERCHANT, now=NOW)
    return order


def ask(session: Session, order: Order, token: str = "", **pieces: int) -> Return:
    """Ask to send back so many pieces of the mat, of the pillow."""
    by_line = {line.id: pieces[line.sku[:3]] for line in order.lines if line.sku[:3] in pieces}
    wish = ReturnWish(ReturnReason.SIZE, by_line, "The box was open.", token)
    return return_requests.ask(session, order.id, wish, letterhead=LETTERHEAD, now=NOW)


def step(session: Session, kept: Return, state: ReturnState, words: str = "", *, restock: bool = False) -> bool:
    """The merchant's next step."""
    wanted = Step(kept.id, state, MERCHANT, words, restock)
    return return_requests.take_step(session, kept.order_id, wanted, letterhead=LETTERHEAD, now=NOW)


def subjects(session: Session) -> list[str]:
    return [mail.subject for mail in session.scalars(select(OutboxMail).order_by(OutboxMail.id))]


def test_a_return_goes_its_way_with_history_and_one_mail_a_step(session: Session) -> None:
    order = make_sent(session)

    kept = ask(session, order, MAT=2)
    for state, words in (("approved", "Use the box it came in."), ("received", "")):
        assert step(session, kept, ReturnState(state), words)
        assert not step(session, kept, ReturnState(state), words), "a second click changes nothing"

    number = order.number
    assert subjects(session) == [
        f"We have your wish to return: order {number}",
        f"A customer asks to return: order {number}",
        f"Please send it back: order {number}",
        f"Your return has arrived: order {number}",
    ]
    history = session.scalars(select(OrderEvent).where(OrderEvent.subject == "return").order_by(OrderEvent.id)).all()
    assert [(event.actor, event.old, event.new) for event in history] == [
        ("customer", "", "requested"),
        (MERCHANT, "requested", "approved"),
        (MERCHANT, "approved", "received"),
    ]
    assert "2 × Acupressure mat, Charcoal. Its size" in history[0].note
    assert "Use the box it came in." in history[1].note
    approved = session.scalars(select(OutboxMail).where(OutboxMail.subject.startswith("Please send"))).one()
    assert "Use the box it came in." in approved.text
    assert LETTERHEAD.postal_address in approved.text


@pytest.mark.parametrize("old", list(ReturnState))
@pytest.mark.parametrize("new", list(ReturnState))
def test_a_return_moves_only_as_its_table_says(session: Session, old: ReturnState, new: ReturnState) -> None:
    kept = ask(session, make_sent(session), MAT=1)
    kept.state = old
    session.flush()

    if new is old:
        assert not step(session, kept, new, "because")
    elif new in NEXT_RETURN_STATES[old] and new is not ReturnState.WITHDRAWN and old is not ReturnState.REFUNDED:
        assert step(session, kept, new, "because")
        assert kept.state is new
    elif new not in NEXT_RETURN_STATES[old]:
        with pytest.raises(Conflict):
            step(session, kept, new, "because")


def test_only_what_has_left_and_is_not_spoken_for_can_come_back(session: Session) -> None:
    order = make_sold(session, quantity=3)
    before = can_come_back(order)
    send(session, order, MAT=2)
    mat = order.lines[0]

    ask(session, order, MAT=1)
    left = can_come_back(order)
    for pieces in ({"MAT": 2}, {"PIL": 1}, {"MAT": -1}):
        with pytest.raises(Conflict):
            ask(session, order, **pieces)
    with pytest.raises(BadInput):
        ask(session, order, MAT=0)

    assert (before, left) == ({}, {mat.id: 1})


def test_a_refused_return_frees_its_pieces_and_needs_a_word_why(session: Session) -> None:
    order = make_sent(session, quantity=1)
    kept = ask(session, order, MAT=1)

    with pytest.raises(BadInput, match="Say why"):
        step(session, kept, ReturnState.REFUSED)
    step(session, kept, ReturnState.REFUSED, "It is eight months old.")

    assert order.lines[0].id in can_come_back(order)
    refusal = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert refusal is not None
    assert "It is eight months old." in refusal.text
    assert "withdraw from the contract within 14 days" in refusal.text


def test_a_double_click_is_one_return(session: Session) -> None:
    order = make_sent(session)

    first, second = (ask(session, order, "f" * 32, MAT=1) for _ in range(2))

    assert first is second
    assert len(subjects(session)) == 2


def test_a_withdrawal_goes_before_a_return_and_no_piece_counts_twice(session: Session) -> None:
    order = make_sent(session, quantity=3)
    first, second = ask(session, order, MAT=2), ask(session, order, MAT=1)

    declare(session, order, MAT=2)

    assert [part.quantity for part in first.lines] == [1]
    assert (second.state, [part.quantity for part in second.lines]) == (ReturnState.WITHDRAWN, [0])
    session.refresh(order, ["withdrawals"])
    assert order.lines[0].id not in can_come_back(order)


def test_what_has_arrived_as_a_return_cannot_be_withdrawn_from_any_more(session: Session) -> None:
    order = make_sent(session, quantity=3)
    kept = ask(session, order, MAT=2)
    step(session, kept, ReturnState.APPROVED)
    step(session, kept, ReturnState.RECEIVED)

    most = can_be_withdrawn(order)
    declared = declare(session, order, MAT=3)

    assert most[order.lines[0].id] == 1
    assert declared is not None
    assert list(declared.pieces.values()) == [1]
    assert [part.quantity for part in kept.lines] == [2]


def test_what_came_back_by_another_way_cannot_be_returned_again(session: Session) -> None:
    order = make_sent(session, quantity=2)
    mat = order.lines[0]

    put_back(session, mat, 1, reason="handed in", actor=MERCHANT, now=NOW)
    session.refresh(mat)

    assert can_come_back(order)[mat.id] == 1


def test_a_return_without_money_is_finished_and_its_pieces_go_on_the_shelf(session: Session) -> None:
    order = make_sent(session, quantity=2)
    before = session.get_one(StockLevel, SKU).available
    kept = ask(session, order, MAT=2)
    for state in (ReturnState.APPROVED, ReturnState.RECEIVED):
        step(session, kept, state)

    step(session, kept, ReturnState.REFUNDED, restock=True)

    assert session.get_one(StockLevel, SKU, populate_existing=True).available == before + 2
    assert kept.restocked
    assert can_come_back(order) == {order.lines[1].id: 1}
    assert subjects(session)[-1] == f"Your return is finished: order {order.number}"


def test_the_refund_of_a_return_ends_it_once_and_only_its_own(session: Session) -> None:
    order = make_sent(session)
    kept = ask(session, order, MAT=1)
    step(session, kept, ReturnState.APPROVED)
    step(session, kept, ReturnState.RECEIVED)
    kept.refund_token = "refund-of-the-return"

    other = return_requests.end_refunded(session, order, "another-refund", True, now=NOW)
    mine = [return_requests.end_refunded(session, order, kept.refund_token, True, now=NOW) for _ in range(2)]

    assert (other, mine, kept.state, kept.restocked) == (False, [True, True], ReturnState.REFUNDED, True)


def test_a_return_of_another_order_is_not_found(session: Session) -> None:
    kept = ask(session, make_sent(session), MAT=1)

    with pytest.raises(NotFound):
        return_requests.get_return(session, kept.order_id + 1, kept.id)


def test_no_reason_asks_about_health_and_the_mails_name_goods_neutrally(session: Session) -> None:
    ask(session, make_sent(session), MAT=1)

    words = " ".join([*REASON_WORDS.values(), *(mail.text for mail in session.scalars(select(OutboxMail)))]).lower()

    for word in ("pain", "health", "ill", "hurt", "symptom", "allerg", "rash", "pregnan", "medic"):
        assert f" {word}" not in words


def test_the_customers_copy_holds_it_and_erasing_waits_for_its_end(session: Session) -> None:
    order = make_sent(session)
    kept = ask(session, order, MAT=1)

    copy = orders.export_customer(session, "pat@example.com")
    too_early = orders.erase_customer(session, "pat@example.com", NOW)
    step(session, kept, ReturnState.REFUSED, "Too late, Pat.")
    erased = orders.erase_customer(session, "pat@example.com", NOW)

    assert "The box was open." in json.dumps(copy[0]["returns"])
    assert (too_early.erased_ids, too_early.kept_open) == ((), (order.number,))
    assert erased.erased_ids == (order.id,)
    session.expire_all()
    assert (kept.note, kept.answer) == ("", "")


def test_the_list_of_orders_shows_those_with_open_returns(session: Session) -> None:
    kept = ask(session, make_sent(session), MAT=1)
    wanted = orders.OrderFilter(work=orders.Work.OPEN_RETURNS)

    before = orders.list_orders(session, wanted)
    waiting = [each.id for each, _ in return_requests.open_returns(session)]
    step(session, kept, ReturnState.REFUSED, "Too late.")
    after = orders.list_orders(session, wanted)

    assert ([row.id for row in before.rows], waiting, after.rows) == ([kept.order_id], [kept.id], ())


def test_a_whole_withdrawal_after_sending_leaves_nothing_to_return(session: Session) -> None:
    order = make_sent(session, quantity=2)

    declare(session, order, MAT=2, PIL=1)
    session.refresh(order, ["withdrawals"])

    assert can_come_back(order) == {}
    assert withdrawals.is_whole(order)
    assert fulfilment.suggested(order) == {}
