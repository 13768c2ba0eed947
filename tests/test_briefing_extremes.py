"""Briefings at their limits, read back: thirty districts, long names, all missed, nothing reported, one target."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import docx
import openpyxl
import polars as pl
import pytest
from docx.oxml.ns import qn

from tests.briefing_files import as_cells, charts_of, printed, tables_in_print
from tests.demo import CLOSE, Demo
from tests.test_briefing_slides import assert_readable, cached, opened, printed_tables, shapes, sheet_of
from tracker import ui, warehouse
from tracker.briefing import columns
from tracker.briefing import content as making
from tracker.briefing.content import Content
from tracker.briefing.excel import workbook
from tracker.briefing.selection import Selection
from tracker.briefing.slide_parts import Cell, laid_out, text_height
from tracker.briefing.word import document
from tracker.briefing.word_parts import TEXT_WIDTH, column_widths, height_mm
from tracker.notice import Facts, tight
from tracker.notice_facts import facts_at
from tracker.text import word

AREAS = 30
AREA = "位于很远地方名字特别长的国家级经济技术开发区管理委员会第{}片区"
TARGET = "省级以上专精特新中小企业及其上下游配套企业关键业务环节全面数字化的国家专精特新“小巨人”企业数"
ENTERPRISE = "江苏省连云港市东海县某某新材料科技与高端装备智能制造产业研究院（集团）股份有限公司第{}分公司（示例）"
CASES = ("thirty", "missed", "nothing", "one")


def thirty(facts: Facts) -> Facts:
    """The same target with thirty districts of long names, each with a task."""
    city = facts.areas.filter(pl.col("area_code") == facts.area_code)
    county, task = (frame.filter(pl.col("area_code") == "320706") for frame in (facts.areas, facts.targets))
    codes = [f"3299{place:02}" for place in range(AREAS)]
    names = [AREA.format(place) for place in range(AREAS)]
    areas = pl.concat([county] * AREAS).with_columns(area_code=pl.Series(codes), short=pl.Series(names))
    tasks = pl.concat([task] * AREAS).with_columns(
        area_code=pl.Series(codes), area_short=pl.Series(names), value=pl.Series([float(n) for n in range(AREAS)])
    )
    targets = pl.concat([facts.own, tasks]).with_columns(name=pl.lit(TARGET))
    return replace(facts, areas=pl.concat([city, areas]), targets=targets)


def missed(facts: Facts) -> Facts:
    """Every target is missed by all of it."""
    gap = pl.col("target_value")
    rows = facts.targets.with_columns(
        value=pl.lit(0.0), gap=gap, completion=pl.lit(0.0), status=pl.lit("missed"), state=pl.lit("missed")
    )
    return replace(facts, targets=rows)


def nothing(facts: Facts) -> Facts:
    """Nobody has reported anything."""
    blank = pl.lit(None, pl.Float64)
    names = ("value", "gap", "completion", "lead_points", "increment_completion")
    rows = facts.targets.with_columns(
        **dict.fromkeys(names, blank), status=pl.lit("not_reported"), state=pl.lit("no_data")
    )
    return replace(facts, targets=rows)


@pytest.fixture(scope="module")
def cases(demo: Demo) -> Iterator[dict[str, Content]]:
    """Contents by case; only what the build says is changed, everything else is made as ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA", str(demo.folder))
        build_id = warehouse.current_build_id()
        assert build_id is not None
        selection = Selection("lianyungang", CLOSE, build_id, target_ids=("little_giants",))
        query = warehouse.query
        found = {"one": making.content(selection)}
        changed = {"thirty": thirty, "missed": missed, "nothing": nothing}

        def long_names(build: str, name: str, **asked: Any) -> pl.DataFrame:
            rows = query(build, name, **asked)
            if name != "title_changes":
                return rows
            return rows.with_columns(
                name=pl.Series([ENTERPRISE.format(n) for n in range(rows.height)], dtype=pl.String)
            )

        for case, change in changed.items():

            def facts(*asked: Any, change: Callable[[Facts], Facts] = change) -> Facts:
                one = facts_at(*asked)
                return change(replace(one, targets=one.targets.filter(pl.col("target_id") == "little_giants")))

            with patch.context() as inner:
                inner.setattr(making, "facts_at", facts)
                inner.setattr(warehouse, "query", long_names)
                found[case] = making.content(selection)
        yield found
    ui.forget()


def test_the_cases_are_what_they_are_called(cases: dict[str, Content]) -> None:
    [comparison] = cases["thirty"].comparisons
    assert comparison.rows.height == AREAS
    assert cases["thirty"].annexes
    assert cases["missed"].counts["missed"] == cases["missed"].behind.height == 1
    assert cases["nothing"].counts["not_reported"] == 1
    assert [case.facts.own.height for case in cases.values()] == [1] * len(CASES)


@pytest.mark.parametrize("case", CASES)
def test_word_loses_no_row_and_no_table_is_wider_than_its_page(case: str, cases: dict[str, Content]) -> None:
    made = cases[case]
    file = document(made)
    _, tables = printed(file)
    expected = [[table.narrow.columns, *map(list, table.narrow.iter_rows())] for table in tables_in_print(made)]
    assert tables == expected
    for table in docx.Document(io.BytesIO(file)).tables:
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.iter(qn("w:gridCol"))]
        assert sum(widths) <= TEXT_WIDTH + len(widths)
        assert min(widths) >= 400
    drawn = list(charts_of(file))
    for series, sheet in drawn:
        assert {name: pytest.approx(values) for name, values in series.items()} == sheet
    target = word("briefing.column_target", "zh")
    beside = [value for series, _ in drawn[: -len(made.histories)] for value in series[target]]
    assert beside == [value for one in made.comparisons for value in one.table.frame[target].tail(one.rows.height)]


@pytest.mark.parametrize("case", CASES)
def test_slides_lose_no_row_and_nothing_reaches_beyond_their_edge(case: str, cases: dict[str, Content]) -> None:
    made = cases[case]
    deck = opened(made)
    assert_readable(deck)
    shown = printed_tables(deck, 5)
    for comparison in made.comparisons:
        rows = [[tight(cell, "zh") for cell in row[:4]] for row in comparison.table.printed.iter_rows()]
        assert rows == [row[:4] for row in shown if row[:4] in rows]
    drawn: list[str] = []
    for shape in shapes(deck, "chart"):
        names, series = cached(shape.chart)
        sheet = sheet_of(shape.chart)
        assert len(names) == len(sheet) - 1
        columns = list(zip(*(row[1:] for row in sheet[1:]), strict=True))
        assert [pytest.approx(list(values)) for values in series.values()] == [list(column) for column in columns]
        drawn += names
    areas = [name for comparison in made.comparisons for name in comparison.table.frame.to_series(0)[1:]]
    assert [name for name in drawn if name in areas] == areas


@pytest.mark.parametrize("case", CASES)
def test_excel_holds_every_row(case: str, cases: dict[str, Content]) -> None:
    made = cases[case]
    book = openpyxl.load_workbook(io.BytesIO(workbook(made)))
    for table in (made.targets, *(one.table for one in made.comparisons), *(one.table for one in made.annexes)):
        rows = list(book[table.name[:31]].iter_rows(min_row=6, values_only=True))
        assert list(rows[0])[: table.frame.width] == table.frame.columns
        held = [as_cells(row[: table.frame.width]) for row in rows[1 : 1 + table.frame.height]]
        assert held == [as_cells(row) for row in table.frame.iter_rows()]
    assert word("app.demo_explained", "zh") in {sheet["A1"].value for sheet in book.worksheets}


def test_short_texts_figures_and_words_do_not_break_and_names_take_what_is_left() -> None:
    head = ["序号", "目标任务", "单位", "差额", "完成率%", "状态"]
    states = ["到期未完成", "未报送（有数据，无法评价）", "✖\ufe0e 到期未完成"]
    cells = [["1", "2", "29"], [TARGET] * 3, ["名/户", "%", "家"], ["低 10.0 个百分点"] * 3, ["49.95%"] * 3, states]
    widths = columns.column_widths(head, cells, 40.0)
    assert sum(widths) == pytest.approx(40.0)
    for place, short in ((0, "序号"), (2, "名/户"), (3, "低 10.0 个百分点"), (4, "完成率%"), (5, states[0])):
        assert widths[place] >= columns.width(short) - 1e-9
    assert widths[1] == max(widths)
    # Few words of English stay together, unless other columns had to give lines for it.
    goal, name = ["more than 50", "strive for 2"], ["SRDI enterprises with the IP management standard"] * 2
    for room, is_whole in ((26.0, True), (14.0, False)):
        widths = columns.column_widths(["Goal", "Target"], [goal, name], room)
        assert (widths[0] >= columns.width(goal[0]) - 1e-9) == is_whole


# Measured in parts of their size, the wider of DejaVu Serif and Sans, which stand in for Times New Roman and Arial.
MEASURED = {
    False: {
        "Lianyungang": 6.60,
        "enterprises": 5.76,
        "Completed": 5.50,
        "coverage": 4.64,
        "1,000": 2.86,
        "+100.0": 3.70,
    },
    True: {"Lianyungang": 7.27, "enterprises": 6.46, "Completed": 6.07, "Manufacturing": 8.42, "46.0": 2.47},
}


@pytest.mark.parametrize("is_bold", [False, True])
def test_words_are_reckoned_as_wide_as_the_widest_face_that_stands_in(is_bold: bool) -> None:
    for said, measured in MEASURED[is_bold].items():
        assert measured <= columns.width(said, is_bold) <= 1.12 * measured, said


def test_lines_end_between_words_and_anywhere_in_chinese() -> None:
    assert columns.lines_in("全市创新型中小企业", 5.0) == 2
    assert columns.lines_in("一\n二", 5.0) == 2
    room = columns.width("Municipal Bureau")
    assert columns.lines_in("Municipal Bureau", room) == 1
    assert columns.lines_in("Municipal Bureau", room, is_bold=True) == 2
    assert columns.lines_in("Bureau Municipal Bureau", room) == 2  # though the letters of both lines would fit in 1.5
    assert columns.lines_in("Lianyungang", columns.width("Lianyungang") / 2) == 2


NAMES = ["Key industrial chains with SRDI suppliers", "SRDI enterprises with the IP management standard"]


@pytest.mark.parametrize("number", [1, 9, 40])
def test_tables_of_slides_break_no_word_and_end_above_the_foot(number: int) -> None:
    head = ["No.", "Target", "Unit", "Goal", "Actual", "Gap", "Done (%)", "Lead (pp)", "State"]
    cells = ["12", "", "enterprises", "more than 50", "1,000", "46.0 short", "100.0", "+100.0", "✔\ufe0e Completed"]
    rows = [[Cell(said or NAMES[place % 2], is_bold=place == 0) for said in cells] for place in range(number)]
    layout = laid_out(head, rows, 12.1, 4.8, 12)
    assert [place for first, last in layout.pages for place in range(first, last)] == list(range(number))
    for first, last in layout.pages:
        needed = sum(max(map(height_of, row, layout.widths, [layout.size] * 9)) for row in rows[first:last])
        assert needed <= sum(layout.heights[first:last]) + 1e-9
        assert layout.head + sum(layout.heights[first:last]) <= 4.8 + 1e-9
    for column, said in zip(layout.widths, cells, strict=True):
        for part in said.split(" "):
            assert columns.width(part, True) * layout.size / 72 <= column


def height_of(cell: Cell, width: float, size: float) -> float:
    return text_height(cell.text, size, width, is_bold=cell.is_bold)


def test_letters_of_a_word_table_are_smaller_only_where_it_is_worth_it(cases: dict[str, Content]) -> None:
    made = cases["one"].targets
    few = pl.DataFrame({"目标": ["创新型", "小巨人"], "状态": ["已完成", "到期未完成"]})
    assert column_widths(replace(made, frame=few, printed=few, wide=()))[0] == "cell"
    names = [f"{word('briefing.column_target', 'en')} {place}" for place in range(8)]
    wide = pl.DataFrame({name: ["enterprises", "Manufacturing"] for name in names})
    style, widths = column_widths(replace(made, frame=wide, printed=wide, wide=()))
    assert style == "small_cell"
    assert sum(widths) <= TEXT_WIDTH + len(widths)


def kept_rows(file: bytes, head: list[str]) -> list[bool]:
    """Of each row of the table under a heading, whether it stays on the page of the next."""
    for table in docx.Document(io.BytesIO(file)).tables:
        if [cell.text for cell in table.rows[0].cells] == head:
            return [row._tr.find(f".//{qn('w:keepNext')}") is not None for row in table.rows]
    raise AssertionError(head)


def test_table_and_chart_share_a_page_only_where_both_find_room(cases: dict[str, Content]) -> None:
    """A chain that is longer than a page is torn anywhere: the foot of a table stood alone above its chart."""
    for case, is_kept in (("thirty", False), ("missed", True)):
        [comparison] = cases[case].comparisons
        file = document(cases[case])
        assert all(kept_rows(file, comparison.table.narrow.columns)) == is_kept
        heights = [
            int(extent.get("cy")) / 36000 for extent in docx.Document(io.BytesIO(file)).element.iter(qn("wp:extent"))
        ]
        assert max(heights) <= 200
        if is_kept:
            assert height_mm(comparison.table) + heights[0] <= 225 - 24 - 48
    # Of a table that goes on, the last rows come along with the foot.
    assert (
        kept_rows(document(cases["thirty"]), cases["thirty"].comparisons[0].table.narrow.columns)[-4:]
        == [False] + [True] * 3
    )
