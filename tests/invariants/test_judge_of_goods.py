"""The judge of goods, prices and papers can say no: each rule is broken on purpose, and it objects with that number."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from shop.documents.models import Invoice, InvoiceCounter, InvoiceKind
from shop.mail.models import OutboxMail
from shop.orders.models import Order, OrderEvent, OrderLine, Return, ReturnLine, Shipment, ShipmentLine, Withdrawal
from shop.orders.states import OrderState, ReturnState, ShipmentState
from shop.promotions.models import Promotion, PromotionCustomer, PromotionUse
from shop.promotions.states import UseState
from shop.stock.models import Hold, StockMovement
from tests.invariants.goods import BOX, STARTS
from tests.invariants.judge import judge
from tests.invariants.world import World

Break = Callable[[Session], Any]
CODE = Promotion.code == "TEN"
BOXES = OrderLine.sku == BOX


@pytest.fixture
def world(engine: Engine) -> World:
    """An order of two boxes and three mats by a code, taxed on top. One box and two mats were sent.

    A return of a box was refunded and put back on the shelf; a mat was withdrawn from.
    """
    world = World(engine)
    world.fill(BOX, 2)
    world.fill("MAT01-TEAL", 1, 0)
    world.count_shelf("MAT01-TEAL", 2)
    world.fill("MAT01-TEAL", 2, 0)
    world.use_code(0, "TEN")
    world.order(0, who=1)
    world.at_provider("pay", 0)
    world.come_back(0)
    world.ship(0, (2, 1))
    world.ask_return(0, (0, 1))
    for _ in range(3):
        world.handle_return(0, restock=True)
    world.withdraw(0, (1, 0))
    return world


def change(table: type[Any], *where: Any, **values: Any) -> Break:
    return lambda session: session.execute(update(table).where(*where).values(**values))


def twice(table: type[Any], *where: Any, **other: Any) -> Break:
    """The same row once more, apart from what must differ."""

    def copy(session: Session) -> None:
        columns = [column for column in table.__table__.columns if column.key != "id"]
        row = session.execute(select(*columns).where(*where)).mappings().first()
        assert row is not None
        session.execute(insert(table).values({**row, **other}))

    return copy


def kind(name: str) -> Any:
    return OutboxMail.kind == name


NOTE = Invoice.kind == InvoiceKind.CREDIT_NOTE


def the_note_without_a_rate(session: Session) -> None:
    note = session.scalars(select(Invoice).where(NOTE)).one()
    note.content = {**note.content, "taxes": note.content["taxes"][1:]}


def another_total_on_the_invoice(session: Session) -> None:
    paper = session.scalars(select(Invoice).where(~NOTE)).one()
    paper.content = {**paper.content, "total_minor": paper.content["total_minor"] + 1}


def credited(change_by: int) -> Break:
    def change_note(session: Session) -> None:
        note = session.scalars(select(Invoice).where(NOTE)).one()
        first, *others = note.content["taxes"]
        first = {**first, "gross_minor": first["gross_minor"] + change_by}
        total = note.content["total_minor"] + change_by
        note.content = {**note.content, "taxes": [first, *others], "total_minor": total}

    return change_note


HELD_BACK = {"kind": InvoiceKind.CREDIT_NOTE, "year": 2031, "last": 1}
BROKEN: dict[str, tuple[str, Break]] = {
    "a bundle that keeps too few of a part": ("1 units: TS", change(Hold, Hold.sku == "PIL01-SAND", quantity=3)),
    "a bundle that is kept itself": ("1 units: TS", change(Hold, Hold.sku == "PIL01-SAND", sku=BOX)),
    "a return that was received twice": (
        "4 effects",
        twice(OrderEvent, OrderEvent.subject == "return", OrderEvent.new == "received"),
    ),
    "a return in another state than told": ("4 effects", change(Return, state=ReturnState.RECEIVED)),
    "a parcel that nobody was told of": ("6 mails", lambda s: s.execute(delete(OutboxMail).where(kind("shipped")))),
    "a step of a return told twice": ("6 mails", twice(OutboxMail, kind("return"), unique_key="another")),
    "a withdrawal that was not confirmed": (
        "6 mails",
        lambda s: s.execute(delete(OutboxMail).where(kind("withdrawn"))),
    ),
    "a withdrawal told to the shop twice": ("6 mails", twice(OutboxMail, kind("withdrawal"), unique_key="another")),
    "a wish to return told to nobody": (
        "6 mails",
        lambda s: s.execute(delete(OutboxMail).where(kind("return_notice"))),
    ),
    "a cancellation told and not done": (
        "6 mails",
        twice(OutboxMail, kind("confirmation"), unique_key="another", kind="cancelled"),
    ),
    "a gap between credit notes": ("7 invoices", change(Invoice, NOTE, number=2)),
    "a number given to no paper": ("7 invoices", lambda s: s.execute(insert(InvoiceCounter).values(HELD_BACK))),
    "a code counted twice": ("8 codes", change(Promotion, CODE, used=2)),
    "a code over its limit": ("8 codes", change(Promotion, CODE, most_orders=0)),
    "a customer over their limit": ("8 codes", change(Promotion, CODE, most_per_customer=0)),
    "a customer counted twice": ("8 codes", change(PromotionCustomer, used=2)),
    "a discount by no code": ("8 codes", lambda s: s.execute(delete(PromotionUse))),
    "a use given back by an order that stands": ("8 codes", change(PromotionUse, state=UseState.GIVEN_BACK)),
    "a use that is only held": ("8 codes", change(PromotionUse, state=UseState.HELD)),
    "another code than the order names": ("8 codes", change(Order, promotion_code="POST")),
    "a total that is not its sum": ("9 totals", change(Order, total_minor=Order.total_minor + 1)),
    "a delivery of another price": ("9 totals", change(Order, shipping_minor=Order.shipping_minor + 1)),
    "a discount that no line has": ("9 totals", change(OrderLine, BOXES, discount_minor=0)),
    "a line that costs more": ("9 totals", change(OrderLine, BOXES, unit_minor=OrderLine.unit_minor + 1)),
    "a tax of another rate": ("9 totals", change(OrderLine, BOXES, tax_rate=0)),
    "an invoice over another sum": ("9 totals: the invoice", another_total_on_the_invoice),
    "more sent than bought": ("10 pieces", change(ShipmentLine, quantity=5)),
    "a piece sent in no parcel": ("10 pieces", lambda s: s.execute(delete(ShipmentLine))),
    "a parcel that nobody counted": ("10 pieces", change(OrderLine, shipped=0)),
    "more coming back than sent": ("10 pieces", change(ReturnLine, quantity=2)),
    "more withdrawn from than bought": (
        "10 pieces",
        lambda s: [setattr(each, "pieces", dict.fromkeys(each.pieces, 4)) for each in s.scalars(select(Withdrawal))],
    ),
    "all sent, and a piece is left": ("10 pieces", change(Order, shipment_state=ShipmentState.SHIPPED)),
    "finished, and a piece is left": ("10 pieces", change(Order, state=OrderState.COMPLETED)),
    "cancelled, and a parcel has left": ("10 pieces", change(Order, state=OrderState.CANCELLED)),
    "the same piece put back twice": ("11 shelf", twice(StockMovement, StockMovement.reason.startswith("Refund"))),
    "a piece put back and not booked": ("11 shelf", change(OrderLine, ~BOXES, returned=1)),
    "a piece booked and not put back": ("11 shelf", change(OrderLine, BOXES, returned=0)),
    "a piece put back by a return that was not": (
        "11 shelf: Return",
        lambda s: s.add(
            StockMovement(
                sku="MAT01-TEAL",
                change=1,
                reason=f"Return 1 of order {s.scalar(select(Order.number))}",
                actor="somebody",
                at=s.scalar(select(Order.placed_at)),
            )
        ),
    ),
    "a refund that was not credited": ("12 credits", lambda s: s.execute(delete(Invoice).where(NOTE))),
    "more credited than went back": ("12 credits", credited(1)),
    "less credited than went back": ("12 credits", credited(-1)),
    "a credit note without one of its rates": ("12 credits: CN", the_note_without_a_rate),
    "a credit note over no invoice": (
        "12 credits",
        lambda s: s.execute(delete(Invoice).where(~NOTE)),
    ),
}


def test_the_judge_has_nothing_against_what_was_sent_back_as_it_should(world: World) -> None:
    with world.transaction() as session:
        assert [each.state for each in session.scalars(select(Return))] == [ReturnState.REFUNDED]
        assert [len(each.lines) for each in session.scalars(select(Shipment))] == [2]
        assert session.scalar(select(Withdrawal.id)) is not None

    assert world.wrong() == []
    assert world.wrong_in_the_end() == []


def test_the_judge_objects_to_whatever_is_broken(world: World) -> None:
    ledger, silent = world.server.ledger(), dict[str, list[str]]()

    for name, (invariant, damage) in BROKEN.items():
        with Session(world.engine) as session:
            damage(session)
            session.flush()
            found = judge(session, ledger, STARTS)
            session.rollback()
        if not any(sentence.startswith(invariant) for sentence in found):
            silent[name] = found

    assert silent == {}


def test_the_judge_objects_to_a_page_that_asks_for_another_sum(world: World) -> None:
    with world.server.store.lock:
        opened = world.server.store.oldest_first("checkout.session")[-1]
        world.server.store.put("checkout.session", {**opened, "amount_total": opened["amount_total"] + 1})

    assert any(found.startswith("9 totals: the page") for found in world.wrong()), world.wrong()
