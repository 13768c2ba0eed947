"""Pinyin initials of names, so that staff find 海州临衡环保设备 by typing hzlhhb."""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache
from string import ascii_uppercase, digits

import numpy as np
import polars as pl
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from etl.clean import with_name_key
from tracker.names import text_key

# So many names are spelled at once: as numbers their characters take four times the room, and this much stays in the
# processor's own memory.
_MANY_NAMES = 20_000
_NOTHING = 0


def with_initials(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``initials`` to a frame with a ``name``: capitals of the pinyin, Latin letters and digits as they stand.

    A ``name_key`` that stands beside it is not made again.
    """
    frame_with_key = frame if "name_key" in frame.columns else with_name_key(frame, "name", "name_key")
    keys = frame_with_key["name_key"].fill_null("")
    parts = (keys.slice(start, _MANY_NAMES) for start in range(0, max(1, len(keys)), _MANY_NAMES))
    initials = pl.concat([_initials_of(part) for part in parts])
    # A phrase such as 长安 or 音乐 changes the sound of its characters; few names hold one, and only they are
    # taken apart in words, which is slow (130 µs a name against 1).
    has_phrase = frame["name"].str.contains_any(_phrases()).arg_true()
    if len(has_phrase):
        names = frame["name"][has_phrase]
        in_words = {name: _in_words(name) for name in names.unique()}
        spelled = names.replace_strict(in_words, return_dtype=pl.String)
        initials = initials.scatter(has_phrase, spelled.str.replace_all("[^A-Z0-9]+", ""))
    return frame.with_columns(initials.alias("initials"))


def _in_words(name: str) -> str:
    return "".join(lazy_pinyin(text_key(name), style=Style.FIRST_LETTER)).upper()


def _initials_of(keys: pl.Series) -> pl.Series:
    """The initials of some names: all their characters are looked up at once, in the order in which they stand."""
    if keys.is_empty():
        return pl.Series(dtype=pl.String)
    characters = np.frombuffer(keys.str.join("\n").item().encode("utf-32-le"), dtype=np.uint32)
    letters = _capitals()[characters]
    text = letters[letters != _NOTHING].tobytes().decode("ascii")
    return pl.Series([text]).str.split("\n").explode()


@lru_cache(maxsize=1)
def _capitals() -> np.ndarray:
    """What each character becomes: a capital, a digit or :data:`_NOTHING`."""
    table = np.full(sys.maxunicode + 1, _NOTHING, dtype=np.uint8)
    for code, letter in _first_letters().items():
        table[code] = ord(letter.upper()) if letter.isascii() and letter.isalpha() else _NOTHING
    for character in f"{ascii_uppercase}{digits}\n":
        table[ord(character)] = ord(character)
    return table


@lru_cache(maxsize=1)
def _first_letters() -> dict[int, str]:
    """The initial of each character's usual reading."""
    return {code: _initial(readings) for code, readings in PINYIN_DICT.items()}


@lru_cache(maxsize=1)
def _phrases() -> list[str]:
    """The words in which some character begins with another letter than it usually does."""
    usual = _first_letters()
    return [
        phrase
        for phrase, readings in PHRASES_DICT.items()
        if any(
            usual.get(ord(character)) != _initial(reading[0])
            for character, reading in zip(phrase, readings, strict=False)
        )
    ]


def _initial(readings: str) -> str:
    """The first letter without its tone mark: ``ā`` gives ``a``."""
    return unicodedata.normalize("NFD", readings)[0]
