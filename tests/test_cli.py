"""The command line as a person or a program meets it: exit codes, both languages, JSON, a GBK console."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from etl.__main__ import main
from tests.worlds import write_list

ROOT = Path(__file__).resolve().parent.parent
STATED = ("--tier", "srdi", "--event", "recognition", "--on", "2023-06-01", "--area", "连云港市")
LINES = "序号,企业名称,所属县区\n1,甲公司,海州区\n2,乙公司,东山区"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path / "数据 目录"))
    return tmp_path


def test_a_refused_row_is_named_in_both_languages_with_its_cell(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_list(folder, "名单 一.csv", LINES)
    assert main(["add", str(path), *STATED]) == 1
    printed = capsys.readouterr().out
    assert "名单 一.csv，工作表 –，第 3 行，C 列：不认识地区“东山区”" in printed
    assert "名单 一.csv, sheet –, row 3, column C: unknown area “东山区”" in printed
    assert "读取 2 行：采纳 1，外地或剔除 0，退回 1" in printed


def test_json_says_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_list(folder, "a.csv", LINES)
    assert main(["check", str(path), *STATED, "--json"]) == 1
    [result] = json.loads(capsys.readouterr().out)
    assert result["status"] == "checked"
    assert result["counts"]["rejected"] == 1
    assert result["rejected"][0]["rule"] == "area_unknown"
    assert main(["files", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_nothing_refused_is_exit_code_zero_and_the_build_says_what_moved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build"]) == 0
    path = write_list(folder, "a.csv", "序号,企业名称,所属县区\n1,甲公司,海州区")
    assert main(["add", str(path), *STATED]) == 0
    capsys.readouterr()
    assert main(["build"]) == 0
    assert "连云港 专精特新: – → 1" in capsys.readouterr().out
    assert main(["builds", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["current"] == listed["builds"][-1]
    assert main(["use", listed["builds"][0]]) == 0
    assert main(["use", "20000101T000000000-abcdef"]) == 1


def test_withdrawing_needs_a_reason_and_a_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_list(folder, "a.csv", "序号,企业名称,所属县区\n1,甲公司,海州区")
    main(["add", str(path), *STATED, "--json"])
    [result] = json.loads(capsys.readouterr().out)
    with pytest.raises(SystemExit):
        main(["withdraw", result["file_id"]])
    assert main(["withdraw", result["file_id"][:10], "--reason", "传错", "--by", "王工"]) == 0
    assert main(["withdraw", result["file_id"][:10], "--reason", "再撤", "--by", "王工"]) == 1
    assert main(["withdraw", result["file_id"][:10], "--reason", "没错", "--by", "王工", "--undo"]) == 0
    assert main(["withdraw", "ffffff", "--reason", "无", "--by", "王工"]) == 1


def run_in_console(folder: Path, *arguments: str, stdin: bytes = b"", encoding: str = "gbk:strict") -> tuple[int, str]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "TRACKER_DATA": str(folder / "data")}
    command = [sys.executable, "-m", "etl", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, input=stdin, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    return done.returncode, done.stdout.decode(encoding.partition(":")[0], errors="replace")


def test_a_gbk_console_survives_every_message(folder: Path) -> None:
    # The name holds a character that GBK does not have, and the title a mark that it does not have either.
    path = write_list(folder, "名单𠮷.csv", "序号,企业名称,所属县区\n1,镕䶮✔公司,海州区\n2,乙公司,东山𠮷区")
    code, printed = run_in_console(folder, "add", str(path), *STATED)
    assert code == 1
    assert "不认识地区" in printed
    assert "\\U00020bb7" in printed
    assert run_in_console(folder, "build")[0] == 0
    assert run_in_console(folder, "add", str(folder / "没有.xlsx"))[0] == 1


def test_pasted_rows(folder: Path) -> None:
    pasted = "企业名称\t所属县区\n甲公司\t海州区\n乙公司\t灌南县\n".encode()
    code, printed = run_in_console(folder, "add", "-", *STATED, stdin=pasted)
    assert (code, "采纳 2" in printed) == (0, True)


def test_a_broken_catalogue_lists_all_its_faults_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_list(folder / "数据 目录" / "catalog", "own.yml", "areas:\n  - {area_code: '1', colour: red}\nmarks: 3")
    assert main(["build"]) == 1
    printed = capsys.readouterr().out
    assert "own.yml: areas.0.colour" in printed
    assert "own.yml: marks" in printed
    assert not (folder / "数据 目录" / "builds").exists()


def test_a_report_is_added_with_its_period_and_unit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_list(folder, "报表.csv", "企业名称,营业收入,主营业务收入,上年同期\n甲公司,1200,1300,1")
    assert main(["add", str(path), "--area", "海州区"]) == 1
    said = capsys.readouterr().out
    assert "--period 2025Q3" in said
    assert "--unit 万元" in said
    stated = ("--area", "海州区", "--period", "2024", "--unit", "万元")
    assert main(["check", str(path), *stated, "--json"]) == 0
    [result] = json.loads(capsys.readouterr().out)
    assert (result["reading"]["kind"], result["reading"]["period_end"]) == ("enterprise_values", "2024-12-31")
    assert [question["question"] for question in result["asked"]] == ["part_above_whole"]
    assert result["unread"] == ["上年同期"]
    assert main(["add", str(path), *stated]) == 0
    printed = capsys.readouterr().out
    assert "读作：企业填报数据，报告期 2024-12-31，地区 海州区" in printed
    assert "甲公司 Main-business revenue 2024-12-31 (– C2): 1,300, more than its whole of 1,200." in printed
    assert main(["files"]) == 0
    assert "企业填报数据 2024-12-31" in capsys.readouterr().out
    assert main(["build"]) == 0
    assert "读取 2 个数值：采纳 0，外地 0，退回 2" in capsys.readouterr().out


@pytest.mark.parametrize("day", ["2024-07-05", "2024/7/5", "2024.7.5", "2024年7月5日", "20240705"])
@pytest.mark.parametrize("tier", ["little_giant", "小巨人", "专精特新“小巨人”企业", "Little giant"])
def test_days_and_titles_as_people_write_them(
    folder: Path, capsys: pytest.CaptureFixture[str], day: str, tier: str
) -> None:
    path = write_list(folder, "a.csv", "序号,企业名称,所属县区\n1,甲公司,海州区")
    stated = ("--tier", tier, "--event", "recognition", "--on", day, "--area", "连云港市", "--json")
    assert main(["check", str(path), *stated]) == 0
    [result] = json.loads(capsys.readouterr().out)
    assert (result["reading"]["tier"], result["reading"]["event_on"]) == ("little_giant", "2024-07-05")


def test_a_day_or_title_that_is_none_is_refused_in_both_languages(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_list(folder, "a.csv", LINES)
    assert main(["add", str(path), "--on", "2024年7月"]) == 1
    printed = capsys.readouterr().out
    assert "--on：看不出“2024年7月”是哪一天" in printed
    assert "--on: “2024年7月” names no day" in printed
    assert main(["add", str(path), "--on", "明天", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == "add.bad_day"
    assert main(["add", str(path), *STATED[2:], "--tier", "最好企业"]) == 1
    assert "小巨人 little_giant" in capsys.readouterr().out


def test_every_option_of_add_has_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("add", "correct", "accept", "withdraw"):
        with pytest.raises(SystemExit):
            main([name, "--help"])
        lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
        # An option without help stands alone, and the next line begins an option again.
        bare = [one for one, two in zip(lines, [*lines[1:], "  -"], strict=True) if _is_bare(one, two)]
        assert bare == []


def _is_bare(line: str, following: str) -> bool:
    is_option = line.startswith("  -") and "  " not in line.strip()
    return is_option and not following.startswith("      ")


def test_a_corrected_file_is_said_to_stand_beside_the_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = write_list(folder, "名单.csv", "序号,企业名称,所属县区\n1,甲公司,海州区")
    second = write_list(folder, "更正.csv", "序号,企业名称,所属县区\n1,甲公司,东海县")
    main(["add", str(first), *STATED, "--json"])
    [added] = json.loads(capsys.readouterr().out)
    file_id = added["file_id"][:12]
    assert main(["check", str(second), *STATED]) == 0
    assert f"--replaces {file_id}" in capsys.readouterr().out
    assert main(["add", str(second), *STATED, "--replaces", file_id]) == 0
    assert "withdraw" not in capsys.readouterr().out
    third = write_list(folder, "再更正.csv", "序号,企业名称,所属县区\n1,甲公司,灌云县")
    assert main(["add", str(third), *STATED]) == 0
    printed = capsys.readouterr().out
    assert "提示：更正.csv" in printed
    assert "python -m etl withdraw" in printed
    other_day = (*STATED[:5], "2024-06-01", *STATED[6:])
    assert (
        main(["add", str(write_list(folder, "次年.csv", LINES.splitlines()[0] + "\n1,丁公司,海州区")), *other_day]) == 0
    )
    assert "提示" not in capsys.readouterr().out


def test_files_speaks_in_words_and_says_that_publicity_never_counts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_list(folder, "a.csv", "序号,企业名称,所属县区\n1,甲公司,海州区")
    main(["add", str(path), *STATED[:2], "--event", "publicity", *STATED[4:], "--batch", "2023"])
    capsys.readouterr()
    main(["files"])
    printed = capsys.readouterr().out
    assert "在册，不计数  a.csv" in printed
    assert "1. 专精特新 公示 批次 2023 2023-06-01 连云港" in printed
    main(["add", str(path), *STATED, "--batch", "2023"])
    capsys.readouterr()
    main(["files"])
    assert "  计入  a.csv" in capsys.readouterr().out


def test_all_faults_of_a_row_are_said_and_the_row_is_counted_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "企业名称,统一社会信用代码,所属县区,有效期止\n甲公司,123,东山区,2025年某日"
    assert main(["check", str(write_list(folder, "a.csv", lines)), *STATED, "--json"]) == 1
    [result] = json.loads(capsys.readouterr().out)
    assert result["counts"]["rejected"] == 1
    said = [(row["column"], row["rule"], row["number"]) for row in result["rejected"]]
    assert said == [("B", "uscc_format", 1), ("C", "area_unknown", 0), ("D", "date_unreadable", 0)]
