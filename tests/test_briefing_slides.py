"""Slides read back: every number is the content's, charts agree with their sheets, no row is lost, text fits."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import docx
import openpyxl
import polars as pl
import pytest
from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches

from tests.demo import Demo
from tracker import findings, ui, warehouse
from tracker.briefing import documents, tables
from tracker.briefing.content import Content, content
from tracker.briefing.content_charts import Typeface, history_chart
from tracker.briefing.excel import workbook
from tracker.briefing.figures import figures
from tracker.briefing.office_charts import parts
from tracker.briefing.package import package
from tracker.briefing.selection import Selection
from tracker.briefing.slide_parts import SMALLEST, Cell, divided, laid_out, text_height
from tracker.briefing.slides import presentation
from tracker.briefing.templates import TemplateRefused
from tracker.briefing.word import document
from tracker.notice import tight
from tracker.text import LANGUAGES, word

AS_OF = dt.date(2025, 9, 30)
LONG = "位于很远地方名字特别长的国家级经济技术开发区管理委员会第{}片区"


@pytest.fixture(scope="module")
def chosen(demo: Demo) -> Iterator[Selection]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA", str(demo.folder))
        build_id = warehouse.current_build_id()
        assert build_id is not None
        yield Selection("lianyungang", AS_OF, build_id, unit="示例市工业和信息化局", paragraph="请各单位对照落实。")
    ui.forget()


@pytest.fixture(scope="module")
def whole(chosen: Selection) -> Content:
    return content(chosen)


@pytest.fixture(scope="module")
def english(chosen: Selection) -> Content:
    return content(replace(chosen, language="en", area_codes=("320706",), with_forecast=True))


@pytest.fixture(scope="module")
def deck(whole: Content) -> Any:
    return opened(whole)


def opened(made: Content, template: bytes | None = None) -> Any:
    return Presentation(io.BytesIO(presentation(made, template)))


def shapes(deck: Any, kind: str) -> list[Any]:
    return [shape for slide in deck.slides for shape in slide.shapes if getattr(shape, f"has_{kind}", False)]


def printed_tables(deck: Any, columns: int) -> list[list[str]]:
    """The rows of all tables of a width, without their headings, the mark before a state taken off."""
    found = []
    for shape in shapes(deck, "table"):
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        found += rows[1:] if len(rows[0]) == columns else []
    return [[cell.split("\ufe0e ")[-1].removeprefix("– ") for cell in row] for row in found]


def tightened(frame: pl.DataFrame) -> list[list[str]]:
    """Rows as slides print them: the state without the finer one in brackets behind it."""
    shown = frame.with_columns(pl.col(word("briefing.column_status", "zh")).str.replace("（.*", ""))
    return [[tight(cell, "zh") for cell in row] for row in shown.iter_rows()]


def test_every_row_of_the_tables_stands_on_a_slide_as_printed(whole: Content, deck: Any) -> None:
    assert printed_tables(deck, whole.targets.narrow.width) == tightened(whole.targets.narrow)
    shown = printed_tables(deck, 5)
    for comparison in whole.comparisons:
        printed = comparison.table.printed
        for row in printed.select(printed.columns[:4]).iter_rows():
            assert [tight(cell, "zh") for cell in row] in [found[:4] for found in shown]
    assert len(shown) >= sum(comparison.table.frame.height for comparison in whole.comparisons)
    behind = printed_tables(deck, 6)
    assert [row[0] for row in behind] == [str(number) for number in whole.behind["number"]]


def sheet_of(chart: Any) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def cached(chart: Any) -> tuple[list[Any], dict[str, list[float | None]]]:
    """Categories and series as the chart's own XML caches them."""
    series = chart._chartSpace.findall(".//" + qn("c:ser"))
    found = {}
    for one in sorted(series, key=lambda element: int(element.find(qn("c:idx")).get("val"))):
        points = {
            int(point.get("idx")): float(point.find(qn("c:v")).text) for point in one.find(qn("c:val")).iter(qn("c:pt"))
        }
        number = int(one.find(qn("c:val")).find(".//" + qn("c:ptCount")).get("val"))
        name = one.find(qn("c:tx")).find(".//" + qn("c:v")).text
        found[name] = [points.get(place) for place in range(number)]
    names = [point.find(qn("c:v")).text for point in series[0].find(qn("c:cat")).iter(qn("c:pt"))]
    return names, found


def test_charts_hold_the_numbers_of_the_content_and_of_their_sheets(whole: Content, deck: Any) -> None:
    charts = [shape.chart for shape in shapes(deck, "chart")]
    for chart in charts:
        names, series = cached(chart)
        sheet = sheet_of(chart)
        assert sheet[0][1:] == list(series)
        for column, values in zip(zip(*(row[1:] for row in sheet[1:]), strict=True), series.values(), strict=True):
            assert list(column) == pytest.approx(values, abs=1e-9)  # a sheet keeps 16 digits, the cache all
        assert len(names) == len(sheet) - 1
    for history, chart in zip(whole.histories, charts, strict=False):
        frame = history.table.frame
        assert [row[0].date() for row in sheet_of(chart)[1:]] == frame[frame.columns[0]].to_list()
        for name, values in cached(chart)[1].items():
            assert values == frame[name].to_list()
        assert set(frame.columns[1:]) - set(cached(chart)[1]) <= {
            name for name in frame.columns if not any(frame[name])
        }
    drawn: dict[str, float | None] = {}
    for chart in charts[len(whole.histories) :]:
        names, series = cached(chart)
        drawn |= {f"{name} {values}": None for name, *values in zip(names, *series.values(), strict=True)}
    for comparison in whole.comparisons:
        frame = comparison.table.frame
        area, target, value = frame.columns[:3]
        for row in frame.filter(frame[frame.columns[-1]].is_not_null()).iter_rows(named=True):
            assert f"{row[area]} {[row[value], row[target]]}" in drawn


def test_bars_and_lines_are_one_chart(deck: Any) -> None:
    plot = shapes(deck, "chart")[0].chart._chartSpace.find(".//" + qn("c:plotArea"))
    bars, lines = plot.find(qn("c:barChart")), plot.find(qn("c:lineChart"))
    assert len(bars.findall(qn("c:ser"))) == 1
    assert len(lines.findall(qn("c:ser"))) == 2
    axes = [[axis.get("val") for axis in part.findall(qn("c:axId"))] for part in (bars, lines)]
    assert axes[0] == axes[1]


def assert_readable(deck: Any) -> None:
    """Nothing smaller than 14 points, each run with an East Asian typeface, each text inside its box and the slide."""
    for slide in deck.slides:
        parts = [slide._element, *(shape.chart._chartSpace for shape in slide.shapes if shape.has_chart)]
        for run in (run for part in parts for tag in ("a:rPr", "a:defRPr") for run in part.iter(qn(tag))):
            assert int(run.get("sz")) >= 100 * SMALLEST
            assert run.find(qn("a:ea")).get("typeface")
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width + 10
            assert shape.top + shape.height <= deck.slide_height
            if shape.has_table:  # the lowest text is the foot
                foot = max(other.top for other in slide.shapes if other.has_text_frame)
                assert shape.top + shape.height <= foot
            if shape.has_text_frame:
                width = shape.width / Inches(1)
                runs = [run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs]
                needed = sum(text_height(run.text, run.font.size.pt, width) for run in runs)
                assert needed <= shape.height / Inches(1) + 0.1, shape.text_frame.text


def test_the_numbers_of_the_tiles_stand_level_whatever_is_written_under_them(deck: Any, whole: Content) -> None:
    names = findings.count_words(whole.facts.own, "zh").values()
    tiles = [s for s in deck.slides[0].shapes if s.has_text_frame and any(name in s.text_frame.text for name in names)]
    tiles = [tile for tile in tiles if tile.text_frame.text.split("\n")[0].isdecimal()]
    assert [int(tile.text_frame.text.split("\n")[0]) for tile in tiles] == list(whole.counts.values())
    assert len({(tile.top, tile.height, tile.text_frame.margin_top) for tile in tiles}) == 1
    for tile in tiles:
        assert (tile.text_frame.auto_size, tile.text_frame.vertical_anchor) == (MSO_AUTO_SIZE.NONE, MSO_ANCHOR.TOP)


def test_slides_can_be_read_from_the_back_row(deck: Any, english: Content) -> None:
    assert_readable(deck)
    assert_readable(opened(english))


def test_every_slide_says_that_the_data_are_invented_and_on_what_it_rests(whole: Content, deck: Any) -> None:
    for slide in deck.slides:
        said = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert "演示数据" in said
        assert whole.foot in said
    text = "\n".join(shape.text_frame.text for shape in shapes(deck, "text_frame"))
    for line in (*whole.explanation, "请各单位对照落实。", tight(whole.finding, "zh")):
        assert line in text


def test_no_data_all_missed_and_one_target(chosen: Selection, whole: Content) -> None:
    own = whole.facts.own
    everything = own.with_columns(
        number=pl.int_range(1, own.height + 1),
        name=pl.lit(LONG * 3),
        status=pl.lit("missed"),
        text=pl.lit(""),
        owner_names=pl.lit(""),
    )
    counts = dict.fromkeys(whole.counts, 0) | {"missed": own.height}
    made = opened(replace(whole, behind=everything, counts=counts))
    assert [row[0] for row in printed_tables(made, 6)] == [str(number) for number in everything["number"]]
    assert_readable(made)

    first = whole.histories[0]
    nothing = first.months.with_columns(value=pl.lit(None, pl.Float64), expected_value=pl.lit(None, pl.Float64))
    table = tables.history_table(first.target, nothing, whole.foot, "zh")
    empty = replace(first, months=nothing, table=table)
    made = opened(replace(whole, histories=(empty,), comparisons=(), behind=whole.behind.clear()))
    assert set(cached(shapes(made, "chart")[0].chart)[1]["完成"]) == {None}
    assert "已报送的目标没有落后的" in [slide.shapes.title.text for slide in made.slides]

    one = content(replace(chosen, target_ids=(own["target_id"][0],)))
    assert printed_tables(opened(one), one.targets.narrow.width) == tightened(one.targets.narrow)


def test_the_units_own_master_is_kept_and_its_example_slides_are_not(whole: Content) -> None:
    own = Presentation()
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "样例"
    buffer = io.BytesIO()
    own.save(buffer)
    made = opened(whole, buffer.getvalue())
    assert (made.slide_width, made.slide_height) == (own.slide_width, own.slide_height)
    assert "样例" not in [slide.shapes.title.text for slide in made.slides]
    assert {slide.slide_layout.name for slide in made.slides} == {"Title Only"}
    typefaces = {run.get("typeface") for slide in made.slides for run in slide._element.iter(qn("a:ea"))}
    assert typefaces == {"+mn-ea"}


def saved(own: Any) -> bytes:
    buffer = io.BytesIO()
    own.save(buffer)
    return buffer.getvalue()


def named_master(*names: str) -> Any:
    """A master of which the layout of a title and one place is named 简报, its places after their use."""
    own = Presentation()
    layout = own.slide_layouts[1]
    layout.element.cSld.set("name", "简报")
    for place, name in zip(list(layout.placeholders)[1:], names, strict=False):
        place.name = name
    return own


def test_named_places_of_the_units_own_layout_are_used(whole: Content) -> None:
    own = named_master("简报内容")
    content_place = own.slide_layouts[1].placeholders[1]
    made = opened(whole, saved(own))
    assert {slide.slide_layout.name for slide in made.slides} == {"简报"}
    for table in shapes(made, "table"):
        assert table.left + table.width <= content_place.left + content_place.width + Inches(0.01)
        assert table.top >= content_place.top
    feet = [shape for shape in shapes(made, "text_frame") if shape.text_frame.text == whole.foot]
    assert len(feet) == len(made.slides)
    assert {foot.top >= content_place.top + content_place.height for foot in feet} == {True}
    title = made.slides[0].shapes.title
    assert title.text == whole.notice.title
    assert not list(title._element.iter(qn("a:solidFill")))  # the colour of the master


def test_a_master_that_lacks_what_slides_need_is_refused() -> None:
    untitled = named_master()
    title = untitled.slide_layouts[1].placeholders[0]._element
    title.getparent().remove(title)
    small = named_master("简报内容")
    small.slide_layouts[1].placeholders[1].width = Inches(2)
    bare = Presentation()
    for layout in bare.slide_layouts:
        for place in list(layout.placeholders):
            place._element.getparent().remove(place._element)
    cases = [("m.pptx", saved(untitled), "title"), ("m.pptx", saved(small), "room"), ("m.pptx", saved(bare), "layout")]
    cases += [("m.pptx", b"PK no slides", "slides"), ("m.docx", saved(bare), "word"), ("m.potx", saved(bare), "kind")]
    for name, template, reason in cases:
        with pytest.raises(TemplateRefused) as refused:
            documents.checked_template(name, template)
        assert refused.value.reason == reason
        for language in LANGUAGES:
            assert name in word(f"refusal.brief.template_{reason}", language, file=name)
    assert documents.checked_template("M.PPTX", saved(named_master())) == "slides"


def test_a_draft_and_invented_data_are_marked_on_every_slide_sheet_and_page(chosen: Selection) -> None:
    draft = content(replace(chosen, plan_id="zhejiang", area_codes=(), paragraph=""))
    words = [word("app.demo", "zh"), word("app.draft", "zh")]
    for slide in opened(draft).slides:
        said = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert any(line.split("　") == words for line in said)
    book = openpyxl.load_workbook(io.BytesIO(workbook(draft)))
    for sheet in book.worksheets:  # on paper a table goes on without its first rows
        assert words == sheet.oddHeader.right.text.split("　")
        assert sheet.oddFooter.left.text.splitlines() == [draft.foot, f"数据版本 {chosen.build_id}"]
        assert sheet.oddFooter.right.text == "&P / &N"
    in_full = [word("app.demo_explained", "zh"), word("app.draft_explained", "zh")]
    assert all([sheet["A1"].value, sheet["A2"].value] == in_full for sheet in book.worksheets)
    section = docx.Document(io.BytesIO(document(draft))).sections[0]
    for header in (section.header, section.even_page_header):
        assert header.paragraphs[0].text.split("\n") == in_full
    assert all(said in draft.foot for said in words)


def test_a_plan_without_numbers_still_has_its_documents(chosen: Selection, whole: Content) -> None:
    """What a build without values gives: every target unreported, no month, no area, no title."""
    nothing = pl.lit(None, pl.Float64)
    own = whole.facts.own.with_columns(
        status=pl.lit("not_reported"), state=pl.lit("no_data"), value=nothing, completion=nothing, lead_points=nothing
    )
    empty = tuple(
        replace(one, table=tables.history_table(one.target, one.months.clear(), whole.foot, "zh"))
        for one in whole.histories[:1]
    )
    bare = replace(
        whole, targets=tables.target_table(own, whole.facts.units, whole.foot, "zh"), histories=empty, comparisons=(),
        behind=whole.behind.clear(), area_counts=None, expiries=None, expiries_by_month=None, annexes=(),
        facts=replace(whole.facts, targets=own),
    )  # fmt: skip
    made = opened(bare)
    assert_readable(made)
    assert {row[-1] for row in printed_tables(made, bare.targets.narrow.width)} == {"未报送"}
    assert openpyxl.load_workbook(io.BytesIO(workbook(bare))).sheetnames
    assert docx.Document(io.BytesIO(document(bare))).tables


def test_charts_of_a_workbook_hold_the_values_of_their_sheets(chosen: Selection) -> None:
    file = workbook(content(replace(chosen, target_ids=("little_giants", "controlled_processes"))))
    book = openpyxl.load_workbook(io.BytesIO(file))
    checked = 0
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        for name in parts.namelist():
            if not name.startswith("xl/charts/chart"):
                continue
            for values in parse_xml(parts.read(name)).iter(qn("c:val")):
                sheet, _, cells = values.find(".//" + qn("c:f")).text.rpartition("!")
                stored = [cell.value for row in book[sheet.strip("'")][cells.replace("$", "")] for cell in row]
                points = {int(point.get("idx")): point.find(qn("c:v")).text for point in values.iter(qn("c:pt"))}
                cached = [float(points[place]) if points.get(place) else None for place in range(len(stored))]
                assert cached == pytest.approx(stored)
                checked += 1
    assert checked >= 4


def test_one_month_is_a_narrow_bar_with_its_target_as_a_dash(chosen: Selection) -> None:
    made = content(replace(chosen, plan_id="zhejiang", as_of=dt.date(2025, 12, 31)))
    [history] = [one for one in made.histories if one.table.frame.height == 1]
    drawn = parts(history_chart(history, Typeface("Arial", "SimSun", 14)))[0].decode()
    with zipfile.ZipFile(io.BytesIO(workbook(replace(made, histories=(history,), comparisons=())))) as book:
        in_excel = book.read("xl/charts/chart1.xml").decode()
    for xml in (drawn, in_excel):
        assert 'gapWidth val="500"' in xml
        assert '<c:symbol val="dash"/>' in xml


def test_places_are_points_with_the_first_at_the_top(chosen: Selection) -> None:
    history = content(replace(chosen, plan_id="suzhou_industrial_park")).histories[0]
    assert history.is_rank
    drawn = history_chart(history, Typeface("Arial", "SimSun", 14))
    assert drawn.highest == max([3, *history.table.frame.to_series(1).drop_nulls()]) + 0.5
    xml = parts(drawn)[0].decode()
    assert "barChart" not in xml
    assert ('orientation val="maxMin"' in xml, '<c:crosses val="max"/>' in xml) == (True, True)
    assert xml.count('symbol val="circle"') == 1


def test_a_table_is_as_large_as_its_room_allows_and_never_larger() -> None:
    for number in (1, 4, 12, 40):
        rows = [[Cell(f"第{place}行"), Cell("位于很远的地方" * (1 + place % 5))] for place in range(number)]
        layout = laid_out(["名称", "说明"], rows, 6.0, 4.5, 12)
        assert [place for first, last in layout.pages for place in range(first, last)] == list(range(number))
        used = [layout.head + sum(layout.heights[first:last]) for first, last in layout.pages]
        assert max(used) <= 4.5 + 1e-9
        assert sum(layout.widths) == pytest.approx(6.0)
        # No height is left in which the rows could have grown by half.
        assert number < 12 or max(used) > 4.5 / 1.5
    assert laid_out(["名称"], [[Cell("一")]], 6.0, 4.5, 12).size > SMALLEST


def test_groups_of_rows_are_even_and_hold_every_row() -> None:
    assert divided([1.0] * 13, 12.0, 12) == [(0, 7), (7, 13)]
    assert divided([5.0, 1.0, 1.0], 3.0, 12) == [(0, 1), (1, 3)]
    assert divided([], 3.0, 12) == []


def test_a_package_is_the_same_twice_and_named_by_plan_area_and_month(chosen: Selection) -> None:
    one = content(replace(chosen, area_codes=("320706",)))
    files = dict(documents.made(one, kind) for kind in documents.ENDINGS)
    name, made = package(one, files)
    assert package(one, dict(documents.made(one, kind) for kind in documents.ENDINGS)) == (name, made)
    with zipfile.ZipFile(io.BytesIO(made)) as opened_archive:
        assert opened_archive.testzip() is None
        names = opened_archive.namelist()
    assert names == [name.replace(".zip", ending) for ending in (".docx", ".pptx", ".xlsx")]
    assert all(part in name for part in ("连云港", "海州", "2025-09"))


def test_every_chart_of_the_pages_is_a_picture_with_a_name_of_its_own(whole: Content) -> None:
    made = figures(whole)
    assert len(made) == 1 + len(whole.histories) + 4 * len(whole.comparisons)
    for name, figure in made.items():
        assert name.endswith("2025-09")
        said = " ".join(str(words.text) for words in figure.layout.annotations)
        assert whole.foot in said  # basis, cut-off, demonstration
