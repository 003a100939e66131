"""The small code that draws the two pictures: well-formed, and points where their numbers are."""

from xml.etree import ElementTree

import pytest

from bench.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, Point, Series, dots, lines

UNIT = (0.0, 0.5, 1.0)
POINTS = (Point(0.0, 0.0, 0.0, 0.1), Point(1.0, 1.0, 0.9, 1.0))


def circles(picture: str) -> list[tuple[float, float]]:
    tree = ElementTree.fromstring(picture)
    found = tree.findall("{http://www.w3.org/2000/svg}circle")
    return [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in found]


@pytest.mark.parametrize("draw", [lines, dots])
def test_the_lowest_and_the_highest_point_lie_in_the_corners(draw: type) -> None:
    picture = draw(Axes("A & B", "x", "y", UNIT, UNIT), [Series("<one>", POINTS)])

    assert circles(picture) == [(LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP)]
    assert "A &amp; B" in picture
    assert "&lt;one&gt;" in picture


def test_a_logarithmic_axis_gives_each_factor_the_same_room() -> None:
    axes = Axes("", "", "", (10, 100, 1000), UNIT, is_log=True)

    assert axes.across(100) - axes.across(10) == pytest.approx(axes.across(1000) - axes.across(100))
