"""Things that roll: the noded roller, the stick and the foot rollers."""

from shop.illustration.balls import speckles
from shop.illustration.palette import Ink, ink
from shop.illustration.points import dots
from shop.illustration.scene import Art, Scene
from shop.illustration.shapes import OUTLINE, draw_path, ellipse, ground, group, moved, path, rect, shade, slab

GRIP = ink("#3d4144")
ROD = ink("#b4babf")


def node_roller(scene: Scene) -> Art:
    """Draw a hollow roller lying down, rows of nodes on its side."""
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    cap = h * 0.32
    barrel = draw_path("M", -w + cap, -h, "H", w - cap, "A", cap, h, 0, 0, 1, w - cap, h, "H", -w + cap)
    barrel += draw_path(" A", cap, h, 0, 0, 1, -w + cap, -h, "Z")
    columns = 7 + scene.pick("columns", 3)
    step = (stage.width - 3.4 * cap) / columns
    nodes = "".join(
        rect((-w + 2.6 * cap + column * step, y - tall / 2), (step * 0.62, tall), step * 0.2)
        for column in range(columns)
        for y, tall in (
            (-h * 0.82, h * 0.16),
            (-h * 0.46, h * 0.3),
            (0, h * 0.36),
            (h * 0.46, h * 0.3),
            (h * 0.82, h * 0.16),
        )
    )
    return stage.art(
        shade("barrel", scene.ink),
        ground(stage.width, h + 4),
        path(barrel, fill="url(#barrel)", cls=OUTLINE),
        group(nodes, fill=scene.ink.deep, opacity=0.55, transform="translate(0 3)"),
        group(nodes, fill=scene.ink.light, fill_opacity=0.6, stroke=scene.ink.light, stroke_opacity=0.5),
        ellipse((-w + cap, 0), (cap, h), fill=scene.ink.base, cls=OUTLINE),
        ellipse((-w + cap, 0), (cap * 0.72, h * 0.72), fill=scene.ink.deep),
        ellipse((-w + cap * 1.12, 0), (cap * 0.56, h * 0.66), fill=scene.ink.dark),
    )


def massage_stick(scene: Scene) -> Art:
    """Draw a stick held at both ends, with free-turning nodes on its rod."""
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, max(stage.height / 2, 12)
    grip, beads = stage.width * 0.19, 7 + scene.pick("beads", 3)
    step = (stage.width - 2 * grip) / beads
    grips = "".join(
        rect((x, -h * 0.7), (grip, h * 1.4), h * 0.6, fill="url(#grip)", cls=OUTLINE)
        + path(
            "".join(draw_path("M", x + grip * part, -h * 0.5, "v", h) for part in (0.3, 0.4, 0.5, 0.6, 0.7)),
            stroke=GRIP.deep,
            stroke_width=3,
        )
        for x in (-w, w - grip)
    )
    rollers = "".join(
        rect((-w + grip + index * step + 2, -h), (step - 4, h * 2), h * 0.55, fill="url(#bead)", cls=OUTLINE)
        for index in range(beads)
    )
    nodes = [(-w + grip + (index + 0.5) * step, y) for index in range(beads) for y in (-h * 0.45, h * 0.25)]
    tilted = moved(
        0,
        0,
        rect((-w + grip / 2, -h * 0.22), (stage.width - grip, h * 0.44), 2, fill=ROD.base, cls=OUTLINE),
        grips,
        rollers,
        dots(nodes, h * 0.15, scene.ink),
        turn=-14,
    )
    shadow = moved(0, h * 1.35, rect((-w, -h * 0.5), (stage.width, h), h * 0.5, cls="s"), turn=-14)
    return stage.art(shade("grip", GRIP), shade("bead", scene.ink), shadow, tilted)


def foot_roller(scene: Scene) -> Art:
    """Draw a frame of ribbed rollers for both soles, or the single roller when there is no frame."""
    if scene.mentions("single") or scene.length > 2.5 * scene.width:
        return _single_roller(scene)
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    rail, rows = max(10.0, stage.height * 0.09), 5
    step = (stage.height - rail * 0.6) / rows
    half = (stage.width - rail * 3) / 2
    rods = "".join(
        ribbed(scene.ink, x, -h + rail * 0.3 + (row + 0.5) * step, half, step * 0.8)
        for row in range(rows)
        for x in (-w + rail, rail / 2)
    )
    rails = "".join(
        slab((x - rail / 2, -h), (rail, stage.height), 5, scene.ink, 7) for x in (-w + rail / 2, 0, w - rail / 2)
    )
    inside = rect((-w + rail, -h + 12), (stage.width - 2 * rail, stage.height - 8), 4, cls="s")
    return stage.art(shade("rib", scene.ink), inside, rods, rails)


def ribbed(shades: Ink, x: float, y: float, length: float, thick: float) -> str:
    """Return one turned roller with ribs, its axis lying from x to the right at height y."""
    ribs = max(4, round(length / (thick * 0.55)))
    step = length / ribs
    grooves = "".join(draw_path("M", x + step * index, y - thick * 0.42, "v", thick * 0.84) for index in range(1, ribs))
    return rect((x, y - thick / 2), (length, thick), thick * 0.22, fill="url(#rib)", cls=OUTLINE) + path(
        grooves, stroke=shades.deep, stroke_width=max(2.0, step * 0.16), opacity=0.65
    )


def _single_roller(scene: Scene) -> Art:
    stage = scene.stage(scene.length, scene.width)
    w, h = stage.width / 2, stage.height / 2
    waisted = scene.pick("waist", 2) == 0
    middle = 0.55 if waisted else 0.72
    shape = draw_path(
        "M", -w, -h * 0.7, "Q", -w, -h, -w * 0.86, -h, "C", -w * 0.4, -h, -w * 0.4, -h * middle, 0, -h * middle
    )
    shape += draw_path(" C", w * 0.4, -h * middle, w * 0.4, -h, w * 0.86, -h, "Q", w, -h, w, -h * 0.7, "V", h * 0.7)
    shape += draw_path(" Q", w, h, w * 0.86, h, "C", w * 0.4, h, w * 0.4, h * middle, 0, h * middle)
    shape += draw_path(" C", -w * 0.4, h * middle, -w * 0.4, h, -w * 0.86, h, "Q", -w, h, -w, h * 0.7, "Z")
    grain = speckles(scene, h * 0.82)
    flecks = moved(-w * 0.6, 0, grain) + moved(w * 0.6, 0, grain, turn=180) + group(grain, transform="scale(.9 .6)")
    return stage.art(
        shade("cork", scene.ink),
        ground(stage.width * 0.96, h + 6),
        path(shape, fill="url(#cork)", cls=OUTLINE),
        flecks if scene.mentions("cork") else "",
        path(
            draw_path("M", -w * 0.7, -h * 0.9, "Q", -w * 0.62, 0, -w * 0.7, h * 0.9, "M", w * 0.7, -h * 0.9)
            + draw_path(" Q", w * 0.78, 0, w * 0.7, h * 0.9),
            stroke=scene.ink.dark,
            stroke_width=4,
        ),
    )
