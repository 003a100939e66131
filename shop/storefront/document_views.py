"""A customer's invoice and credit notes, by the unguessable link of their order: to print, and as a PDF."""

from flask import Blueprint, Response

from shop.documents import service as documents
from shop.documents.answers import PDF, for_one, pdf_answer
from shop.documents.sheets import sheet_of
from shop.errors import NotFound
from shop.orders import service as orders
from shop.web import config, db, page, shop_url

blueprint = Blueprint("documents", __name__)


@blueprint.get("/order/<token>/papers/<name>")
def paper(token: str, name: str) -> Response:
    """The paper of that number, if it is this order's; with .pdf at the end as a PDF."""
    order = orders.find_by_token(db(), token)
    found = documents.find_paper(db(), order.id, name.removesuffix(PDF)) if order else None
    if order is None or found is None:
        raise NotFound
    sheet = sheet_of(found, config().locale)
    if name.endswith(PDF):
        return pdf_answer(sheet)
    pdf_url = shop_url("documents.paper", token=token, name=f"{name}{PDF}")
    order_url = shop_url("order.page", token=token)
    return for_one(page("documents/paper.html", sheet=sheet, order_url=order_url, pdf_url=pdf_url))
