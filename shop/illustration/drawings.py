"""Which drawing belongs to which product type, and the whole picture for a subject."""

from collections.abc import Callable
from dataclasses import dataclass

from shop.illustration import balls, feet, heated, mats, pillows, rollers, small, tools, wearables
from shop.illustration.palette import ink_for
from shop.illustration.points import field, motif_for
from shop.illustration.scene import Art, Scene, clean_size, document
from shop.illustration.shapes import slab
from shop.illustration.subject import Subject


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one type is drawn: its function, its usual size in mm, and the longest ratio that still looks right."""

    draw: Callable[[Scene], Art]
    typical: tuple[float, float]
    longest_ratio: float = 3.2


def _tile(scene: Scene) -> Art:
    stage = scene.stage(scene.length, scene.width)
    at, size = (-stage.width / 2, -stage.height / 2), (stage.width, stage.height)
    inner = (size[0] * 0.8, size[1] * 0.8)
    return stage.art(
        slab(at, size, min(size) * 0.16, scene.ink),
        field((-inner[0] / 2, -inner[1] / 2), inner, motif_for(scene, stage)),
    )


DRAWINGS = {
    "spike_mat": Drawing(mats.spike_mat, (680, 420)),
    "spike_set": Drawing(mats.spike_set, (680, 420)),
    "spike_pillow": Drawing(pillows.spike_pillow, (380, 150)),
    "travel_mat": Drawing(mats.travel_mat, (400, 340)),
    "foot_mat": Drawing(feet.foot_mat, (400, 360)),
    "lumbar_cushion": Drawing(pillows.lumbar_cushion, (360, 330), 2),
    "neck_cushion": Drawing(pillows.neck_cushion, (300, 200), 2.2),
    "occipital_cradle": Drawing(pillows.occipital_cradle, (170, 120), 2),
    "massage_ball": Drawing(balls.massage_ball, (65, 65), 1.1),
    "peanut_ball": Drawing(balls.peanut_ball, (160, 80), 2.4),
    "spiky_ball": Drawing(balls.spiky_ball, (70, 70), 1.1),
    "trigger_cane": Drawing(tools.trigger_cane, (620, 380), 2.2),
    "wall_knob": Drawing(tools.wall_knob, (140, 140), 1.5),
    "knobber": Drawing(tools.knobber, (110, 60), 2.4),
    "node_roller": Drawing(rollers.node_roller, (330, 140), 4),
    "massage_stick": Drawing(rollers.massage_stick, (440, 40), 14),
    "foot_roller": Drawing(rollers.foot_roller, (280, 180), 4),
    "foot_sandals": Drawing(feet.foot_sandals, (280, 100), 3.2),
    "head_massager": Drawing(small.head_massager, (230, 100), 3),
    "gua_sha": Drawing(small.gua_sha, (90, 60), 2.2),
    "ear_seeds": Drawing(small.ear_seeds, (90, 60), 2),
    "p6_band": Drawing(wearables.p6_band, (60, 30), 2.6),
    "li4_clip": Drawing(wearables.li4_clip, (60, 40), 2),
    "acu_ring": Drawing(wearables.acu_ring, (30, 30), 1.1),
    "heated_mat": Drawing(heated.heated_mat, (480, 300), 3.2),
    "point_pen": Drawing(tools.point_pen, (180, 25), 9),
    "magnet_pads": Drawing(small.magnet_pads, (80, 60), 2.4),
}
UNKNOWN = Drawing(_tile, (200, 200), 4)


def draw(subject: Subject, *, colour: str | None = None) -> str:
    """Return the subject's illustration as a standalone SVG document, the same bytes for the same input.

    colour: the variant's colour name ("teal", "light grey") or #rrggbb; names that are sizes ("EU 39") and None
    give the colour of the material. Serve it as an image with CONTENT_SECURITY_POLICY; ids repeat between
    documents, so it is not for pasting into a page.
    """
    drawing = DRAWINGS.get(subject.type, UNKNOWN)
    length, width, is_to_scale = clean_size(subject, drawing.typical, drawing.longest_ratio)
    scene = Scene(subject, ink_for(colour, subject.materials, subject.sku), length, width)
    title = f"{subject.name}, {colour}" if colour else subject.name
    return document(title, drawing.draw(scene), is_to_scale=is_to_scale)
