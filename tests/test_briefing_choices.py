"""Briefings as they are asked for: targets, areas, rule, forecast and name chosen; the command; what is refused."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from etl.__main__ import main
from tests.briefing_files import AUTUMN, EXEMPT, GANYU, printed, tables_in_print
from tests.demo import CLOSE
from tracker import office, office_objections, text
from tracker.briefing.content import Content, NoTargets, content
from tracker.briefing.documents import ENDINGS
from tracker.briefing.named import kept, restored
from tracker.briefing.selection import Selection, file_stem
from tracker.briefing.word import document
from tracker.office_objections import Decided, Number, Objection
from tracker.text import LANGUAGES, word
from tracker.viewing import Rule


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
