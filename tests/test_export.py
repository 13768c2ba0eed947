from __future__ import annotations

import csv
import datetime as dt
import io

import polars as pl
from openpyxl import load_workbook

from tracker.export import csv_file, lines_of, workbook

FRAME = pl.DataFrame(
    {
        "企业名称": ["示例甲", '=HYPERLINK("x")', "@示例丙", None],
        "数值": [1.5, None, -2.0, 0.0],
        "日期": [dt.date(2025, 12, 31), None, None, None],
    }
)
NOTES = ["演示数据", "+86 不是公式"]


def test_a_workbook_holds_text_as_text_numbers_as_numbers_days_as_days() -> None:
    book = load_workbook(io.BytesIO(workbook({"名单/甲": FRAME}, NOTES)))
    [sheet] = book.worksheets
    assert sheet.title == "名单甲"
    assert [sheet["A1"].value, sheet["A2"].value] == NOTES
    assert [cell.value for cell in sheet[4]] == FRAME.columns
    assert [cell.value for cell in sheet[5]] == ["示例甲", 1.5, dt.datetime(2025, 12, 31)]
    assert (sheet["A6"].value, sheet["A6"].data_type) == ('=HYPERLINK("x")', "s")
    assert sheet["B6"].value is None


def test_a_csv_file_opens_in_excel_and_runs_nothing() -> None:
    content = csv_file(FRAME, NOTES)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == FRAME.columns
    assert [row[0] for row in rows[1:5]] == ["示例甲", '\'=HYPERLINK("x")', "'@示例丙", ""]
    assert rows[3][1] == "-2"
    assert rows[5:] == [[], ["演示数据"], ["'+86 不是公式"]]


def test_an_empty_table_is_a_file_with_its_captions() -> None:
    book = load_workbook(io.BytesIO(workbook({"名单": FRAME.clear()}, [])))
    assert [cell.value for cell in book.worksheets[0][1]] == FRAME.columns


def test_a_column_of_numbers_is_as_wide_as_what_it_shows() -> None:
    frame = pl.DataFrame({"比率": [51.323424120057645, 1234.5], "家数": [3.0, 12345.0]})
    sheet = load_workbook(io.BytesIO(workbook({"名单": frame}, [])))["名单"]
    assert sheet["A2"].value == 51.32342412005764
    assert [round(sheet.column_dimensions[letter].width) for letter in "AB"] == [11, 10]


def test_cells_of_several_lines_are_as_high_as_their_lines_everywhere() -> None:
    frame = pl.DataFrame({"企业": ["甲", "乙"], "营收\n≥5000 万元": ["符合\n6001 万元\n2025", "未知"]})
    sheet = load_workbook(io.BytesIO(workbook({"名单": frame}, [])))["名单"]
    assert [sheet.row_dimensions[row].height for row in (1, 2, 3)] == [39.75, 48, None]
    assert sheet["B2"].alignment.wrap_text
    assert sheet["A2"].alignment.vertical == "top"
    # A word is not cut and no line begins with a sign, so that lines end before the edge.
    lines = {"": 1, "中文" * 11: 1, "中文" * 11 + "。": 2, "x" * 30 + " " + "y" * 30: 2, "x" * 90: 3}
    assert {text: lines_of(text, 44) for text in lines} == lines


def test_a_table_wider_than_paper_is_set_to_it_and_its_texts_wrap() -> None:
    units = "Municipal Bureau of Industry and Information Technology, County and district governments, Zones"
    names = ("Target", "Responsible", "Clause", "Basis", "Remark")
    frame = pl.DataFrame({**{name: [units] * 3 for name in names}, "Actual": [1.0, 2.0, 3.0]})
    sheet = load_workbook(io.BytesIO(workbook({"名单": frame}, [])))["名单"]
    widths = [
        sheet.column_dimensions[letter].width
        for letter in ("A", "B", "C", "D", "E", "F")
        if letter in sheet.column_dimensions
    ]
    assert sum(widths) <= 165 + len(frame.columns)
    narrow = load_workbook(io.BytesIO(workbook({"名单": frame.select("Target", "Actual")}, [])))["名单"]
    assert narrow.column_dimensions["A"].width > 48
    needed = {row: sheet.row_dimensions[row].height for row in (2, 3, 4)}
    assert min(needed.values()) >= 16 * lines_of(units, 30) - 0.5  # Excel keeps quarters of a point
    assert sheet["A2"].alignment.wrap_text
