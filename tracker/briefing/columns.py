"""How wide the columns of a printed table are, reckoned from its texts: Word and PowerPoint do not do it themselves.

Widths are in parts of the size of the text (em): a Chinese character is as wide as it is high. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Words and figures do not break; Chinese breaks anywhere.
_UNBROKEN = re.compile(r"[!-\u2e7f]+")
_SEAMS = re.compile(r"(?<=[\u4e00-\u9fff])(?=[!-~])|(?<=[!-~])(?=[\u4e00-\u9fff])")
_GAP = 0.25
_WHOLE = 8.0  # a text up to here stays on one line: 到期未完成, 低 10.0 个百分点
_WHOLE_WORDS = 7.0  # as do few words of English: Jun 2026, 10.0 pp below
_WHOLE_HEAD = 4.5
_MOST_LINES = 6
_LOST = 1.0  # of a line at its end, where the next character or word does not fit
_PLAIN_SIGN = "\ufe0e"  # asks for a sign without colours and takes no room
_NARROW = frozenset("fijlrtI.,:;'\"!|()[]/-· \u2009")
_WIDE = frozenset("mwMW%@+−—✔✖▲▼●")


@dataclass(frozen=True)
class Face:
    """How wide the Latin characters of a typeface are."""

    narrow: float
    lower: float
    figure: float
    upper: float
    wide: float


SERIF = Face(0.32, 0.47, 0.5, 0.7, 0.86)
SANS = Face(0.34, 0.57, 0.58, 0.7, 0.92)


@lru_cache(maxsize=8192)
def width(said: str, face: Face) -> float:
    """The width of a text on one line; programs leave a gap between Chinese and other characters."""
    return sum(_width(character, face) for character in said) + _GAP * len(_SEAMS.findall(said))


def _width(character: str, face: Face) -> float:
    if character == _PLAIN_SIGN:
        return 0.0
    if character in _WIDE:
        return face.wide
    if ord(character) >= 0x2E80:
        return 1.0
    if character in _NARROW:
        return face.narrow
    if character.isdigit():
        return face.figure
    return face.upper if character.isupper() else face.lower


def column_widths(
    head: Sequence[str], columns: Sequence[Sequence[str]], room: float, face: Face, *, bold: float = 1.0
) -> list[float]:
    """Widths of the columns of a table, without their margins, that fill a room with the fewest lines of text.

    Every column begins as wide as its longest text. While that is too much, the column gives way whose texts take
    the fewest more lines for the room they free; words, figures and short texts never break. Few words of English stay
    together where that costs no line.

    Args:
        head: the headings.
        columns: the cells of each column; a cell may hold line breaks.
        room: for all of them.
        face: of the letters.
        bold: by how much the letters of the headings are wider for being bold.
    """
    (found, lines), (loose, loose_lines) = (
        _fitted([_Column.of(name, cells, face, bold, whole) for name, cells in zip(head, columns, strict=True)], room)
        for whole in (_WHOLE_WORDS, 0.0)
    )
    return found if lines <= loose_lines else loose


def _fitted(made: Sequence[_Column], room: float) -> tuple[list[float], float]:
    """Widths that fill a room, and the lines of the table; without bound where words would break."""
    lines = [1] * len(made)
    while sum(column.width(most) for column, most in zip(made, lines, strict=True)) > room:
        total = _lines(made, lines)
        steps = []
        for place, column in enumerate(made):
            freed = column.width(lines[place]) - column.width(lines[place] + 1)
            if lines[place] < _MOST_LINES and freed > 0:
                more = [*lines[:place], lines[place] + 1, *lines[place + 1 :]]
                steps.append(((_lines(made, more) - total) / freed, place))
        if not steps:
            break
        _, chosen = min(steps)
        lines[chosen] += 1
    found = [column.width(most) for column, most in zip(made, lines, strict=True)]
    wide = _filled(made, found, room)
    each = [column.lines(width) for column, width in zip(made, wide, strict=True)]
    return wide, sum(map(max, zip(*each, strict=True))) if sum(found) <= room else math.inf


def _filled(made: Sequence[_Column], found: list[float], room: float) -> list[float]:
    """What is left over goes to columns whose texts break, by how many of them do, then to all alike."""
    wants = [max(0.0, column.width(1) - wide) for column, wide in zip(made, found, strict=True)]
    broken = [sum(lines > 1 for lines in column.lines(wide)) for column, wide in zip(made, found, strict=True)]
    spare = max(0.0, room - sum(found))
    shares = [spare * number / max(sum(broken), 1) for number in broken]
    wider = [wide + min(want, share) for wide, want, share in zip(found, wants, shares, strict=True)]
    return [room * wide / sum(wider) for wide in wider]


@dataclass(frozen=True)
class _Column:
    """The widths of each text of a column, the heading first, and the width below which something would break."""

    texts: tuple[tuple[float, ...], ...]
    least: float

    @classmethod
    def of(cls, name: str, cells: Sequence[str], face: Face, bold: float, whole: float) -> _Column:
        texts = [tuple(width(line, face) for line in cell.split("\n")) for cell in cells]
        unbroken = [width(part, face) for cell in set(cells) for part in _UNBROKEN.findall(cell)]
        unbroken += [
            line for text, cell in zip(texts, cells, strict=True) for line in text if line <= _most_whole(cell, whole)
        ]
        words = [width(part, face) for part in _UNBROKEN.findall(name)]
        top = width(name, face) + (bold - 1) * sum(words)
        unbroken += [bold * word for word in words]
        unbroken.append(top if top <= _WHOLE_HEAD and " " not in name else math.ceil(top / 2))
        return cls(((top,), *texts), max(unbroken))

    def width(self, most: int) -> float:
        """The least width in which no text takes more lines than that."""
        needed = max(_fitting(line, most) for text in self.texts for line in text)
        return max(self.least, needed)

    def lines(self, wide: float) -> list[int]:
        """How many lines each text takes in a width."""
        return [sum(_lines_of(line, wide) for line in text) for text in self.texts]


def _most_whole(cell: str, words: float) -> float:
    """Up to which width a line of a cell does not break; one of words breaks between them unless they are few."""
    return words if cell.isascii() else _WHOLE


def _fitting(line: float, most: int) -> float:
    return line if most == 1 else min(line, line / most + _LOST)


def _lines_of(line: float, wide: float) -> int:
    if line <= wide + 1e-9:
        return 1
    return math.ceil(line / max(wide - _LOST, _LOST) - 1e-9)


def _lines(columns: Sequence[_Column], most: Sequence[int]) -> int:
    """Lines of the whole table: a row is as high as its highest cell."""
    each = [column.lines(column.width(number)) for column, number in zip(columns, most, strict=True)]
    return sum(map(max, zip(*each, strict=True)))
