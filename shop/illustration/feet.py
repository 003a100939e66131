"""For the soles: mats to stand on, and sandals."""

from shop.illustration.mats import stitches
from shop.illustration.palette import ink, number_from
from shop.illustration.points import dots, field, motif_for
from shop.illustration.scene import Art, Scene, Stage
from shop.illustration.shapes import OUTLINE, element, fitted, group, moved, path, rect, slab, solid

PEBBLES = ("#8d8a81", "#a89f8f", "#6f7274", "#c2b7a2", "#7f7566")
# One left sole, toes at the top, one unit tall.
SOLE = (
    "M -.1 -.5 C .1 -.52 .2 -.4 .2 -.24 C .2 -.06 .13 .04 .14 .2 C .16 .4 .1 .5 0 .5"
    " C -.12 .5 -.16 .38 -.14 .22 C -.12 .06 -.24 -.06 -.24 -.24 C -.24 -.4 -.2 -.49 -.1 -.5 Z"
)
SOLE_MM = 250.0
PEBBLE = (
    "M -.5 .02 C -.5 -.34 -.2 -.45 .06 -.42 C .36 -.4 .52 -.2 .5 .06"
    " C .47 .34 .2 .44 -.08 .42 C -.34 .4 -.5 .26 -.5 .02 Z"
)
# A left sandal in shares of half its width and half its length.
SANDAL = (
    "M -.1 -1 C .7 -1 1 -.7 .96 -.35 C .9 0 .62 .1 .72 .5 C .84 .86 .4 1 0 1"
    " C -.5 1 -.84 .84 -.74 .5 C -.68 .1 -1 0 -1 -.4 C -1 -.8 -.7 -1 -.1 -1 Z"
)
BAND = "M -1.1 -.52 Q 0 -.78 1.08 -.5 L 1.02 -.02 Q 0 -.24 -1.04 -.04 Z"
BAND_SEAMS = "M -1 -.46 Q 0 -.7 1 -.44 M -.96 -.12 Q 0 -.3 .94 -.1"
SANDAL_NODES = (
    (-0.78, (-0.35, 0, 0.35)),
    (0.16, (-0.4, -0.05, 0.3)),
    (0.34, (-0.4, -0.05, 0.3)),
    (0.52, (-0.42, -0.05, 0.34)),
    (0.7, (-0.4, -0.02, 0.36)),
    (0.86, (-0.2, 0.16)),
)


def foot_mat(scene: Scene) -> Art:
    """Draw a mat with the places for both soles: river stones, soft nodes or spikes."""
    stage = scene.stage(scene.length, scene.width)
    size = (stage.width, stage.height)
    at = (-size[0] / 2, -size[1] / 2)
    body = slab(at, size, 16, scene.ink)
    if scene.mentions("stone", "pebble"):
        mesh = ink("#5d5f5c")
        return stage.art(slab(at, size, 12, mesh), _mesh(stage), _stones(scene, stage))
    if scene.firmness <= 2:
        return stage.art(body, _soles(scene, stage), _node_rows(scene, stage))
    area = (size[0] * 0.9, size[1] * 0.88)
    points = field((-area[0] / 2, -area[1] / 2), area, motif_for(scene, stage))
    return stage.art(body, stitches(at, size, 16, scene.ink), _soles(scene, stage), points)


def _soles(scene: Scene, stage: Stage) -> str:
    tall = min(SOLE_MM * stage.scale, stage.height * 0.84, stage.width * 0.8)
    sole = group(
        path(
            SOLE,
            fill=scene.ink.point,
            fill_opacity=0.26,
            stroke=scene.ink.point,
            stroke_opacity=0.75,
            stroke_width=0.01,
        )
    )
    step = min(stage.width * 0.23, tall * 0.4)
    return "".join(
        element("g", sole, transform=f"translate({x:.1f} 0) scale({flip * tall:.1f} {tall:.1f})")
        for x, flip in ((-step, 1), (step, -1))
    )


def _node_rows(scene: Scene, stage: Stage) -> str:
    across = 15 + 2 * scene.pick("across", 2)
    step = stage.width * 0.9 / across
    down = max(3, int(stage.height * 0.9 / step))
    small = [
        (-stage.width * 0.45 + (column + 0.5) * step, -stage.height * 0.45 + (row + 0.5) * stage.height * 0.9 / down)
        for row in range(down)
        for column in range(across)
        if (row + column) % 2 == 0
    ]
    return dots(small[:180], step * 0.4, scene.ink)


def _mesh(stage: Stage) -> str:
    tile = element(
        "pattern",
        path("M 0 0 L 8 8 M 8 0 L 0 8", stroke="#fff", stroke_opacity=0.16),
        id="mesh",
        width="8",
        height="8",
        patternUnits="userSpaceOnUse",
    )
    return tile + rect((-stage.width / 2, -stage.height / 2), (stage.width, stage.height), 12, fill="url(#mesh)")


def _stones(scene: Scene, stage: Stage) -> str:
    """Return pebbles in uneven rows: every look below comes from the SKU, none from chance."""
    shine = path("M -.3 -.12 Q -.2 -.28 .02 -.27", stroke="#fff", stroke_opacity=0.4, stroke_width=0.07)
    stone = element(
        "g", path(PEBBLE, fill="#1d1712", opacity=0.35, transform="translate(.03 .1)") + path(PEBBLE) + shine, id="t"
    )
    step = max(26.0, min(44.0, 58 * stage.scale))
    columns, rows = max(2, int(stage.width * 0.94 / step)), max(1, int(stage.height * 0.94 / (step * 0.9)))
    step_x, step_y = stage.width * 0.95 / columns, stage.height * 0.94 / rows
    by_colour: dict[str, list[str]] = {shade: [] for shade in PEBBLES}
    for place in range(min(columns * rows, 120)):
        row, column = divmod(place, columns)
        seed = number_from(f"{scene.subject.sku}/stone{place}", 10_000)
        x = -stage.width * 0.475 + (column + 0.5) * step_x + (seed % 5 - 2)
        y = -stage.height * 0.47 + (row + 0.5) * step_y + (seed // 5 % 5 - 2)
        size = step_x * (0.82 + seed // 25 % 4 * 0.06)
        turned = f"translate({x:.0f} {y:.0f}) rotate({seed % 12 * 30}) scale({size:.0f} {step_y * 1.02:.0f})"
        by_colour[PEBBLES[seed // 100 % 5]].append(element("use", href="#t", transform=turned))
    return element("defs", stone) + "".join(group(*marks, fill=shade) for shade, marks in by_colour.items() if marks)


def foot_sandals(scene: Scene) -> Art:
    """Draw a pair of slip-on sandals from above, nodes on the footbed."""
    stage = scene.stage(scene.width * 2.6, scene.length)
    wide, tall = scene.width * stage.scale, stage.height
    left = _sandal(scene, wide, tall)
    return stage.art(
        moved(-wide * 0.66, 0, left),
        element("g", left, transform=f"translate({wide * 0.66:.1f} 0) scale(-1 1)"),
    )


def _sandal(scene: Scene, wide: float, tall: float) -> str:
    w, h = wide / 2, tall / 2
    sole = fitted(SANDAL, w, h)
    nodes = [(w * x, h * y) for y, row in SANDAL_NODES for x in row]
    return (
        solid(sole, scene.ink, 8)
        + path(sole, transform="scale(.84 .92)", fill=scene.ink.light)
        + dots(nodes, w * 0.11, scene.ink)
        + path(fitted(BAND, w, h), fill=scene.ink.dark, cls=OUTLINE)
        + path(fitted(BAND_SEAMS, w, h), stroke=scene.ink.point, stroke_opacity=0.6, stroke_dasharray="5 4")
    )
