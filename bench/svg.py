"""Two plain diagrams as SVG text: lines with bands over a logarithmic axis, and points with bars beside a diagonal."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 56, 64
COLOURS = ("#2f5d50", "#b4552d", "#4a5a8c", "#7a6a2e", "#7b3f6b")
INK, GRID, PAPER = "#22251f", "#d8d4c8", "#fbfaf6"
FONT = "font-family='system-ui, sans-serif'"


@dataclass(frozen=True, slots=True)
class Point:
    """A measured value with its interval. `x` is what the axis counts."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one name, left to right."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Axes:
    """What stands at the axes, and the ticks. On a logarithmic x axis ticks must be above 0."""

    title: str
    x_words: str
    y_words: str
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    is_log: bool = False

    def across(self, x: float) -> float:
        """Where a value lies from the left, in pixels."""
        first, last, value = self.x_ticks[0], self.x_ticks[-1], x
        if self.is_log:
            first, last, value = log10(first), log10(last), log10(x)
        return LEFT + (value - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def down(self, y: float) -> float:
        """Where a value lies from the top, in pixels."""
        first, last = self.y_ticks[0], self.y_ticks[-1]
        share = min(max((y - first) / (last - first), 0.0), 1.0)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def lines(axes: Axes, series: Sequence[Series]) -> str:
    """Each series as a line with its band, and its name at the right height of a legend."""
    parts = [*_frame(axes)]
    for number, each in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        upper = [(axes.across(point.x), axes.down(point.high)) for point in each.points]
        lower = [(axes.across(point.x), axes.down(point.low)) for point in reversed(each.points)]
        middle = [(axes.across(point.x), axes.down(point.y)) for point in each.points]
        parts.append(f"<polygon points='{_path([*upper, *lower])}' fill='{colour}' opacity='0.16'/>")
        parts.append(f"<polyline points='{_path(middle)}' fill='none' stroke='{colour}' stroke-width='2.5'/>")
        parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour}'/>" for x, y in middle]
    return _whole(axes, [*parts, *_legend([each.name for each in series])])


def dots(axes: Axes, series: Sequence[Series]) -> str:
    """Each point with the bar of its interval, beside the line on which both values are equal."""
    first, last = axes.x_ticks[0], axes.x_ticks[-1]
    ends = [(axes.across(end), axes.down(end)) for end in (first, last)]
    parts = [*_frame(axes), f"<polyline points='{_path(ends)}' stroke='{INK}' stroke-dasharray='5 5' opacity='0.6'/>"]
    for number, each in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        for point in each.points:
            x, low, high = axes.across(point.x), axes.down(point.low), axes.down(point.high)
            parts.append(f"<path d='M{x:.1f} {low:.1f}V{high:.1f}' stroke='{colour}' stroke-width='2' opacity='0.6'/>")
            parts.append(f"<circle cx='{x:.1f}' cy='{axes.down(point.y):.1f}' r='4.5' fill='{colour}'/>")
    return _whole(axes, [*parts, *_legend([each.name for each in series])])


def _frame(axes: Axes) -> list[str]:
    parts = []
    for tick in axes.y_ticks:
        y = axes.down(tick)
        parts.append(f"<path d='M{LEFT} {y:.1f}H{WIDTH - RIGHT}' stroke='{GRID}'/>")
        parts.append(_text(LEFT - 8, y + 4, f"{tick:g}", "end"))
    for tick in axes.x_ticks:
        parts.append(_text(axes.across(tick), HEIGHT - BOTTOM + 20, f"{tick:,g}".replace("e+", "e"), "middle"))
    parts.append(f"<path d='M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}' fill='none' stroke='{INK}'/>")
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 18, axes.x_words, "middle"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    turned = f"transform='rotate(-90 18 {middle:.0f})'"
    parts.append(_text(18, middle, axes.y_words, "middle", turned))
    return parts


def _legend(names: Sequence[str]) -> list[str]:
    parts = []
    for number, name in enumerate(names):
        y = HEIGHT - BOTTOM - 14 - 20 * (len(names) - 1 - number)
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f"<rect x='{WIDTH - RIGHT - 260}' y='{y - 10}' width='12' height='12' fill='{colour}'/>")
        parts.append(_text(WIDTH - RIGHT - 240, y, name, "start"))
    return parts


def _whole(axes: Axes, parts: Sequence[str]) -> str:
    title = _text(LEFT, 30, axes.title, "start", "font-weight='600'")
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' role='img'"
    ground = f"<rect width='{WIDTH}' height='{HEIGHT}' fill='{PAPER}'/>"
    return "\n".join([f"{head} aria-label='{escape(axes.title)}'>", ground, title, *parts, "</svg>\n"])


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='13' fill='{INK}' {FONT} {more}>"
        f"{escape(words)}</text>"
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
