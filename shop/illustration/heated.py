"""Heated mats and pads with stones, a cable and a controller."""

from shop.illustration.palette import ink, mix
from shop.illustration.scene import Art, Scene
from shop.illustration.shapes import (
    OUTLINE,
    Point,
    circle,
    draw_path,
    element,
    moved,
    on_circle,
    path,
    polygon,
    rect,
    slab,
)

CONTROLLER = ink("#3d4144")
STONES = ("#8a6fae", "#4b4a52", "#a58bc4")


def heated_mat(scene: Scene) -> Art:
    """Draw a mat with rows of stones and its controller; a waist pad also has its strap."""
    has_strap = scene.mentions("strap", "waist", "belt")
    sides = 160.0 if has_strap else 0.0
    below = min(scene.length, scene.width) * 0.42 + 30
    stage = scene.stage(scene.length + sides, scene.width + below)
    k = stage.scale
    size = (scene.length * k, scene.width * k)
    lift = -(stage.height - size[1]) / 2
    cable_start = (size[0] * 0.5 - 40, size[1] / 2 + lift)
    control = (size[0] * 0.12, stage.height / 2 - below * k * 0.28)
    strap = _strap(scene, stage.width, size[1], lift) if has_strap else ""
    return stage.art(
        strap,
        moved(0, lift, slab((-size[0] / 2, -size[1] / 2), size, 18, scene.ink), _stones(scene, size, k)),
        _cable(cable_start, control),
        moved(*control, _controller(min(1.0, 0.55 + 90 * k / 300))),
        _cover(scene, (-size[0] * 0.3, stage.height / 2 - below * k * 0.26), below * k)
        if scene.mentions("cover")
        else "",
    )


def _strap(scene: Scene, width: float, height: float, lift: float) -> str:
    return rect((-width / 2, lift - height * 0.16), (width, height * 0.32), 6, fill=scene.ink.deep, cls=OUTLINE) + rect(
        (width / 2 - 30, lift - height * 0.13), (24, height * 0.26), 4, fill=scene.ink.light, opacity=0.6
    )


def _stones(scene: Scene, size: Point, scale: float) -> str:
    """Return quilted rows of six-sided stones, the rows taking turns in the colours of the stones."""
    pitch = max(20.0, 62 * scale)
    columns, rows = max(2, int(size[0] * 0.92 / pitch)), max(2, int(size[1] * 0.84 / pitch))
    step = (size[0] * 0.92 / columns, size[1] * 0.84 / rows)
    left, top = -size[0] * 0.46, -size[1] * 0.42
    colours = STONES if scene.mentions("amethyst", "tourmaline") else (scene.ink.point,)
    first = scene.pick("stones", 3)
    tiles = "".join(_stone_tile(scene, step, colour, f"g{index}") for index, colour in enumerate(colours))
    lines = "".join(
        moved(
            left,
            top + row * step[1],
            rect((0, 0), (size[0] * 0.92, step[1]), fill=f"url(#g{(row + first) % len(colours)})"),
        )
        for row in range(rows)
    )
    seams = "".join(draw_path("M", left, top + row * step[1], "h", size[0] * 0.92) for row in range(rows + 1))
    return tiles + path(seams, stroke=scene.ink.dark, stroke_dasharray="4 3") + lines


def _stone_tile(scene: Scene, step: Point, colour: str, name: str) -> str:
    radius = min(step) * 0.43
    start = 30.0 * scene.pick("turn", 2)
    stone = (
        polygon([(x, y + radius * 0.14) for x, y in on_circle(6, radius, start)], fill=scene.ink.deep)
        + polygon(on_circle(6, radius * 0.94, start), fill=colour)
        + polygon(on_circle(6, radius * 0.55, start), fill=mix(colour, "#ffffff", 0.3))
    )
    return element(
        "pattern",
        moved(step[0] / 2, step[1] / 2, stone),
        id=name,
        width=f"{step[0]:.3f}",
        height=f"{step[1]:.3f}",
        patternUnits="userSpaceOnUse",
    )


def _cable(start: Point, end: Point) -> str:
    curve = draw_path("M", *start, "C", start[0] + 8, end[1] + 30, end[0] + 130, end[1] - 20, end[0] + 20, end[1])
    return path(curve, stroke_width=7, cls=OUTLINE) + path(curve, stroke=CONTROLLER.base, stroke_width=5)


def _controller(size: float) -> str:
    w, h = 56 * size, 25 * size
    lamps = "".join(
        circle((w * x, h * 0.36), 3.5 * size, fill=colour)
        for x, colour in ((-0.6, "#e8a33d"), (-0.38, "#e8a33d"), (-0.16, "#7d7468"))
    )
    return (
        slab((-w, -h), (w * 2, h * 2), 11 * size, CONTROLLER, 5)
        + rect((-w * 0.74, -h * 0.62), (w * 0.82, h * 0.72), 3, fill="#a9c7a0")
        + path(
            draw_path("M", -w * 0.5, -h * 0.4, "v", h * 0.3, "m", w * 0.2, -h * 0.3, "v", h * 0.3),
            stroke="#33402f",
            stroke_width=3 * size,
        )
        + lamps
        + circle((w * 0.56, 0), h * 0.5, fill="#c2543c", cls=OUTLINE)
        + path(draw_path("M", w * 0.56, -h * 0.26, "v", h * 0.24), stroke="#fff", stroke_width=3 * size)
    )


def _cover(scene: Scene, at: Point, room: float) -> str:
    """Return the folded cover that comes with the mat."""
    cloth = ink(mix(scene.ink.base, "#fffaf0", 0.55))
    w, h = room * 0.62, room * 0.16
    return moved(
        *at, slab((-w, -h * 0.1), (w * 2, h * 1.1), 6, cloth, 4), slab((-w, -h * 1.2), (w * 2, h * 1.1), 6, cloth, 4)
    )
