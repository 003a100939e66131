"""Sending an order, in one parcel or in several: each tells the customer once what is in it."""

from flask import Response, request

from shop.audit import service as audit
from shop.clock import utc_now
from shop.mail.letterhead import Letterhead
from shop.merchant.order_views import order_page
from shop.merchant.pages import blueprint, me, see, token_meta
from shop.merchant.parcel_form import ship_form
from shop.orders import fulfilment, mails
from shop.orders import service as orders
from shop.orders.carriers import carriers
from shop.web import config, db, transaction


@blueprint.post("/orders/<number>/ship")
def order_ship(number: str) -> Response:
    """A parcel left: the customer gets a mail with its pieces and where to follow it."""
    found = orders.get_order(db(), number)
    if fulfilment.find_parcel(db(), found.id, request.form.get("form_token", "")) is not None:
        return see("order", number=found.number, done="shipped")  # the same click once more
    form = ship_form(found, fulfilment.suggested(found), request.form, meta=token_meta())
    if not form.validate():
        return order_page(found, 422, ship_form=form)
    parcel, now = form.parcel(), utc_now()
    with transaction() as session:
        orders.lock_order(session, found.id)
        if fulfilment.find_parcel(session, found.id, parcel.form_token) is None:
            shipment = orders.ship(session, found.id, parcel, actor=me().actor, now=now)
            whole = orders.get_by_id(session, found.id)
            url = carriers(config()).tracking_url(parcel.carrier, parcel.tracking_number)
            letterhead = Letterhead.from_config(config())
            mails.write_shipped(session, whole, shipment, tracking_url=url, letterhead=letterhead, now=now)
            audit.record(
                session,
                actor=me().actor,
                action="order.shipped",
                subject=f"order:{whole.number}",
                changes={
                    "carrier": parcel.carrier,
                    "has_tracking_number": bool(parcel.tracking_number),
                    "pieces": sum(part.quantity for part in shipment.lines),
                },
                now=now,
            )
    return see("order", number=found.number, done="shipped")
