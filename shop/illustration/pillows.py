"""Pillows and cushions for the neck and the lower back."""

from dataclasses import replace

from shop.illustration.palette import mix
from shop.illustration.points import Motif, dots, field, motif_for
from shop.illustration.scene import Art, Scene, Stage
from shop.illustration.shapes import (
    OUTLINE,
    Point,
    circle,
    draw_path,
    ellipse,
    ground,
    moved,
    path,
    rect,
    shade,
    solid,
)


def spike_pillow(scene: Scene) -> Art:
    """Draw a spiked neck pillow: bolster, half-round or crescent, as the name says."""
    stage = scene.stage(scene.length, scene.width)
    size = (stage.width, stage.height)
    if scene.mentions("bolster", "cylinder", "buckwheat"):
        return stage.art(ground(stage.width * 0.9, stage.height / 2 + 8), bolster(scene, stage, size))
    if scene.mentions("half-round", "half round", "half-moon"):
        return stage.art(half_round(scene, stage, size))
    return stage.art(crescent(scene, stage, size))


def _pillow_points(scene: Scene, stage: Stage, area: Point, name: str) -> str:
    motif = motif_for(scene, stage)
    return field((-area[0] / 2, -area[1] / 2), area, Motif(motif.mark, motif.pitch, False), name)


def crescent(scene: Scene, stage: Stage, size: Point) -> str:
    """Return a pillow curved like the nape, round (0, 0)."""
    w, h = size[0] / 2, size[1] / 2
    bow = h * 0.5
    outline = draw_path("M", -w * 0.93, -h + bow, "Q", 0, -h - bow * 0.9, w * 0.93, -h + bow)
    outline += draw_path(" Q", w * 1.1, h * 0.4, w * 0.9, h * 0.95, "Q", 0, h - bow * 0.8, -w * 0.9, h * 0.95)
    outline += draw_path(" Q", -w * 1.1, h * 0.4, -w * 0.93, -h + bow, "Z")
    seam = draw_path("M", -w * 0.86, h * 0.8, "Q", 0, h * 0.8 - bow * 0.8, w * 0.86, h * 0.8)
    area = (size[0] * 0.68, size[1] * 0.6)
    return (
        solid(outline, scene.ink)
        + path(seam, stroke=scene.ink.point, stroke_opacity=0.5, stroke_dasharray="5 4")
        + moved(0, -h * 0.14, _pillow_points(scene, stage, area, "pillow"))
    )


def half_round(scene: Scene, stage: Stage, size: Point) -> str:
    """Return a pillow with a flat base and a domed top, seen from the front, round (0, 0)."""
    w, h = size[0] / 2, size[1] / 2
    loaf = draw_path("M", -w, h, "C", -w, -h * 0.7, -w * 0.92, -h, -w * 0.72, -h, "H", w * 0.72)
    loaf += draw_path(" C", w * 0.92, -h, w, -h * 0.7, w, h, "Q", w, h + 8, w - 10, h + 8, "H", -w + 10)
    loaf += draw_path(" Q", -w, h + 8, -w, h, "Z")
    seams = draw_path("M", -w * 0.84, h + 6, "C", -w * 0.84, -h * 0.5, -w * 0.8, -h, -w * 0.7, -h)
    seams += draw_path(" M", w * 0.84, h + 6, "C", w * 0.84, -h * 0.5, w * 0.8, -h, w * 0.7, -h)
    return (
        shade("loaf", scene.ink)
        + ground(size[0] * 1.02, h + 12)
        + path(loaf, fill="url(#loaf)", cls=OUTLINE)
        + path(seams, stroke=scene.ink.deep, stroke_width=2)
        + path(draw_path("M", -w + 4, h, "H", w - 4), stroke=scene.ink.deep, stroke_width=3)
        + _pillow_points(scene, stage, (size[0] * 0.76, size[1] * 0.8), "pillow")
    )


def bolster(scene: Scene, stage: Stage, size: Point) -> str:
    """Return a cylinder gathered at both ends, round (0, 0)."""
    w, h = size[0] / 2, size[1] / 2
    body = w * 0.84
    ends = "".join(
        path(
            draw_path("M", side * body, -h, "Q", side * w * 0.97, -h * 0.7, side * w, 0, "Q", side * w * 0.97, h * 0.7)
            + draw_path("", side * body, h, "Z"),
            fill=scene.ink.dark,
            cls=OUTLINE,
        )
        + path(
            "".join(draw_path("M", side * w * 0.99, 0, "L", side * body, h * y) for y in (-0.7, -0.25, 0.25, 0.7)),
            stroke=scene.ink.deep,
        )
        + circle((side * w * 0.99, 0), max(4, h * 0.1), fill=scene.ink.base, cls=OUTLINE)
        for side in (-1, 1)
    )
    return (
        shade("bolster", scene.ink)
        + ends
        + rect((-body, -h), (body * 2, size[1]), 7, fill="url(#bolster)", cls=OUTLINE)
        + _pillow_points(scene, stage, (body * 1.86, size[1] * 0.78), "pillow")
    )


def neck_cushion(scene: Scene) -> Art:
    """Draw a contoured cushion with a neck roll and two columns of nodes."""
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    dip = h * (0.42 + 0.06 * scene.pick("dip", 3))
    outline = draw_path("M", -w * 0.8, -h, "C", -w * 0.4, -h, -w * 0.3, -h + dip, 0, -h + dip)
    outline += draw_path(" C", w * 0.3, -h + dip, w * 0.4, -h, w * 0.8, -h, "C", w * 1.05, -h, w, -h * 0.2, w * 0.9, 0)
    outline += draw_path(" C", w * 0.82, h * 0.3, w, h, w * 0.72, h, "C", w * 0.4, h, w * 0.3, h * 0.84, 0, h * 0.84)
    outline += draw_path(
        " C", -w * 0.3, h * 0.84, -w * 0.4, h, -w * 0.72, h, "C", -w, h, -w * 0.82, h * 0.3, -w * 0.9, 0
    )
    outline += draw_path(" C", -w, -h * 0.2, -w * 1.05, -h, -w * 0.8, -h, "Z")
    roll = draw_path("M", -w * 0.7, h * 0.52, "Q", 0, h * 0.3, w * 0.7, h * 0.52)
    is_one_material = not scene.mentions("tpe", "silicone")
    node_ink = replace(scene.ink, point=mix(scene.ink.base, "#fffaf0", 0.4)) if is_one_material else scene.ink
    rows = 3 + scene.pick("rows", 2)
    places = [(side * w * 0.17, -h * 0.3 + index * h * 0.95 / rows) for side in (-1, 1) for index in range(rows)]
    wings = "".join(
        ellipse((side * w * 0.55, -h * 0.3), (w * 0.24, h * 0.36), fill=scene.ink.light, opacity=0.35)
        for side in (-1, 1)
    )
    return stage.art(
        solid(outline, scene.ink, 12),
        wings,
        path(roll, stroke=scene.ink.dark, stroke_width=h * 0.1, opacity=0.7),
        ellipse((0, h * 0.05), (w * 0.075, h * 0.5), fill=scene.ink.dark, opacity=0.75),
        dots(places, h * 0.09, node_ink),
    )


def lumbar_cushion(scene: Scene) -> Art:
    """Draw a seat-back cushion with nodes beside the spine, or a floor arch when the name says so."""
    return _floor_arch(scene) if scene.mentions("arch", "stretcher") else _seat_cushion(scene)


def _seat_cushion(scene: Scene) -> Art:
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    outline = draw_path("M", -w * 0.75, -h, "Q", 0, -h * 0.86, w * 0.75, -h, "Q", w * 1.02, -h, w * 0.96, -h * 0.5)
    outline += draw_path(" Q", w * 0.84, 0, w, h * 0.55, "Q", w * 1.04, h, w * 0.7, h, "Q", 0, h * 0.9, -w * 0.7, h)
    outline += draw_path(" Q", -w * 1.04, h, -w, h * 0.55, "Q", -w * 0.84, 0, -w * 0.96, -h * 0.5)
    outline += draw_path(" Q", -w * 1.02, -h, -w * 0.75, -h, "Z")
    strap = rect((-w - 34, -h * 0.14), (stage.width + 68, h * 0.28), 5, fill=scene.ink.deep, cls=OUTLINE)
    seam = path(outline, transform="scale(.9)", stroke=scene.ink.point, stroke_opacity=0.4, stroke_dasharray="5 4")
    places = [(side * w * x, h * (index - 2) * 0.3) for side in (-1, 1) for x in (0.24, 0.47) for index in range(5)]
    return stage.art(
        strap,
        solid(outline, scene.ink, 12),
        seam,
        rect((-w * 0.08, -h * 0.74), (w * 0.16, h * 1.48), w * 0.08, fill=scene.ink.dark),
        dots(places, h * 0.075, scene.ink),
    )


def _floor_arch(scene: Scene) -> Art:
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    foot, top = h * 0.8, h * 0.8 - h * 1.55
    front = [(-w, foot), (-w * 0.45, top), (w * 0.45, top), (w, foot)]
    back = [(x * 0.86, y - h * 0.62) for x, y in front]
    edge = draw_path("M", *front[0], "C", *front[1], *front[2], *front[3])
    plate = edge + draw_path(" L", *back[3], "C", *back[2], *back[1], *back[0], "Z")
    nodes = [
        (near[0] + (far[0] - near[0]) * part, near[1] + (far[1] - near[1]) * part)
        for share in (0.14, 0.25, 0.36, 0.64, 0.75, 0.86)
        for near, far in ((_on_curve(front, share), _on_curve(back, share)),)
        for part in (0.2, 0.5, 0.8)
    ]
    spine = [_on_curve(front, 0.5), _on_curve(back, 0.5)]
    base = rect((-w * 1.02, h * 0.74), (w * 2.04, h * 0.2), 8, fill=scene.ink.dark, cls=OUTLINE)
    slots = "".join(
        rect((side * w * x - 7, h * 0.79), (14, h * 0.09), 3, fill=scene.ink.light)
        for side in (-1, 1)
        for x in (0.56, 0.68, 0.8)
    )
    return stage.art(
        ground(stage.width * 1.08, h * 0.98),
        path(plate, fill=scene.ink.base, cls=OUTLINE),
        path(
            draw_path("M", *spine[0], "L", *spine[1]),
            stroke=scene.ink.deep,
            stroke_width=w * 0.1,
            stroke_linecap="butt",
        ),
        path(edge, stroke_width=15, cls=OUTLINE),
        path(edge, stroke=scene.ink.dark, stroke_width=12),
        path(edge, stroke=scene.ink.light, stroke_width=2, transform="translate(0 -5)"),
        dots(nodes, h * 0.065, scene.ink),
        base,
        slots,
    )


def _on_curve(corners: list[Point], share: float) -> Point:
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x = sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True))
    y = sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True))
    return x, y


def occipital_cradle(scene: Scene) -> Art:
    """Draw two rounded prongs on a curved base, seen from the front."""
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    base = draw_path("M", -w, h * 0.75, "Q", -w, h * 0.1, -w * 0.62, h * 0.16, "Q", 0, h * 0.62, w * 0.62, h * 0.16)
    base += draw_path(
        " Q", w, h * 0.1, w, h * 0.75, "Q", w, h, w * 0.8, h, "H", -w * 0.8, "Q", -w, h, -w, h * 0.75, "Z"
    )
    prongs = "".join(
        path(
            draw_path(
                "M", side * w * 0.7, h * 0.5, "C", side * w * 0.72, -h * 0.4, side * w * 0.62, -h, side * w * 0.38, -h
            )
            + draw_path("C", side * w * 0.14, -h, side * w * 0.12, -h * 0.5, side * w * 0.26, -h * 0.2)
            + draw_path("C", side * w * 0.36, h * 0.05, side * w * 0.3, h * 0.3, side * w * 0.26, h * 0.5, "Z"),
            fill="url(#prong)",
            cls=OUTLINE,
        )
        + ellipse((side * w * 0.4, -h * 0.66), (w * 0.1, h * 0.14), fill="#fff", opacity=0.3)
        for side in (-1, 1)
    )
    ribs = [(side * w * x, h * 0.62) for side in (-1, 1) for x in (0.22, 0.44, 0.66)]
    return stage.art(
        shade("prong", scene.ink),
        ground(stage.width * 1.04, h + 6),
        prongs,
        path(base, fill=scene.ink.base, cls=OUTLINE),
        path(draw_path("M", -w * 0.9, h * 0.88, "H", w * 0.9), stroke=scene.ink.dark, stroke_width=h * 0.16),
        dots(ribs, h * 0.06, scene.ink),
    )
