"""Briefings of the demo for tests: what they are of, and what stands in their files."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from tests.demo import CLOSE, Demo
from tracker import ui, warehouse
from tracker.briefing.content import Content
from tracker.briefing.selection import Selection
from tracker.briefing.tables import Table

AUTUMN = dt.date(2025, 10, 31)
GANYU, EXEMPT = "320707", "320700-yuntaishan"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@contextmanager
def selected(demo: Demo) -> Iterator[Selection]:
    """The demo's city at the close of its plan, while the demo is the data folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA", str(demo.folder))
        build_id = warehouse.current_build_id()
        assert build_id is not None
        yield Selection("lianyungang", CLOSE, build_id)
        ui.forget()


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


def as_cells(row: tuple[Any, ...]) -> list[Any]:
    """Days as days, numbers as near as a workbook keeps them."""
    days = [cell.date() if isinstance(cell, dt.datetime) else cell for cell in row]
    return [round(cell, 9) if isinstance(cell, float) else cell for cell in days]
