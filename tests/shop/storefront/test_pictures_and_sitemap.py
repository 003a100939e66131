import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from shop.catalogue.pictures import clean_picture
from shop.catalogue.states import ProductStatus


def test_a_drawing_may_be_kept_and_runs_nothing(client, stocked):
    stocked()

    answer = client.get("/pictures/MAT01.svg")

    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get("/pictures/MAT01.svg", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_each_variant_has_a_drawing_in_its_colour(client, stocked):
    stocked(options=("charcoal", "teal"))

    first, second = client.get("/pictures/MAT01-CHARCOAL.svg"), client.get("/pictures/MAT01-TEAL.svg")

    assert first.data != second.data
    assert client.get("/pictures/MAT01.svg").data == first.data


@pytest.mark.parametrize("path", ["/pictures/NOPE.svg", "/media/none.webp", "/media/..%2fshop.db", "/media/a.svg"])
def test_a_picture_that_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_an_upload_is_served_as_what_it_is(app, client):
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    clean = clean_picture(written.getvalue())
    media = Path(app.extensions["tsubo"].config.media_dir)
    media.mkdir(parents=True)
    (media / clean.file_name).write_bytes(clean.body)

    answer = client.get(f"/media/{clean.file_name}")

    assert (answer.mimetype, answer.data) == ("image/webp", clean.body)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    answer.close()  # the client keeps the file open until it is told


def test_the_sitemap_names_what_is_on_sale(client, stocked):
    shown = stocked("MAT01")
    hidden = stocked("MAT02", status=ProductStatus.DRAFT)

    answer = client.get("/sitemap.xml", headers={"Host": "evil.example"})

    addresses = [element.text for element in ElementTree.fromstring(answer.text).iter() if element.tag.endswith("loc")]
    assert f"http://shop.test/products/{shown.slug}" in addresses
    assert f"http://shop.test/products/{hidden.slug}" not in addresses
    assert all(address.startswith("http://shop.test/") for address in addresses)


def test_robots_keep_out_of_what_is_personal(client):
    text = client.get("/robots.txt").text

    assert "Disallow: /cart\n" in text
    assert text.endswith("Sitemap: http://shop.test/sitemap.xml\n")
