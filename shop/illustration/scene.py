"""Setting the scene: cleaned sizes, true scale, steady variation, and the finished SVG document."""

import base64
import hashlib
import math
import re
from dataclasses import dataclass
from html import escape

from shop.illustration.palette import Ink, number_from
from shop.illustration.shapes import draw_path, element, group, number, path, rect
from shop.illustration.subject import Subject

WIDTH, HEIGHT = 600, 480
CENTRE_X, CENTRE_Y = 300, 214
ROOM_WIDTH, ROOM_HEIGHT = 510, 346
RULER_LENGTHS_CM = (100, 50, 20, 10, 5, 2, 1)
LONGEST_RULER = 130
SMALLEST_MM, LARGEST_MM = 10.0, 3000.0
STYLE = (
    ".t{font-size:17px}@media(max-width:420px){.t{font-size:30px}.r{stroke-width:3}}"
    "@media(max-width:190px){.t,.r{display:none}}"
    ".b{fill:#f2ecdf}.o{stroke:#1f1a14;stroke-opacity:.32}.s{fill:#3b2f1f;fill-opacity:.13}.r{stroke:#575a4e}.t{fill:#575a4e}"
    "@media(prefers-color-scheme:dark){.b{fill:#23271f}.o{stroke:#fffaf0;stroke-opacity:.5}"
    ".s{fill:#000;fill-opacity:.4}.r{stroke:#b8b6a8}.t{fill:#b8b6a8}}"
)
# On a small card the ruler's words are written larger, on a tiny one left out: a picture sees its own size there.
# The style sheet never changes, so a response can allow exactly it instead of every inline style.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode() + "'"
)
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NUMBER_WORDS = {"one": 1, "two": 2, "pair": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}


@dataclass(frozen=True, slots=True)
class Art:
    """Finished marks round (0, 0) and the scale they were drawn at, in picture units per millimetre."""

    marks: str
    scale: float


@dataclass(frozen=True, slots=True)
class Stage:
    """The room a drawing has: width and height in picture units round (0, 0), and units per millimetre."""

    width: float
    height: float
    scale: float

    def art(self, *marks: str) -> Art:
        """Return the marks as finished art at this stage's scale."""
        return Art("".join(marks), self.scale)


@dataclass(frozen=True, slots=True)
class Scene:
    """A subject ready to be drawn: sizes that make sense, and its colours."""

    subject: Subject
    ink: Ink
    length: float
    width: float

    @property
    def firmness(self) -> float:
        """The middle of the pressure range, from 1 (mild) to 5 (strong)."""
        low, high = self.subject.pressure_min, self.subject.pressure_max
        known = [max(1, min(5, level)) for level in (low, high) if level]
        return sum(known) / len(known) if known else 3

    def pick(self, feature: str, count: int) -> int:
        """Return the product's own choice among `count` looks of a feature: steady, and different per SKU."""
        return number_from(f"{self.subject.sku}/{feature}", count)

    def mentions(self, *words: str) -> bool:
        """Tell whether the name, the materials or the set contents contain one of the words."""
        told = " ".join(
            (self.subject.name[:300], *self.subject.materials[:30], *self.subject.set_includes[:30])
        ).lower()
        return any(word in told for word in words)

    def count_of(self, thing: str, otherwise: int) -> int:
        """Return how many of a thing the set holds, between 1 and 60."""
        for part in (*self.subject.set_includes[:30], self.subject.name[:300].lower()):
            if thing in part.lower():
                for word in re.findall(r"\w+", part.lower()):
                    found = NUMBER_WORDS.get(word) or (int(word) if re.fullmatch(r"[0-9]{1,3}", word) else 0)
                    if found:
                        return min(found, 60)
        return otherwise

    def stage(self, width_mm: float, height_mm: float) -> Stage:
        """Return the room for something this large; small things are drawn smaller, yet large enough to see."""
        span = 275 + 150 * math.log10(max(width_mm, height_mm, 30) / 30)
        scale = min(span / max(width_mm, height_mm), ROOM_WIDTH / width_mm, ROOM_HEIGHT / height_mm)
        return Stage(width_mm * scale, height_mm * scale, scale)


def clean_size(subject: Subject, typical: tuple[float, float], longest_ratio: float) -> tuple[float, float, bool]:
    """Return length and width in mm, longer side first, and whether they are the product's real size."""
    given = [size for size in (subject.length_mm, subject.width_mm) if size and SMALLEST_MM <= size <= LARGEST_MM]
    if len(given) < 2:
        return *typical, False
    length, width = max(given), min(given)
    if length / width > longest_ratio:
        return length, length / longest_ratio, False
    return length, width, True


def document(title: str, art: Art, *, is_to_scale: bool) -> str:
    """Return the standalone SVG document: title, background, the art, and a ruler when sizes are real."""
    return element(
        "svg",
        element("title", escape(NOT_XML.sub("", title)[:200]) or "-")
        + element("style", STYLE)
        + rect((0, 0), (WIDTH, HEIGHT), cls="b")
        + group(art.marks, transform=f"translate({CENTRE_X} {CENTRE_Y})")
        + (ruler(art.scale) if is_to_scale else ""),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=str(WIDTH),
        height=str(HEIGHT),
        role="img",
        fill="none",
        stroke_width=1.5,
        stroke_linejoin="round",
        stroke_linecap="round",
    )


def ruler(scale: float) -> str:
    """Return a short measuring line, as long as its label says at the art's scale."""
    centimetres = next((cm for cm in RULER_LENGTHS_CM if cm * 10 * scale <= LONGEST_RULER), 1)
    left, y, length = 32, 450, centimetres * 10 * scale
    line = draw_path("M", left, y - 5, "v", 10, "m", 0, -5, "h", length, "m", 0, -5, "v", 10)
    return path(line, cls="r") + element(
        "text",
        f"{centimetres} cm",
        x=number(left + length + 10),
        y=number(y + 5),
        cls="t",
        font_family="system-ui,sans-serif",
    )
