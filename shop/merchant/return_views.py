"""Returns: the list of open ones, and approving, refusing, receiving and closing one from the page of its order."""

from flask import Response, request
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from shop.audit import service as audit
from shop.clock import utc_now
from shop.csrf import ProtectedForm
from shop.errors import BadInput, Conflict, NotFound
from shop.mail.letterhead import Letterhead
from shop.merchant.order_list import RETURN_WORDS
from shop.merchant.order_views import order_page
from shop.merchant.pages import blueprint, me, merchant_page, see, token_meta
from shop.orders import return_requests
from shop.orders import service as orders
from shop.orders.return_requests import Step
from shop.orders.return_rules import REASON_WORDS, goods_of
from shop.orders.states import ReturnState
from shop.payments import refunds
from shop.payments.returning import refuse_while_underway
from shop.web import config, db, transaction

STEPS = {
    "approve": ReturnState.APPROVED,
    "refuse": ReturnState.REFUSED,
    "receive": ReturnState.RECEIVED,
    "close": ReturnState.REFUNDED,
}


class StepForm(ProtectedForm):
    """What the customer is told, and whether the pieces go back on the shelf."""

    words = StringField("To the customer", [Length(max=500, message="This is too long: 500 characters at the most.")])
    restock = BooleanField("Put the pieces back on the shelf")


@blueprint.get("/returns", endpoint="returns")
def open_returns() -> Response:
    """What waits for a word, for its parcel or for its money, the oldest first."""
    waiting = [
        (kept, order, goods_of(order, kept), REASON_WORDS[kept.reason])
        for kept, order in return_requests.open_returns(db())
    ]
    return merchant_page("returns.html", waiting=waiting, words=RETURN_WORDS, section="orders")


@blueprint.post("/orders/<number>/returns/<int:return_id>/<step>")
def order_return(number: str, return_id: int, step: str) -> Response:
    """Bring a return one step on; its customer gets a mail, once."""
    found = orders.get_order(db(), number)
    if step not in STEPS or all(each.id != return_id for each in found.returns):
        raise NotFound("There is no such return.")
    form = StepForm(request.form, meta=token_meta())
    if not form.validate():
        return order_page(found, 422, return_form=form)
    wanted = Step(return_id, STEPS[step], me().actor, (form.words.data or "").strip(), bool(form.restock.data))
    is_end = wanted.state is ReturnState.REFUNDED
    if is_end and not wanted.words and refunds.refundable(db(), found):
        raise Conflict("There is money to send back: refund the return, and it ends by itself, or say how it went.")
    now = utc_now()
    try:
        with transaction() as session:
            letterhead = Letterhead.from_config(config())
            if is_end:
                refuse_while_underway(session, found.id, return_id)
            if return_requests.take_step(session, found.id, wanted, letterhead=letterhead, now=now):
                audit.record(
                    session,
                    actor=me().actor,
                    action=f"return.{wanted.state.value}",
                    subject=f"order:{found.number}",
                    changes={"return": return_id, "restocked": wanted.restock},
                    now=now,
                )
    except BadInput as refusal:
        form.words.errors = [str(refusal)]
        return order_page(found, 422, return_form=form)
    return see("order", number=found.number, done=f"return_{step}")
