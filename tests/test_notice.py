"""The notice of the invented build, word for word, and which targets newly fell behind."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from etl.__main__ import main
from tests.invented_build import DUE, PLAN_ID
from tests.invented_closing import publish_with_closing
from tracker import ui, viewing, warehouse
from tracker.alerts import alert_line, newly_behind
from tracker.notice import Facts, Section, assessment, tight
from tracker.notice_facts import facts_at
from tracker.text import LANGUAGES

GOLDEN = Path(__file__).parent / "golden"
AUTUMN, LATER = dt.date(2025, 9, 30), dt.date(2026, 1, 31)


@pytest.fixture(scope="module")
def build_id(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("notice")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATA", str(folder))
        yield publish_with_closing(folder)
        ui.forget()


def facts(build_id: str, as_of: dt.date = DUE, language: str = "zh", area: str | None = None) -> Facts:
    return facts_at(build_id, PLAN_ID, area, as_of, language)


def lines(build_id: str, as_of: dt.date = DUE, language: str = "zh", area: str | None = None) -> list[str]:
    return assessment(facts(build_id, as_of, language, area), language).lines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_closing_assessment_reads_as_it_was_approved(build_id: str, language: str) -> None:
    expected = (GOLDEN / f"closing_assessment.{language}.txt").read_text(encoding="utf-8")
    assert "\n".join(lines(build_id, language=language)) + "\n" == expected


def test_on_the_way_it_names_the_lag_and_what_it_takes(build_id: str) -> None:
    printed = "\n".join(lines(build_id, AUTUMN))
    assert "目标任务推进情况的通报" in printed
    assert "二、未达序时的目标任务" in printed
    # 18 of 25 is 72.0 %, 33 of 36 months are 91.7 %; 7 are missing with three months left.
    assert "完成目标的72.0%，滞后序时进度19.7个百分点（按总量计），差7家" in printed
    assert "剩余3个月，每月需净增2.4家" in printed
    assert "到期日认定情况" not in printed
    assert "剩余3个月，每月需净增0.4家" in printed
    english = "\n".join(lines(build_id, AUTUMN, "en"))
    assert "72.0% of the target, 19.7 pp behind pace (of the total), 7 short" in english


def test_what_was_met_late_and_what_was_decided_later_is_said(build_id: str) -> None:
    printed = "\n".join(lines(build_id, LATER))
    assert "（截至2026年1月12日）" in printed
    assert "已完成的目标中，1项在到期后完成：关键工序数控化率" in printed
    assert "另有公示3家，当日在公示的批次其后已发文认定3家" in printed
    assert "2026年1月31日" not in printed


def test_the_notice_of_an_area_speaks_of_its_own_targets(build_id: str) -> None:
    printed = lines(build_id, area="990002")
    assert printed[1].endswith("（西山区）")
    assert any("下达西山区目标任务2项" in line and "已完成1项、到期未完成1项" in line for line in printed)
    assert not any("功能板块：" in line for line in printed)
    untouched = lines(build_id, area="990091")
    assert any("没有未达序时和到期未完成的目标任务。" in line for line in untouched)


def test_other_sections_stand_before_the_data_and_are_numbered(build_id: str) -> None:
    notice = assessment(facts(build_id), "zh", Section("其他", ("一句话。",)))
    assert [part.heading for part in notice.sections][-2:] == ["五、其他", "六、数据情况"]


def test_a_plan_that_gave_its_areas_no_task_says_so(build_id: str) -> None:
    whole = facts(build_id)
    only_city = Facts(**{**vars(whole), "targets": whole.own})
    assert "没有向县区、功能板块下达任务。" in assessment(only_city, "zh").lines()


@pytest.mark.parametrize(
    ("line", "printed"),
    [("共 12 项，差 4 家", "共12项，差4家"), ("界限（不含） −10 个", "界限（不含）−10个"), ("A 1 B", "A 1 B")],
)
def test_official_chinese_has_no_spaces_around_figures(line: str, printed: str) -> None:
    assert tight(line, "zh") == printed
    assert tight(line, "en") == line


def states(*rows: tuple[str, str | None]) -> pl.DataFrame:
    schema = {"target_id": pl.String, "state": pl.String, "area_code": pl.String}
    return pl.DataFrame([(*row, "x") for row in rows if row[1]], schema=schema, orient="row")


@pytest.mark.parametrize(
    ("before", "now", "is_alert"),
    [
        ("on_pace", "slightly_behind", True),
        ("slightly_behind", "behind", True),
        ("behind", "going_backwards", True),
        ("behind", "missed", True),
        ("met_early", "missed", True),
        ("no_data", "behind", True),
        (None, "missed", True),
        ("behind", "behind", False),
        ("behind", "slightly_behind", False),
        ("ahead", "on_pace", False),
        ("missed", "met_late", False),
        ("on_pace", "no_data", False),
        (None, "not_started", False),
    ],
)
def test_only_what_got_worse_is_an_alert(before: str | None, now: str, is_alert: bool) -> None:
    found = newly_behind(states(("a", now)), states(("a", before)))
    assert found.height == int(is_alert)
    if is_alert:
        assert found["state_before"].to_list() == [before]


def test_the_worst_alert_comes_first(build_id: str) -> None:
    now, before = (
        viewing.targets_at(build_id, PLAN_ID, day, "zh", viewing.DEFAULT_RULE).filter(area_code="990000")
        for day in (DUE, AUTUMN)
    )
    found = newly_behind(now, before)
    assert found.height == 6
    assert set(found["state"].to_list()) == {"missed"}
    assert alert_line(found.row(0, named=True), "zh") == "示例市 创新型中小企业：略滞后 → 到期未完成，差64家"


def test_the_command_prints_the_same_and_tells_a_scheduler(build_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "--plan", PLAN_ID]
    assert main([*asked, "--as-of", "2025-12-01"]) == 0
    assert capsys.readouterr().out == (GOLDEN / "closing_assessment.zh.txt").read_text(encoding="utf-8")
    # Without a month the last whole one is meant: the data end on 12 January.
    assert main([*asked, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["as_of"], content["counts"]["missed"], len(content["targets"])) == ("2025-12-31", 6, 23)
    assert content["notice"]["sections"][0]["heading"] == "一、总体情况"
    assert main([*asked, "--as-of", "2025-12-31", "--alerts", "--json"]) == 3
    assert len(json.loads(capsys.readouterr().out)["alerts"]) == 10
    assert main([*asked, "--as-of", "2026-01-31", "--alerts"]) == 0
    assert "没有新近落后的目标" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--plan", "nowhere"), "nowhere"),
        (("--plan", PLAN_ID, "--as-of", "2030-01-31"), "2025-09-30 至 2026-01-31"),
        (("--plan", PLAN_ID, "--build", "none"), "none"),
        (("--plan", PLAN_ID, "--area", "海州区"), "海州"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    build_id: str, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *arguments]) == 1
    assert said in capsys.readouterr().out


def test_a_build_that_cannot_be_read_is_no_reason_to_fail_and_is_refused_by_name(
    build_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = warehouse.builds_folder() / "20250101T000000000-aaaaaa.duckdb"
    damaged.write_bytes(b"no database" * 1000)
    try:
        # It is the build before: the month before can still be compared with.
        assert main(["report", "--plan", PLAN_ID, "--as-of", "2025-12-31", "--alerts"]) == 3
        capsys.readouterr()
        assert main(["report", "--plan", PLAN_ID, "--build", damaged.stem]) == 1
        assert damaged.stem in capsys.readouterr().out
    finally:
        damaged.unlink()


def test_without_a_build_it_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    assert main(["report"]) == 1
    assert "python -m etl build" in capsys.readouterr().out
