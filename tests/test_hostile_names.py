"""A build in which everything that people wrote is hostile: no page runs it, no file that is saved computes it."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import openpyxl
import pytest

from etl.publish import Builds
from tests.demo import Demo
from tests.test_own_area import opened
from tracker import audit, office, office_objections, people, ui, uploads
from tracker.links import PAGES

HOSTILE = "=1+1<script>alert(1)</script>\"><img src=x onerror=alert(2)>'; drop table core.area; --"
RAW = ("<script>alert", "<img src=x")
# What comes from lists, sheets, forms and people's own words; codes and ids come from the catalogue and the program.
WRITTEN = {
    "core.enterprise": ("name",),
    "core.enterprise_name": ("name",),
    "core.recognition_event": ("document_no", "name_as_printed", "title_as_printed", "sheet"),
    "core.source_file": ("original_name", "issuer", "source"),
    "core.source_reading": ("document_no", "reason", "accepted_by", "accept_reason"),
    "core.rejected_row": ("sheet", "column", "value", "name_as_printed", "candidates"),
    "core.value_cell": ("value_text",),
    "core.value_series": ("sheet",),
    "core.reported_value": ("value_text", "sheet"),
    "core.activity": ("title", "organiser", "note"),
    "core.measure": ("title_zh", "title_en", "section"),
    "core.measure_report": ("note", "evidence"),
    "core.plan": ("name_zh", "name_en", "short_zh", "short_en", "source_zh", "source_en", "document_no"),
    "core.plan_unit": ("name_zh", "name_en"),
    "core.plan_rule": ("text_zh", "text_en", "section"),
    "core.area": ("name_zh", "name_en", "short_zh", "short_en"),
    "core.indicator": ("name_zh", "short_zh", "definition_zh", "caution_zh"),
    "core.target": ("decided_by", "wording_zh", "clause_zh", "section", "document_no", "sheet"),
    "core.correction": ("recorded_by", "reason", "expected", "old_value", "new_value", "origin"),
    "core.closing_decision": ("reason", "decided_by"),
    "core.value_question": ("reason", "sheet"),
    "core.data_debt": ("accepted_by", "accept_reason"),
}
VIEWS: dict[str, list[dict[str, str]]] = {
    "overview": [{"area": "320722"}],
    "indicators": [{"target": "little_giants"}, {"target": "numerical_control"}],
    "enterprises": [{"target": "srdi_smes"}, {"status": "every"}],
    "about": [{"section": section} for section in ("rules", "debts", "sources", "forecasts")],
    "desk": [{"part": "log"}],
    "questions": [{"section": "objections"}],
    "builds": [{"part": part} for part in ("compare", "targets", "trace")],
}


@pytest.fixture(scope="module")
def poisoned(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo's build with hostile words in every column that people fill."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(demo.folder / "builds", folder / "builds")
    current = Builds(folder).current()
    assert current is not None
    with duckdb.connect(str(Builds(folder).path(current))) as connection:
        for table, columns in WRITTEN.items():
            for column in columns:
                connection.execute(f'update {table} set "{column}" = ? || "{column}"', [HOSTILE])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA", str(folder))
        say_hostile_things(folder, current)
    yield folder
    ui.forget()


def say_hostile_things(folder: Path, build_id: str) -> None:
    """What people type and bring beside the files: on the desk, in a meeting, as an objection, as their own name."""
    day, name = dt.date(2025, 12, 31), HOSTILE[: people.LONGEST_NAME]
    uploads.send(uploads.keep(f"{HOSTILE}.csv", b"x", name, is_draft=True), name)
    meeting = office.open_meeting("lianyungang", HOSTILE, dt.date.today(), build_id, day)
    office.decide(meeting, office.Asked(HOSTILE, HOSTILE, day), name, target_id="srdi_smes")
    office.mark_reported(build_id, "lianyungang", day, HOSTILE, day, name)
    office.save_briefing(HOSTILE, {}, name)
    number = office_objections.Number("lianyungang", "320706", "srdi_smes", day, build_id, 1.0)
    evidence = office_objections.keep_file("evidence", f"{HOSTILE}.pdf", b"%PDF-")
    office_objections.object_to(number, 2.0, HOSTILE, day, HOSTILE, name, [evidence])
    Builds(folder).record_move(None, build_id, name, HOSTILE)
    people.grant(people.Granted(name, "admin"), name, "page")
    audit.record(name, "load", HOSTILE)


@pytest.fixture
def saved(poisoned: Path, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], bytes]]:
    """What the buttons of a page would save, with the poisoned build in force."""
    monkeypatch.setenv("TRACKER_DATA", str(poisoned))
    offered: list[Callable[[], bytes]] = []
    monkeypatch.setattr("streamlit.download_button", lambda label, made, **named: offered.append(made))
    return offered


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_nothing_that_people_wrote_runs_on_a_page_or_in_a_file(page: str, saved: list[Callable[[], bytes]]) -> None:
    shown = ""
    for codes in [{}, *VIEWS.get(page, [])]:
        saved.clear()
        app = opened(page, **codes)
        shown += "\n".join(element.proto.body for element in app.get("html"))
        shown += "\n".join(element.proto.body for element in app.get("markdown") if element.proto.allow_html)
        assert [raw for raw in RAW if raw in shown] == []
        for made in saved:
            refuse_formulas(made())
    assert "&lt;script&gt;alert" in shown  # it is there, as text


def refuse_formulas(content: bytes) -> None:
    """No cell of a workbook is a formula, and no line of a CSV file begins a cell as one."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
            if "xl/workbook.xml" not in names:
                # An archive, or a Word or PowerPoint document with the tables of its charts.
                for name in names:
                    if name.endswith((".xlsx", ".csv", ".docx", ".pptx", ".zip")):
                        refuse_formulas(packed.read(name))
                return
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    elif not content.startswith(b"%PDF"):
        text = content.decode("utf-8-sig")
        assert [
            line for line in text.splitlines() if line.startswith(("=", '"=')) or ",=" in line or ',"=' in line
        ] == []
