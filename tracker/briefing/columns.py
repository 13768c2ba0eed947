"""How wide the columns of a printed table are, reckoned from its texts: Word and PowerPoint do not do it themselves.

Widths are in parts of the size of the text (em): a Chinese character is as wide as it is high. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Words and figures do not break; Chinese breaks anywhere.
_UNBROKEN = re.compile(r"[!-\u2e7f]+")
_PIECES = re.compile(r"(?:[!-\u2e7f]+|.)[，。；：、！？）》”】]*\s*")
_SEAMS = re.compile(r"(?<=[\u4e00-\u9fff])(?=[!-~])|(?<=[!-~])(?=[\u4e00-\u9fff])")
_CHINESE = re.compile(r"[\u2e80-\uffff]")
_GAP = 0.25
_WHOLE = 8.0  # a Chinese text up to here stays on one line: 到期未完成, 低 10.0 个百分点
_WHOLE_WORDS = 9.0  # as do few words of English: Jun 2026, 10.0 pp below, Not reported with its mark
_WHOLE_HEAD = 4.5
_MOST_LINES = 6
_LOST = 1.0  # of a line at its end, where the next character or word does not fit
_FIRST_CHINESE = 0x2010  # quotation marks and dots of a Chinese face are as wide as its characters
_BOLD = 1.13  # by how much bold letters are wider; Chinese characters are not
# Where Times New Roman or Arial is missing, as on most desktops without Windows, DejaVu stands in, a quarter wider:
# a column that holds a word in the widest face breaks it in none.
_WIDTHS = {
    character: width
    for group, width in (
        ("\ufe0e", 0.0),  # asks for a sign without colours and takes no room
        ("ijlI'|!.,:;/-· \u00a0\u2009", 0.36),
        ('frtJ()[]"', 0.46),
        ("–", 0.5),
        ("acekvxyzs", 0.6),
        ("bdghnopqu0123456789", 0.64),
        ("ABEFKLPRSTXYZ", 0.74),
        ("CDGHNOQUV", 0.82),
        ("w+−✔✖▲▼●", 0.87),
        ("mMW%@", 1.0),
    )
    for character in group
}
_OTHER = 0.75


@lru_cache(maxsize=8192)
def width(said: str, is_bold: bool = False) -> float:
    """The width of a text on one line; programs leave a gap between Chinese and other characters."""
    wide = sum(1.0 for character in said if _is_square(character))
    narrow = sum(_WIDTHS.get(character, _OTHER) for character in said if not _is_square(character))
    return wide + narrow * (_BOLD if is_bold else 1.0) + _GAP * len(_SEAMS.findall(said))


def _is_square(character: str) -> bool:
    return ord(character) >= _FIRST_CHINESE and character not in _WIDTHS


def lines_in(said: str, room: float, is_bold: bool = False) -> int:
    """How many lines a text takes in a room: words of letters are not cut, Chinese is broken anywhere."""
    return sum(_lines_in(line, room, is_bold) for line in said.split("\n"))


def _lines_in(line: str, room: float, is_bold: bool) -> int:
    if width(line, is_bold) <= room + 1e-9:
        return 1
    lines, used = 1, 0.0
    for piece in _PIECES.findall(line):
        wide = width(piece.rstrip(), is_bold)
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        lines += max(0, math.ceil(wide / room - 1e-9) - 1)
        used += width(piece, is_bold) + _GAP * (piece[-1] != " " and not _CHINESE.match(piece))
    return lines


def column_widths(
    head: Sequence[str], columns: Sequence[Sequence[str]], room: float, bold: Collection[int] = ()
) -> list[float]:
    """Widths of the columns of a table, without their margins, that fill a room with the fewest lines of text.

    Every column begins as wide as its longest text. While that is too much, the column gives way whose texts take
    the fewest more lines for the room they free; words, figures and short texts never break. Few words of English stay
    together where that costs no line.

    Args:
        head: the headings.
        columns: the cells of each column; a cell may hold line breaks.
        room: for all of them.
        bold: the places of columns with bold cells; headings are bold everywhere.
    """
    (found, lines), (loose, loose_lines) = (
        _fitted(_columns(head, columns, bold, whole), room) for whole in (_WHOLE_WORDS, 0.0)
    )
    return found if lines <= loose_lines else loose


def least_room(head: Sequence[str], columns: Sequence[Sequence[str]], bold: Collection[int] = ()) -> float:
    """The room below which words or figures of a table would break."""
    return sum(column.least for column in _columns(head, columns, bold, 0.0))


def _columns(
    head: Sequence[str], columns: Sequence[Sequence[str]], bold: Collection[int], whole: float
) -> list[_Column]:
    return [
        _Column.of(name, cells, place in bold, whole)
        for place, (name, cells) in enumerate(zip(head, columns, strict=True))
    ]


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
    def of(cls, name: str, cells: Sequence[str], is_bold: bool, whole: float) -> _Column:
        texts = [tuple(width(line, is_bold) for line in cell.split("\n")) for cell in cells]
        unbroken = [width(part, is_bold) for cell in set(cells) for part in _UNBROKEN.findall(cell)]
        unbroken += [
            line for text, cell in zip(texts, cells, strict=True) for line in text if line <= _most_whole(cell, whole)
        ]
        top = width(name, True)
        unbroken += [width(part, True) for part in _UNBROKEN.findall(name)]
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
    return _WHOLE if _CHINESE.search(cell) else words


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
