"""When a file is complete, what is said where it is not, and who may accept that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.__main__ import main
from etl.add import withdraw
from etl.build import Built
from etl.completeness import accept
from etl.inbox import Inbox
from etl.refusal import Refusal
from etl.rows import gaps
from tests.worlds import add, built, rows, write_list
from tracker import about, ui, warehouse

GOOD = "序号,企业名称,所属县区\n1,甲公司,海州区\n2,乙公司,东海县"
BAD = GOOD + "\n3,丙公司,东山区\n4,甲公司,海州区"


def taken_in(data_folder: Path, lines: str, **statement: Any) -> str:
    added = add(data_folder, write_list(data_folder / "files", "名单.csv", lines), **statement)
    assert added.file_id is not None
    assert added.rows is not None
    return added.file_id


def completeness(data_folder: Path) -> list[tuple[Any, ...]]:
    return rows(data_folder, "select is_complete, accepted_by, accept_reason from core.source_reading")


def of_reading(published: Built) -> list[tuple[str, int, str | None]]:
    """The data debts of what was read, with who accepted them."""
    wanted = ("rows_rejected", "rows_repeated", "announced_differs")
    debts = published.debts.filter(published.debts["kind"].is_in(wanted))
    return debts.select("kind", "number", "accepted_by").rows()


@pytest.mark.parametrize(
    ("lines", "announced", "is_complete"),
    [(GOOD, (), True), (GOOD, ("2",), True), (GOOD, ("3",), False), (GOOD, ("海州区=2",), False), (BAD, (), False)],
)
def test_a_file_is_complete_only_where_all_numbers_agree(
    tmp_path: Path, lines: str, announced: tuple[str, ...], is_complete: bool
) -> None:
    path = write_list(tmp_path / "files", "名单.csv", lines)
    added = add(tmp_path, path, announced=announced)
    assert added.rows is not None
    assert added.rows.is_complete == is_complete
    built(tmp_path)
    assert completeness(tmp_path) == [(is_complete, None, None)]


def test_an_accepted_gap_stays_printed_with_who_when_and_why(tmp_path: Path) -> None:
    file = taken_in(tmp_path, BAD, announced=("5",))
    open_gaps = [("announced_differs", 5, None), ("rows_rejected", 1, None), ("rows_repeated", 1, None)]
    assert of_reading(built(tmp_path)) == open_gaps
    sidecar, readings = accept(file[:8], tmp_path, by="李处", reason="发文单位确认")
    assert (sidecar.file_id, readings) == (file, 1)
    assert of_reading(built(tmp_path)) == [(kind, number, "李处") for kind, number, _ in open_gaps]
    assert completeness(tmp_path) == [(False, "李处", "发文单位确认")]
    with pytest.raises(Refusal, match="已经接受过"):
        accept(file, tmp_path, by="李处", reason="再来")


def test_what_was_accepted_is_no_longer_accepted_when_it_changes(tmp_path: Path) -> None:
    file = taken_in(tmp_path, BAD)
    built(tmp_path)
    accept(file, tmp_path, by="李处", reason="确认")
    sidecar = Inbox(tmp_path).find(file)
    [reading] = sidecar.readings
    stated = reading.model_copy(update={"announced": {"total": 9}})
    Inbox(tmp_path).write(sidecar.model_copy(update={"readings": (stated,)}))
    assert {by for _, _, by in of_reading(built(tmp_path))} == {None}


def test_accepting_neither_withdraws_nor_restores(tmp_path: Path) -> None:
    file = taken_in(tmp_path, BAD)
    built(tmp_path)
    accept(file, tmp_path, by="李处", reason="确认")
    assert [r.reading_no for r in Inbox(tmp_path).find(file).active_readings()] == [1]
    withdraw(file, tmp_path, by="王工", reason="传错")
    assert Inbox(tmp_path).counting() == []


def test_there_must_be_something_to_accept(tmp_path: Path) -> None:
    file = taken_in(tmp_path, GOOD)
    with pytest.raises(Refusal, match="还没有发布过这样"):
        accept(file, tmp_path, by="李处", reason="确认")
    built(tmp_path)
    with pytest.raises(Refusal, match="没有需要接受"):
        accept(file, tmp_path, by="李处", reason="确认")


def test_the_command_line_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    file = taken_in(tmp_path, BAD)
    assert main(["build"]) == 0
    assert "不完整" in capsys.readouterr().out
    assert main(["accept", file[:8], "--reason", " ", "--by", "李处"]) == 1
    assert main(["accept", file[:8], "--reason", "确认", "--by", "李处"]) == 0
    assert main(["build"]) == 0
    assert "已接受：确认）" in capsys.readouterr().out


COUNT = st.integers(0, 3)


@given(st.fixed_dictionaries(dict.fromkeys(("rejected", "duplicate"), COUNT)), st.tuples(COUNT, COUNT))
def test_a_reading_has_no_gap_exactly_where_all_it_read_was_taken(
    counts: dict[str, int], announced: tuple[int, int]
) -> None:
    said, read = announced
    agrees = said == read and counts["rejected"] == 0 and counts["duplicate"] == 0
    assert (gaps(counts, {"total": announced}) == {}) == agrees


def test_subtotals_of_a_list_stand_for_the_total_that_it_does_not_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Districts add up, a city above them in the same list does not count them twice, and a printed total stands."""
    text = "企业名称,所属县区\n甲{day}公司,海州区\n乙{day}公司,海州区\n丙{day}公司,东海县"
    for day, name, announced, said in (
        (1, "分计.csv", ("海州区=2", "东海县=1"), "3（2 项分计）"),
        (2, "错.csv", ("海州区=2", "东海县=4"), "6（2 项分计）"),
        (3, "上级.csv", ("连云港市=3", "海州区=2", "东海县=1"), "3（3 项分计）"),
        (4, "总数.csv", ("3", "海州区=2"), "3"),
        (5, "没有.csv", (), "–"),
    ):
        path = write_list(tmp_path, name, text.format(day=day))
        add(tmp_path, path, event_on=dt.date(2023, 6, day), announced=announced)
        built(tmp_path)
        monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
        build_id = warehouse.current_build_id()
        assert build_id is not None
        [row] = warehouse.query(build_id, "readings", language="zh").filter(original_name=name).to_dicts()
        assert about.count_of(row, "announced", "zh") == said
        assert bool(row["announced_differs"]) == (name == "错.csv")
        ui.forget()
