"""Colours: the shop's colour names, a steady guess for unknown names, and the shades made from one base."""

import colorsys
import hashlib
import re
from dataclasses import dataclass

Rgb = tuple[int, int, int]

COLOURS = {
    "amber": "#c98a2b", "beige": "#d3bf9c", "black": "#303236", "blue": "#2f6299", "bordeaux": "#6e2a38",
    "bronze": "#8f6a3a", "brown": "#6f4c36", "burgundy": "#6e2a38", "charcoal": "#43484d", "clear": "#dbe4e2",
    "copper": "#b8703f", "coral": "#d9745c", "cork": "#c2955f", "cream": "#ece0c4", "forest": "#2b5439",
    "gold": "#c99c3c", "graphite": "#4a4d52", "gray": "#868b8e", "green": "#3f7d50", "grey": "#868b8e",
    "indigo": "#3a4580", "ivory": "#efe6d0", "jade": "#74a888", "khaki": "#9a9263", "lavender": "#a595cc",
    "lilac": "#b79fca", "lime": "#a4bb40", "magenta": "#a83a76", "mint": "#8cc4a8", "moss": "#5f7a45",
    "mustard": "#cb9a2e", "natural": "#c9ae82", "navy": "#2a3c61", "olive": "#75773f", "orange": "#d87c36",
    "peach": "#e5aa84", "petrol": "#1f5a66", "pink": "#d98fa5", "plum": "#6f3d61", "purple": "#6b4590",
    "red": "#b33d36", "rose": "#cf8d92", "rust": "#a9532f", "sage": "#93a583", "sand": "#d6be94",
    "silver": "#b4babf", "skin": "#dfb796", "sky": "#7caecd", "slate": "#596774", "stone": "#8d8a81",
    "tan": "#c19a6b", "taupe": "#8b7d6f", "teal": "#21716d", "terracotta": "#b8613f", "turquoise": "#3c9d9b",
    "violet": "#6a4d95", "white": "#f8f6f0", "wine": "#6e2a38", "wood": "#cfa06a", "yellow": "#e0b540",
}  # fmt: skip
MATERIAL_COLOURS = {
    "cork": "#c2955f", "beechwood": "#d0a26c", "wood": "#cfa06a", "bamboo": "#cdb069", "walnut": "#7a5638",
    "jade": "#74a888", "amethyst": "#7d629f", "linen": "#c9b083", "river_stone": "#8d8a81", "steel": "#b4babf",
    "silver": "#b4babf", "copper": "#b8703f", "natural_rubber": "#43484d",
}  # fmt: skip
HOUSE_COLOURS = ("teal", "plum", "slate", "rust", "forest", "indigo", "rose", "moss")
LIGHTER, DARKER = {"light", "pale", "soft", "pastel"}, {"dark", "deep"}
HEX_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Ink:
    """The shades of one colour: `point` stands out on `base`, `dark` and `deep` shade it, `light` lifts it."""

    base: str
    dark: str
    deep: str
    light: str
    point: str


def number_from(text: str, below: int) -> int:
    """Return a steady whole number from 0 to `below` - 1 that depends only on the text."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:6], "big") % max(1, below)


def ink_for(colour: str | None, materials: tuple[str, ...], sku: str) -> Ink:
    """Return the shades for a variant's colour name, or for the materials when no colour is named."""
    return ink(_base(colour or "", materials, sku))


def ink(base: str) -> Ink:
    """Return the shades made from one #rrggbb colour."""
    is_pale = _lightness(base) > 0.6
    return Ink(
        base=base,
        dark=mix(base, "#1d1712", 0.3),
        deep=mix(base, "#1d1712", 0.55),
        light=mix(base, "#fffaf0", 0.3),
        point=mix(base, "#2a1f14", 0.62) if is_pale else mix(base, "#fdf6e6", 0.88),
    )


def mix(first: str, second: str, share: float) -> str:
    """Return `first` blended with `share` (0 to 1) of `second`, both #rrggbb."""
    return _to_hex([a + (b - a) * share for a, b in zip(_to_rgb(first), _to_rgb(second), strict=True)])


def _base(colour: str, materials: tuple[str, ...], sku: str) -> str:
    name = colour.strip().lower()[:80]
    if HEX_COLOUR.fullmatch(name):
        return name
    words = re.findall(r"[^\W\d_]+", name)
    by_material = next((MATERIAL_COLOURS[part] for part in materials if part in MATERIAL_COLOURS), None)
    if "natural" in words and by_material:
        return by_material
    known = [COLOURS[word] for word in words if word in COLOURS]
    if known:
        return _adjusted(known[-1], set(words))
    if words and not re.search(r"\d", name):
        return _guessed(name)
    return by_material or COLOURS[HOUSE_COLOURS[number_from(sku, len(HOUSE_COLOURS))]]  # no colour, or a size


def _adjusted(base: str, words: set[str]) -> str:
    if words & LIGHTER:
        return mix(base, "#ffffff", 0.35)
    return mix(base, "#1d1712", 0.3) if words & DARKER else base


def _guessed(name: str) -> str:
    hue = number_from(name, 360) / 360
    lightness = 0.36 + number_from(name + "/lightness", 5) * 0.05
    return _to_hex([255 * part for part in colorsys.hls_to_rgb(hue, lightness, 0.38)])


def _to_rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _to_hex(parts: list[float]) -> str:
    return "#" + "".join(f"{max(0, min(255, round(part))):02x}" for part in parts)


def _lightness(colour: str) -> float:
    red, green, blue = _to_rgb(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
