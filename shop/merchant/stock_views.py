"""Units in and out by hand, and the pictures of a product: the small forms beside the editor."""

from pathlib import Path

from flask import Response, request

from shop.audit import service as audit
from shop.catalogue import service as catalogue
from shop.catalogue.models import Product
from shop.catalogue.pictures import add_picture, clean_picture, delete_file, remove_picture
from shop.catalogue.upload_rules import BadPicture
from shop.clock import utc_now
from shop.errors import BadInput, NotFound, OutOfStock
from shop.merchant.pages import blueprint, me, see, token_meta
from shop.merchant.product_edit_views import edit_page
from shop.merchant.product_forms import PictureForm, StockForm
from shop.merchant.stock_rules import read_change
from shop.stock import service as stock
from shop.web import config, db, transaction


@blueprint.post("/products/<sku>/stock")
def stock_change(sku: str) -> Response:
    """Book units of one variant in or out, with the reason."""
    product = catalogue.get_product(db(), sku)
    form = StockForm(request.form, meta=token_meta())
    variant_sku = form.sku.data or ""
    if variant_sku not in {variant.sku for variant in product.variants if not variant.parts}:
        raise NotFound("There is no such variant.")
    reason = " ".join((form.reason.data or "").split())
    try:
        change = read_change(form.change.data or "", reason)
        _book(product, variant_sku, change, reason)
    except OutOfStock as refusal:
        form.change.errors = [f"{refusal} Nothing was changed."]
    except BadInput as refusal:
        form.change.errors = [str(refusal)]
    if form.errors:
        return edit_page(product, 422, stock_form=form)
    return see("product_edit", sku=sku, done="stock", _anchor="stock")


@blueprint.post("/products/<sku>/pictures")
def picture_add(sku: str) -> Response:
    """Put a picture in place of the drawing."""
    product = catalogue.get_product(db(), sku)
    form = PictureForm(request.form, meta=token_meta())
    upload = request.files.get("picture")
    try:
        clean = clean_picture(upload.read() if upload else b"")
        now = utc_now()
        with transaction() as session:
            kept = add_picture(
                session, catalogue.get_product(session, sku), clean, alt=form.alt.data or "", media=_media()
            )
            changes = {"picture": [None, kept.file_name], "alt": [None, kept.alt]}
            audit.record(
                session, actor=me().actor, action="picture.added", subject=f"product:{sku}", changes=changes, now=now
            )
    except BadPicture as refusal:
        (form.alt if "describe" in str(refusal) else form.picture).errors = [str(refusal)]
        return edit_page(product, 422, picture_form=form)
    return see("product_edit", sku=sku, done="picture", _anchor="pictures")


@blueprint.post("/products/<sku>/pictures/<int:picture_id>/remove")
def picture_remove(sku: str, picture_id: int) -> Response:
    """Take a picture away; without any, the drawing comes back."""
    now = utc_now()
    with transaction() as session:
        file_name = remove_picture(session, catalogue.get_product(session, sku), picture_id)
        changes = {"picture": [file_name, None]}
        audit.record(
            session, actor=me().actor, action="picture.removed", subject=f"product:{sku}", changes=changes, now=now
        )
    delete_file(_media(), file_name)
    return see("product_edit", sku=sku, done="picture_removed", _anchor="pictures")


def _book(product: Product, variant_sku: str, change: int, reason: str) -> None:
    now = utc_now()
    with transaction() as session:
        left = stock.receive(session, variant_sku, change, reason=reason, actor=me().actor, now=now)
        audit.record(
            session,
            actor=me().actor,
            action="stock.changed",
            subject=f"product:{product.sku}",
            changes={"sku": variant_sku, "available": [left - change, left], "reason": reason},
            now=now,
        )


def _media() -> Path:
    return Path(config().media_dir)
