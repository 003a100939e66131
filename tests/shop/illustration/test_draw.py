"""Pictures drawn from attributes: every product has one of its own, and nothing a merchant types can break it."""

import base64
import gzip
import hashlib
import math
import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from shop.illustration import CONTENT_SECURITY_POLICY, Subject, draw
from shop.illustration.drawings import DRAWINGS
from tests.shop.illustration.products import products

SVG = "{http://www.w3.org/2000/svg}"
MAT = Subject("M1", "Mat", "spike_mat", 680, 420, 2, 4, ("cotton",))
EVERY_PICTURE = [(subject, colour) for subject, colours in products() for colour in colours]
LONGEST_RAW, LONGEST_ZIPPED = 12_000, 2_048


def without_title(picture: str) -> str:
    return re.sub("<title>.*?</title>", "", picture)


def shape_of(picture: str) -> str:
    """The picture with names and colours taken out."""
    return re.sub("#[0-9a-f]{6}", "", without_title(picture))


def ruler_label(picture: str) -> str | None:
    label = ElementTree.fromstring(picture).find(f"{SVG}text")
    return None if label is None else label.text


def test_the_catalogue_here_covers_every_type_that_has_a_drawing():
    types = {subject.type for subject, _ in products()}

    assert types == set(DRAWINGS)
    assert len(products()) == 48


@pytest.mark.parametrize(("subject", "colour"), EVERY_PICTURE, ids=lambda value: getattr(value, "sku", value))
def test_every_product_in_every_colour_is_a_small_well_formed_picture(subject, colour):
    picture = draw(subject, colour=colour)

    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == f"{subject.name}, {colour}"
    assert "nan" not in without_title(picture)
    assert len(picture.encode()) < LONGEST_RAW
    assert len(gzip.compress(picture.encode(), 9)) <= LONGEST_ZIPPED


def test_no_two_products_look_alike():
    pictures = [without_title(draw(subject, colour=colours[0])) for subject, colours in products()]

    assert len(set(pictures)) == len(pictures)


def test_no_two_products_have_the_same_shape_even_without_their_colours():
    shapes = [shape_of(draw(subject)) for subject, _ in products()]

    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize("kind", sorted(DRAWINGS))
def test_every_type_has_a_drawing_of_its_own_even_with_nothing_else_known(kind):
    picture = shape_of(draw(Subject("A1", "Thing", kind)))
    others = [shape_of(draw(Subject("A1", "Thing", other))) for other in (*DRAWINGS, "unheard_of") if other != kind]

    assert picture not in others


def test_an_unknown_type_still_gets_a_picture():
    picture = draw(Subject("X1", "New thing", "moon_stone", 200, 150, 2, 3))

    assert ElementTree.fromstring(picture).find(f"{SVG}title") is not None
    assert "pattern" in picture


def test_the_same_product_is_always_the_same_bytes():
    first = [draw(subject, colour=colours[0]) for subject, colours in products()]
    again = [draw(replace(subject), colour=colours[0]) for subject, colours in products()]

    assert first == again


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_draws_the_same_bytes(seed):
    program = (
        "from shop.illustration import Subject, draw;"
        "print(draw(Subject('M1', 'Mat', 'foot_mat', 680, 420, 2, 4, ('river_stone',)), colour='unheard-of'), end='')"
    )

    told = subprocess.run(  # the program is the constant above
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
    )

    assert told.stdout == draw(replace(MAT, type="foot_mat", materials=("river_stone",)), colour="unheard-of")


@pytest.mark.parametrize(("subject", "colours"), [pair for pair in products() if len(pair[1]) > 1])
def test_variants_differ_by_colour_unless_they_are_sizes(subject, colours):
    pictures = {without_title(draw(subject, colour=colour)) for colour in colours}

    are_sizes = colours[0].startswith("EU")
    assert len(pictures) == (1 if are_sizes else len(colours))


def test_a_colour_is_understood_by_name_shade_and_number():
    teal, pale, number = (draw(MAT, colour=name) for name in ("Teal", "light teal", "#21716d"))

    assert "#21716d" in teal
    assert "#21716d" not in pale
    assert without_title(teal) == without_title(number)


def test_natural_means_the_material():
    cork = draw(replace(MAT, materials=("cork",)), colour="natural")
    linen = draw(replace(MAT, materials=("linen",)), colour="natural")

    assert without_title(cork) != without_title(linen)


@pytest.mark.parametrize(
    "text",
    [
        '</title><script>alert("1")</script>',
        "\" onload='alert(1)' x=\"",
        "]]><!-- & --> &#0; &lt;",
        "null \x00 bell \x07 half \ud800 end \uffff",
        "\u202eknil\u202c " * 400,
        "",
    ],
)
def test_hostile_words_stay_words(text):
    subject = Subject(text, text, text, 100, 50, 1, 2, (text,), (text,), text)

    for kind in (text, "spike_set", "ear_seeds"):
        picture = draw(replace(subject, type=kind), colour=text)
        tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(picture).iter()}
        attributes = {name for element in ElementTree.fromstring(picture).iter() for name in element.attrib}
        assert "script" not in tags
        assert not {name for name in attributes if name.startswith("on")}
        assert len(picture.encode()) < LONGEST_RAW


@pytest.mark.parametrize("kind", [*sorted(DRAWINGS), "unheard_of"])
@pytest.mark.parametrize(
    ("length", "width"),
    [
        (None, None),
        (0, 0),
        (-5, 40),
        (1e9, 1e9),
        (1e9, 1),
        (1, 1e9),
        (3000, 10),
        (10, 10),
        (3000, 3000),
        (math.nan, 3),
        (math.inf, 9),
    ],
)
def test_absurd_sizes_neither_break_nor_bloat_a_picture(kind, length, width):
    for name in ("Thing", "Two-piece roll half-round bolster arch strap single big grip with bag"):
        picture = draw(Subject("A1", name, kind, length, width, 99, -4, ("river_stone", "cork", "coconut")))

        ElementTree.fromstring(picture)
        assert "nan" not in picture
        assert "inf" not in picture
        assert not re.search(r' (width|height|r|rx|ry|stroke-width)="-', picture)
        assert len(picture.encode()) < LONGEST_RAW


def test_a_huge_count_in_a_set_is_not_drawn_out():
    picture = draw(Subject("A1", "Pads", "magnet_pads", 80, 60, 1, 2, (), ("999 pads",)))

    assert picture.count("<use") <= 60


def test_proportions_are_true():
    picture = draw(MAT, colour="teal")

    body = ElementTree.fromstring(picture).find(f".//{SVG}rect[@fill='#21716d']")
    assert body is not None
    ratio = float(body.get("width", "0")) / float(body.get("height", "1"))
    assert ratio == pytest.approx(680 / 420, rel=0.005)


def test_the_ruler_is_as_long_as_it_says():
    picture = draw(MAT, colour="teal")

    body = ElementTree.fromstring(picture).find(f".//{SVG}rect[@fill='#21716d']")
    ruler = ElementTree.fromstring(picture).find(f"{SVG}path[@class='r']")
    assert body is not None
    assert ruler is not None
    found = re.search(r"m 0 -5 h ([\d.]+) m", ruler.get("d", ""))
    assert found is not None
    assert ruler_label(picture) == "10 cm"
    assert float(found[1]) / float(body.get("width", "0")) == pytest.approx(100 / 680, rel=0.01)


@pytest.mark.parametrize(("length", "width"), [(None, None), (680, None), (1e9, 420), (3000, 20)])
def test_a_size_that_is_not_known_gets_no_ruler(length, width):
    picture = draw(replace(MAT, length_mm=length, width_mm=width))

    assert ruler_label(picture) is None


def test_a_milder_mat_has_more_points_than_a_strong_one():
    def spacing(low: int, high: int) -> float:
        picture = draw(replace(MAT, pressure_min=low, pressure_max=high))
        tile = ElementTree.fromstring(picture).find(f".//{SVG}pattern")
        assert tile is not None
        return float(tile.get("width", "0"))

    assert spacing(1, 2) < spacing(2, 4) < spacing(4, 5)


def test_a_set_shows_its_bag():
    plain = Subject("S1", "Set", "spike_set", 700, 420, 2, 4, (), ("mat", "neck pillow"))

    with_bag = replace(plain, set_includes=("mat", "neck pillow", "carry bag"))

    assert draw(plain) != draw(with_bag)


def test_dark_pages_get_a_dark_tile_and_the_policy_allows_only_that_style_sheet():
    root = ElementTree.fromstring(draw(MAT))

    style = root.findtext(f"{SVG}style") or ""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "prefers-color-scheme:dark" in style
    assert f"'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert not [element for element in root.iter() if element.get("style")]
