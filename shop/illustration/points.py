"""Point patterns: what presses on the skin, denser and rounder when mild, wider and sharper when strong."""

import math
from dataclasses import dataclass

from shop.illustration.palette import Ink
from shop.illustration.scene import Scene, Stage
from shop.illustration.shapes import Point, circle, draw_path, element, moved, number, on_circle, path, polygon, rect

MILD, SHARP = 2.0, 4.0
LEAST_PITCH = 9.0


@dataclass(frozen=True, slots=True)
class Motif:
    """One point drawn round (0, 0), the distance to the next one, and whether rows are staggered."""

    mark: str
    pitch: float
    staggered: bool


def motif_for(scene: Scene, stage: Stage, ink: Ink | None = None) -> Motif:
    """Return the subject's own point: its form by firmness, its details by SKU."""
    ink = ink or scene.ink
    pitch = max(LEAST_PITCH, min((11 + 6.2 * scene.firmness) * stage.scale, min(stage.width, stage.height) / 4))
    staggered = scene.pick("stagger", 3) == 0
    if scene.firmness <= MILD:
        return Motif(_dome(pitch, ink, scene.pick("dome", 3)), pitch, staggered)
    if scene.firmness >= SHARP:
        return Motif(_star(pitch, ink, 5 + scene.pick("rays", 3)), pitch, staggered)
    return Motif(_rosette(pitch, ink, 6 + scene.pick("petals", 4), scene.pick("heart", 2) == 0), pitch, staggered)


def _dome(pitch: float, ink: Ink, look: int) -> str:
    shine = circle((-pitch * 0.1, -pitch * 0.12), pitch * (0.1 + 0.03 * look), fill="#fff", opacity=0.55)
    return circle((0, pitch * 0.05), pitch * 0.38, fill=ink.dark) + circle((0, 0), pitch * 0.35, fill=ink.point) + shine


def _star(pitch: float, ink: Ink, rays: int) -> str:
    tips, dents = on_circle(rays, pitch * 0.36), on_circle(rays, pitch * 0.19, -90 + 180 / rays)
    star = [point for pair in zip(tips, dents, strict=True) for point in pair]
    return (
        circle((0, 0), pitch * 0.4, fill=ink.dark)
        + polygon(star, fill=ink.point)
        + circle((0, 0), pitch * 0.08, fill=ink.deep)
    )


def _rosette(pitch: float, ink: Ink, petals: int, has_heart: bool) -> str:
    ring = pitch * 0.23
    dots = circle(
        (0, 0),
        ring,
        stroke=ink.dark,
        stroke_width=pitch * 0.13,
        stroke_dasharray=f"0 {2 * math.pi * ring / petals:.2f}",
    )
    heart = circle((0, 0), pitch * 0.07, fill=ink.dark) if has_heart else ""
    return circle((0, 0), pitch * 0.39, fill=ink.point) + dots + heart


def field(at: Point, size: Point, motif: Motif, name: str = "p") -> str:
    """Return a rectangle filled with whole points, spread evenly; `name` must be unique in the picture."""
    columns, rows = max(1, int(size[0] / motif.pitch)), max(1, int(size[1] / motif.pitch))
    step_x, step_y = size[0] / columns, size[1] / rows
    fill = f"url(#{name})"
    lift = 2 if motif.staggered else 1
    tile = element(
        "pattern",
        moved(step_x / 2, step_y / 2, motif.mark),
        id=name,
        width=_exact(step_x),
        height=_exact(step_y * lift),
        patternUnits="userSpaceOnUse",
    )
    if not motif.staggered:
        return tile + moved(*at, rect((0, 0), size, fill=fill))
    full, short = (size[0], size[1]), (size[0] - step_x, step_y * (rows - 1))
    odd = moved(at[0] + step_x / 2, at[1] + step_y, rect((0, 0), short, fill=fill)) if columns > 1 and rows > 1 else ""
    return tile + moved(*at, rect((0, 0), full, fill=fill)) + odd


def _exact(value: float) -> str:
    """Return a number exact enough that many steps of it do not drift."""
    return f"{value:.3f}"


def dots(places: list[Point], radius: float, ink: Ink) -> str:
    """Return raised nodes at the given places."""
    shape = draw_path(*(step for place in places for step in ("M", *place, "h.01")))  # a round line cap is a disc
    shine = f"translate({number(-radius * 0.28)} {number(-radius * 0.32)})"
    return (
        path(
            shape, stroke=ink.deep, stroke_width=radius * 2.1, opacity=0.6, transform=f"translate(0 {radius * 0.2:.1f})"
        )
        + path(shape, stroke=ink.point, stroke_width=radius * 2)
        + path(shape, stroke="#fff", stroke_width=radius * 0.52, opacity=0.55, transform=shine)
    )
