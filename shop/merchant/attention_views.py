"""A payment that waits for a person: the button that accepts it."""

from flask import Response, request

from shop.clock import utc_now
from shop.errors import BadInput
from shop.mail.letterhead import Letterhead
from shop.merchant.pages import blueprint, me, see
from shop.orders import service as orders
from shop.payments import attention
from shop.payments.attention import Meaning
from shop.web import config, db, transaction


@blueprint.post("/orders/<number>/payment/accept")
def order_payment_accept(number: str) -> Response:
    """Accept the payment with the meaning that the page showed; another meaning by now is refused in words."""
    found = orders.get_order(db(), number)
    try:
        meaning = Meaning(request.form.get("meaning", ""))
    except ValueError as error:
        raise BadInput("This is nothing that can be done with a payment.") from error
    letterhead = Letterhead.from_config(config())
    with transaction() as session:
        attention.accept(session, found.id, meaning, actor=me().actor, letterhead=letterhead, now=utc_now())
    return see("order", number=found.number, done=f"accepted_{meaning.value}")
