"""Printed quantities as numbers: 1,200, （1,200）, 52.3%, 1.2亿元, —, 是. By column, never cell by cell.

A unit is a power of ten in text form, so that 5.2% is 5.2 and 1.1亿元 is 11000 (万元), without a rounding of ours:
the digits are kept, the exponent is written behind them, and only then the text becomes a number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import polars as pl

from etl.rows import only

Dimension = Literal["money", "percent", "count"]

# Powers of ten; money counts in yuan.
_MULTIPLIERS = {"十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10}
_MONEY_UNITS = {"yuan": 0, "10k_yuan": 4, "100m_yuan": 8}
_NOUNS = "名/家|人/家|位次|名次|指数|家|户|个|件|项|条|道|人|名|位|台|套|处|座|所|次|种|份|只|张|场|届"
_DIMENSIONS: dict[str | None, Dimension | None] = {
    "元": "money",
    "%": "percent",
    "百分比": "percent",
    "百分点": "percent",
    None: None,
}
_UNIT = rf"(?P<multiplier>[十百千]?[亿万]|[十百千])?(?:人民币)?(?P<noun>元|%|百分比|百分点|{_NOUNS})?(?:人民币)?"
_UNIT_FORM = re.compile(_UNIT)
_UNIT_LINE = re.compile(r"单位[::]\s*(\S+)")
_SEPARATORS = re.compile(r"[、,;/和及|()]+")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")

# \x20 is a blank between groups of three digits.
_NUMBER = (
    r"^[(]?\s*(?P<currency>¥)?(?P<sign>[+-])?\s*(?P<digits>\d{1,3}(?:[,\x20]\d{3})+|\d*)(?P<fraction>\.\d*)?"
    r"(?:[eE](?P<exponent>[+-]?\d{1,3}))?\s*[)]?\s*" + _UNIT + r"$"
)
_MISSING = (
    r"^(?:[-—–―_/\\.…*~]+|无|暂无|没有|无数据|N/?A|NULL|NONE|NAN"
    r"|未填报?|未报送?|未统计|未提供|不适用|不涉及|不详|未知|待定|待报|缺|空)$"
)
_DONE = (
    "开展|完成|实施|建成|建立|建有|建|设立|通过|贯标|应用|使用|采用|接受|诊断|改造|配备|实现|获得|取得|认证|达标|普及"
)
_YES = rf"^(?:是|有|已|√|✓|✔|☑|Y|YES|TRUE|T|1(?:\.0*)?|[已有](?:{_DONE})+)$"
_NO = rf"^(?:否|无|未|没有|不是|×|✗|✘|✕|☒|X|N|NO|FALSE|F|0(?:\.0*)?|[未没无](?:有)?(?:{_DONE})+)$"


@dataclass(frozen=True)
class Unit:
    """A printed unit: what it measures (None: a bare 万 or 亿) and its power of ten; money counts in yuan."""

    dimension: Dimension | None
    exponent: int


def unit_of(printed: str) -> Unit | None:
    """The unit that a text is, or None where it is none: 万元, 亿元, %, 家, 个."""
    found = _UNIT_FORM.fullmatch(_plain(printed))
    if found is None or not (found["multiplier"] or found["noun"]):
        return None
    return Unit(_dimension(found["noun"]), _MULTIPLIERS[found["multiplier"]] if found["multiplier"] else 0)


def units_in_caption(caption: str) -> list[Unit]:
    """The units in the brackets of a caption: 营业收入（万元）, 数控化率(%), 研发费用（单位：元）."""
    texts = _IN_BRACKETS.findall(_plain(caption))
    parts = (part.removeprefix("单位:") for text in texts for part in [*_SEPARATORS.split(text), text])
    return list(dict.fromkeys(unit for part in parts if (unit := unit_of(part)) is not None))


def units_in_line(text: str) -> list[Unit]:
    """The units that a 单位 line names, in order; 填报单位：海州区工信局 names none."""
    units: list[Unit] = []
    for line in _UNIT_LINE.findall(unicodedata.normalize("NFKC", text)):
        for part in filter(None, _SEPARATORS.split(line)):
            if (unit := unit_of(part)) is None:
                break
            units.append(unit)
    return list(dict.fromkeys(units))


def money_exponent(unit: str) -> int | None:
    """The power of ten yuan that a catalogue unit is, None where it is no money."""
    return _MONEY_UNITS.get(unit)


def dimension_of(unit: str) -> Dimension:
    """What a catalogue unit measures."""
    if unit in _MONEY_UNITS:
        return "money"
    return "percent" if unit == "percent" else "count"


def with_numbers(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Add ``value``, ``problem`` and ``is_plain`` to the cells of one number measure.

    Args:
        frame: ``text`` (never null) and ``unit_exponent``, the power of ten of the column (null: not known).
        unit: the unit of the measure in the catalogue.

    Returns:
        The rows in another order. ``value`` is in the unit of the measure; null with ``problem`` null where the
        cell says that there is none. Problems: ``number_unreadable``, ``unit_differs`` (the cell's unit measures
        something else), ``unit_missing`` (money of which nobody says whether it is 元 or 万元). ``is_plain``: the
        cell holds digits and nothing else.
    """
    text = pl.col("text")
    plain = text.cast(pl.Float64, strict=False)
    frame = frame.with_columns(plain=pl.when(plain.is_finite()).then(plain))
    if frame["plain"].null_count():
        # Mostly there is nothing around the digits, which they themselves show faster than a look at each cell.
        frame = frame.with_columns(text.str.strip_chars()).with_columns(plain=pl.when(plain.is_finite()).then(plain))
    shift = pl.col("unit_exponent").fill_null(0) - (money_exponent(unit) or 0)
    behind = pl.concat_str(text, pl.lit("e"), shift).cast(pl.Float64, strict=False)
    # What has an exponent of its own takes no second one.
    moved = pl.coalesce(behind, pl.col("plain") * pl.lit(10.0).pow(shift))
    problem = _unit_problem(pl.col("unit_exponent"), unit)
    is_shifted = frame.select(shift.ne(0).any()).item()
    value = pl.when(shift == 0).then("plain").otherwise(moved) if is_shifted else pl.col("plain")
    is_plain = frame["plain"].is_not_null()
    easy = only(frame, is_plain).with_columns(problem=problem, is_plain=pl.lit(True))
    easy = easy.with_columns(value=pl.when(pl.col("problem").is_null()).then(value)).drop("plain")
    if is_plain.all():
        return easy
    others = frame.filter(~is_plain).drop("plain")
    return pl.concat([easy, _with_parts(others, unit).select(easy.columns)])


def with_yes_no(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``value`` (1, 0, or null where the cell says it is missing), ``problem`` and ``is_plain``."""
    text = _normal("text")
    is_yes, is_no = text.str.contains(_YES), text.str.contains(_NO)
    is_missing = text.str.contains(_MISSING)
    return frame.with_columns(
        value=pl.when(is_yes).then(1.0).when(is_no).then(0.0),
        problem=pl.when(~(is_yes | is_no | is_missing)).then(pl.lit("yes_no_unreadable")),
        is_plain=is_yes | is_no,
    )


def says_missing(column: str) -> pl.Expr:
    """Whether a text says that there is no value: —, /, 无, 未填报."""
    return _normal(column).str.contains(_MISSING)


def _with_parts(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    """The cells that are no plain numbers, taken apart by distinct text."""
    read = frame.join(_parts(frame.select("text").unique()), on="text", how="left", maintain_order="left")
    # A cell with a unit of its own needs none of its column.
    exponent = pl.coalesce("printed_exponent", "unit_exponent")
    differs = pl.col("printed_dimension") != dimension_of(unit)
    problem = (
        pl.when("is_missing")
        .then(None)
        .when(~pl.col("is_number"))
        .then(pl.lit("number_unreadable"))
        .when(differs.fill_null(False))
        .then(pl.lit("unit_differs"))
        .otherwise(_unit_problem(exponent, unit))
    )
    shift = exponent.fill_null(0) - (money_exponent(unit) or 0) + pl.col("power")
    number = pl.concat_str("number", pl.lit("e"), shift).cast(pl.Float64, strict=False)
    return read.with_columns(problem=problem, is_plain=pl.lit(False)).with_columns(
        value=pl.when(pl.col("is_number") & pl.col("problem").is_null()).then(number)
    )


def _parts(distinct: pl.DataFrame) -> pl.DataFrame:
    """For each text its digits, its own power of ten, and what its unit measures."""
    normal = _normal("text").str.replace(r"^[—–−]\s*(\d)", "-${1}")
    parts = (
        distinct.with_columns(normal=normal)
        .with_columns(part=pl.col("normal").str.extract_groups(_NUMBER))
        .unnest("part")
        .with_columns(digits=pl.col("digits").str.replace_all(r"[,\x20]", "") + pl.col("fraction").fill_null(""))
    )
    has_brackets, is_in_brackets = (
        pl.col("normal").str.contains(form) for form in (r"[()]", r"^\([^()]*\d[^()]*\)[^()]*$")
    )
    is_negative = (pl.col("sign") == "-").fill_null(False) | (is_in_brackets & pl.col("sign").is_null())
    noun = pl.when(pl.col("currency").is_not_null()).then(pl.lit("元")).otherwise(pl.col("noun"))
    has_unit = noun.is_not_null() | pl.col("multiplier").is_not_null()
    return parts.select(
        "text",
        is_missing=pl.col("normal").str.contains(_MISSING),
        is_number=pl.col("digits").str.contains(r"\d").fill_null(False) & (~has_brackets | is_in_brackets),
        number=pl.when(is_negative).then(pl.lit("-")).otherwise(pl.lit("")) + pl.col("digits"),
        printed_dimension=noun.replace_strict(_DIMENSIONS, default="count", return_dtype=pl.String),
        printed_exponent=pl.when(has_unit).then(
            pl.col("multiplier").replace_strict(_MULTIPLIERS, default=0, return_dtype=pl.Int32)
        ),
        power=pl.col("exponent").cast(pl.Int32).fill_null(0),
    )


def _unit_problem(exponent: pl.Expr, unit: str) -> pl.Expr:
    if dimension_of(unit) != "money":
        return pl.lit(None, pl.String)
    return pl.when(exponent.is_null()).then(pl.lit("unit_missing"))


def _normal(column: str) -> pl.Expr:
    return pl.col(column).str.normalize("NFKC").str.strip_chars().str.to_uppercase()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _dimension(noun: str | None) -> Dimension | None:
    return None if noun is None else _DIMENSIONS.get(noun, "count")
