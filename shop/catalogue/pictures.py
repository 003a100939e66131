"""A merchant's pictures: decoded within limits, written anew as WebP without metadata, under a name of the shop's."""

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.catalogue.models import Picture, Product, Variant
from shop.catalogue.service import bump_version
from shop.catalogue.upload_rules import BadPicture, CleanPicture
from shop.errors import NotFound

MAX_PICTURES = 12


def clean_picture(content: bytes) -> CleanPicture:
    """Decode an upload by its content, turn it upright, make it fit, and encode it as WebP. Raises BadPicture."""
    from shop.catalogue.decoding import decode  # late: Pillow's 6 MB are for uploads, not for every worker

    return decode(content)


def add_picture(
    session: Session, product: Product, picture: CleanPicture, *, alt: str, media: Path, variant_sku: str | None = None
) -> Picture:
    """Store the file and put the picture after the product's others. Raises BadPicture and NotFound.

    The file is written before the row: a transaction that fails leaves a file nobody names, never a row without one.
    """
    described = " ".join(alt.split())
    if not described or len(described) > 200:
        raise BadPicture("Please describe the picture in up to 200 characters, for people who cannot see it.")
    count = session.scalar(select(func.count()).where(Picture.product_id == product.id)) or 0
    if count >= MAX_PICTURES:
        raise BadPicture(f"A product has {MAX_PICTURES} pictures at the most. Please remove one first.")
    variant_id = None if variant_sku is None else _variant_id(session, product, variant_sku)
    media.mkdir(parents=True, exist_ok=True)
    (media / picture.file_name).write_bytes(picture.body)
    row = Picture(
        product_id=product.id,
        variant_id=variant_id,
        file_name=picture.file_name,
        alt=described,
        width=picture.width,
        height=picture.height,
        position=count,
    )
    session.add(row)
    session.flush()  # the editor names the picture by its id
    bump_version(session)
    return row


def remove_picture(session: Session, product: Product, picture_id: int) -> str:
    """Take a picture off the product; returns its file name, to be deleted once that is committed."""
    row = session.get(Picture, picture_id)
    if row is None or row.product_id != product.id:
        raise NotFound("There is no such picture.")
    session.delete(row)
    session.flush()  # the others are counted anew without it
    wanted = select(Picture).where(Picture.product_id == product.id).order_by(Picture.position, Picture.id)
    for position, other in enumerate(session.scalars(wanted)):
        other.position = position
    bump_version(session)
    return row.file_name


def delete_file(media: Path, file_name: str) -> None:
    """Delete an upload's file, if it is still there."""
    (media / Path(file_name).name).unlink(missing_ok=True)


def _variant_id(session: Session, product: Product, sku: str) -> int:
    found = session.scalar(select(Variant.id).where(Variant.product_id == product.id, Variant.sku == sku))
    if found is None:
        raise NotFound("There is no such variant.")
    return found
