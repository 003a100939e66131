"""What the shop takes as a picture, and what it makes of it."""

from dataclasses import dataclass

from shop.errors import BadInput

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
SHOWN_SIDE = 1600


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
