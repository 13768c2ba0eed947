"""A number, its files and its rules long after: edits of thresholds, builds compared, traces, the handover."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from etl.__main__ import _parser, main
from etl.add import withdraw
from etl.build import last_built
from etl.corrections import correction_book
from etl.file_names import clean_names
from etl.inbox import Inbox
from etl.plan_form import example, write_plan_form
from etl.refusal import Refusal
from etl.target_grid import cells_of
from etl.thresholds import ThresholdBook, values_in_force
from tests.test_pages import page_text
from tests.worlds import add, built, write_list
from tracker import blocks_builds, builds, desk, office, ui, warehouse
from tracker.catalog import load
from tracker.links import View
from tracker.office_objections import Number, decide_objection, object_to, objections
from tracker.rights import Person
from tracker.text import LANGUAGES, word
from tracker.ui import edit_forms
from tracker.viewing import DEFAULT_RULE

PAGES = Path(__file__).resolve().parent.parent / "pages"
AS_OF = dt.date(2024, 3, 31)
DAY = dt.date(2024, 4, 8)
HEAD = "序号,企业名称,所属县区"
STATED = ("--document", "连测〔2024〕2号", "--on", "2024-02-01", "--by", "市中小企业办")


@dataclass(frozen=True)
class World:
    """A data folder with two builds: the first was reported, before a list was withdrawn and a threshold edited."""

    folder: Path
    first: str
    second: str
    withdrawn: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two lists of little giants and a task; then one list is withdrawn, and a lead of 5 points is ahead no more."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA", str(folder))
        giants = {"tier": "little_giant", "valid_to": dt.date(2026, 6, 30)}
        names = ["甲公司", "乙公司", "丙公司"]
        lines = [HEAD, *(f"{place},{name},海州区" for place, name in enumerate(names, start=1))]
        add(folder, write_list(folder, "第一批 名单.csv", "\n".join(lines)), **giants)
        late = add(folder, write_list(folder, "补充:名单.csv", f"{HEAD}\n1,丁公司,东海县"), batch="补", **giants)
        tasks = folder / "tasks.json"
        tasks.write_text(json.dumps({"2025": {"320706": 6, "320722": 2, "320703": "不考核"}}), encoding="utf-8")
        assert main(["assign", str(tasks), "--target", "little_giants", *STATED]) == 0
        first = built(folder).build_id
        office.mark_reported(first, "lianyungang", AS_OF, "调度会", dt.date(2024, 4, 5), "王五")
        assert late.file_id is not None
        withdraw(late.file_id, folder, by="赵六", reason="重复报送")
        edited = ["threshold", "--by", "李四", "--reason", "领导小组要求", "ahead_lead_points", "20"]
        assert main(edited) == 0
        second = built(folder).build_id
        yield World(folder, first, second, late.file_id)
    ui.forget()


@pytest.fixture
def world(made: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("TRACKER_DATA", str(made.folder))
    return made


def judged(build_id: str, area: str = "320706") -> tuple[Any, ...]:
    """Value, task, lead and state of the little giants of an area in March 2024."""
    rows = warehouse.query(build_id, "progress", plan_id="lianyungang", as_of=AS_OF)
    [row] = (
        rows.filter(target_id="little_giants", area_code=area)
        .select("value", "target_value", "lead_points", "state")
        .rows()
    )
    return row


def test_an_edited_threshold_flips_the_state_that_it_should_and_no_earlier_build(world: World) -> None:
    # Three of six after fifteen of 36 months: 8.3 points ahead, which is enough by the catalogue's 5 and not by 20.
    before, after = judged(world.first), judged(world.second)
    assert before == (3.0, 6.0, pytest.approx(100 * (3 / 6 - 15 / 36)), "ahead")
    assert after == (*before[:3], "on_pace")
    [edit] = warehouse.query(world.second, "threshold_edits", language="zh").iter_rows(named=True)
    assert (edit["edited_by"], edit["before"], edit["value"], edit["default_value"]) == ("李四", 5.0, 20.0, 5.0)
    assert edit["is_in_force"]
    assert warehouse.query(world.first, "threshold_edits", language="zh").is_empty()
    # Nothing came since, so publishing again builds nothing.
    known = last_built(world.folder)
    assert known is not None
    assert known.build_id == world.second


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["ahead_lead_points", "-5"], "要由高到低"),
        (["ahead_lead_points", "20"], "没有可改的"),
        (["review_pass_srdi_percent", "130"], "应在 0 到 100 之间"),
        (["pace_by_days", "0.5"], "整数"),
        (["small_count_limit", "很多"], "不是数字"),
        (["no_such", "1"], "没有判定线"),
        (["ahead_lead_points"], "只选其一"),
    ],
)
def test_an_impossible_threshold_is_refused_in_words(
    world: World, arguments: list[str], phrase: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["threshold", "--by", "甲", "--reason", "乙", "--", *arguments]) == 1
    assert phrase in capsys.readouterr().out
    assert len(list((world.folder / "inbox" / "thresholds").glob("*.yml"))) == 1


def traced(world: World, build_id: str, area: str, out: Path) -> dict[str, Any]:
    said = ["--build", build_id, "--target", "little_giants", "--as-of", "2024-03", "--area", area, "--out", str(out)]
    assert main(["trace", *said, "--json"]) == 0
    with zipfile.ZipFile(out) as archive:
        [book] = [name for name in archive.namelist() if name.endswith(".xlsx")]
        sheets = openpyxl.load_workbook(io.BytesIO(archive.read(book)))
        files = {name: archive.read(name) for name in archive.namelist() if name != book}
    return {"sheets": {sheet.title: list(sheet.values) for sheet in sheets}, "files": files}


def below_head(rows: list[tuple[Any, ...]], caption: str) -> list[tuple[Any, ...]]:
    at = next(place for place, row in enumerate(rows) if row[0] == caption)
    return rows[at + 1 :]


def test_a_number_of_a_reported_build_gives_its_names_rows_and_withdrawn_files(world: World, tmp_path: Path) -> None:
    old = traced(world, world.first, "320700", tmp_path / "old.zip")
    names = [row[0] for row in below_head(old["sheets"]["企业"], "企业名称")]
    assert sorted(names) == ["丁公司", "丙公司", "乙公司", "甲公司"]
    assert len(names) == judged(world.first, "320700")[0]
    assert {row[0] for row in below_head(old["sheets"]["依据"], "企业名称")} == set(names)
    # The withdrawn list is still there, under a name that every system takes, byte for byte.
    kept = (world.folder / "补充:名单.csv").read_bytes()
    assert old["files"]["原始文件/补充_名单.csv"] == kept
    assert "原始文件/第一批 名单.csv" in old["files"]
    new = traced(world, world.second, "320700", tmp_path / "new.zip")
    assert len(below_head(new["sheets"]["企业"], "企业名称")) == judged(world.second, "320700")[0] == 3
    assert list(new["files"]) == ["原始文件/第一批 名单.csv"]
    rule = {row[0]: row[1] for row in below_head(old["sheets"]["规则"], "规则")}
    assert rule["超序时进度不低于"] == "5 个百分点"


def test_what_cannot_be_traced_is_refused(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--as-of", "2024-03", "--out", str(tmp_path / "x")]
    assert main(["trace", "--target", "no_such", *out]) == 1
    assert "没有目标“no_such”" in capsys.readouterr().out
    assert main(["trace", "--target", "numerical_control_rate", *out]) == 1
    assert "没有数值" in capsys.readouterr().out
    assert not (tmp_path / "x").exists()


def test_names_of_files_are_taken_by_every_system_and_stay_apart() -> None:
    assert clean_names(["a/b:名单.xlsx", "名单.csv", "名单.CSV", "con.txt", ""]) == [
        "a_b_名单.xlsx", "名单.csv", "名单 (2).CSV", "_con.txt", "_",
    ]  # fmt: skip
    [long] = clean_names(["汉" * 200 + ".xlsx"])
    assert len(long.encode()) <= 200
    assert long.endswith(".xlsx")


def test_the_handover_holds_files_decisions_thresholds_and_withdrawals(world: World, tmp_path: Path) -> None:
    out = tmp_path / "handover.xlsx"
    for area, theirs in (("320706", 5.0), ("320722", 2.0)):
        number = Number("lianyungang", area, "little_giants", AS_OF, world.second, 3.0)
        object_to(number, theirs, "海州区工信局", DAY, "漏2家", "王五", [])
    decide_objection(objections("lianyungang")[-1], "rejected", "查无此事", DAY, "张局")
    assert main(["handover", "--out", str(out)]) == 0
    sheets = {sheet.title: list(sheet.values) for sheet in openpyxl.load_workbook(out)}
    names = ("files", "open", "refused", "decisions", "thresholds", "withdrawn", "due", "expiries")
    assert list(sheets) == [word(f"handover.sheet_{name}", "zh") for name in names]
    [decided] = [row for row in below_head(sheets["仍有效的决定"], "种类") if row[0] == "异议"]
    assert decided[1].startswith(
        "海州 · 国家专精特新“小巨人”企业数 · 2024年3月 · 不采纳 · 系统 3，海州区工信局 5（漏2家）"
    )
    assert (decided[2], decided[4]) == ("张局", "查无此事")
    [open_one] = [row for row in below_head(sheets["数据欠账"], "类别") if row[0] == "异议"]
    assert "东海" in open_one[1]
    files = below_head(sheets["文件与发文"], "文件")
    assert sorted(row[0] for row in files) == ["第一批 名单.csv", "补充:名单.csv", "连云港_目标任务分解表.xlsx"]
    assert {row[0] for row in files if "不计入" in row} == {"补充:名单.csv"}
    [withdrawn] = below_head(sheets["撤回和替换的文件"], "文件")
    assert {"补充:名单.csv", "赵六", "重复报送"} <= set(withdrawn)
    edited = {row[0]: row for row in below_head(sheets["判定线"], "判定线")}["超序时进度不低于"]
    assert edited[:4] == ("超序时进度不低于", "20 个百分点", "5 个百分点", "李四")
    assert {row[1] for row in below_head(sheets["十二个月内到期"], "计划")} >= {"甲公司", "乙公司", "丙公司"}
    assert below_head(sheets["谁欠什么"], "计划")


def test_tasks_of_a_grid_are_the_form_and_a_second_grid_of_the_document_keeps_the_first(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {(row["area_code"], row["due_on"].year): (row["value"], row["is_exempt"], row["document_no"])
             for row in warehouse.query(world.first, "task_grid", plan_id="lianyungang", target_id="little_giants")
             .iter_rows(named=True)}  # fmt: skip
    assert asked["320706", 2025] == (6.0, False, "连测〔2024〕2号")
    assert asked["320703", 2025] == (None, True, "连测〔2024〕2号")
    assert asked["320700", 2025] == (25.0, False, None)
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    for target, cells in (("little_giants", {"320706": 6}), ("srdi_smes", {"320706": 30, "320722": "不考核"})):
        path = tmp_path / f"{target}.json"
        path.write_text(json.dumps({"2025": cells}), encoding="utf-8")
        assert main(["assign", str(path), "--target", target, *STATED]) == 0
    grid = tmp_path / "srdi_smes.json"
    assert main(["assign", str(grid), "--target", "no_such", *STATED]) == 1
    grid.write_text(json.dumps({"2025": {"320706": 0, "320722": 5}}), encoding="utf-8")
    assert main(["assign", str(grid), "--target", "srdi_smes", *STATED]) == 1
    [counting] = Inbox(tmp_path).counting()
    kept = {(target, area): value for (_, target, area), value in cells_of(counting, tmp_path, load()).items()}
    assert kept == {
        ("little_giants", "320706"): 6.0, ("srdi_smes", "320706"): 30.0, ("srdi_smes", "320722"): "不考核",
    }  # fmt: skip
    assert len(Inbox(tmp_path).sidecars()) == 2


def test_the_list_says_what_came_in_where_it_was_reported_and_what_went(world: World) -> None:
    newest, oldest = builds.builds("zh")
    assert (newest.is_current, oldest.is_current) == (True, False)
    assert newest.came == ()
    assert newest.went == ("补充:名单.csv",)
    assert [mark.meeting for mark in oldest.reported] == ["调度会"]
    assert oldest.is_kept
    found = builds.inputs(world.first, world.second, "zh")
    assert (found.came, found.went) == ([], ["补充:名单.csv"])
    assert found.thresholds == [("超序时进度不低于", 5.0, 20.0)]
    assert found.answers == []


def test_a_build_without_new_files_says_what_came_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    assert main(["add", str(write_plan_form(tmp_path / "forms", load(), example()))]) == 0
    built(tmp_path)
    shown = write_list(tmp_path, "公示.csv", f"{HEAD}\n1,甲公司,东山区\n2,乙公司,海州区")
    file = add(tmp_path, shown, event="publicity").file_id
    built(tmp_path)
    wrong = ["--row", "2", "--column", "C", "--expect", "东山区", "--drop", "--reason", "非本市", "--by", "王工"]
    assert main(["correct", str(file), *wrong]) == 0
    built(tmp_path)
    [record] = correction_book(Inbox(tmp_path)).records()
    assert main(["correct", "--withdraw", record.said.record_id, "--reason", "有误", "--by", "王工"]) == 0
    built(tmp_path)
    built(tmp_path)
    found = [builds.came_phrase(one, "zh") for one in builds.builds("zh")[::-1]]
    assert found == ["计划：示例市", "公示.csv", "更正 1 条", "撤回更正 1 条", "没有新文件"]
    out = tmp_path / "交接.xlsx"
    assert main(["handover", "--out", str(out)]) == 0
    [listed] = below_head(list(openpyxl.load_workbook(out)["文件与发文"].values), "文件")
    assert "在册，不计数" in listed
    ui.forget()


def test_a_decision_on_identity_that_only_one_build_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {
        "answer_id": "5cf5", "kind": "same_name_other_code", "choice": "same", "codes": "A、B", "names": "甲公司",
        "recorded_by": "王工", "reason": "换发执照",
    }  # fmt: skip
    known = {"later": {"answers": [answer]}}

    def read(build_id: str, name: str, **asked: object) -> pl.DataFrame:
        columns = ["file_id", "file_name", "reading_id", "threshold_id", "name", "value"]
        empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        return pl.DataFrame(rows) if (rows := known.get(build_id, {}).get(name)) else empty

    found = builds.inputs("earlier", "later", "zh", read)
    assert found.answers == ["5cf5 甲公司：是同一家，代码有误或已换码（王工：换发执照）"]
    assert "身份与归属决定" in blocks_builds.input_lists(found, "zh")
    monkeypatch.setattr(warehouse, "builds_folder", lambda: Path("nowhere"))
    assert warehouse.newest_build_id() is None


def opened(language: str, part: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=60)
    app.query_params["lang"], app.query_params["as_of"] = language, str(AS_OF)
    app.query_params["plan"] = "lianyungang"
    app.run()
    app.query_params["part"] = part
    app.switch_page("builds.py").run()
    assert not app.exception
    return app


@pytest.fixture
def quick(world: World, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that a page runs, in this process: a process of its own takes a second each."""
    asked: list[list[str]] = []

    def run(arguments: Sequence[str], person: Person, given: bytes = b"", seconds: float = 0) -> desk.Answer:
        asked.append(list(arguments))
        _parser().parse_args(desk.command(arguments)[3:])
        printed = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdout", printed)
            code = main([*arguments, "--json"]) if arguments[0] in ("thresholds", "builds") else 0
        return desk.Answer(code, json.loads(printed.getvalue() or "{}"))

    monkeypatch.setattr(desk, "run", run)
    return asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_compares_edits_and_traces(world: World, quick: list[list[str]], language: str) -> None:
    expected: dict[str, dict[str, list[str]]] = {
        "zh": {
            "list": ["共 2 个版本", "调度会（2024年4月5日，王五 标记）", "不再收进：补充:名单.csv"],
            "compare": ["由4 家变为3 家", "撤回的文件", "丁公司", "超序时进度不低于：5 → 20", "超序时", "达序时"],
            "thresholds": ["改过的判定线", "李四", "领导小组要求"],
            "targets": ["不考核"],
            "trace": ["撤回的文件也在内"],
        },
        "en": {
            "list": ["Builds: 2", "no longer in: 补充:名单.csv"],
            "compare": ["Ahead of schedule from: 5 → 20", "丁公司"],
            "thresholds": ["Edited thresholds", "李四"],
            "targets": ["District targets"],
            "trace": ["withdrawn ones included"],
        },
    }
    for part, phrases in expected[language].items():
        shown = page_text(opened(language, part))
        for phrase in phrases:
            assert phrase in shown, (part, phrase)


def test_another_build_is_put_in_force_with_who_and_why(world: World, quick: list[list[str]]) -> None:
    app = opened("zh", "list")
    app.text_input(key="use_by").set_value("王五").run()
    app.button(key="use_now").click().run()
    assert word("builds.fill_in_reason", "zh") in page_text(app)
    assert not [said for said in quick if said[0] == "use"]
    app.text_input(key="use_reason").set_value("会上要看旧版").run()
    app.button(key="use_now").click().run()
    assert ["use", world.first, "--by=王五", "--reason=会上要看旧版"] in quick


def test_what_is_typed_in_the_grids_becomes_commands(
    world: World, quick: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(frame: pl.DataFrame, key: str, locked: Sequence[str], numbers: Sequence[str] = ()) -> pl.DataFrame:
        """The first cell that may be typed in, changed."""
        column = next(name for name in reversed(frame.columns) if name not in locked)
        value = -2.0 if numbers else "7"
        return frame.with_columns(pl.Series(column, [value, *frame[column].to_list()[1:]], dtype=frame[column].dtype))

    monkeypatch.setattr(edit_forms, "edit_grid", typed)
    app = opened("zh", "thresholds")
    app.button(key="save_thresholds").click().run()
    assert word("builds.fill_in_reason", "zh") in page_text(app)
    app.text_input(key="threshold_by").set_value("李四").run()
    app.text_input(key="threshold_reason").set_value("-试").run()
    app.button(key="save_thresholds").click().run()
    assert ["threshold", "ahead_lead_points", "-2", "--by=李四", "--reason=-试"] in quick
    assert app.session_state["unbuilt"]
    app = opened("zh", "targets")
    app.text_input(key="task_document_no").set_value("连测〔2025〕9号").run()
    app.date_input(key="task_document_on").set_value(dt.date(2025, 3, 1)).run()
    app.text_input(key="task_by").set_value("李四").run()
    app.button(key="save_tasks").click().run()
    saved = next(arguments for arguments in quick if arguments[0] == "assign")
    assert saved[-4:] == ["--document=连测〔2025〕9号", "--on", "2025-03-01", "--by=李四"]


def test_using_a_build_is_written_down(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["use", world.first, "--by", "王五", "--reason", "核对"]) == 0
    assert main(["use", world.second]) == 0
    capsys.readouterr()
    assert main(["builds", "--json"]) == 0
    moves = json.loads(capsys.readouterr().out)["moves"]
    assert [(move["before"], move["after"], move["by"]) for move in moves] == [
        (world.second, world.first, "王五"), (world.first, world.second, ""),
    ]  # fmt: skip


def test_a_threshold_of_nothing_is_no_record(world: World) -> None:
    book = ThresholdBook(Inbox(world.folder))
    edits = book.all()
    assert values_in_force(load(), edits)["ahead_lead_points"] == 20
    taken_back = edits[0].model_copy(update={"edit_no": 2, "before": 20.0, "value": None})
    assert values_in_force(load(), [*edits, taken_back])["ahead_lead_points"] == 5
    with pytest.raises(Refusal):
        book.record(load(), "pace_by_days", 7, "甲", "乙", dt.datetime(2026, 1, 1))


def test_an_area_that_had_no_task_is_not_said_to_have_had_no_value() -> None:
    said = {"value": 3.0, "target_value": 5.0, "value_before": None, "target_value_before": None}
    row = said | {"status": "behind", "status_before": None, "name": "小巨人", "area_short": "东湖"}
    row |= {"unit": "enterprise", "decimals": 0}
    rows = pl.DataFrame([row], schema_overrides={"value_before": pl.Float64, "target_value_before": pl.Float64})
    view = View("b", False, False, None, "p", "1", "1", AS_OF, None, DEFAULT_RULE, "zh")
    shown = blocks_builds.state_table(rows, view)
    assert "未下达任务 </td>" in shown
    assert "3 家 / 5 家" in shown
    assert "–" not in shown
