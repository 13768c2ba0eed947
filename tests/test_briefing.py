"""Briefings: the text and every number of Word and Excel against the build, twice the same, nothing lost."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from itertools import pairwise
from typing import Any

import docx
import openpyxl
import polars as pl
import pytest
from docx.oxml.ns import qn

from tests.briefing_files import as_cells, charts_of, printed, tables_in_print
from tests.demo import CITY, CLOSE, Demo
from tracker import ladder, warehouse
from tracker.briefing.content import Content, content
from tracker.briefing.excel import workbook
from tracker.briefing.selection import Selection
from tracker.briefing.tables import Table
from tracker.briefing.templates import TemplateRefused
from tracker.briefing.word import document
from tracker.briefing.word_parts import TEXT_WIDTH, column_widths
from tracker.notice import assessment
from tracker.notice_facts import facts_at
from tracker.text import word


@pytest.mark.parametrize("which", ["city", "district"])
def test_word_prints_every_paragraph_and_every_row(which: str, request: pytest.FixtureRequest) -> None:
    found: Content = request.getfixturevalue(which)
    paragraphs, tables = printed(document(found))
    for part in found.notice.sections:
        assert {part.heading, *part.paragraphs} <= set(paragraphs)
    assert set(found.explanation) <= set(paragraphs)
    expected = [[table.narrow.columns, *map(list, table.narrow.iter_rows())] for table in tables_in_print(found)]
    assert tables == expected


def test_the_printed_numbers_are_those_of_the_mart(demo: Demo, city: Content) -> None:
    mart = demo.rows(
        "select target_id, value, target_value from mart.progress"
        " where plan_id = 'lianyungang' and area_code = ? and as_of = ? and is_current",
        CITY,
        CLOSE,
    )
    stored = {target_id: (value, target) for target_id, value, target in mart}
    rows = city.facts.own.sort("plan_order", maintain_order=True).select("target_id", "status").rows()
    assert len(rows) == len(stored) == city.targets.frame.height
    for (target_id, status), cells in zip(rows, city.targets.frame.iter_rows(named=True), strict=True):
        value, target = stored[target_id]
        assert cells[word("briefing.column_value", "zh")] == (None if status == "not_reported" else value)
        assert cells[word("briefing.column_target", "zh")] == target


def test_the_text_is_that_of_the_notice(plan: Selection, city: Content) -> None:
    said = assessment(facts_at(plan.build_id, plan.plan_id, None, CLOSE, "zh"), "zh")
    of_notice = {line for part in said.sections[:4] for line in part.paragraphs}
    of_briefing = {line for part in city.notice.sections for line in part.paragraphs}
    assert of_notice <= of_briefing
    behind = city.section("behind")
    assert behind is not None
    assert city.behind["text"].to_list() == list(behind.paragraphs[1:])


def test_areas_stand_in_official_order(city: Content) -> None:
    order = city.facts.areas["short"].to_list()
    for comparison in city.comparisons:
        shown = comparison.table.frame.to_series(0).to_list()
        assert shown[0] == order[0]
        assert shown == [name for name in order if name in shown]
        assert shown[1:] == [name for name in order if name in comparison.rows["area_short"].to_list()]


def test_annexes_name_every_change_once(demo: Demo, city: Content) -> None:
    since = city.compared_with
    assert since == dt.date(2025, 9, 30)
    for annex, events in (("recognition", "('recognition')"), ("review_passed", "('review_passed')")):
        rows = demo.rows(
            f"select e.name, r.event_on from core.recognition_event r join core.enterprise e using (enterprise_id)"
            f" join core.area_closure c using (area_code) where c.ancestor_code = ? and r.event in {events}"
            f" and r.event_on > ? and r.event_on <= ?",
            CITY,
            since,
            CLOSE,
        )
        [table] = [one.table.frame for one in city.annexes if one.kind == annex]
        shown = table.select(word("briefing.column_enterprise", "zh"), word("briefing.column_day", "zh")).rows()
        assert sorted(shown) == sorted(rows)
    # Who is named as ended holds the title no more and was not removed by a list.
    held = demo.rows(
        "select e.name, t.tier from core.tenure t join core.enterprise e using (enterprise_id)"
        " where t.own_status = 'in_force' and t.from_on <= ? and t.to_on > ?",
        CLOSE,
        CLOSE,
    )
    tiers = warehouse.query(city.selection.build_id, "tiers", language="zh")
    names = dict(tiers.select("tier", "short").iter_rows())
    in_force = {(name, names[tier]) for name, tier in held}
    columns = [word(f"briefing.column_{name}", "zh") for name in ("enterprise", "tier")]
    ended = [one.table.frame.select(columns).rows() for one in city.annexes if one.kind == "expired"]
    assert ended
    assert not in_force & set(ended[0])


def test_made_twice_it_is_the_same(district: Content) -> None:
    again = content(district.selection)
    assert document(district) == document(again)
    assert workbook(district) == workbook(again)


def test_charts_hold_the_numbers_of_their_sheets_and_of_the_tables(city: Content) -> None:
    found = list(charts_of(document(city)))
    assert len(found) == len(city.comparisons) + len(city.histories)
    for cached, sheet in found:
        assert {name: pytest.approx(values) for name, values in cached.items()} == sheet
    value = word("briefing.column_value", "zh")
    for (cached, _), comparison in zip(found, city.comparisons, strict=False):
        below = comparison.table.frame.tail(comparison.rows.height)
        assert cached[value] == pytest.approx(below[value].to_list())


def test_the_page_is_that_of_the_standard(city: Content) -> None:
    opened: Any = docx.Document(io.BytesIO(document(city)))
    [section] = opened.sections
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin, section.right_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 28, 26]
    assert round(section.bottom_margin.mm) == 35
    assert [footer.paragraphs[0].alignment for footer in (section.footer, section.even_page_footer)] == [2, 0]
    fonts = {
        name: opened.styles[name].element.find(f".//{qn('w:rFonts')}").get(qn("w:eastAsia"))
        for name in ("简报标题", "简报正文", "简报一级标题")
    }
    assert fonts == {"简报标题": "方正小标宋简体", "简报正文": "仿宋_GB2312", "简报一级标题": "黑体"}
    heads = [table._tbl.tr_lst[0].find(f".//{qn('w:tblHeader')}") for table in opened.tables]
    assert None not in heads
    for header in (section.header, section.even_page_header):
        assert header.paragraphs[0].text == word("app.demo_explained", "zh")


def test_a_template_is_filled_at_its_names(city: Content) -> None:
    template = docx.Document()
    template.styles.add_style("简报正文", 1)
    for name in ("标题", "正文"):
        paragraph = template.add_paragraph("红头 " if name == "标题" else "")
        paragraph._p.append(paragraph._p.makeelement(qn("w:bookmarkStart"), {qn("w:id"): "7", qn("w:name"): name}))
        if name == "标题":
            paragraph.add_run("（标题）").bold = True
        paragraph._p.append(paragraph._p.makeelement(qn("w:bookmarkEnd"), {qn("w:id"): "7"}))
    template.add_paragraph("印发")
    template.sections[0].header.paragraphs[0].text = "页眉"
    buffer = io.BytesIO()
    template.save(buffer)
    file = document(city, buffer.getvalue())
    paragraphs, tables = printed(file)
    made: Any = docx.Document(io.BytesIO(file))
    assert paragraphs[0] == f"红头 {city.notice.title}"
    assert [run.bold for run in made.paragraphs[0].runs] == [None, True]
    # What ends the template comes before the page that can be taken out.
    last = paragraphs.index("印发")
    assert paragraphs[last + 1] == word("briefing.explanation", "zh")
    assert paragraphs[last + 2 :] == [*city.marks, *city.explanation]
    assert [line.text for line in made.sections[0].header.paragraphs] == ["页眉", *city.marks]
    assert paragraphs.count(city.notice.title) == 0
    assert len(tables) == len(tables_in_print(city))
    with pytest.raises(TemplateRefused):
        document(city, b"PK no document")


@pytest.mark.parametrize("which", ["city", "district"])
def test_excel_holds_every_number_and_no_formula(which: str, request: pytest.FixtureRequest) -> None:
    found: Content = request.getfixturevalue(which)
    selection = replace(found.selection, paragraph="=1+1\n@SUM(A1)", unit="=cmd")
    book = openpyxl.load_workbook(io.BytesIO(workbook(replace(found, selection=selection))))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=1+1" in [cell.value for cell in cells]
    mark = word("app.demo_explained", found.language)
    assert {sheet["A1"].value for sheet in book.worksheets} == {mark}
    shown = [(table, table.name) for table in (found.targets, *(one.table for one in found.annexes))]
    months = (history.table for history in found.histories)
    shown += [(table, word("briefing.sheet_months", found.language, name=table.name)) for table in months]
    for table, name in shown:
        sheet = book[name[:31]]
        assert sheet.freeze_panes is not None
        rows = list(sheet.iter_rows(min_row=6, values_only=True))
        assert list(rows[0])[: table.frame.width] == table.frame.columns
        expected = [as_cells(row) for row in table.frame.iter_rows()]
        assert [as_cells(row[: table.frame.width]) for row in rows[1 : 1 + table.frame.height]] == expected


def test_nothing_of_a_notice_is_lost_in_excel(city: Content) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(city)))
    said = {cell.value for sheet in (book.worksheets[0], book.worksheets[-1]) for [cell] in sheet.iter_rows()}
    assert {line for part in city.notice.sections for line in part.paragraphs} | set(city.explanation) <= said


def test_excel_lists_as_many_enterprises_as_it_counts(city: Content) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(city)), read_only=True)
    counted = city.facts.own.filter(pl.col("unit") == "enterprise")
    checked = 0
    for row in counted.iter_rows(named=True):
        name = word("briefing.sheet_names", "zh", name=row["short"])
        if name in book.sheetnames:
            listed = [cells for cells in book[name].iter_rows(min_row=6, values_only=True) if cells[0]]
            assert len(listed) == row["value"]
            checked += 1
    assert checked >= 4


def test_long_names_and_many_areas_fit_the_page() -> None:
    names = [f"某某国家级经济技术开发区及其托管的第{number}个功能板块管理委员会" for number in range(30)]
    frame = pl.DataFrame({"地区": names, **{f"指标{n}": [float(n)] * 30 for n in range(8)}})
    said = frame.with_columns(pl.col("地区"), pl.exclude("地区").cast(pl.String))
    full = Table("表", "表", "单位：家", frame, said, "注")
    for made in (full, replace(full, frame=frame.clear(), printed=said.clear())):
        _, widths = column_widths(made)
        assert 0.9 * TEXT_WIDTH <= sum(widths) <= TEXT_WIDTH + len(widths)
        assert min(widths) > 0
        assert all(after > 0 for _, after in pairwise([0, *widths]))


def test_control_characters_do_not_break_the_file(city: Content) -> None:
    odd = replace(city, selection=replace(city.selection, paragraph="甲\x01乙 <b>&"))
    assert "甲乙 <b>&" in printed(document(odd))[0]


def test_titles_that_end_soon_are_as_many_as_on_the_ladder(plan: Selection, city: Content) -> None:
    """Those that end on the very day too: they leave the count with the next."""
    assert plan.build_id is not None
    soon = ladder.expiring(plan.build_id, plan.plan_id, plan.as_of)
    names = dict(warehouse.query(plan.build_id, "tiers", language="zh").select("tier", "name").iter_rows())
    expected = {names[tier]: titles for (tier, area), titles in soon.items() if area == CITY}
    assert city.expiries_by_month is not None
    frame = city.expiries_by_month.frame
    months, *tiers = frame.columns
    assert {tier: frame[tier].sum() for tier in tiers} == expected
    assert frame.filter(pl.col(months) == CLOSE)[names["champion"]].to_list() == [2]
