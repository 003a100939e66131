import io
import zlib

import pytest
from PIL import Image
from sqlalchemy import select

from shop.catalogue.cards import find_cards
from shop.catalogue.models import Picture
from shop.catalogue.pictures import MAX_PICTURES, add_picture, clean_picture, delete_file, remove_picture
from shop.catalogue.product_page import get_product_page
from shop.catalogue.upload_rules import MAX_BYTES, SHOWN_SIDE, BadPicture
from shop.errors import NotFound


def picture(kind="JPEG", size=(64, 48), **options):
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **options)
    return written.getvalue()


def png_that_claims(width, height):
    """A PNG of a few bytes that says it has a great many pixels."""

    def chunk(kind, body):
        return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_upload_is_written_anew_as_webp_under_a_name_of_ours(kind):
    clean = clean_picture(picture(kind))

    assert Image.open(io.BytesIO(clean.body)).format == "WEBP"
    assert (clean.width, clean.height) == (64, 48)
    assert clean.file_name.endswith(".webp")
    assert clean.file_name != clean_picture(picture(kind)).file_name


def test_nothing_of_the_camera_is_left_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Secret camera"

    clean = clean_picture(picture(exif=exif.tobytes()))

    assert (clean.width, clean.height) == (48, 64)
    assert b"Secret" not in clean.body
    assert not Image.open(io.BytesIO(clean.body)).getexif()


def test_a_large_picture_is_made_to_fit():
    clean = clean_picture(picture(size=(3000, 1500)))

    assert (clean.width, clean.height) == (SHOWN_SIDE, SHOWN_SIDE // 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\x00" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html></html>",
        b"\xff\xd8\xff" + b"\x00" * 100,
        picture()[:300],
        picture("GIF"),
        picture("PNG")[:40],
        png_that_claims(40_000, 40_000),
        png_that_claims(13_000, 10),
        b"\x00" * (MAX_BYTES + 1),
    ],
    ids=["none", "cut gif", "svg", "html", "cut jpeg", "half a jpeg", "gif", "half a png", "flood", "long", "heavy"],
)
def test_what_is_no_still_picture_of_a_sane_size_is_refused(content):
    with pytest.raises(BadPicture):
        clean_picture(content)


def test_an_upload_replaces_the_drawing(session, window, save, tmp_path):
    product = save()
    clean = clean_picture(picture())

    add_picture(session, product, clean, alt="The mat on a bed", media=tmp_path / "media")

    assert (tmp_path / "media" / clean.file_name).read_bytes() == clean.body
    card = find_cards(session, window, skus=["MAT01"])[0]
    assert (card.picture_url, card.picture_alt) == (f"/media/{clean.file_name}", "The mat on a bed")
    page = get_product_page(session, product.slug, window)
    assert [(shown.url, shown.width) for shown in page.pictures] == [(f"/media/{clean.file_name}", 64)]


def test_a_removed_picture_gives_its_place_to_the_next(session, window, save, tmp_path):
    product = save()
    first, second = (
        add_picture(session, product, clean_picture(picture()), alt=f"Picture {number}", media=tmp_path)
        for number in (1, 2)
    )

    name = remove_picture(session, product, first.id)
    delete_file(tmp_path, name)
    delete_file(tmp_path, name)

    assert [(row.id, row.position) for row in session.scalars(select(Picture))] == [(second.id, 0)]
    assert not (tmp_path / name).exists()
    with pytest.raises(NotFound):
        remove_picture(session, product, first.id)


def test_a_picture_needs_a_description_and_there_is_an_end_to_them(session, save, tmp_path):
    product, clean = save(), clean_picture(picture())
    with pytest.raises(BadPicture):
        add_picture(session, product, clean, alt="  ", media=tmp_path)
    with pytest.raises(NotFound):
        add_picture(session, product, clean, alt="A mat", media=tmp_path, variant_sku="NOPE")

    for _ in range(MAX_PICTURES):
        add_picture(session, product, clean_picture(picture()), alt="A mat", media=tmp_path)
    with pytest.raises(BadPicture):
        add_picture(session, product, clean, alt="One more", media=tmp_path)
