"""Papers of an order for the shop: invoice, credit notes, and packing slips; to print, and as PDF."""

from flask import Response, request

from shop.documents import service as documents
from shop.documents.answers import PDF, pdf_answer
from shop.documents.sheets import Sheet, packing_slip, sheet_of
from shop.errors import NotFound
from shop.mail.letterhead import Letterhead
from shop.merchant.pages import blueprint, merchant_page
from shop.orders import service as orders
from shop.orders.models import Order, OrderLine
from shop.web import config, db, shop_url


@blueprint.get("/orders/<number>/papers/<name>")
def order_document(number: str, name: str) -> Response:
    """An invoice or a credit note; with .pdf at the end as a PDF."""
    order = orders.get_order(db(), number)
    found = documents.find_paper(db(), order.id, name.removesuffix(PDF))
    if found is None:
        raise NotFound("There is no such paper.")
    sheet = sheet_of(found, config().locale)
    if name.endswith(PDF):
        return pdf_answer(sheet)
    return _page(order, sheet, shop_url("merchant.order_document", number=order.number, name=f"{name}{PDF}"))


@blueprint.get("/orders/<number>/packing-slip")
def order_packing_slip(number: str) -> Response:
    """What goes into the parcel: without prices, and without a word of what it is for."""
    order = orders.get_order(db(), number)
    parcel = request.args.get("parcel") or None
    pdf_url = shop_url("merchant.order_packing_slip_pdf", number=order.number, parcel=parcel)
    return _page(order, _slip(order), pdf_url)


@blueprint.get("/orders/<number>/packing-slip.pdf")
def order_packing_slip_pdf(number: str) -> Response:
    """The same as a PDF."""
    return pdf_answer(_slip(orders.get_order(db(), number)))


def _page(order: Order, sheet: Sheet, pdf_url: str) -> Response:
    return merchant_page("document.html", order=order, sheet=sheet, pdf_url=pdf_url, section="orders")


def _slip(order: Order) -> Sheet:
    return packing_slip(order, Letterhead.from_config(config()), _pieces(order, request.args.get("parcel")))


def _pieces(order: Order, parcel: str | None) -> list[tuple[OrderLine, int]]:
    """The pieces of one parcel; without one those that are still to leave and wanted, or all when all have left."""
    if parcel is None:
        if any(line.to_ship for line in order.lines):
            return [(line, line.wanted) for line in order.lines if line.wanted]
        return [(line, line.quantity) for line in order.lines]
    lines = {line.id: line for line in order.lines}
    for shipment in order.shipments:
        if str(shipment.id) == parcel:
            return [(lines[held.order_line_id], held.quantity) for held in shipment.lines]
    raise NotFound("There is no such parcel.")
