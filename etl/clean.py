"""Cleaning of names, credit codes and dates, always by distinct value, so that long lists stay fast."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import numpy as np
import polars as pl

from tracker.names import name_key
from tracker.names import text_key as text_key

# GB 32100: 31 characters without I, O, S, V, Z; GB 11714 uses all 36 for the organisation code inside.
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Small numbers: no sum of weighted characters leaves them, and millions of codes stay in the processor's own memory.
_USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int16)
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int16)
_USCC_LENGTH = 18
# So many codes are checked at once; as numbers each takes some hundred bytes.
_CHUNK_CODES = 100_000

_DAY_FORMS = (
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日?"),
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
)
# Capitals, digits, Chinese characters and round brackets: what such a name may change is the width of its brackets.
_PLAIN_NAME = r"^[0-9A-Z\u4e00-\u9fff()（）]+$"
_PLAIN_CODE = r"^[0-9A-Z]+$"
_CHINESE_DIGITS = "〇一二三四五六七八九"
_CHINESE_YEAR = re.compile(r"二[〇零○Oo0][〇零○Oo一二三四五六七八九]{2}(?=年)")
_CHINESE_PART = re.compile(r"(?<=[年月])[一二三四五六七八九十]{1,3}(?=[月日])")
_SERIAL = re.compile(r"[2-6]\d{4}")
_SERIAL_EPOCH = dt.date(1899, 12, 30)


def with_digits(text: str) -> str:
    """A text in NFKC whose dates are written in digits: 二〇二四年十二月二十日 as 2024年12月20日."""
    text = unicodedata.normalize("NFKC", text)
    if _CHINESE_YEAR.search(text) is None:
        return text
    text = _CHINESE_YEAR.sub(lambda year: "".join(f"{_digit(character)}" for character in year[0]), text)
    return _CHINESE_PART.sub(lambda part: f"{chinese_number(part[0]) or part[0]}", text)


def chinese_number(printed: str) -> int | None:
    """A number up to 99 as people write it: 5, 五, 十二, 二十一; None for anything else."""
    if printed.isdecimal():
        return int(printed)
    tens, ten, ones = printed.partition("十")
    if any(len(part) > 1 or part not in _CHINESE_DIGITS for part in (tens, ones)):
        return None
    if not ten:
        return _digit(tens) if tens else None
    return (_digit(tens) if tens else 1) * 10 + (_digit(ones) if ones else 0)


def _digit(character: str) -> int:
    return max(_CHINESE_DIGITS.find(character), 0)


def parse_day(printed: str) -> dt.date | None:
    """A date that names its day, in the shapes that bureau files use; None for anything else.

    "2023年7月" and "2023.7" name no day and are None: which day they mean is for a person to say.
    """
    text = with_digits(printed).strip()
    text = re.sub(r"\s*([年月日])\s*", r"\1", text)
    if _SERIAL.fullmatch(text):
        return _SERIAL_EPOCH + dt.timedelta(days=int(text))
    for form in _DAY_FORMS:
        found = form.fullmatch(text)
        if found:
            try:
                return dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None


def parse_days_in(printed: str) -> list[dt.date]:
    """All days named in a text, in order: "2022年7月1日至2025年6月30日" gives two."""
    text = re.sub(r"\s+", "", with_digits(printed))
    pattern = r"\d{4}年\d{1,2}月\d{1,2}日?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?<!\d)\d{8}(?!\d)"
    return [day for found in re.findall(pattern, text) if (day := parse_day(found)) is not None]


def uscc_faults(codes: pl.Series) -> pl.Series:
    """For each cleaned unified social credit code the rule it breaks, or null where it is right or there is none.

    Rules: ``uscc_format`` (18 characters of the GB 32100 alphabet), ``uscc_check_digit`` (the last character by
    GB 32100, or the ninth of the organisation code inside by GB 11714, is not what the others demand).
    """
    some = (codes.slice(start, _CHUNK_CODES) for start in range(0, max(1, len(codes)), _CHUNK_CODES))
    return pl.concat(_faults_of_some(part.to_frame("code")) for part in some)


def _faults_of_some(some: pl.DataFrame) -> pl.Series:
    fits = some["code"].str.contains(f"^[{_USCC_ALPHABET}]{{{_USCC_LENGTH}}}$").fill_null(False)
    text = some["code"].filter(fits).str.join("").item() or ""
    characters = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(-1, _USCC_LENGTH)
    is_right = np.zeros(some.height, dtype=bool)
    is_right[fits.to_numpy()] = _check_digits_hold(characters)
    return some.select(
        pl.when(pl.col("code").is_null() | pl.Series(is_right))
        .then(None)
        .when(fits)
        .then(pl.lit("uscc_check_digit"))
        .otherwise(pl.lit("uscc_format"))
        .alias("uscc_fault")
    )["uscc_fault"]


def _check_digits_hold(characters: np.ndarray) -> np.ndarray:
    outer = _values(_USCC_ALPHABET)[characters]
    expected = (31 - (outer[:, :17] @ _USCC_WEIGHTS) % 31) % 31
    inner = _values(_ORGANISATION_ALPHABET)[characters[:, 8:17]]
    check = 11 - (inner[:, :8] @ _ORGANISATION_WEIGHTS) % 11
    printed = inner[:, 8]
    # GB 11714 writes the check value 10 as X (33 in the table) and 11 as 0.
    inner_expected = np.where(check == 10, _ORGANISATION_ALPHABET.index("X"), np.where(check == 11, 0, check))
    holds: np.ndarray = (outer[:, 17] == expected) & (printed == inner_expected)
    return holds


def _values(alphabet: str) -> np.ndarray:
    table = np.full(256, -1, dtype=np.int16)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    return table


def by_distinct(frame: pl.DataFrame, column: str, mapping: pl.DataFrame) -> pl.DataFrame:
    """Join a small table of cleaned values onto a frame by the printed value in ``column``."""
    # Only the one column goes through the join: a long list has many others.
    found = frame.select(column).join(mapping, on=column, how="left", maintain_order="left")
    return frame.with_columns(found.drop(column))


def repeats(keys: pl.Series) -> pl.Series:
    """Whether a number stands more than once. Mostly none does, which is seen much faster than which ones do."""
    return keys.is_duplicated() if keys.n_unique() < len(keys) else pl.repeat(False, len(keys), eager=True)


def may_repeat(texts: pl.Series) -> pl.Series:
    """Whether a text may stand more than once: texts with hashes of their own differ, only the others need a look."""
    return repeats(texts.hash())


def with_name_key(frame: pl.DataFrame, column: str, key: str) -> pl.DataFrame:
    """Add the comparison key of the names in ``column`` (as :func:`text_key`); null where the cell is blank."""
    names = frame[column]
    keys = names.str.replace_all("（", "(", literal=True).str.replace_all("）", ")", literal=True)
    # Most names have nothing else to unify, which is seen much faster than done.
    others = (~names.str.contains(_PLAIN_NAME)).arg_true()
    if len(others):
        keys = keys.scatter(others, frame[others].select(name_key(column))[column])
    return frame.with_columns(keys.alias(key))


def with_uscc(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add ``uscc_clean`` and ``uscc_fault`` for the printed codes in ``column``; both null where it is blank."""
    codes = frame[column]
    # As with names: most codes are clean, which is seen much faster than done.
    others = (~codes.str.contains(_PLAIN_CODE)).arg_true()
    if len(others):
        bare = codes[others].str.normalize("NFKC").str.replace_all(r"[\s\-]+", "").str.to_uppercase()
        codes = codes.scatter(others, bare.replace("", None))
    frame = frame.with_columns(codes.alias("uscc_clean"))
    return frame.with_columns(uscc_faults(frame["uscc_clean"]))


def with_day(frame: pl.DataFrame, column: str, day: str) -> pl.DataFrame:
    """Add the parsed date of ``column`` as ``day``; null where the cell is blank or names no day."""
    distinct = frame.select(pl.col(column).drop_nulls().unique())
    parsed = distinct.with_columns(pl.Series(day, [parse_day(text) for text in distinct[column]], dtype=pl.Date))
    return by_distinct(frame, column, parsed)
