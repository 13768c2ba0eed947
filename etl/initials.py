"""Pinyin initials of names, so that staff find 海州临衡环保设备 by typing hzlhhb."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import polars as pl
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from tracker.names import name_key, text_key


def with_initials(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``initials`` to a frame with a ``name``: capitals of the pinyin, Latin letters and digits as they stand."""
    distinct = frame.select(pl.col("name").unique())
    # A phrase such as 长安 or 音乐 changes the sound of its characters; few names hold one, and only they are
    # taken apart in words, which is slow (130 µs a name against 1).
    has_phrase = pl.col("name").str.contains_any(_phrases())
    in_words = pl.col("name").map_elements(_in_words, return_dtype=pl.String)
    initials = pl.concat(
        [
            distinct.filter(~has_phrase).with_columns(initials=_letters(_by_character(name_key("name").fill_null("")))),
            distinct.filter(has_phrase).with_columns(initials=_letters(in_words)),
        ]
    )
    return frame.join(initials, on="name", how="left", maintain_order="left")


def _by_character(key: pl.Expr) -> pl.Expr:
    letters = _first_letters()
    return key.str.replace_many([chr(code) for code in letters], list(letters.values()))


def _in_words(name: str) -> str:
    return "".join(lazy_pinyin(text_key(name), style=Style.FIRST_LETTER))


def _letters(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.replace_all("[^A-Z0-9]+", "")


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
