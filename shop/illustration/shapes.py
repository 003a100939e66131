"""SVG marks as text: elements with escaped attributes, and the few solid forms every drawing is made of."""

import math
from html import escape

from shop.illustration.palette import Ink

Value = str | float
Point = tuple[float, float]
OUTLINE = "o"  # the class whose stroke turns light on a dark page


def number(value: float) -> str:
    """Return a number with at most one decimal, as short as SVG allows."""
    short = f"{value:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def element(name: str, inner: str = "", /, **attributes: Value) -> str:
    """Return one SVG element; `cls` stands for class, underscores for hyphens, values are escaped."""
    written = "".join(
        f' {"class" if key == "cls" else key.replace("_", "-")}="{_value(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _value(value: Value) -> str:
    if isinstance(value, str):
        return escape(value)
    return number(value) if abs(value) >= 1 else f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def draw_path(*steps: Value) -> str:
    """Return path data from letters and numbers: draw_path("M", 0, 0, "L", 5, 5)."""
    return " ".join(step if isinstance(step, str) else number(step) for step in steps)


def fitted(unit_path: str, width: float, height: float) -> str:
    """Return path data from M, L, C, Q and Z steps given in shares of a width and a height."""
    steps: list[Value] = []
    is_x = True
    for part in unit_path.split():
        if part.isalpha():
            steps.append(part)
        else:
            steps.append(float(part) * (width if is_x else height))
            is_x = not is_x
    return draw_path(*steps)


def path(data: str, **attributes: Value) -> str:
    """Return a path element."""
    return element("path", d=data, **attributes)


def rect(at: Point, size: Point, radius: float = 0, /, **attributes: Value) -> str:
    """Return a rectangle by its top left corner and size, with rounded corners."""
    rounding: dict[str, Value] = {"rx": min(radius, size[0] / 2, size[1] / 2)} if radius else {}
    return element("rect", x=at[0], y=at[1], width=size[0], height=size[1], **rounding, **attributes)


def circle(at: Point, radius: float, **attributes: Value) -> str:
    """Return a circle by its centre."""
    return element("circle", cx=at[0], cy=at[1], r=radius, **attributes)


def ellipse(at: Point, radii: Point, **attributes: Value) -> str:
    """Return an ellipse by its centre."""
    return element("ellipse", cx=at[0], cy=at[1], rx=radii[0], ry=radii[1], **attributes)


def group(*marks: str, **attributes: Value) -> str:
    """Return marks held together."""
    return element("g", "".join(marks), **attributes)


def moved(x: float, y: float, *marks: str, turn: float = 0) -> str:
    """Return marks shifted, and turned by degrees."""
    turned = f" rotate({number(turn)})" if turn else ""
    return group(*marks, transform=f"translate({number(x)} {number(y)}){turned}")


def slab(at: Point, size: Point, radius: float, ink: Ink, drop: float = 8) -> str:
    """Return a flat rounded body lying on the page: soft shadow, darker lower edge, lit upper rim."""
    x, y = at
    inner = (size[0] - 5, size[1] - 5)
    return (
        rect((x + 5, y + drop + 7), (size[0] - 10, size[1]), radius, cls="s")
        + rect((x, y + drop), size, radius, fill=ink.dark, cls=OUTLINE)
        + rect(at, size, radius, fill=ink.base, cls=OUTLINE)
        + rect((x + 2.5, y + 2.5), inner, max(radius - 2, 1), stroke=ink.light, stroke_opacity=0.45)
    )


def solid(data: str, ink: Ink, drop: float = 8) -> str:
    """Return a flat body of any outline, with the same shadow and darker lower edge as a slab."""
    return (
        path(data, transform=f"translate(0 {number(drop + 7)})", cls="s")
        + path(data, transform=f"translate(0 {number(drop)})", fill=ink.dark, cls=OUTLINE)
        + path(data, fill=ink.base, cls=OUTLINE)
    )


def ball(at: Point, radius: float, ink: Ink) -> str:
    """Return a sphere lit from the upper left."""
    x, y = at
    shine = (x - radius * 0.36, y - radius * 0.46)
    return (
        circle(at, radius, fill=ink.dark, cls=OUTLINE)
        + circle((x - radius * 0.05, y - radius * 0.07), radius * 0.91, fill=ink.base)
        + ellipse(
            shine,
            (radius * 0.3, radius * 0.17),
            fill="#fff",
            opacity=0.3,
            transform=f"rotate(-38 {number(shine[0])} {number(shine[1])})",
        )
    )


def tube(data: str, thickness: float, ink: Ink) -> str:
    """Return a round bar that follows a path."""
    shine = f"translate({number(-thickness * 0.1)} {number(-thickness * 0.16)})"
    return (
        path(data, stroke_width=thickness + 3, cls=OUTLINE)
        + path(data, stroke_width=thickness, stroke=ink.dark)
        + path(
            data, stroke_width=thickness * 0.7, stroke=ink.base, transform=f"translate(0 {number(-thickness * 0.1)})"
        )
        + path(data, stroke_width=thickness * 0.16, stroke=ink.light, transform=shine)
    )


def shade(name: str, ink: Ink, *, upright: bool = False) -> str:
    """Return a gradient that makes a body look round, to be used as fill="url(#name)".

    upright: the body stands, so the light falls off sideways instead of downwards.
    """
    stops = "".join(
        element("stop", offset=offset, stop_color=colour)
        for offset, colour in ((0.0, ink.base), (0.28, ink.light), (0.55, ink.base), (1.0, ink.dark))
    )
    end: dict[str, Value] = {"x2": 1, "y2": 0} if upright else {"x2": 0, "y2": 1}
    return element("linearGradient", stops, id=name, x1=0, y1=0, **end)


def ground(width: float, y: float) -> str:
    """Return the shadow of something that stands on the page, centred below it."""
    return ellipse((0, y), (width / 2, max(5, width * 0.035)), cls="s")


def on_circle(count: int, radius: float, start: float = -90) -> list[Point]:
    """Return `count` points spread evenly on a circle round (0, 0), from `start` degrees on."""
    angles = [math.radians(start + 360 * index / count) for index in range(count)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def polygon(points: list[Point], **attributes: Value) -> str:
    """Return a closed figure through the points."""
    first, *rest = points
    steps: list[Value] = ["M", *first, *(part for point in rest for part in ("L", *point)), "Z"]
    return path(draw_path(*steps), **attributes)
