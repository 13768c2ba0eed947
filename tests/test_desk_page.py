"""The page of the data desk: on the first day, in a demonstration, and with files of one's own."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.invented_build import publish
from tracker import desk_board, jobs, uploads
from tracker.rights import Person
from tracker.text import LANGUAGES, word

pytestmark = pytest.mark.usefixtures("own_data_folder")
MAIN = Path(__file__).resolve().parent.parent / "pages" / "main.py"
MARKUP = re.compile(r"<(style|script)>.*?</\1>|<[^>]+>", re.DOTALL)
LIST = "序号,企业名称,所属县区\n1,甲（示例）公司,海州区\n2,,东海县\n"
PERSON = Person("张三", "admin")
CJK = re.compile(r"[\u4e00-\u9fff]+")


def opened(**codes: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for code, value in codes.items():
        app.query_params[code] = value
    # Codes of the page, which a link to another page does not carry.
    if "part" in codes:
        app.session_state["part"] = codes["part"]
    app.run()
    app.switch_page("desk.py").run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    return " ".join(MARKUP.sub(" ", element.proto.body) for element in app.get("html"))


def ended() -> None:
    """Wait for everything that runs."""
    for job in jobs.every():
        jobs.wait(job.job_id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_first_day_the_desk_is_where_one_begins(language: str) -> None:
    empty = AppTest.from_file(str(MAIN), default_timeout=30)
    empty.query_params["lang"] = language
    empty.run()
    assert word("app.empty_desk", language) in shown(empty)
    app = opened(lang=language)
    assert word("desk.finding_none", language) in shown(app)
    assert word("desk.first_steps", language) in shown(app)
    assert len(app.get("file_uploader")) == 1
    for part, said in (("files", "files_none"), ("log", "log_none")):
        other = opened(lang=language, part=part)
        assert word(f"desk.{said}", language) in shown(other)
        assert language == "zh" or CJK.findall(shown(other)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_demonstration_takes_nothing_in_and_says_how_to_start(tmp_path: Path, language: str) -> None:
    publish(tmp_path)
    app = opened(lang=language)
    assert word("desk.demo_title", language) in shown(app)
    assert "make run REAL=1" in shown(app)
    assert app.get("file_uploader") == []


def test_a_dropped_list_is_on_disk_at_once_and_asks_for_what_it_does_not_say() -> None:
    app = opened()
    app.text_input(key="desk_by").set_value("张三").run()
    app.file_uploader[0].set_value(("../名单.csv", LIST.encode(), "text/csv")).run()
    assert not app.exception
    [upload] = uploads.every()
    assert (upload.name, upload.by, upload.path.read_bytes()) == ("_名单.csv", "张三", LIST.encode())
    ended()
    app.run()
    fields = [word(f"desk.field_{name}", "zh") for name in ("tier", "event", "event_on", "area")]
    assert word("desk.missing", "zh", file="_名单.csv", fields="、".join(fields)) in shown(app)
    for element, value in (("tier", "srdi"), ("event", "recognition"), ("area", "320700")):
        next(box for box in app.selectbox if str(box.key).startswith(f"desk_{element}_")).set_value(value)
    next(box for box in app.date_input if str(box.key).startswith("desk_event_on_")).set_value(dt.date(2023, 6, 1))
    next(button for button in app.button if button.label == word("desk.save_statement", "zh")).click().run()
    assert not app.exception
    ended()
    app.run()
    # Another browser, another day: everything is as it was left.
    assert word("rule.name_missing", "zh") in shown(app)
    assert word("rule.name_missing", "zh") in shown(opened())
    assert [item.state for item in desk_board.board(PERSON).items] == ["faulty"]
    english = shown(opened(lang="en"))
    assert word("desk.state_faulty", "en") in english
    assert set(CJK.findall(english.replace("_名单.csv", "").replace("张三", ""))) <= {"东海县"}
    next(button for button in app.button if button.label == word("desk.set_aside", "zh")).click().run()
    assert word("desk.finding_none", "zh") in shown(app)
    assert upload.path.is_file()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_publication_that_was_cut_short_says_what_is_in_force_and_how_to_go_on(tmp_path: Path, language: str) -> None:
    # What a kill leaves: a job that began, holds no lock any more and never said how it ended.
    own = jobs.folder() / "20260112T093000000000-a41f"
    own.mkdir(parents=True)
    started = dt.datetime.now().isoformat()
    record = {
        "kind": "publish",
        "by": "张三",
        "files": [],
        "names": ["名单.csv"],
        "started": started,
    }
    (own / "job.json").write_text(json.dumps(record), encoding="utf-8")
    (own / "stages").write_text("2026-01-12T09:30:00 counting\n", encoding="utf-8")
    build_id = publish(tmp_path, is_demo=False)
    words = shown(opened(lang=language))
    said = {"job": word("desk.job_publish", language), "by": "张三", "build_id": build_id}
    at = started[11:16]
    assert word("desk.last_interrupted", language, at=at, **said) in words
    assert word("desk.state_interrupted", language) in shown(opened(lang=language, part="log"))
