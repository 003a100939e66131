"""Balls: single, joined and spiky."""

from shop.illustration.palette import Ink, ink, mix, number_from
from shop.illustration.points import dots
from shop.illustration.scene import Art, Scene
from shop.illustration.shapes import (
    OUTLINE,
    Point,
    ball,
    circle,
    draw_path,
    ellipse,
    ground,
    group,
    moved,
    on_circle,
    path,
    polygon,
)


def massage_ball(scene: Scene) -> Art:
    """Draw one ball: speckled cork, or smooth with moulded rings."""
    stage = scene.stage(scene.length, scene.length)
    radius = stage.width / 2
    skin = speckles(scene, radius) if scene.mentions("cork") else _rings(scene.ink, radius, 1 + scene.pick("rings", 2))
    return stage.art(ground(radius * 1.5, radius + 4), ball((0, 0), radius, scene.ink), skin)


def speckles(scene: Scene, radius: float) -> str:
    """Return the flecks of pressed cork on a round body, in two shades."""
    flecks: dict[str, list[str]] = {scene.ink.deep: [], scene.ink.light: []}
    for index in range(60):
        ring = radius * 0.88 * (number_from(f"{scene.subject.sku}/ring{index}", 1000) / 1000) ** 0.5
        x, y = on_circle(1, ring, number_from(f"{scene.subject.sku}/turn{index}", 360))[0]
        shade_ = scene.ink.light if index % 3 == 0 else scene.ink.deep
        flecks[shade_].append(draw_path("M", x, y, "l", 2 + index % 4, 1 + index % 3))
    return "".join(
        path("".join(marks), stroke=shade_, stroke_width=4.5, opacity=0.6) for shade_, marks in flecks.items()
    )


def _rings(shades: Ink, radius: float, count: int) -> str:
    return "".join(
        path(
            draw_path("M", -reach, y, "A", reach, radius * 0.26, 0, 0, 0, reach, y),
            stroke=shades.deep,
            stroke_width=radius * 0.045,
        )
        for y in ((radius * 0.12,) if count == 1 else (-radius * 0.12, radius * 0.3))
        for reach in ((max(0.0, radius**2 - y**2)) ** 0.5 * 0.985,)
    )


def peanut_ball(scene: Scene) -> Art:
    """Draw two joined balls with the groove that spares the spine."""
    stage = scene.stage(scene.length, scene.width)
    radius = min(stage.height / 2, stage.width / 4)
    centre = stage.width / 2 - radius
    waist = draw_path("M", -centre, -radius * 0.8, "Q", 0, -radius * 0.1, centre, -radius * 0.8, "V", radius * 0.8)
    waist += draw_path(" Q", 0, radius * 0.1, -centre, radius * 0.8, "Z")
    nubs = [
        (side * centre + x * 0.62, y * 0.62 + radius * 0.06)
        for side in (-1, 1)
        for x, y in on_circle(6 + scene.pick("nubs", 3), radius, -70)
    ]
    skin = speckles(scene, radius) if scene.mentions("cork") else dots(nubs, radius * 0.06, _toned(scene.ink))
    return stage.art(
        ground(stage.width * 0.9, radius + 5),
        path(waist, fill=scene.ink.dark, cls=OUTLINE),
        ball((-centre, 0), radius, scene.ink),
        ball((centre, 0), radius, scene.ink),
        ellipse((0, 0), (radius * 0.2, radius * 0.3), fill=scene.ink.dark),
        path(draw_path("M", 0, -radius * 0.26, "V", radius * 0.26), stroke=scene.ink.deep, stroke_width=3),
        skin,
    )


def _toned(shades: Ink) -> Ink:
    return Ink(shades.base, shades.dark, shades.dark, shades.light, shades.light)


def spiky_ball(scene: Scene) -> Art:
    """Draw a ball with short rounded spikes, twice when sold as a pair: the softer one paler."""
    if scene.count_of("ball", 1) < 2 and not scene.mentions("pair"):
        stage = scene.stage(scene.length, scene.length)
        return stage.art(
            ground(stage.width * 0.8, stage.width / 2 + 2), _spiky(scene, (0, 0), stage.width / 2, scene.ink)
        )
    stage = scene.stage(scene.length * 2.1, scene.length * 1.1)
    radius = stage.width / 4.2
    soft = ink(mix(scene.ink.base, "#fffaf0", 0.38))
    return stage.art(
        moved(-radius * 1.08, 0, ground(radius * 1.6, radius + 3)),
        moved(radius * 1.08, 0, ground(radius * 1.6, radius + 3)),
        _spiky(scene, (-radius * 1.08, 0), radius, scene.ink),
        _spiky(scene, (radius * 1.08, 0), radius, soft),
    )


def _spiky(scene: Scene, at: Point, radius: float, shades: Ink) -> str:
    count = 22 + 2 * scene.pick("spikes", 4)
    core = radius * 0.84
    outer, inner = on_circle(count, radius), on_circle(count, core, -90 + 180 / count)
    burst = [point for pair in zip(outer, inner, strict=True) for point in pair]
    rings: list[str] = []
    for share, many in ((0.3, 6), (0.56, 11), (0.77, 16)):
        size = core * 0.105 * (1.1 - share * 0.55)
        places = on_circle(many, core * share, -90 + 20 * share)
        rings.append(dots(places, size, _toned(shades)))
    return moved(
        *at,
        polygon(burst, fill=shades.dark, cls=OUTLINE, stroke_width=7),
        polygon(burst, fill=shades.base, stroke=shades.base, stroke_width=4),
        circle((0, 0), core * 0.98, fill=shades.dark, opacity=0.25),
        group(ball((0, 0), core * 0.95, shades)),
        *rings,
        dots([(0, 0)], core * 0.1, _toned(shades)),
    )
