"""Spike mats, sets of mat and pillow, and the chair-sized travel kinds."""

from dataclasses import replace

from shop.illustration.palette import Ink, ink
from shop.illustration.pillows import bolster, crescent
from shop.illustration.points import field, motif_for
from shop.illustration.scene import Art, Scene, Stage
from shop.illustration.shapes import (
    OUTLINE,
    Point,
    draw_path,
    ellipse,
    group,
    moved,
    path,
    rect,
    shade,
    slab,
    solid,
    tube,
)

PILLOW_MM = (380.0, 150.0)
GAP_MM = 45.0
FIBRE = ink("#a87f4f")


def spike_mat(scene: Scene) -> Art:
    """Draw a full-back mat seen from above."""
    stage = scene.stage(scene.length, scene.width)
    return stage.art(mat(scene, stage, (stage.width, stage.height)))


def spike_set(scene: Scene) -> Art:
    """Draw a mat with its pillow, and its bag when there is one."""
    pillow = (min(PILLOW_MM[0], scene.length), min(PILLOW_MM[1], scene.width))
    stage = scene.stage(scene.length, scene.width + GAP_MM + pillow[1])
    k = stage.scale
    pillow_size = (pillow[0] * k, pillow[1] * k)
    has_bag = scene.mentions("bag", "pouch")
    shift = -(stage.width - pillow_size[0]) / 2 if has_bag else 0
    form = bolster if scene.mentions("buckwheat", "bolster") else crescent
    marks = [
        moved(0, (stage.height - scene.width * k) / 2, mat(scene, stage, (stage.width, scene.width * k))),
        moved(shift, -(stage.height - pillow_size[1]) / 2, form(scene, stage, pillow_size)),
    ]
    if has_bag:
        bag_width = min(stage.width - pillow_size[0], 260 * k) * 0.8
        place = ((stage.width - bag_width) / 2, -(stage.height - pillow_size[1]) / 2)
        marks.append(moved(*place, bag((bag_width, pillow_size[1] * 0.9), scene.ink)))
    return stage.art(*marks)


def mat(scene: Scene, stage: Stage, size: Point) -> str:
    """Return one mat of the given size round (0, 0), its points in true spacing."""
    width, height = size
    corner = (12 + 5 * scene.pick("corner", 4)) * min(1, stage.scale * 1.5)
    is_fibre = scene.mentions("coconut", "coir")
    at = (-width / 2, -height / 2)
    inset = min(30 * stage.scale, min(size) * 0.1)
    edges = _fibre_edges(size) if is_fibre else ""
    side = inset * (1.9 if is_fibre else 1)
    area = (width - 2 * side, height - 2 * inset)
    return (
        slab(at, size, corner, scene.ink)
        + stitches(at, size, corner, scene.ink)
        + edges
        + field((-area[0] / 2, -area[1] / 2), area, motif_for(scene, stage), f"m{int(width)}")
        + _label(scene, size)
    )


def stitches(at: Point, size: Point, corner: float, ink_: Ink) -> str:
    """Return the seam that runs round a textile cover."""
    return rect(
        (at[0] + 7, at[1] + 7),
        (size[0] - 14, size[1] - 14),
        max(corner - 5, 2),
        stroke=ink_.point,
        stroke_opacity=0.5,
        stroke_dasharray="5 4",
        stroke_width=1,
    )


def _fibre_edges(size: Point) -> str:
    width, height = size
    return "".join(
        rect((x, -height / 2 + 1), (13, height - 2), 3, fill=FIBRE.base)
        + path(
            draw_path("M", x + 6.5, -height / 2 + 4, "V", height / 2 - 4),
            stroke=FIBRE.deep,
            stroke_width=9,
            stroke_dasharray="1.5 3",
            stroke_linecap="butt",
        )
        for x in (-width / 2 + 7, width / 2 - 20)
    )


def _label(scene: Scene, size: Point) -> str:
    x = size[0] / 2 - 44 - 14 * scene.pick("label", 4)
    return rect((x, size[1] / 2 + 2), (20, 13), 2, fill="#f6efe0", cls=OUTLINE) + rect(
        (x + 4, size[1] / 2 + 8), (12, 2), 1, fill=scene.ink.dark
    )


def bag(size: Point, ink_: Ink) -> str:
    """Return a drawstring bag round (0, 0)."""
    w, h = size[0] / 2, size[1] / 2
    body = draw_path("M", -w * 0.62, -h * 0.55, "C", -w * 1.05, -h * 0.2, -w * 1.05, h, -w * 0.7, h, "H", w * 0.7)
    body += draw_path(" C", w * 1.05, h, w * 1.05, -h * 0.2, w * 0.62, -h * 0.55, "Z")
    neck = draw_path("M", -w * 0.62, -h * 0.55, "L", -w * 0.74, -h, "Q", 0, -h * 0.84, w * 0.74, -h)
    neck += draw_path(" L", w * 0.62, -h * 0.55, "Z")
    pleats = "".join(draw_path("M", w * x, -h * 0.55, "L", w * x * 1.15, -h * 0.2) for x in (-0.4, -0.13, 0.13, 0.4))
    cord = draw_path("M", -w * 0.62, -h * 0.55, "H", w * 0.62, "C", w * 0.9, -h * 0.5, w * 0.9, 0, w * 0.62, h * 0.2)
    return (
        path(neck, fill=ink_.dark, cls=OUTLINE)
        + solid(body, ink_, 5)
        + path(pleats, stroke=ink_.dark, stroke_width=2)
        + path(cord, stroke=ink_.point, stroke_width=3)
    )


def travel_mat(scene: Scene) -> Art:
    """Draw a half-size mat: strapped to a chair back when its name says so, else with one side rolled up."""
    if not scene.mentions("roll") and scene.mentions("clip", "strap", "panel", "chair-back"):
        return _chair_panel(scene)
    stage = scene.stage(scene.length, scene.width)
    width, height = stage.width, stage.height
    roll = width * 0.2
    flat = (width - roll * 0.8, height)
    return stage.art(
        moved(-roll * 0.4, 0, mat(scene, stage, flat)),
        shade("roll", scene.ink, upright=True),
        moved(width / 2 - roll / 2, 0, _roll(scene.ink, roll, height)),
    )


def _roll(ink_: Ink, thickness: float, height: float) -> str:
    radii = (thickness / 2, thickness * 0.24)
    top, bottom = -height / 2 - 4, height / 2 + 6
    side = draw_path("M", -radii[0], top, "V", bottom, "A", *radii, 0, 0, 0, radii[0], bottom, "V", top)
    side += draw_path(" A", *radii, 0, 0, 0, -radii[0], top, "Z")
    turns = "".join(
        ellipse((0, bottom), (radii[0] * part, radii[1] * part), stroke=ink_.deep, fill=fill)
        for part, fill in ((0.96, ink_.dark), (0.66, ink_.base), (0.34, ink_.dark))
    )
    straps = "".join(
        path(
            draw_path("M", -radii[0], y, "A", *radii, 0, 0, 0, radii[0], y),
            stroke=ink_.point,
            stroke_width=9,
            stroke_linecap="butt",
            opacity=0.85,
        )
        for y in (-height * 0.28, height * 0.22)
    )
    return (
        ellipse((6, bottom + 7), (radii[0] * 1.1, radii[1]), cls="s")
        + path(side, fill="url(#roll)", cls=OUTLINE)
        + turns
        + straps
    )


def _chair_panel(scene: Scene) -> Art:
    stage = scene.stage(scene.length, scene.width + 90)
    size = (stage.width, stage.height - 90 * stage.scale)
    strap = replace(scene.ink, base=scene.ink.dark, dark=scene.ink.deep, light=scene.ink.base)
    half = stage.height / 2
    straps = "".join(
        tube(draw_path("M", x, -half + 8, "V", half - 8), 15, strap)
        + rect((x - 14, side * (half - 18) - 11), (28, 22), 5, fill="#b4babf", cls=OUTLINE)
        + rect((x - 7, side * (half - 18) - 5), (14, 10), 2, fill=scene.ink.deep)
        for x in (-stage.width * 0.3, stage.width * 0.3)
        for side in (-1, 1)
    )
    return stage.art(group(straps), mat(scene, stage, size))
