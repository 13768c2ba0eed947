"""The real lists outside the repository: row counts and announced numbers as their README states them."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from etl.sandbox import parse

SHARED = Path(__file__).resolve().parents[2] / "shared" / "real"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real lists lie outside the repository (../shared/real)"
)


def announced(text: str) -> dict[str | None, int]:
    """City -> number, from the notation of the README; 全省 is the whole."""
    pairs = (re.match(r"(\D+)(\d+)", part) for part in text.split())
    return {None if pair[1] == "全省" else pair[1]: int(pair[2]) for pair in pairs if pair}


FOURTH = announced("全省502 杭州155 温州55 湖州44 嘉兴70 绍兴57 金华35 衢州13 台州59 丽水14")
FIFTH = announced("杭州117 温州34 湖州29 嘉兴51 绍兴26 金华10 衢州7 舟山2 台州28 丽水11")
SIXTH = announced("杭州157 宁波66 嘉兴51 湖州30 台州22 绍兴22 温州21 衢州11 金华10 丽水9 舟山1")


@pytest.mark.parametrize(
    ("pattern", "rows", "numbers"),
    [
        ("*第四批*不含宁波*", 502, FOURTH),
        ("*宁波市第四批*", 101, {}),
        ("*第五批*", 315, announced("全省315")),
        ("浙江省第二批*", 75, {}),
        ("宁波市第二批*", 48, {}),
        ("*第六批*", 400, SIXTH),
        ("*第三批*", 279, {}),
    ],
)
def test_real_list(tmp_path: Path, pattern: str, rows: int, numbers: dict[str | None, int]) -> None:
    (path,) = SHARED.glob(pattern)
    parsed = parse(path, path.name, tmp_path)
    sheets = parsed.meta["sheets"]
    assert sum(sheet["counts"]["data"] for sheet in sheets) == rows
    found = {a["block"] and a["block"].removesuffix("市"): a["number"] for sheet in sheets for a in sheet["announced"]}
    assert found == numbers
    assert parsed.meta["dropped_personal_columns"] == []


def test_rows_of_the_fifth_list_by_city(tmp_path: Path) -> None:
    (path,) = SHARED.glob("*第五批*")
    parsed = parse(path, path.name, tmp_path)
    data = pl.read_parquet(parsed.rows_path).filter(pl.col("kind") == "data")
    cities = data["c2"].str.strip_suffix("市").value_counts()
    assert dict(cities.iter_rows()) == FIFTH
