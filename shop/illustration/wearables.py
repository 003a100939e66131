"""Small things for wrist, hand and fingers."""

import math

from shop.illustration.palette import Ink, ink, mix
from shop.illustration.scene import Art, Scene
from shop.illustration.shapes import OUTLINE, circle, draw_path, ellipse, ground, moved, path, shade, tube

STEEL = ink("#b4babf")
STUD = ink("#f3efe4")


def p6_band(scene: Scene) -> Art:
    """Draw a pair of knitted wrist bands, each with the stud that presses the point."""
    stage = scene.stage(scene.length * 2.15, scene.length * 1.1)
    size = stage.width / 2.15
    tall = scene.width * stage.scale
    is_small = scene.mentions("child", "small", "junior", "kid")
    return stage.art(
        shade("knit", scene.ink, upright=True),
        moved(-size * 0.56, 0, _band(scene.ink, size, tall, is_dotted=is_small)),
        moved(size * 0.56, size * 0.06, _band(scene.ink, size, tall, is_dotted=is_small)),
    )


def _band(shades: Ink, size: float, tall: float, *, is_dotted: bool) -> str:
    rx, ry, half = size / 2, size * 0.24, tall / 2
    back = ellipse((0, -half), (rx, ry), fill=shades.deep, cls=OUTLINE)
    front = draw_path("M", -rx, -half, "A", rx, ry, 0, 0, 0, rx, -half, "V", half, "A", rx, ry, 0, 0, 1, -rx, half, "Z")
    knit = "".join(
        draw_path("M", -rx, -half + tall * part, "A", rx, ry, 0, 0, 0, rx, -half + tall * part) for part in (0.1, 0.9)
    )
    ribs = "".join(
        draw_path("M", rx * x, -half + ry * math.sqrt(1 - x * x), "v", tall)
        for x in (-0.92, -0.8, -0.64, -0.46, 0.46, 0.64, 0.8, 0.92)
    )
    middle = ry
    dots = "".join(
        circle((rx * x, ry * math.sqrt(1 - x * x)), tall * 0.08, fill=shades.light) for x in (-0.86, -0.6, 0.6, 0.86)
    )
    return (
        ellipse((0, half + ry * 0.55), (rx * 1.04, ry * 0.7), cls="s")
        + back
        + path(front, fill="url(#knit)", cls=OUTLINE)
        + (dots if is_dotted else path(ribs, stroke=shades.deep, opacity=0.5, stroke_width=3))
        + path(knit, stroke=shades.deep, opacity=0.6, stroke_dasharray="3 3")
        + circle((0, middle + 2), tall * 0.27, fill=STUD.deep, opacity=0.6)
        + circle((0, middle), tall * 0.26, fill=STUD.base, cls=OUTLINE)
        + circle((-tall * 0.07, middle - tall * 0.08), tall * 0.08, fill="#fff")
    )


def li4_clip(scene: Scene) -> Art:
    """Draw a sprung clip from the side: two arms, a hinge and two soft pads."""
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    bar = h * 0.3
    upper = draw_path("M", w * 0.78, -h * 0.34, "C", w * 0.3, -h * 0.9, -w * 0.3, -h * 0.9, -w * 0.62, -h * 0.1)
    lower = draw_path("M", w * 0.78, h * 0.34, "C", w * 0.3, h * 0.9, -w * 0.3, h * 0.9, -w * 0.62, h * 0.1)
    wings = draw_path(
        "M", -w * 0.62, -h * 0.1, "L", -w * 0.95, -h * 0.5, "M", -w * 0.62, h * 0.1, "L", -w * 0.95, h * 0.5
    )
    pads = "".join(
        circle((w * 0.76, side * h * 0.3), h * 0.22, fill=mix(scene.ink.base, "#fffaf0", 0.45), cls=OUTLINE)
        + ellipse((w * 0.74, side * h * 0.3 - h * 0.07), (h * 0.08, h * 0.05), fill="#fff", opacity=0.6)
        for side in (-1, 1)
    )
    return stage.art(
        ground(stage.width * 0.9, h + 6),
        tube(wings, bar * 0.8, scene.ink),
        tube(lower, bar, scene.ink),
        tube(upper, bar, scene.ink),
        circle((-w * 0.58, 0), h * 0.26, fill=STEEL.dark, cls=OUTLINE),
        circle((-w * 0.58, 0), h * 0.17, fill=STEEL.base),
        circle((-w * 0.58, 0), h * 0.06, fill=STEEL.deep),
        pads,
    )


def acu_ring(scene: Scene) -> Art:
    """Draw coiled spring rings, as many as the set holds (up to six)."""
    count = min(6, scene.count_of("ring", 1))
    spread = 1 + 0.82 * (math.ceil(count / 2) - 1) + (0.41 if count > 1 and count % 2 == 0 else 0)
    stage = scene.stage(scene.length * spread, scene.length * (1.74 if count > 1 else 1))
    outer = scene.length * stage.scale / 2
    top = math.ceil(count / 2)
    places = [((index - (top - 1) / 2) * outer * 1.64, -outer * 0.74 if count > 1 else 0) for index in range(top)] + [
        ((index - (count - top - 1) / 2) * outer * 1.64, outer * 0.74) for index in range(count - top)
    ]
    return stage.art(
        *(
            moved(x, y, _coil(scene.ink, outer, 30 + 2 * scene.pick("coils", 4)), turn=37 * i)
            for i, (x, y) in enumerate(places)
        )
    )


def _coil(shades: Ink, outer: float, windings: int) -> str:
    wire = outer * 0.3
    middle = outer - wire / 2
    step = 2 * math.pi * middle / windings
    gap = f"{step * 0.62:.2f} {step * 0.38:.2f}"
    return (
        circle((3, 7), middle, stroke="#3b2f1f", stroke_opacity=0.14, stroke_width=wire)
        + circle((0, 0), middle, stroke_width=wire * 0.8 + 3, cls=OUTLINE)
        + circle((0, 0), middle, stroke=shades.deep, stroke_width=wire * 0.8)
        + circle((0, 0), middle, stroke=shades.base, stroke_width=wire, stroke_dasharray=gap, stroke_linecap="butt")
        + circle(
            (0, 0),
            middle + wire * 0.16,
            stroke=shades.light,
            stroke_width=wire * 0.22,
            stroke_dasharray=gap,
            stroke_linecap="butt",
        )
    )
