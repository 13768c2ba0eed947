"""Native charts of Office documents: editable, with their data sheet inside and every value cached in the chart.

python-pptx writes the series and the sheet; what it cannot do (bars and lines in one chart, the typeface of Chinese
text, axis sizes) is set here in the chart's own XML. The same parts serve PowerPoint and Word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from xlsxwriter import Workbook

from tracker.look import DATA, INK, LINE, PAGE, SECONDARY

# Drawn in every document as on the pages: actual solid and dark, plan outlined or a solid line, pace dashed.
LOOKS = ("bar", "outline", "line", "dashes", "points")
FEW = 8  # counts up to here get a grid line each, never one at 0.2 of an enterprise
_FEW_PLACES = 15  # the cities of a province
_FEW_POINTS = 12  # more of them would run into one another
_WIDE_GAPS = {1: 500, 2: 250, 3: 150}  # so few bars would be walls
_POINT = 12700  # English metric units
_SHADES = (DATA, "#6FA3B8", "#B5CFDA", "#3F4E57", "#8C99A1")


@dataclass(frozen=True)
class Series:
    """One row of the data sheet; None is a month or an area without a value and stays empty.

    ``label_decimals``: of the last value, which is the one that is printed; another may have more, lest it be rounded
    onto its target.
    """

    name: str
    values: tuple[float | None, ...]
    look: str = "bar"
    decimals: int = 0
    label_decimals: int = 0
    is_grouped: bool = False


@dataclass(frozen=True)
class OfficeChart:
    """A chart of names or of months (dates): standing or lying bars, lines across them.

    Lying bars take no lines. ``highest`` fixes the end of the value axis, so that charts side by side share one scale;
    ``is_stacked`` puts bars on top of each other; ``is_rank``: the values are places, drawn without bars and from the
    first, at the top, down to ``highest``; ``labelled`` names the series whose last value is printed;
    ``most_labels`` months stand under the axis.
    """

    categories: tuple[str, ...] | tuple[dt.date, ...]
    series: tuple[Series, ...]
    is_lying: bool = False
    is_stacked: bool = False
    is_rank: bool = False
    highest: float | None = None
    labelled: str = ""
    most_labels: int = 10
    size_pt: int = 14
    latin: str = "Microsoft YaHei"
    east_asian: str = "Microsoft YaHei"


def chart_type(chart: OfficeChart) -> Any:
    """The kind of chart that python-pptx writes before :func:`finish` sets the rest."""
    if chart.is_lying:
        return XL_CHART_TYPE.BAR_CLUSTERED
    return XL_CHART_TYPE.COLUMN_STACKED if chart.is_stacked else XL_CHART_TYPE.COLUMN_CLUSTERED


class _TextSheet(CategoryWorkbookWriter):  # type: ignore[misc]
    """The data sheet with names as text: python-pptx writes one that begins with ``=`` as a formula."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: BytesIO) -> Iterator[tuple[Workbook, Any]]:
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(xlsx_file, options) as workbook:
            yield workbook, workbook.add_worksheet()


class _Data(CategoryChartData):  # type: ignore[misc]
    @property
    def _workbook_writer(self) -> CategoryWorkbookWriter:
        return _TextSheet(self)


def chart_data(chart: OfficeChart) -> CategoryChartData:
    """Categories and series for python-pptx, which writes the sheet and the cached values from them."""
    data = _Data()
    data.categories = list(chart.categories)
    for series in chart.series:
        data.add_series(series.name, series.values, number_format(series))
    return data


def number_format(series: Series) -> str:
    """An Excel format with as many decimals and the groups of thousands of the numbers in print."""
    return ("#,##0" if series.is_grouped else "0") + ("." + "0" * series.decimals if series.decimals else "")


def parts(chart: OfficeChart) -> tuple[bytes, bytes]:
    """The chart's XML, without a link to its sheet, and the sheet as a workbook: for documents other than slides."""
    data = chart_data(chart)
    space = parse_xml(data.xml_bytes(chart_type(chart)))
    finish(space, chart)
    return serialize_part_xml(space), sheet(data)


def sheet(data: CategoryChartData) -> bytes:
    """The data sheet of a chart as a workbook."""
    blob: bytes = data._workbook_writer.xlsx_blob
    return blob


def finish(space: Any, chart: OfficeChart) -> None:
    """Give the ``c:chartSpace`` that python-pptx wrote its lines, colours, typefaces, axes and legend."""
    plot = space.find(".//" + qn("c:plotArea"))
    bars = plot.find(qn("c:barChart"))
    found = bars.findall(qn("c:ser"))
    for element, series, shade in zip(found, chart.series, _shades(chart), strict=True):
        _paint(element, series, shade)
    _label(found, chart)
    lines = [element for element, series in zip(found, chart.series, strict=True) if series.look in LOOKS[2:]]
    _lines(bars, lines, chart)
    gap = 45 if chart.is_lying else gap_beside(len(chart.categories))
    _set(bars, "c:gapWidth", str(gap), before=("c:overlap", "c:serLines", "c:axId"))
    if any(series.look == "outline" for series in chart.series):
        _set(bars, "c:overlap", "100", before=("c:serLines", "c:axId"))
    if len(lines) == len(found):
        plot.remove(bars)
    _axes(plot, chart)
    _around(space, chart)


def gap_beside(number: int) -> int:
    """The gap between so many standing bars, in percent of one."""
    return _WIDE_GAPS.get(number, 60)


def _shades(chart: OfficeChart) -> Sequence[str]:
    return [_SHADES[place % len(_SHADES)] if chart.is_stacked else DATA for place in range(len(chart.series))]


def _paint(series: Any, told: Series, shade: str) -> None:
    for old in series.findall(qn("c:spPr")):
        series.remove(old)
    looks = {
        "bar": f'<a:solidFill><a:srgbClr val="{shade[1:]}"/></a:solidFill><a:ln><a:noFill/></a:ln>',
        "outline": f"<a:noFill/>{_stroke(INK, 1.5)}",
        "line": _stroke(INK, 2.25),
        "dashes": _stroke(SECONDARY, 2.25, "dash"),
        "points": _stroke(DATA, 2.25),
    }
    series.find(qn("c:tx")).addnext(parse_xml(f"<c:spPr {nsdecls('c', 'a')}>{looks[told.look]}</c:spPr>"))


def _stroke(colour: str, points: float, dash: str = "solid") -> str:
    fill = f'<a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill>'
    return f'<a:ln w="{int(points * _POINT)}" cap="flat">{fill}<a:prstDash val="{dash}"/><a:round/></a:ln>'


def _lines(bars: Any, series: list[Any], chart: OfficeChart) -> None:
    """Move series into a line chart that shares the axes of the bars; python-pptx has no chart of both."""
    if not series:
        return
    axes = "".join(f'<c:axId val="{axis.get("val")}"/>' for axis in bars.findall(qn("c:axId")))
    lines = parse_xml(
        f'<c:lineChart {nsdecls("c")}><c:grouping val="standard"/><c:varyColors val="0"/>'
        f'<c:marker val="1"/>{axes}</c:lineChart>'
    )
    points = {told.name for told in chart.series if told.look == "points"}
    for element in series:
        for bar_only in element.findall(qn("c:invertIfNegative")):
            element.remove(bar_only)
        # A line of one value has no length: it is drawn as a dash.
        mark = '<c:symbol val="dash"/><c:size val="24"/>' if len(chart.categories) == 1 else '<c:symbol val="none"/>'
        if element.find(f"{qn('c:tx')}//{qn('c:v')}").text in points:
            dot = f'<c:spPr><a:solidFill><a:srgbClr val="{DATA[1:]}"/></a:solidFill></c:spPr>'
            size = 9 if len(chart.categories) <= _FEW_POINTS else 5
            mark = f'<c:symbol val="circle"/><c:size val="{size}"/>{dot}'
        element.find(qn("c:spPr")).addnext(parse_xml(f"<c:marker {nsdecls('c', 'a')}>{mark}</c:marker>"))
        element.append(parse_xml(f'<c:smooth {nsdecls("c")} val="0"/>'))
        lines.find(qn("c:marker")).addprevious(element)
    bars.addnext(lines)


def _label(series: Sequence[Any], chart: OfficeChart) -> None:
    """Print the last known value of the labelled series."""
    for element, told in zip(series, chart.series, strict=True):
        known = [place for place, value in enumerate(told.values) if value is not None]
        if told.name != chart.labelled or not known:
            continue
        shows = "".join(
            f'<c:show{part} val="{int(part == "Val")}"/>'
            for part in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
        )
        hidden = shows.replace('val="1"', 'val="0"')
        behind = f'<c:spPr><a:solidFill><a:srgbClr val="{PAGE[1:]}"/></a:solidFill></c:spPr>'
        place = "t" if told.look == "points" else "outEnd"
        decimals = number_format(replace(told, decimals=told.label_decimals))
        label = (
            f'<c:dLbl><c:idx val="{known[-1]}"/><c:numFmt formatCode="{decimals}" '
            f'sourceLinked="0"/>{behind}{_text(chart, INK, is_bold=True)}<c:dLblPos val="{place}"/>{shows}</c:dLbl>'
        )
        element.find(qn("c:cat")).addprevious(parse_xml(f"<c:dLbls {nsdecls('c', 'a')}>{label}{hidden}</c:dLbls>"))


def _text(chart: OfficeChart, colour: str, *, is_bold: bool = False) -> str:
    look = f'sz="{chart.size_pt * 100}" b="{int(is_bold)}"'
    return (
        f'<c:txPr><a:bodyPr rot="0" vert="horz"/><a:lstStyle/><a:p><a:pPr><a:defRPr {look}>'
        f'<a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill><a:latin typeface="{chart.latin}"/>'
        f'<a:ea typeface="{chart.east_asian}"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )


def _set(parent: Any, tag: str, value: str, *, before: Sequence[str]) -> None:
    """A valued child at the place where the schema wants it: before the first of those that may follow."""
    for old in parent.findall(qn(tag)):
        parent.remove(old)
    made = parse_xml(f'<{tag} {nsdecls("c")} val="{value}"/>')
    following = [child for child in parent if child.tag in {qn(name) for name in before}]
    if following:
        following[0].addprevious(made)
    else:
        parent.append(made)


def _axes(plot: Any, chart: OfficeChart) -> None:
    is_dates = bool(chart.categories) and isinstance(chart.categories[0], dt.date)
    categories, values = plot.find(qn("c:dateAx" if is_dates else "c:catAx")), plot.find(qn("c:valAx"))
    ids = [axis.find(qn("c:axId")).get("val") for axis in (categories, values)]
    line = f"<c:spPr>{_stroke(SECONDARY, 0.75)}</c:spPr>"
    # Lying bars are read from the top; the value axis then stands at the far end, which is the bottom.
    order, crosses, places = ("maxMin", "max", "lb") if chart.is_lying else ("minMax", "autoZero", "bl")
    upright = "maxMin" if chart.is_rank else "minMax"
    bottom = "max" if chart.is_rank else "autoZero"
    numbers = "0;;" if chart.is_rank else "General"
    near = "nextTo" if chart.is_rank else "low"
    shown = "yyyy-mm" if is_dates else "General"
    across = (
        f'<c:axId val="{ids[0]}"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{places[0]}"/><c:numFmt formatCode="{shown}" sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="{near}"/>{line}'
        f'{_text(chart, INK)}<c:crossAx val="{ids[1]}"/><c:crosses val="{bottom}"/>'
    )
    upwards = (
        f'<c:axId val="{ids[1]}"/><c:scaling><c:orientation val="{upright}"/>{_limits(chart)}</c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{places[1]}"/>'
        f"<c:majorGridlines><c:spPr>{_stroke(LINE, 0.75)}</c:spPr></c:majorGridlines>"
        f'<c:numFmt formatCode="{numbers}" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{_text(chart, SECONDARY)}'
        f'<c:crossAx val="{ids[0]}"/><c:crosses val="{crosses}"/><c:crossBetween val="between"/>{_whole_steps(chart)}'
    )
    across += _month_steps(chart) if is_dates else '<c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/>'
    for axis, inside in ((categories, across), (values, upwards)):
        tag = "c:" + axis.tag.partition("}")[2]
        plot.replace(axis, parse_xml(f"<{tag} {nsdecls('c', 'a')}>{inside}</{tag}>"))


def _known(chart: OfficeChart) -> list[float]:
    return [value for series in chart.series for value in series.values if value is not None]


def _limits(chart: OfficeChart) -> str:
    """A bar is never cut: the axis begins at zero, or lower where a value does."""
    if chart.is_rank:
        # The room above the first place is for its mark: no place zero is printed.
        return f'<c:max val="{chart.highest}"/><c:min val="0"/>'
    most = "" if chart.highest is None else f'<c:max val="{chart.highest}"/>'
    return most + ("" if min(_known(chart), default=0.0) < 0 else '<c:min val="0"/>')


def _whole_steps(chart: OfficeChart) -> str:
    # A pace has decimals where nothing else has: no half enterprise on the axis for its sake.
    is_whole = not any(series.decimals for series in chart.series if series.look != "dashes")
    most = _FEW_PLACES if chart.is_rank else FEW
    is_few = is_whole and max(_known(chart), default=0.0) <= most
    return '<c:majorUnit val="1"/>' if is_few else ""


def _month_steps(chart: OfficeChart) -> str:
    first, last = min(chart.categories), max(chart.categories)
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    step = next((step for step in (1, 2, 3, 6, 12) if months <= step * chart.most_labels), 24)
    return (
        '<c:auto val="0"/><c:lblOffset val="100"/><c:baseTimeUnit val="months"/>'
        f'<c:majorUnit val="{step}"/><c:majorTimeUnit val="months"/>'
    )


def _around(space: Any, chart: OfficeChart) -> None:
    """Legend above the plot, no title of its own, gaps where a value is missing, text of one size."""
    body = space.find(qn("c:chart"))
    for tag in ("c:title", "c:autoTitleDeleted", "c:legend", "c:plotVisOnly", "c:dispBlanksAs"):
        for old in body.findall(qn(tag)):
            body.remove(old)
    body.insert(0, parse_xml(f'<c:autoTitleDeleted {nsdecls("c")} val="1"/>'))
    for xml in (
        f'<c:legend {nsdecls("c", "a")}><c:legendPos val="t"/><c:overlay val="0"/>{_text(chart, INK)}</c:legend>',
        f'<c:plotVisOnly {nsdecls("c")} val="1"/>',
        f'<c:dispBlanksAs {nsdecls("c")} val="gap"/>',
    ):
        body.append(parse_xml(xml))
    for old in space.findall(qn("c:txPr")):
        space.remove(old)
    wrapped = parse_xml(f"<c:x {nsdecls('c', 'a')}>{_text(chart, INK)}</c:x>")
    body.addnext(wrapped[0])
