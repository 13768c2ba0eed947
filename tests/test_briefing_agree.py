"""Word, PowerPoint, Excel and the page print the same targets of every plan: value, target, share, gap, state."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from pptx import Presentation
from streamlit.testing.v1 import AppTest

from tests.demo import CLOSE, Demo
from tracker import ui, warehouse
from tracker.briefing.content import Content, content
from tracker.briefing.excel import workbook
from tracker.briefing.selection import Selection
from tracker.briefing.slides import presentation
from tracker.briefing.word import document
from tracker.catalog import load
from tracker.findings import STATUSES
from tracker.notice import tight
from tracker.text import LANGUAGES, word

MAIN = Path(__file__).resolve().parent.parent / "pages" / "main.py"
COLUMNS = ("target", "value", "gap", "completion", "status")
NUMBER = re.compile(r"−?[\d,]+(?:\.\d+)?")
ROW = re.compile(r'<th scope="row">(.*?)(?:<small>.*?)?</th>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
Rows = dict[str, dict[str, str]]


@pytest.fixture(autouse=True)
def data_folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    yield
    ui.forget()


def numbers(said: str) -> list[Decimal]:
    """Every number of a text, as it is printed."""
    return [Decimal(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(said)]


def of_word(file: bytes) -> list[list[str]]:
    tables: Any = docx.Document(io.BytesIO(file)).tables
    return [[cell.text for cell in row.cells] for table in tables for row in table.rows if len(table.columns) > 4]


def of_slides(file: bytes) -> list[list[str]]:
    shapes = [shape for slide in Presentation(io.BytesIO(file)).slides for shape in slide.shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for shape in shapes for row in shape.table.rows]


def of_excel(file: bytes, made: Content) -> dict[str, dict[str, Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(file))[made.targets.name[:31]]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return by_name(rows, made)


def by_name(rows: list[list[Any]], made: Content) -> dict[str, Any]:
    """The rows under the headings of the table of targets, wherever they are repeated, by the target's name."""
    heads = {key: word(f"briefing.column_{key}", made.language) for key in (*COLUMNS, "target_name")}
    found, head = {}, None
    for row in rows:
        if heads["target_name"] in row:
            head = row
        elif head is not None and len(row) == len(head):
            cells = dict(zip(head, row, strict=True))
            found[cells[heads["target_name"]]] = {key: cells.get(heads[key]) for key in COLUMNS}
    return {name: found[name] for name in made.facts.own["name"]}


def of_page(plan_id: str, language: str) -> Rows:
    """The table of all targets of the overview: target, value, gap, state."""
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params |= {"lang": language, "as_of": f"{CLOSE}", "plan": plan_id}
    app.run()
    assert not app.exception
    body = " ".join(element.proto.body for element in app.get("html"))
    found = {}
    for name, cells in ROW.findall(body):
        shown = [re.sub(r"<small>.*?</small>|<[^>]+>", "", cell) for cell in CELL.findall(cells)]
        if len(shown) == 7:
            target, value, _, gap, status, *_ = map(html.unescape, shown)
            found[html.unescape(name)] = {"target": target, "value": value, "gap": gap, "status": status}
    return found


def state_of(said: str, language: str) -> str:
    """Which of the six words a text says, without its mark and the finer state behind it."""
    words = {word(f"status.{one}", language): one for one in STATUSES}
    return words[max((one for one in words if one in said), key=len)]  # 达序时 stands in 未达序时


def is_printed_of(said: str, exact: float | None) -> bool:
    """Whether a text prints a number to its last digit; where there is none the text has none."""
    shown = numbers(said)
    if exact is None:
        return shown == []
    return abs(float(shown[0]) - exact) < 10.0 ** int(shown[0].as_tuple().exponent)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plan_id", list(load().plans))
def test_three_documents_and_the_page_print_the_same_numbers(plan_id: str, language: str, demo: Demo) -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    made = content(Selection(plan_id, CLOSE, build_id, language=language))
    in_word, on_slides = by_name(of_word(document(made)), made), by_name(of_slides(presentation(made)), made)
    in_excel, on_page = of_excel(workbook(made), made), of_page(plan_id, language)
    stored = {
        target_id: cells
        for target_id, *cells in demo.rows(
            "select target_id, value, target_value, gap, completion from mart.progress"
            " where plan_id = ? and area_code = ? and as_of = ? and is_current",
            plan_id, made.facts.area_code, CLOSE,
        )
    }  # fmt: skip
    assert len(stored) == made.facts.own.height
    for row in made.facts.own.iter_rows(named=True):
        name, about = row["name"], (plan_id, language, row["target_id"])
        value, target, gap, completion = stored[row["target_id"]]
        printed, cells, shown = in_word[name], in_excel[name], on_page[name]
        states = {state_of(said, language) for said in (printed["status"], cells["status"], shown["status"])}
        assert states == {state_of(on_slides[name]["status"], language)} == {row["status"]}, about
        for key in COLUMNS[:-1]:
            assert tight(printed[key] or "", language) == (on_slides[name][key] or ""), about
        value = None if row["status"] == "not_reported" else value
        assert (cells["value"], cells["target"]) == (pytest.approx(value), target), about
        assert is_printed_of(printed["value"], value), about
        if cells["completion"] is not None:
            assert cells["completion"] == pytest.approx(100 * completion), about
        assert is_printed_of(printed["completion"] or "", cells["completion"]), about
        if cells["gap"] is not None:
            assert cells["gap"] == pytest.approx(abs(gap)), about
        assert (cells["gap"] is None) == (not numbers(printed["gap"])), about
        # English pages name the unit of 548.2 × ¥100m with a number. Only pages show a value that nobody may judge.
        for key in ("target", "gap") if value is None else ("target", "value", "gap"):
            on_paper, read = numbers(printed[key]), numbers(shown[key].replace("¥100m", ""))
            assert on_paper == read or (key == "gap" and not on_paper), (about, key, printed[key], shown[key])
