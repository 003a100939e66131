"""The mails about a return: one for each of its steps, and one that tells the shop that a customer asks. Each once."""

from datetime import datetime

from sqlalchemy.orm import Session

from shop.mail.letterhead import Letterhead
from shop.orders import mails
from shop.orders.models import Order, Return
from shop.orders.return_rules import goods_of
from shop.orders.states import ReturnState

_SUBJECTS = {
    ReturnState.REQUESTED: "We have your wish to return: order",
    ReturnState.APPROVED: "Please send it back: order",
    ReturnState.REFUSED: "About your return: order",
    ReturnState.RECEIVED: "Your return has arrived: order",
    ReturnState.REFUNDED: "Your return is finished: order",
}


def tell(session: Session, order: Order, kept: Return, *, letterhead: Letterhead, now: datetime) -> bool:
    """Tell the customer where the return stands; False when that was told before."""
    kind = mails.Kind("return", _SUBJECTS[kept.state])
    values: dict[str, object] = {
        "key": f"return:{kept.id}:{kept.state.value}",
        "state": kept.state.value,
        "goods": goods_of(order, kept),
        "answer": kept.answer,
    }
    return mails.enqueue(session, order, kind, values, letterhead=letterhead, now=now)


def notify(session: Session, order: Order, kept: Return, *, letterhead: Letterhead, now: datetime) -> bool:
    """Tell the shop the number of an order whose customer asks, and nothing of the customer."""
    subject = f"A customer asks to return: order {order.number}"
    notice = mails.Notice("return_notice", f"{order.number}:return-notice:{kept.id}", subject)
    return mails.tell_shop(session, order, notice, letterhead=letterhead, now=now)
