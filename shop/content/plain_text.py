"""Any text of the shop as a reader sees it: markup and invisible characters out, each letter traced to its place."""

import re
from dataclasses import dataclass
from html import unescape

INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
INLINE_TAGS = "a|abbr|b|big|code|em|font|i|mark|s|small|span|strong|sub|sup|u|wbr"
PIECE = re.compile(
    rf"(?P<drop>[{INVISIBLE}]|&shy;|&#173;|&#8203;|&ZeroWidthSpace;|</?(?:{INLINE_TAGS})\b[^<>]*>|[*`]+)"
    r"|(?P<address>\]\([^()\s]*\)|https?://[^\s<>)\]]+)"
    r"|(?P<block></?[a-z!][^<>]*>)"
    r"|(?P<entity>&(?:[a-z]+|#\d+|#x[0-9a-f]+);)"
    r"|(?P<space>[ \t\u00a0\u2007\u2009\u202f_]+|\r?\n(?![ \t]*(?:\r?\n|[-*#|>])))",
    re.IGNORECASE,
)
TYPOGRAPHIC = str.maketrans(
    {"’": "'", "‘": "'", "‐": "-", "‑": "-", "“": " ", "”": " ", '"': " ", "„": " ", "«": " ", "»": " "}
)


@dataclass(frozen=True, slots=True)
class PlainText:
    """Lower-case text, and for each of its characters the position it had in the original."""

    text: str
    positions: tuple[int, ...]

    def at(self, index: int) -> int:
        """Where the character at `index` stood in the original."""
        return self.positions[index]


def plain_text(source: str) -> PlainText:
    """Return `source` without tags, emphasis marks, link addresses and hidden characters, in lower case."""
    letters: list[str] = []
    positions: list[int] = []

    def put(text: str, at: int, *, step: int = 0) -> None:
        for index, letter in enumerate(text):
            for low in letter.lower().translate(TYPOGRAPHIC):
                if low == " " and letters and letters[-1] == " ":
                    continue
                letters.append(low)
                positions.append(at + index * step)

    done = 0
    for match in PIECE.finditer(source):
        put(source[done : match.start()], done, step=1)
        done = match.end()
        if match["block"]:
            put(". ", match.start())
        elif match["entity"]:
            put(unescape(match[0]).replace("\u00a0", " ").strip("\u00ad") or " ", match.start())
        elif match["space"]:
            put(" ", match.start())
    put(source[done:], done, step=1)
    return PlainText("".join(letters), tuple(positions))
