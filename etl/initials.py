"""Pinyin initials of names, so that staff find 海州临衡环保设备 by typing hzlhhb."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import polars as pl
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from etl.clean import with_name_key
from tracker.names import text_key


def with_initials(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``initials`` to a frame with a ``name``: capitals of the pinyin, Latin letters and digits as they stand.

    A ``name_key`` that stands beside it is not made again.
    """
    frame_with_key = frame if "name_key" in frame.columns else with_name_key(frame, "name", "name_key")
    keys = frame_with_key["name_key"].fill_null("")
    initials = _bare(keys.str.replace_many(_capitals()))
    # A phrase such as 长安 or 音乐 changes the sound of its characters; few names hold one, and only they are
    # taken apart in words, which is slow (130 µs a name against 1).
    has_phrase = frame["name"].str.contains_any(_phrases()).arg_true()
    if len(has_phrase):
        names = frame["name"][has_phrase]
        in_words = {name: _in_words(name) for name in names.unique()}
        initials = initials.scatter(has_phrase, _bare(names.replace_strict(in_words, return_dtype=pl.String)))
    return frame.with_columns(initials.alias("initials"))


def _in_words(name: str) -> str:
    return "".join(lazy_pinyin(text_key(name), style=Style.FIRST_LETTER)).upper()


def _bare(texts: pl.Series) -> pl.Series:
    """Without what is neither capital nor digit: most have nothing of it, which is seen faster than done."""
    has_other = texts.str.contains("[^A-Z0-9]").arg_true()
    return texts.scatter(has_other, texts[has_other].str.replace_all("[^A-Z0-9]+", "")) if len(has_other) else texts


@lru_cache(maxsize=1)
def _capitals() -> dict[str, str]:
    """What each character becomes; the brackets of most names go with the same step."""
    return {chr(code): letter.upper() for code, letter in _first_letters().items()} | {"(": "", ")": ""}


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
