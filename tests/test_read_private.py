"""Persons never leave the reader: not in rows, not in the description, not in messages."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from etl.read_private import masked
from tests.read_inputs import Read, read_rows, read_text

PERSONS = ["张三丰", "13912345678", "0518-85812345", "zhang@example.cn", "320705199001011234", "李四光"]


def everything(got: Read) -> str:
    """All that was written, as one text."""
    return json.dumps(got.meta, ensure_ascii=False) + str(got.rows.to_dict(as_series=False))


def assert_no_persons(got: Read) -> None:
    text = everything(got)
    assert [person for person in PERSONS if person in text] == []


def test_columns_of_persons_are_dropped_by_caption(tmp_path: Path) -> None:
    captions = ["企业名称", "法定代表人", "企业联系人姓名", "联系手机", "座机（区号）", "E-mail", "身份证号码", "县区"]
    row = ["甲一有限公司", PERSONS[5], PERSONS[0], PERSONS[1], PERSONS[2], PERSONS[3], PERSONS[4], "海州区"]
    got = read_rows(tmp_path, [captions, row])
    assert_no_persons(got)
    assert got.meta["dropped_personal_columns"] == captions[1:7]
    assert got.column("county") == ["海州区"]
    assert [c["letter"] for c in got.sheet["columns"]] == ["A", "H"]


def test_group_caption_makes_all_below_it_personal(tmp_path: Path) -> None:
    rows = [
        ["企业名称", "联系方式", "", "县区"],
        ["", "名称", "号码", ""],
        ["甲一有限公司", PERSONS[0], PERSONS[1], "海州区"],
    ]
    got = read_rows(tmp_path, rows, merges=[(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3)])
    assert_no_persons(got)
    assert got.column("name") == ["甲一有限公司"]
    assert got.meta["dropped_personal_columns"] == ["联系方式/名称", "联系方式/号码"]


@pytest.mark.parametrize(
    "value", ["{0}13912345678", "139 1234 5678", "(0518)85812345", "{1}@qq.com", "32070519900101123X"]
)
def test_columns_of_persons_are_dropped_by_content(tmp_path: Path, value: str) -> None:
    lines = "".join(f"第{i}有限公司,{value.format('王五', i)},{10_000_000_000 + i}\n" for i in range(3))
    got = read_text(tmp_path, f"企业名称,其他,营业收入（元）\n{lines}丁有限公司,无,\n")
    assert got.meta["dropped_personal_columns"] == ["其他"]
    assert got.rows["c1"].null_count() == 4
    assert got.rows["c2"].to_list() == ["10000000000", "10000000001", "10000000002", None]


def test_column_without_caption_is_named_by_its_letter(tmp_path: Path) -> None:
    got = read_rows(tmp_path, [["企业名称", ""], ["甲一有限公司", 13912345678]])
    assert got.meta["dropped_personal_columns"] == ["B"]
    assert_no_persons(got)


def test_amounts_and_codes_are_no_telephone_numbers(tmp_path: Path) -> None:
    rows = "".join(
        f"甲{i}有限公司,{v}\n" for i, v in enumerate(["13912345678.50", "85812345", "91320700MA1XXXXX1K", "2023-07-14"])
    )
    got = read_text(tmp_path, f"企业名称,其他\n{rows}")
    assert got.meta["dropped_personal_columns"] == []


def test_titles_notes_totals_and_remarks_are_masked(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        [
            ["某市名单（共1家）"],
            ["填报单位：某局", "联系人：", PERSONS[0], PERSONS[2]],
            ["序号", "企业名称", "县区", "备注"],
            [1, "甲一有限公司", "海州区", f"{PERSONS[5][0]}总 {PERSONS[1]}"],
            ["合计：1家", "", "", PERSONS[1]],
            [f"注：共1家。咨询 {PERSONS[1]}、{PERSONS[3]}"],
            [f"联系人：{PERSONS[0]} {PERSONS[2]}", "", PERSONS[5]],
        ],
    )
    assert_no_persons(got)
    assert got.sheet["titles"] == ["某市名单（共1家）", "填报单位：某局 联系人"]
    assert got.sheet["notes"] == ["注：共1家。咨询 ***、***", "联系人"]
    assert got.announced() == [(1, None), (1, None), (1, None)]
    assert got.column("remark") == ["李总 ***"]
    assert got.rows.filter(pl.col("kind") == "total")["c3"].to_list() == ["***"]


def test_repeated_header_is_known_without_its_personal_captions(tmp_path: Path) -> None:
    header = ["企业名称", "联系人"]
    got = read_rows(tmp_path, [header, ["甲一有限公司", PERSONS[0]], header, ["乙二有限公司", PERSONS[5]]])
    assert got.column("name") == ["甲一有限公司", "乙二有限公司"]


def test_row_left_blank_by_dropping_is_no_data(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path, [["企业名称", "联系人"], ["甲一有限公司", PERSONS[0]], ["", PERSONS[5]], ["乙二有限公司", ""]]
    )
    assert got.sheet["counts"] == {"data": 2, "blank": 1, "block": 0, "total": 0, "note": 0}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("负责人：李四 日期：2023", "负责人"),
        ("填表人 李四", "填表人"),
        ("审核通过企业名单", "审核通过企业名单"),
        ("手机产业链 企业名单", "手机产业链 企业名单"),
        ("制表：王五", "制表"),
        ("文号〔2023〕15 号 2023-07-14", "文号〔2023〕15 号 2023-07-14"),
        ("共13912345678元", "共***元"),
    ],
)
def test_masking(text: str, kept: str) -> None:
    assert masked([text]) == [kept]
