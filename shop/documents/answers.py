"""A paper as an answer to a browser: its PDF, under a name that tells a number and nothing else."""

from flask import Response, make_response

from shop.documents.pdf import draw
from shop.documents.sheets import Sheet
from shop.web import config, no_store

PDF = ".pdf"


def pdf_answer(sheet: Sheet) -> Response:
    """The PDF, shown by the browser and saved under the paper's name; kept by no cache."""
    answer = make_response(draw(sheet, config().document_font))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{sheet.file_name}"'
    return for_one(answer)


def for_one(answer: Response) -> Response:
    """The address is one customer's: it goes into no cache and along to no other page."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return no_store(answer)
