"""Tools for the hand or the wall that press one spot: canes, knobs, knobbers and pens."""

from shop.illustration.palette import Ink, ink
from shop.illustration.scene import Art, Scene
from shop.illustration.shapes import (
    OUTLINE,
    ball,
    circle,
    draw_path,
    ellipse,
    fitted,
    ground,
    moved,
    path,
    rect,
    shade,
    slab,
    tube,
)

STEEL = ink("#b4babf")
TIP = ink("#d7cfbf")


def trigger_cane(scene: Scene) -> Art:
    """Draw an S-shaped cane with its knobs, or its two screwed parts and pouch."""
    stage = scene.stage(scene.length, scene.width)
    bar = min(max(12.0, 24 * stage.scale), stage.height * 0.12)
    if scene.mentions("two-piece", "two-part", "travel"):
        bar = min(max(12.0, 18 * stage.scale), stage.height * 0.12)
        return stage.art(*_cane_parts(scene, stage.width - bar, stage.height - bar, bar))
    w, h = stage.width - bar * 1.4, stage.height - bar * 1.4
    curve = fitted("M -.42 .16 C -.56 -.5 -.2 -.68 -.1 -.18 C -.02 .2 .06 .62 .3 .48 C .48 .38 .5 .14 .42 -.06", w, h)
    pegs = fitted("M -.06 -.02 L .08 -.16 M .03 .26 L .17 .12", w, h)
    ends = ((-0.42, 0.16, 1.0), (0.42, -0.06, 1.0), (0.08, -0.16, 0.72), (0.17, 0.12, 0.72))
    return stage.art(
        moved(0, 12, path(curve, stroke="#3b2f1f", stroke_opacity=0.12, stroke_width=bar)),
        tube(pegs, bar * 0.7, scene.ink),
        tube(curve, bar, scene.ink),
        *(ball((w * x, h * y), bar * size, _knob(scene.ink)) for x, y, size in ends),
    )


def _cane_parts(scene: Scene, w: float, h: float, bar: float) -> list[str]:
    long = fitted("M -.46 .06 C -.56 -.5 -.32 -.62 -.24 -.2 C -.2 0 -.18 .2 -.14 .42", w, h)
    short = fitted("M -.08 -.42 C -.08 -.1 -.06 .1 -.02 .24 C .05 .54 .22 .42 .16 .04", w, h)
    threads = path(
        fitted("M -.14 .42 L -.125 .5 M -.08 -.42 L -.08 -.5", w, h), stroke=STEEL.base, stroke_width=bar * 0.55
    )
    pouch = slab((w * 0.26, -h * 0.46), (w * 0.26, h * 0.92), 14, scene.ink)
    flap = rect((w * 0.26, -h * 0.46), (w * 0.26, h * 0.26), 12, fill=scene.ink.light, cls=OUTLINE)
    button = circle((w * 0.39, -h * 0.26), 6, fill=scene.ink.point)
    ends = ((-0.46, 0.06), (0.16, 0.04))
    return [
        pouch,
        flap,
        button,
        threads,
        tube(long, bar, scene.ink),
        tube(short, bar, scene.ink),
        *(ball((w * x, h * y), bar * 1.05, _knob(scene.ink)) for x, y in ends),
    ]


def _knob(shades: Ink) -> Ink:
    return Ink(shades.dark, shades.deep, shades.deep, shades.base, shades.point)


def wall_knob(scene: Scene) -> Art:
    """Draw a suction base on a tiled wall, from the side, with its two tips."""
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    wall = rect((-w - 30, -h - 14), (30, stage.height + 28), 4, fill="#a9bcbd", cls=OUTLINE)
    joints = path(
        draw_path("M", -w - 30, -h * 0.4, "h", 30, "M", -w - 30, h * 0.4, "h", 30), stroke="#f2f6f5", stroke_width=3
    )
    cup = draw_path("M", -w, -h * 0.9, "C", -w * 0.8, -h * 0.5, -w * 0.5, -h * 0.5, -w * 0.45, -h * 0.34, "V", h * 0.34)
    cup += draw_path(" C", -w * 0.5, h * 0.5, -w * 0.8, h * 0.5, -w, h * 0.9, "Z")
    lever = tube(
        draw_path("M", -w * 0.36, -h * 0.3, "Q", -w * 0.25, -h * 0.75, w * 0.1, -h * 0.86), 16, _knob(scene.ink)
    )
    tips = _spare_tip(w * 0.42, h * 0.72, w * 0.2, ink("#7d8a8f")) if scene.mentions("tip") else ""
    return stage.art(
        shade("cup", scene.ink),
        wall,
        joints,
        lever,
        path(cup, fill=ink("#7d8a8f").light, cls=OUTLINE),
        rect((-w * 0.5, -h * 0.4), (w * 0.5, h * 0.8), 9, fill="url(#cup)", cls=OUTLINE),
        rect((-w * 0.02, -h * 0.22), (w * 0.4, h * 0.44), 4, fill="url(#cup)", cls=OUTLINE),
        ball((w * 0.62, 0), w * 0.38, scene.ink),
        tips,
    )


def _spare_tip(x: float, y: float, radius: float, shades: Ink) -> str:
    return (
        ellipse((x, y + radius * 1.2), (radius * 1.2, 5), cls="s")
        + rect((x - radius * 0.5, y), (radius, radius * 1.15), 3, fill=shades.dark, cls=OUTLINE)
        + ball((x, y), radius, shades)
    )


def knobber(scene: Scene) -> Art:
    """Draw a turned wooden knob, or the thick-handled kind when the name says so."""
    if scene.mentions("grip", "ergonomic", "palm"):
        return _big_grip(scene)
    stage = scene.stage(scene.width, scene.length)
    w, h = stage.width / 2, stage.height / 2
    turned = draw_path("M", -w * 0.42, -h * 0.78, "C", -w * 0.42, -h * 1.07, w * 0.42, -h * 1.07, w * 0.42, -h * 0.78)
    turned += draw_path(" C", w * 0.42, -h * 0.45, w * 0.26, -h * 0.4, w * 0.3, -h * 0.1, "C", w * 0.34, h * 0.1)
    turned += draw_path("", w, h * 0.1, w, h * 0.52, "C", w, h * 0.86, w * 0.6, h, 0, h, "C", -w * 0.6, h, -w, h * 0.86)
    turned += draw_path("", -w, h * 0.52, "C", -w, h * 0.1, -w * 0.34, h * 0.1, -w * 0.3, -h * 0.1)
    turned += draw_path(" C", -w * 0.26, -h * 0.4, -w * 0.42, -h * 0.45, -w * 0.42, -h * 0.78, "Z")
    grain = draw_path(
        "M", -w * 0.6, h * 0.4, "Q", 0, h * 0.2, w * 0.62, h * 0.42, "M", -w * 0.8, h * 0.6, "Q", 0, h * 0.4
    )
    grain += draw_path("", w * 0.8, h * 0.62, "M", -w * 0.5, h * 0.82, "Q", 0, h * 0.66, w * 0.55, h * 0.8)
    grain += draw_path(" M", -w * 0.1, -h * 0.86, "Q", w * 0.1, -h * 0.4, 0, h * 0.02)
    rings = draw_path("M", -w * 0.3, -h * 0.16, "h", w * 0.6, "M", -w * 0.31, -h * 0.08, "h", w * 0.62)
    return stage.art(
        shade("wood", scene.ink, upright=True),
        ground(stage.width * 1.1, h + 4),
        path(turned, fill="url(#wood)", cls=OUTLINE),
        path(grain, stroke=scene.ink.dark, opacity=0.55),
        path(rings, stroke=scene.ink.deep, stroke_width=2),
    )


def _big_grip(scene: Scene) -> Art:
    stage = scene.stage(scene.width, scene.length)
    w, h = stage.width / 2, stage.height / 2
    grip = draw_path(
        "M", -w, -h * 0.5, "C", -w, -h * 1.1, w, -h * 1.1, w, -h * 0.5, "C", w, -h * 0.1, w * 0.5, -h * 0.1
    )
    grip += draw_path("", w * 0.42, h * 0.3, "H", -w * 0.42, "C", -w * 0.5, -h * 0.1, -w, -h * 0.1, -w, -h * 0.5, "Z")
    stem = draw_path("M", -w * 0.36, h * 0.28, "L", -w * 0.26, h * 0.6, "H", w * 0.26, "L", w * 0.36, h * 0.28, "Z")
    ribs = "".join(
        draw_path("M", -w * reach, h * y, "Q", 0, h * (y + 0.1), w * reach, h * y)
        for reach, y in ((0.78, -0.5), (0.7, -0.38), (0.56, -0.26))
    )
    return stage.art(
        shade("grip", scene.ink, upright=True),
        moved(0, h * 0.99, ellipse((0, 3), (w * 0.5, 6), cls="s")),
        path(stem, fill=TIP.dark, cls=OUTLINE),
        ball((0, h * 0.75), h * 0.25, TIP),
        path(grip, fill="url(#grip)", cls=OUTLINE),
        path(ribs, stroke=scene.ink.deep, stroke_width=5, opacity=0.7),
        ellipse((-w * 0.45, -h * 0.72), (w * 0.22, h * 0.07), fill="#fff", opacity=0.3),
    )


def point_pen(scene: Scene) -> Art:
    """Draw a pen with a metal tip, a display and two keys, and the spare tip it comes with."""
    stage = scene.stage(scene.length, scene.width * 2.6)
    w, h = stage.width / 2, scene.width * stage.scale / 2
    body = draw_path(
        "M", -w, -h * 0.6, "Q", -w, -h, -w + h * 0.6, -h, "H", w * 0.62, "L", w * 0.82, -h * 0.4, "V", h * 0.4
    )
    body += draw_path(" L", w * 0.62, h, "H", -w + h * 0.6, "Q", -w, h, -w, h * 0.6, "Z")
    tip = draw_path(
        "M", w * 0.82, -h * 0.28, "L", w * 0.94, -h * 0.2, "A", h * 0.3, h * 0.26, 0, 0, 1, w * 0.94, h * 0.2
    )
    tip += draw_path(" L", w * 0.82, h * 0.28, "Z")
    screen = rect((-w * 0.1, -h * 0.5), (w * 0.34, h), 4, fill="#2f3a36", cls=OUTLINE)
    level = path(
        draw_path("M", -w * 0.04, h * 0.2, "v", -h * 0.3, "m", 9, h * 0.3, "v", -h * 0.5),
        stroke="#a9d6ae",
        stroke_width=4,
    )
    keys = "".join(circle((x, 0), h * 0.3, fill=scene.ink.dark, cls=OUTLINE) for x in (-w * 0.26, -w * 0.42))
    spare = moved(w * 0.5, h * 2.2, _pen_tip(h)) if scene.mentions("tips") else ""
    drawn = (
        shade("pen", scene.ink)
        + path(body, fill="url(#pen)", cls=OUTLINE)
        + path(tip, fill=STEEL.base, cls=OUTLINE)
        + path(draw_path("M", -w * 0.78, -h * 0.9, "V", h * 0.9), stroke=scene.ink.deep, stroke_width=2)
        + screen
        + level
        + keys
    )
    return stage.art(ellipse((0, h + 10), (w * 0.9, 6), cls="s"), drawn, spare)


def _pen_tip(size: float) -> str:
    return slab((-size, -size * 0.35), (size, size * 0.7), 3, STEEL, 3) + circle(
        (size * 0.2, 0), size * 0.34, fill=STEEL.base, cls=OUTLINE
    )
