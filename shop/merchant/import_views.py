"""CSV in and out: upload, dry run with a report of the rows, then all of it or nothing."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from flask import Response, request
from sqlalchemy.orm import Session

from shop.clock import utc_now
from shop.errors import BadInput
from shop.importing.cells import FIELD_COLUMNS, NEEDED_TO_CREATE, VARIANT_COLUMNS, guarded
from shop.importing.export import export_products
from shop.importing.reading import MAX_BYTES, MAX_ROWS
from shop.importing.service import ImportPlan, plan_import, run_import
from shop.merchant.import_report import describe_columns, describe_updates
from shop.merchant.pages import blueprint, me, merchant_page, see
from shop.merchant.standards import standards
from shop.merchant.uploads import Uploads
from shop.pricing.service import currencies_of, zones
from shop.web import config, db, no_store, transaction

GONE = "The file is no longer kept: please upload it again."
MOST_SHOWN = 200


@blueprint.route("/import", methods=["GET", "POST"])
def import_page() -> Response:
    """Choose a file; it is read and nothing is changed."""
    if request.method == "GET":
        return _page(created=request.args.get("created"), changed=request.args.get("changed"))
    upload = request.files.get("file")
    content = upload.read(MAX_BYTES + 1) if upload else b""
    if not content.strip():
        return _page(422, problem="Choose a CSV file that is not empty.")
    token = _uploads().keep(content, utc_now().timestamp())
    plan = _plan(db(), content)
    return _report(plan, content, token, 422 if plan.problems else 200)


@blueprint.post("/import/run")
def import_run() -> Response:
    """Import the file of a dry run: it is checked once more, and every row is taken or none."""
    token = request.form.get("upload", "")
    content = _uploads().find(token)
    if content is None:
        return _page(422, problem=GONE)
    plan = _plan(db(), content)
    if not plan.is_runnable:
        return _report(plan, content, token, 422)
    try:
        with transaction() as session:
            fresh = _plan(session, content)
            created, changed = run_import(
                session, fresh, currency=config().currency, standards=standards(), actor=me().actor, now=utc_now()
            )
    except BadInput as refusal:
        return _page(422, problem=f"{refusal} Nothing was imported.")
    _uploads().forget(token)
    return see("import_page", created=created, changed=changed)


@blueprint.post("/import/problems.csv")
def import_problems() -> Response:
    """The problems of a dry run as a file, to be worked through in a spreadsheet."""
    content = _uploads().find(request.form.get("upload", ""))
    if content is None:
        return _page(422, problem=GONE)
    found = _plan(db(), content).problems
    rows = [("row", "column", "expected", "found", "fix")]
    rows += [(str(p.row), p.column, p.expected, p.found, p.fix) for p in found]
    return _csv(rows, "import-problems.csv")


@blueprint.get("/import/template.csv")
def import_template() -> Response:
    """A file with the header alone, for a first import."""
    prices = [f"price_{code.lower()}" for code in currencies_of(zones(config()))]
    columns = [*FIELD_COLUMNS, *prices, *VARIANT_COLUMNS]
    return _csv([columns], "products-template.csv")


@blueprint.get("/export.csv")
def export() -> Response:
    """Every product in the columns that the import reads."""
    body = "".join(export_products(db(), currency=config().currency, currencies=currencies_of(zones(config()))))
    return _download(body, "products.csv")


def _plan(session: Session, content: bytes) -> ImportPlan:
    currency, set_stock = config().currency, _sets_stock()
    return plan_import(session, content, currency=currency, standards=standards(), set_stock=set_stock)


def _sets_stock() -> bool:
    """Whether the importer asked for the stock of the file; the dry run hands the tick on."""
    return request.form.get("stock") == "y"


def _page(http_status: int = 200, **context: object) -> Response:
    return merchant_page(
        "import.html",
        http_status,
        needed=[*NEEDED_TO_CREATE, f"price_{config().currency.lower()}"],
        max_rows=MAX_ROWS,
        max_megabytes=MAX_BYTES // 1024 // 1024,
        section="import",
        **context,
    )


def _report(plan: ImportPlan, content: bytes, token: str, http_status: int) -> Response:
    return merchant_page(
        "import_report.html",
        http_status,
        plan=plan,
        columns=describe_columns(content),
        upload=token,
        creates=plan.creates[:MOST_SHOWN],
        updates=describe_updates(plan, currency=config().currency, most=MOST_SHOWN),
        stock_changes=plan.stock_changes[:MOST_SHOWN],
        sets_stock=_sets_stock(),
        most_shown=MOST_SHOWN,
        section="import",
    )


def _csv(rows: Sequence[Sequence[str]], name: str) -> Response:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([guarded(cell) for cell in row] for row in rows)
    return _download(written.getvalue(), name)


def _download(body: str, name: str) -> Response:
    answer = Response(body, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return no_store(answer)


def _uploads() -> Uploads:
    return Uploads(Path(config().media_dir) / "imports")
