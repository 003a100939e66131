"""Things for the head and the skin: scalp massagers, boards, seeds and pads."""

from shop.illustration.palette import Ink, ink, mix
from shop.illustration.scene import Art, Scene
from shop.illustration.shapes import (
    OUTLINE,
    Point,
    circle,
    draw_path,
    element,
    ellipse,
    ground,
    group,
    moved,
    number,
    path,
    rect,
    shade,
    slab,
    solid,
)

PAPER = ink("#f4ead6")
STEEL = ink("#a9b0b5")
HANDLE = ink("#4a423b")


def head_massager(scene: Scene) -> Art:
    """Draw springy wires on a handle, or a palm pad with soft fingers when it is made of silicone."""
    return _finger_pad(scene) if scene.mentions("silicone", "rubber") else _wires(scene)


def _wires(scene: Scene) -> Art:
    stage = scene.stage(scene.width * 1.3, scene.length)
    w, h = stage.width / 2, stage.height / 2
    neck = -h * 0.3
    spread = (-1.0, -0.74, -0.46, -0.16, 0.16, 0.46, 0.74, 1.0)
    ends = [(w * x, h * (0.98 - 0.34 * x * x)) for x in spread]
    wires = "".join(
        draw_path("M", x * 0.05, neck, "C", x * 0.9, neck + h * 0.1, x * 1.12, h * 0.2, x, y) for x, y in ends
    )
    tips = "".join(circle(end, max(4, w * 0.06)) for end in ends)
    grip = rect((-w * 0.11, -h), (w * 0.22, h * 0.72), w * 0.1, fill="url(#handle)", cls=OUTLINE)
    ferrule = rect((-w * 0.09, -h * 0.34), (w * 0.18, h * 0.1), 3, fill=scene.ink.dark, cls=OUTLINE)
    return stage.art(
        shade("handle", HANDLE, upright=True),
        path(wires, stroke_width=6.5, cls=OUTLINE),
        path(wires, stroke=scene.ink.dark, stroke_width=4.5),
        path(wires, stroke=scene.ink.light, stroke_width=1.6, transform="translate(-1 0)"),
        group(tips, fill=HANDLE.base, cls=OUTLINE),
        ferrule,
        grip,
    )


def _finger_pad(scene: Scene) -> Art:
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    dome = draw_path("M", -w, h * 0.1, "C", -w, -h * 0.5, -w * 0.5, -h * 0.62, -w * 0.2, -h * 0.64, "Q", -w * 0.24, -h)
    dome += draw_path(
        "", 0, -h, "Q", w * 0.24, -h, w * 0.2, -h * 0.64, "C", w * 0.5, -h * 0.62, w, -h * 0.5, w, h * 0.1, "Z"
    )
    fingers = "".join(
        path(
            draw_path(
                "M",
                x - w * 0.1,
                h * 0.05,
                "L",
                x - w * 0.035,
                h * low,
                "Q",
                x,
                h * (low + 0.09),
                x + w * 0.035,
                h * low,
            )
            + draw_path("L", x + w * 0.1, h * 0.05, "Z")
        )
        for x, low in ((w * (index - 3) * 0.27, 0.9 - 0.03 * abs(index - 3) ** 2) for index in range(7))
    )
    shades = scene.ink
    return stage.art(
        shade("dome", shades),
        ground(stage.width * 0.8, h + 6),
        group(fingers, fill=mix(shades.base, "#c9b7a0", 0.4), cls=OUTLINE),
        path(dome, fill="url(#dome)", cls=OUTLINE),
        rect((-w * 1.02, h * 0.02), (w * 2.04, h * 0.15), h * 0.07, fill=shades.dark, cls=OUTLINE),
        path(
            draw_path("M", -w * 0.7, -h * 0.24, "Q", -w * 0.5, -h * 0.46, -w * 0.24, -h * 0.5),
            stroke="#fff",
            stroke_width=7,
            opacity=0.5,
        ),
    )


def gua_sha(scene: Scene) -> Art:
    """Draw a polished stone board with its notch and a vein or two."""
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    board = draw_path("M", -w, -h * 0.2, "C", -w, -h * 0.9, -w * 0.4, -h * 1.05, 0, -h * 0.86, "C", w * 0.4, -h * 0.66)
    board += draw_path(
        "", w * 0.6, -h * 1.1, w * 0.84, -h * 0.92, "C", w * 1.04, -h * 0.76, w * 0.9, -h * 0.3, w * 0.66, -h * 0.12
    )
    board += draw_path(
        " C", w * 0.5, 0, w * 0.6, h * 0.16, w * 0.78, h * 0.26, "C", w * 1.02, h * 0.4, w, h, w * 0.6, h
    )
    board += draw_path(" C", 0, h, -w, h * 0.7, -w, -h * 0.2, "Z")
    bend = h * (0.1 + 0.12 * scene.pick("vein", 3))
    veins = draw_path("M", -w * 0.9, -h * 0.1, "C", -w * 0.4, -bend, -w * 0.2, h * 0.5, w * 0.5, h * 0.86)
    veins += draw_path(" M", -w * 0.5, -h * 0.84, "C", -w * 0.2, -h * 0.3, w * 0.2, bend, w * 0.62, -h * 0.1)
    return stage.art(
        solid(board, scene.ink, 9),
        path(veins, stroke=scene.ink.light, stroke_width=9, opacity=0.4),
        path(veins, stroke=scene.ink.dark, stroke_width=2, opacity=0.5, transform="translate(5 -8)"),
        path(board, transform="scale(.93)", stroke="#fff", stroke_opacity=0.4, stroke_width=3),
        ellipse(
            (-w * 0.5, -h * 0.5),
            (w * 0.2, h * 0.1),
            fill="#fff",
            opacity=0.35,
            transform=f"rotate(-32 {-w * 0.5:.0f} {-h * 0.5:.0f})",
        ),
    )


def ear_seeds(scene: Scene) -> Art:
    """Draw a card with as many seed patches as the kit holds, an ear with three seeds, and its tweezers."""
    has_tweezers = scene.mentions("tweezers")
    stage = scene.stage(scene.length * (1.75 if has_tweezers else 1.5), scene.width * 1.05)
    card = (scene.length * stage.scale, scene.width * stage.scale)
    left = -stage.width / 2
    return stage.art(
        slab((left, -card[1] / 2), card, 10, PAPER, 6),
        moved(left + card[0] / 2, 0, _patches(scene, card)),
        moved(left + card[0] * 1.26, 0, _ear(card[1] * 0.5, scene.ink)),
        moved(left + card[0] * 1.62, 0, _tweezers(card[1] * 0.95)) if has_tweezers else "",
    )


def _patches(scene: Scene, card: Point) -> str:
    count = scene.count_of("seed", 24)
    places, step = _grid(count, card)
    half, seed = step * 0.4, step * 0.18
    patches = "".join(rect((x - half, y - half), (half * 2, half * 2), step * 0.14) for x, y in places)
    seeds = draw_path(*(part for place in places for part in ("M", *place, "h.01")))
    shine = f"translate({number(-step * 0.05)} {number(-step * 0.05)})"
    return (
        group(patches, fill=mix(scene.ink.base, "#fff8ea", 0.55), stroke=PAPER.dark, stroke_width=1)
        + path(seeds, stroke=scene.ink.dark, stroke_width=seed * 2)
        + path(seeds, stroke=scene.ink.light, stroke_width=seed * 0.7, transform=shine)
    )


def _grid(count: int, room: Point) -> tuple[list[Point], float]:
    """Return that many places in rows round (0, 0), as far apart as the room allows, and their distance."""
    columns = max(1, round((count * room[0] / room[1]) ** 0.5))
    rows = -(-count // columns)
    step = min(room[0] * 0.94 / columns, room[1] * 0.92 / rows)
    return [
        ((index % columns - (columns - 1) / 2) * step, (index // columns - (rows - 1) / 2) * step)
        for index in range(count)
    ], step


def _ear(half: float, shades: Ink) -> str:
    skin = ink("#dfb796")
    r = half * 0.62
    ear = draw_path(
        "M", -r * 0.7, -half * 0.1, "C", -r * 1.1, -half * 0.7, -r * 0.5, -half, 0, -half, "C", r * 0.7, -half, r
    )
    ear += draw_path(
        "", -half * 0.5, r * 0.9, -half * 0.1, "C", r * 0.8, half * 0.3, r * 0.3, half * 0.4, r * 0.2, half * 0.7
    )
    ear += draw_path(" C", r * 0.1, half * 1.05, -r * 0.6, half, -r * 0.6, half * 0.5, "Z")
    fold = draw_path(
        "M", -r * 0.45, -half * 0.3, "C", -r * 0.6, -half * 0.8, r * 0.6, -half * 0.9, r * 0.56, -half * 0.2
    )
    fold += draw_path(" C", r * 0.5, half * 0.1, r * 0.1, half * 0.1, -r * 0.06, half * 0.36, "M", -r * 0.3, half * 0.2)
    fold += draw_path(" C", r * 0.3, half * 0.1, r * 0.2, -half * 0.4, -r * 0.1, -half * 0.3)
    spots: tuple[Point, ...] = ((r * 0.05, -half * 0.66), (r * 0.5, -half * 0.1), (-r * 0.2, half * 0.66))
    marks = "".join(
        circle(spot, half * 0.075, fill=shades.dark) + circle(spot, half * 0.04, fill=shades.light) for spot in spots
    )
    return solid(ear, skin, 5) + path(fold, stroke=skin.dark, stroke_width=3.5) + marks


def _tweezers(tall: float) -> str:
    h, w = tall / 2, tall * 0.09
    legs = draw_path("M", 0, -h, "C", -w * 1.6, -h * 0.2, -w * 1.4, h * 0.4, -w * 0.3, h, "M", 0, -h)
    legs += draw_path(" C", w * 1.6, -h * 0.2, w * 1.4, h * 0.4, w * 0.3, h)
    return (
        path(legs, stroke_width=9, cls=OUTLINE)
        + path(legs, stroke=STEEL.base, stroke_width=7)
        + path(legs, stroke=STEEL.light, stroke_width=2)
    )


def magnet_pads(scene: Scene) -> Art:
    """Draw a backing sheet with rows of round pads, a metal dot in each, one pad half lifted."""
    stage = scene.stage(scene.length, scene.width)
    count = scene.count_of("pad", scene.count_of("piece", 24))
    places, step = _grid(count, (stage.width, stage.height))
    pad = element(
        "g",
        circle((0, step * 0.04), step * 0.42, fill=scene.ink.deep, opacity=0.35)
        + circle((0, 0), step * 0.41, fill=scene.ink.base, stroke=scene.ink.dark)
        + circle((0, 0), step * 0.19, fill=STEEL.dark)
        + circle((-step * 0.02, -step * 0.02), step * 0.155, fill=STEEL.light)
        + circle((-step * 0.06, -step * 0.07), step * 0.045, fill="#fff"),
        id="d",
    )
    uses = "".join(element("use", href="#d", x=x, y=y) for x, y in places)
    return stage.art(
        slab((-stage.width / 2, -stage.height / 2), (stage.width, stage.height), 12, PAPER, 6),
        element("defs", pad),
        uses,
    )
