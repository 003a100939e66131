"""Uploads decoded by their content, within limits, and encoded anew. Imports Pillow, so it is imported when needed."""

import io
import secrets
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from shop.catalogue.upload_rules import (
    FORMATS,
    MAX_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    SHOWN_SIDE,
    BadPicture,
    CleanPicture,
)


def decode(content: bytes) -> CleanPicture:
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
