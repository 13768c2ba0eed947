"""Briefings: the text and every number of Word and Excel against the build, twice the same, nothing lost."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import openpyxl
import polars as pl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from etl.__main__ import main
from tests.demo import CITY, CLOSE, Demo
from tracker import ladder, office, office_objections, text, warehouse
from tracker.briefing.content import Content, NoTargets, content
from tracker.briefing.documents import ENDINGS
from tracker.briefing.excel import workbook
from tracker.briefing.named import kept, restored
from tracker.briefing.selection import Selection, file_stem
from tracker.briefing.tables import Table
from tracker.briefing.templates import TemplateRefused
from tracker.briefing.word import document
from tracker.briefing.word_parts import TEXT_WIDTH, column_widths
from tracker.notice import assessment
from tracker.notice_facts import facts_at
from tracker.office_objections import Decided, Number, Objection
from tracker.text import LANGUAGES, word
from tracker.viewing import Rule

AUTUMN = dt.date(2025, 10, 31)
GANYU, EXEMPT = "320707", "320700-yuntaishan"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def plan(demo: Demo) -> Iterator[Selection]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA", str(demo.folder))
        build_id = warehouse.current_build_id()
        assert build_id is not None
        yield Selection("lianyungang", CLOSE, build_id)
        warehouse.forget_connections()


@pytest.fixture(scope="module")
def city(plan: Selection) -> Content:
    return content(plan)


@pytest.fixture(scope="module")
def district(plan: Selection) -> Content:
    return content(replace(plan, as_of=AUTUMN, area_codes=(GANYU,), language="en", with_forecast=True))


def printed(file: bytes) -> tuple[list[str], list[list[list[str]]]]:
    """The paragraphs and the tables of a Word file."""
    opened: Any = docx.Document(io.BytesIO(file))
    # By the XML: python-docx counts the columns anew for every cell, three minutes for the lists of names.
    rows = [
        [
            ["".join(node.text or "" for node in cell.iter(qn("w:t"))) for cell in row.tc_lst]
            for row in table._tbl.tr_lst
        ]
        for table in opened.tables
    ]
    return [paragraph.text for paragraph in opened.paragraphs], rows


def tables_in_print(found: Content) -> list[Table]:
    """Every table that Word prints, in order."""
    ending = found.expiries if found.facts.is_whole else found.expiries_by_month
    order = {"areas": found.area_counts, "expiries": ending, "forecast": found.forecasts}
    body = [order[part.key] for part in found.notice.sections if order.get(part.key)]
    annexes = [found.targets, *(one.table for one in found.comparisons), *(one.table for one in found.annexes)]
    return [table for table in [*body, *annexes] if table is not None]


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


def charts_of(file: bytes) -> Iterator[tuple[dict[str, list[Any]], dict[str, list[Any]]]]:
    """Of every chart of a Word file: cached names and values, and those of its data sheet."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for name in archive.namelist():
            if not name.startswith("word/charts/chart"):
                continue
            number = name.removeprefix("word/charts/chart").removesuffix(".xml")
            space = parse_xml(archive.read(name))
            cached = {}
            for series in space.iter(f"{C}ser"):
                title = series.findtext(f"{C}tx//{C}v")
                at = series.find(f"{C}val").iter(f"{C}pt")
                points = {int(point.get("idx")): float(point.findtext(f"{C}v")) for point in at}
                size = int(series.find(f"{C}val//{C}ptCount").get("val"))
                cached[title] = [points.get(place) for place in range(size)]
            sheet = openpyxl.load_workbook(
                io.BytesIO(archive.read(f"word/embeddings/Microsoft_Excel_Sheet{number}.xlsx"))
            ).worksheets[0]
            columns = [list(column) for column in sheet.iter_cols(values_only=True)]
            yield cached, {column[0]: column[1:] for column in columns[1:]}


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


def as_cells(row: tuple[Any, ...]) -> list[Any]:
    """Days as days, numbers as near as a workbook keeps them."""
    days = [cell.date() if isinstance(cell, dt.datetime) else cell for cell in row]
    return [round(cell, 9) if isinstance(cell, float) else cell for cell in days]


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


def test_a_choice_says_that_it_is_one_and_keeps_the_numbers(plan: Selection, city: Content) -> None:
    one = content(replace(plan, target_ids=("little_giants",), area_codes=(GANYU, "320722")))
    assert one.facts.own.height == 1
    assert "选列目标任务1项" in one.notice.sections[0].paragraphs[0]
    assert one.facts.own["value"][0] == city.facts.own.filter(pl.col("target_id") == "little_giants")["value"][0]
    [comparison] = one.comparisons
    assert comparison.table.frame.to_series(0).to_list()[1:] == ["赣榆", "东海"]
    assert len(printed(document(one))[1]) == len(tables_in_print(one))


def test_another_rule_is_named_and_judged_by_the_page_s_own_rows(plan: Selection) -> None:
    found = content(replace(plan, rule=Rule("in_force", with_publicity=True), with_forecast=True))
    assert word("basis.with_publicity", "zh") in found.foot
    assert any(word("basis.with_publicity", "zh") in line for line in found.explanation)
    assert found.section("closing") is None
    assert found.forecasts is None


def test_forecasts_stand_there_only_when_chosen_and_are_marked(plan: Selection, district: Content) -> None:
    part = district.section("forecast")
    assert part is not None
    assert all("(est.)" in line for line in (part.heading, *part.paragraphs))
    assert content(replace(plan, as_of=AUTUMN)).section("forecast") is None


def test_an_area_without_a_task_has_no_briefing(plan: Selection) -> None:
    with pytest.raises(NoTargets):
        content(replace(plan, area_codes=(EXEMPT,)))


def test_decisions_of_the_last_meeting_and_open_objections_are_printed(
    plan: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = office.Meeting("m", plan.plan_id, "三季度调度会", AUTUMN, plan.build_id, dt.date(2025, 9, 30), None)
    asked = office.Asked("逐户摸排到期企业。", "市工业和信息化局", dt.date(2025, 11, 30), "in_progress")
    at = dt.datetime(2025, 10, 31)
    made = office.Decision("d", "m", plan.plan_id, "little_giants", GANYU, asked, 1, at, "甲", at, "甲")
    monkeypatch.setattr(office, "meetings", lambda plan_id: [meeting])
    monkeypatch.setattr(office, "decisions", lambda plan_id, meeting_id: [made])
    of_ganyu = Number(plan.plan_id, GANYU, "little_giants", CLOSE, plan.build_id, 9.0)
    raised = Objection("o", of_ganyu, 11.0, "赣榆区局", AUTUMN, "漏两家", at, "甲", (), ())
    decided = replace(raised, decisions=(Decided("rejected", "查无此事", AUTUMN, at, "乙"),))
    later = replace(raised, number=replace(of_ganyu, as_of=dt.date(2026, 12, 31)))
    monkeypatch.setattr(office_objections, "objections", lambda plan_id: [raised, decided, later])
    found = content(plan)
    part = found.section("decisions")
    assert part is not None
    objected = found.section("objections")
    assert objected is not None
    [said] = objected.paragraphs
    assert said.startswith("1.赣榆对国家专精特新“小巨人”企业数（2025年12月）有异议，未裁定：系统为9，赣榆为11")
    assert said in printed(document(found))[0]
    assert "三季度调度会" in part.heading
    [line] = part.paragraphs
    assert line.startswith("1.赣榆国家专精特新“小巨人”企业数：逐户摸排到期企业。责任单位：市工业和信息化局")
    assert "2025年11月30日；在办" in line
    elsewhere = content(replace(plan, area_codes=("320722",)))
    assert (elsewhere.section("decisions"), elsewhere.section("objections")) == (None, None)


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


def test_a_named_briefing_moves_with_the_month(plan: Selection) -> None:
    chosen = replace(plan, title="月报", area_codes=(GANYU,), compared_with=dt.date(2025, 9, 30), rule=Rule("ever"))
    stored = json.loads(json.dumps(kept(chosen)))
    assert restored(stored, CLOSE, plan.build_id) == chosen
    later = restored(stored, dt.date(2026, 3, 31), "other")
    assert (later.compared_with, later.build_id) == (dt.date(2025, 12, 31), "other")


def test_file_names_hold_plan_area_and_month() -> None:
    assert file_stem("连云港", "赣榆/东", CLOSE, "zh") == "连云港_赣榆_东_目标任务简报_2025-12"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_writes_what_the_page_offers(
    plan: Selection, city: Content, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    asked = ["brief", "--as-of", "2025-12-31", "--word", "--lang", language, "--out", str(tmp_path), "--json"]
    assert main(asked) == 0
    said = json.loads(capsys.readouterr().out)
    [file] = map(Path, said["files"])
    assert (said["build_id"], file.suffix) == (plan.build_id, ENDINGS["word"])
    assert file.read_bytes() == document(city if language == "zh" else content(replace(plan, language="en")))
    assert text.month(CLOSE, "zh") in "".join(printed(file.read_bytes())[0]) or language == "en"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--name", "没有的"], "没有的"),
        (["--area", "云台山"], "云台山"),
        (["--template", "no.docx"], "no.docx"),
        (["--as-of", "2031-01-31"], "2031-01-31"),
        (["--build", "nothing"], "nothing"),
    ],
)
def test_what_cannot_be_made_is_refused(
    plan: Selection, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["brief", "--word", "--out", str(tmp_path), *options]) == 1
    assert said in "".join(capsys.readouterr())
    assert list(tmp_path.iterdir()) == []


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
