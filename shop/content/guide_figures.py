"""The figures of the guide, drawn as vectors: nobody has to hold the rights to a photograph."""

from collections.abc import Callable

from reportlab.graphics.shapes import Circle, Drawing, Ellipse, Line, Path, Polygon, Rect, String
from reportlab.lib.colors import HexColor

MOSS, LEAF, LINEN, TEXT, SKIN = "#2f5d3a", "#7fa487", "#f2ecdf", "#22251f", "#d9c3a8"
WIDTH = 451.0
Drawer = Callable[[], Drawing]


def _panel(height: float) -> Drawing:
    drawing = Drawing(WIDTH, height)
    drawing.add(Rect(0, 0, WIDTH, height, rx=6, ry=6, fillColor=HexColor(LINEN), strokeColor=None))
    return drawing


def _words(drawing: Drawing, x: float, y: float, text: str, size: float = 8.5, anchor: str = "start") -> None:
    drawing.add(String(x, y, text, fontName="Helvetica", fontSize=size, fillColor=HexColor(TEXT), textAnchor=anchor))


def lying() -> Drawing:
    """Somebody lying on a mat, a towel under the knees, seen from the side."""
    drawing = _panel(150)
    moss, skin, leaf = HexColor(MOSS), HexColor(SKIN), HexColor(LEAF)
    drawing.add(Rect(60, 34, 340, 5, fillColor=leaf, strokeColor=None))
    drawing.add(Rect(122, 39, 128, 8, rx=2, ry=2, fillColor=moss, strokeColor=None))
    for index in range(21):
        x = 126 + index * 6
        drawing.add(Polygon([x - 2, 47, x + 2, 47, x, 53], fillColor=moss, strokeColor=None))
    drawing.add(Circle(98, 64, 15, fillColor=skin, strokeColor=None))
    drawing.add(Rect(82, 40, 34, 9, rx=4, ry=4, fillColor=leaf, strokeColor=None))
    body = Path(fillColor=skin, strokeColor=None)
    body.moveTo(100, 56)
    body.lineTo(250, 53)
    body.curveTo(270, 53, 288, 78, 306, 84)
    body.curveTo(322, 78, 340, 50, 366, 48)
    body.lineTo(368, 40)
    body.lineTo(378, 40)
    body.lineTo(380, 60)
    body.curveTo(352, 62, 334, 98, 306, 102)
    body.curveTo(284, 100, 262, 76, 244, 76)
    body.lineTo(124, 78)
    body.lineTo(108, 72)
    body.closePath()
    drawing.add(body)
    drawing.add(Circle(304, 58, 16, fillColor=leaf, strokeColor=None))
    drawing.add(Rect(140, 76, 84, 7, rx=3, ry=3, fillColor=skin, strokeColor=HexColor(TEXT), strokeWidth=0.4))
    _words(drawing, 98, 102, "neck on a folded towel", anchor="middle")
    _words(drawing, 186, 20, "mat under the back, thin shirt between", anchor="middle")
    _words(drawing, 306, 116, "rolled towel under the knees", anchor="middle")
    return drawing


def ladder() -> Drawing:
    """Fourteen bars: how many minutes on which day."""
    drawing = _panel(150)
    minutes = (5, 5, 7, 7, 10, 10, 0, 10, 10, 12, 12, 15, 15, 15)
    for index, length in enumerate(minutes):
        x = 30 + index * 29
        if length:
            drawing.add(Rect(x, 34, 19, length * 5.2, rx=2, ry=2, fillColor=HexColor(MOSS), strokeColor=None))
        _words(drawing, x + 9.5, 40 + length * 5.2, str(length) if length else "rest", 8, "middle")
        _words(drawing, x + 9.5, 21, str(index + 1), 8, "middle")
    _words(drawing, 30, 132, "Minutes a day, day 1 to day 14", 9)
    return drawing


def breath() -> Drawing:
    """Four counts in, six counts out."""
    drawing = _panel(104)
    wave = Path(fillColor=None, strokeColor=HexColor(MOSS), strokeWidth=3)
    wave.moveTo(36, 30)
    for index in range(3):
        x = 36 + index * 130
        wave.curveTo(x + 26, 30, x + 26, 78, x + 52, 78)
        wave.curveTo(x + 91, 78, x + 91, 30, x + 130, 30)
    drawing.add(wave)
    for index in range(3):
        _words(drawing, 36 + index * 130 + 12, 86, "in 1-2-3-4")
        _words(drawing, 36 + index * 130 + 74, 86, "out 1-2-3-4-5-6")
    return drawing


def back() -> Drawing:
    """A back from behind: where pressure is welcome, and the spine and neck to leave alone."""
    drawing = _panel(196)
    skin, moss = HexColor(SKIN), HexColor(MOSS)
    torso = Path(fillColor=skin, strokeColor=None)
    torso.moveTo(112, 12)
    torso.curveTo(104, 60, 118, 84, 98, 128)
    torso.curveTo(92, 146, 128, 148, 140, 156)
    torso.lineTo(140, 168)
    torso.lineTo(168, 168)
    torso.lineTo(168, 156)
    torso.curveTo(180, 148, 216, 146, 210, 128)
    torso.curveTo(190, 84, 204, 60, 196, 12)
    torso.closePath()
    drawing.add(torso)
    drawing.add(Circle(154, 178, 15, fillColor=skin, strokeColor=None))
    drawing.add(Line(154, 16, 154, 160, strokeColor=HexColor("#9c2a17"), strokeWidth=2, strokeDashArray=[4, 3]))
    for x, y in ((134, 118), (174, 118), (136, 88), (172, 88), (138, 52), (170, 52), (136, 34), (172, 34)):
        drawing.add(Ellipse(x, y, 8, 10, fillColor=moss, fillOpacity=0.75, strokeColor=None))
    _words(drawing, 232, 122, "Green: the muscle beside the spine,")
    _words(drawing, 232, 110, "two or three finger widths away from it.")
    _words(drawing, 232, 82, "Red: the spine itself. No pressure there,")
    _words(drawing, 232, 70, "nor on the front and the sides of the neck.")
    return drawing


FIGURES: dict[str, Drawer] = {"lying": lying, "ladder": ladder, "breath": breath, "back": back}
