"""A merchant's pictures: decoded within limits, written anew as WebP without metadata, under a name of the shop's."""

import io
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.catalogue.models import Picture, Product, Variant
from shop.catalogue.service import bump_version
from shop.errors import BadInput, NotFound

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
SHOWN_SIDE = 1600
MAX_PICTURES = 12


class BadPicture(BadInput):
    """An upload that is no picture the shop can show."""

    code = "bad_picture"


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture made anew from an upload: nothing of the upload's own bytes is left."""

    body: bytes
    file_name: str
    width: int
    height: int


def clean_picture(content: bytes) -> CleanPicture:
    """Decode an upload by its content, turn it upright, make it fit, and encode it as WebP. Raises BadPicture."""
    if len(content) > MAX_BYTES:
        raise BadPicture(f"The picture is larger than {MAX_BYTES // 1024 // 1024} MB. Please upload a smaller one.")
    if not content:
        raise BadPicture("Please choose a picture.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                _refuse_floods(opened)
                upright = ImageOps.exif_transpose(opened)
                upright.load()
    except UnidentifiedImageError as error:
        raise BadPicture("This is no picture the shop can show. Please upload a JPEG, PNG or WebP file.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture("The picture is damaged or too large to read. Please save it again and retry.") from error
    return _encoded(upright)


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


def _refuse_floods(opened: Image.Image) -> None:
    width, height = opened.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise BadPicture(f"The picture is too large ({width} × {height} pixels). 1600 pixels on a side are plenty.")
    if getattr(opened, "n_frames", 1) > 1:
        raise BadPicture("The picture moves. Please upload a still one.")


def _encoded(upright: Image.Image) -> CleanPicture:
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    plain.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)  # a new image carries no metadata of the old one
    written = io.BytesIO()
    bare.save(written, "WEBP", quality=82, method=4)
    return CleanPicture(written.getvalue(), f"{secrets.token_hex(16)}.webp", *bare.size)


def _variant_id(session: Session, product: Product, sku: str) -> int:
    found = session.scalar(select(Variant.id).where(Variant.product_id == product.id, Variant.sku == sku))
    if found is None:
        raise NotFound("There is no such variant.")
    return found
