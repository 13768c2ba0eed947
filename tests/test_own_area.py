"""Who sees the own area only: nothing of another area in anything that a page draws or saves; and the other gates."""

from __future__ import annotations

import ast
import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.demo import CITY, CLOSE, Demo
from tracker import audit, enterprises, excerpt, office_store, people, ui, warehouse
from tracker.links import PAGES
from tracker.people import Granted
from tracker.rights import OWN_AREA_PAGES, NotAllowed
from tracker.text import LANGUAGES, word
from tracker.ui import gate
from tracker.viewing import Rule

ROOT = Path(__file__).resolve().parent.parent
PLAN, OWN = "lianyungang", "320722"
STAFF, LEADER, ADMIN = "东海张三", "领导甲", "管理乙"
# What a page opens with beside plan and month: parts of a page that its first view does not show.
VIEWS: dict[str, list[dict[str, str]]] = {
    "indicators": [{"target": "little_giants"}],
    "enterprises": [{"target": "srdi_smes"}, {"status": "every"}],
    "about": [{"section": section} for section in ("debts", "sources")],
}


@dataclass
class Seen:
    """Everything that an app drew, as text, and the files that it offers."""

    words: str
    saved: list[Callable[[], bytes]] = field(default_factory=list)


@pytest.fixture(scope="module", autouse=True)
def caches() -> Iterator[None]:
    """One build for all tests of this file: what was read of it stays read."""
    yield
    ui.forget()


@pytest.fixture
def store(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo with an office store of its own, behind a reverse proxy."""
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    monkeypatch.setattr(office_store, "data_folder", lambda: tmp_path)
    monkeypatch.setenv("TRACKER_USER_HEADER", "X-Remote-User")
    for given in (
        Granted(STAFF, "staff", (OWN,), sees_own_area=True),
        Granted(LEADER, "leader", may_export=False),
        Granted(ADMIN, "admin"),
    ):
        people.grant(given, "root", "command")
    return tmp_path


def arrive(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reverse proxy lets somebody through."""
    sent = [name.encode().decode("latin-1")] if name else []
    monkeypatch.setattr(gate, "_headers", lambda header: sent)


def opened(page: str, **codes: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60)
    for code, value in ({"plan": PLAN, "as_of": CLOSE.isoformat()} | codes).items():
        app.query_params[code] = value
    app.run()
    if page != PAGES[0]:
        for code, value in codes.items():
            app.query_params[code] = value
        app.switch_page(f"{page}.py").run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> str:
    """All that reaches the browser: markup, figures with their data, the options of every choice."""
    parts = [element.proto.body for element in app.get("html")]
    parts += [element.proto.spec.encode().decode("unicode_escape") for element in app.get("plotly_chart")]
    parts += [str(element) for element in app.main] + [str(element) for element in app.sidebar]
    return "\n".join(parts)


def unpacked(content: bytes) -> str:
    """The text of a file that was saved."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = [packed.read(name) for name in packed.namelist() if name.endswith((".xml", ".rels"))]
        books = [packed.read(name) for name in packed.namelist() if name.endswith(".xlsx")]
    return "\n".join([*(part.decode("utf-8", "replace") for part in parts), *map(unpacked, books)])


@dataclass(frozen=True)
class Others:
    """Names that belong to other areas, longest first, and words of the city that hold such a name in them."""

    areas: list[str]
    enterprises: list[str]
    own_words: list[str]

    def in_text(self, text: str) -> list[str]:
        for own in self.own_words:
            text = text.replace(own, "")
        return [name for name in [*self.areas, *self.enterprises] if name in text][:5]


@pytest.fixture
def others(demo: Demo, store: Path) -> Others:
    rows = demo.rows("select name_zh, short_zh from core.area where parent_code = ? and area_code <> ?", CITY, OWN)
    named = {name for row in rows for name in row if name not in ("东海县", "东海")}
    # 连云 is a district and the beginning of the city's name; the economic zone bears the city's name too.
    own_words = [name for name in ("连云港市", "连云港") if name]
    names = [name.replace("连云港市", "").replace("连云港", "") for name in named]
    whole, part = ({row[0] for row in demo.rows(sql)} for sql in (
        "select name from core.enterprise",
        "select name from core.enterprise join core.enterprise_area using (enterprise_id)"
        f" where area_code = '{OWN}'",
    ))  # fmt: skip
    return Others(sorted({name for name in names if len(name) > 1}, key=len), sorted(whole - part), own_words)


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], bytes]]:
    """What the buttons of a page would save."""
    offered: list[Callable[[], bytes]] = []
    monkeypatch.setattr("streamlit.download_button", lambda label, made, **named: offered.append(made))
    return offered


@pytest.mark.parametrize("page", sorted(OWN_AREA_PAGES))
def test_nothing_of_another_area_is_drawn_or_saved(
    page: str,
    others: Others,
    saved: list[Callable[[], bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrive(STAFF, monkeypatch)
    for codes in [{}, *VIEWS.get(page, [])]:
        saved.clear()
        app = opened(page, area=CITY, **codes)
        text = drawn(app)
        assert "东海" in text
        assert others.in_text(text) == []
        assert word("sign_in.page", "zh") not in text
        for made in saved:
            assert others.in_text(unpacked(made())) == []


def test_the_search_for_what_does_not_belong_there_finds_it(others: Others, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(ADMIN, monkeypatch)
    for page in ("overview", "enterprises"):
        assert others.in_text(drawn(opened(page))) != []


@pytest.mark.parametrize("page", [*(name for name in PAGES if name not in OWN_AREA_PAGES)])
def test_pages_that_compare_areas_are_refused_on_a_deep_link(
    page: str, others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (ROOT / "pages" / f"{page}.py").is_file():
        pytest.skip("the page is not there")
    arrive(STAFF, monkeypatch)
    text = drawn(opened(page))
    assert word("sign_in.page", "zh") in text
    assert others.in_text(text) == []


def test_an_enterprise_of_another_area_is_unknown(demo: Demo, others: Others, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(STAFF, monkeypatch)
    [(code,)] = demo.rows("select uscc from core.enterprise where name = ?", others.enterprises[0])
    assert others.in_text(drawn(opened("enterprises", enterprise=str(code)))) == []


def test_a_value_of_the_own_area_is_that_of_the_whole_build(store: Path) -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    own = excerpt.id_of(build_id, (OWN,))
    for name in ("progress", "expiry"):
        expected = warehouse.query(build_id, name, plan_id=PLAN, as_of=CLOSE).filter(area_code=OWN)
        part = warehouse.query(own, name, plan_id=PLAN, as_of=CLOSE)
        assert expected.height > 0
        assert part.sort(part.columns[:4]).equals(expected.sort(expected.columns[:4]))
    assert not warehouse.has_build(own)
    assert excerpt.whole_id(own) == build_id


def test_the_titles_of_the_own_area_are_those_of_the_whole_build(store: Path) -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    both = (build_id, excerpt.id_of(build_id, (OWN,)))
    standing = (enterprises.standing(one, PLAN, OWN, "", CLOSE, Rule()).filter("is_counted") for one in both)
    whole, part = (rows.select("enterprise_id", "title", "status", "batch", "valid_to") for rows in standing)
    assert whole.height > 0
    assert part.equals(whole)
    asked = {"indicator_id": "innovative_smes", "area_code": OWN, "earlier": dt.date(2023, 12, 31), "later": CLOSE}
    asked["most"] = 10_000
    came, seen = (warehouse.query(one, "difference_months", **asked).select("amount", "name") for one in both)
    assert came.height > 0
    assert seen.sort("name").equals(came.sort("name"))


def test_a_table_that_nobody_thought_of_is_empty_in_an_excerpt() -> None:
    made = excerpt.statements({("core", "diary"): ["author", "said"], ("core", "area"): ["area_code", "name_zh"]})
    assert [line for line in made if "core.diary" in line] == [
        "CREATE TABLE core.diary AS SELECT * FROM whole.core.diary AS row_of WHERE false"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "fault"), [("", "no_header"), ("无名", "no_rights")])
def test_who_has_no_rights_reads_what_to_do_and_no_number(
    name: str, fault: str, language: str, others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(name, monkeypatch)
    app = opened("enterprises", lang=language)
    text = drawn(app)
    assert word(f"sign_in.{fault}_title", language) in text
    assert others.in_text(text) == []
    assert "东海" not in text
    assert next((entry.action, entry.subject) for entry in audit.entries()) == ("refused", fault)
    app.run()
    assert sum(entry.action == "refused" for entry in audit.entries()) == 1


def test_rights_that_are_withdrawn_are_gone_at_the_next_click(
    store: Path, saved: list[Callable[[], bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(STAFF, monkeypatch)
    app = opened("enterprises")
    assert saved[0]()
    assert [entry.person for entry in audit.entries("", "export")] == [STAFF]
    people.revoke(STAFF, ADMIN, "page")
    with pytest.raises(NotAllowed):
        saved[0]()
    with pytest.raises(NotAllowed):
        gate.write("decide", "x", lambda: pytest.fail("written"))
    app.run()
    assert word("sign_in.no_rights_title", "zh") in drawn(app)
    people.grant(Granted(STAFF, "leader"), ADMIN, "page")
    app.run()
    assert word("role.leader", "zh") in drawn(app)


def test_a_file_is_not_made_for_more_areas_than_are_seen_by_now(
    store: Path, saved: list[Callable[[], bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that was drawn before the areas were narrowed would save what others have."""
    people.grant(Granted(STAFF, "staff", (OWN,), sees_own_area=False), ADMIN, "page")
    arrive(STAFF, monkeypatch)
    opened("enterprises")
    assert saved[0]()
    people.grant(Granted(STAFF, "staff", (OWN,), sees_own_area=True), ADMIN, "page")
    with pytest.raises(NotAllowed):
        saved[0]()


def test_who_may_not_export_is_offered_no_file_and_no_camera(
    store: Path, saved: list[Callable[[], bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(LEADER, monkeypatch)
    for page in ("indicators", "candidates"):
        app = opened(page)
        assert saved == []
        assert all('"displayModeBar": false' in element.proto.config for element in app.get("plotly_chart"))
    with pytest.raises(NotAllowed):
        gate.write("decide", "x", lambda: pytest.fail("written"))
    # A leader reads what a number rests on, and is offered nothing that changes or takes away anything.
    app = opened("builds", part="trace", target="little_giants")
    assert word("trace.sheet_events", "zh") in drawn(app)
    assert word("builds.section_targets", "zh") not in drawn(app)
    assert (saved, [button.key for button in app.button]) == ([], [])


def test_a_session_of_a_provider_ends_with_its_token(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_USER_HEADER")
    settings = {"server_metadata_url": "u", "client_id": "c", "client_secret": "s", "redirect_uri": "r"}
    people.grant(Granted("u-1", "leader"), ADMIN, "page")
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60)
    app.secrets["auth"] = settings
    app.user = {"is_logged_in": False}
    app.run()
    assert word("sign_in.misconfigured_title", "zh") in drawn(app)
    app.secrets["auth"] = settings | {"cookie_secret": "0" * 32}
    app.run()
    assert word("sign_in.please_title", "zh") in drawn(app)
    assert app.button(key="sign_in_button").label == "登录"
    now = time.time()
    app.user = {"is_logged_in": True, "sub": "u-1", "iat": now - 60, "exp": now + 60}
    app.run()
    assert app.button(key="sign_out_button").label == "退出登录"
    app.user = {"is_logged_in": True, "sub": "u-1", "iat": now - 60, "exp": now - 1}
    app.run()
    assert word("sign_in.expired_title", "zh") in drawn(app)


def test_an_administrator_gives_and_takes_rights_on_the_page(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(ADMIN, monkeypatch)
    app = opened("rights")
    app.selectbox(key="rights_name_0").set_value(LEADER).run()
    app.button(key="rights_revoke").click().run()
    assert people.person_of(LEADER) is None
    app.toggle(key="rights_common").set_value(True).run()
    assert people.own_area_only()
    app.selectbox(key="rights_name_2").set_value(ADMIN).run()
    app.button(key="rights_revoke").click().run()
    assert word("rights.last_admin", "zh") in drawn(app)
    assert people.person_of(ADMIN) is not None
    assert [entry.person for entry in audit.entries(ADMIN, "rights")] == [ADMIN, ADMIN]


def test_the_audit_is_searched_checked_and_saved(
    store: Path, saved: list[Callable[[], bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record("=HYPERLINK(1)", "load", "=1+1 <b>x</b>", "command")
    arrive(ADMIN, monkeypatch)
    app = opened("audit")
    text = drawn(app)
    assert audit.chain().newest_hash[:16] in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<b>x</b>" not in text.replace("&lt;b&gt;x&lt;/b&gt;", "")
    app.text_input(key="audit_person").set_value("HYPERLINK").run()
    assert "1 条" in drawn(app)
    saved.clear()
    app.run()
    book, table = (made() for made in saved)
    assert "'=HYPERLINK(1)" in table.decode("utf-8-sig")
    assert "<f>" not in unpacked(book)


def calls(path: Path) -> Iterator[tuple[ast.Call, list[ast.Call]]]:
    """Every call of a file with the calls around it."""

    def inside(node: ast.AST, around: list[ast.Call]) -> Iterator[tuple[ast.Call, list[ast.Call]]]:
        if isinstance(node, ast.Call):
            yield node, around
            around = [*around, node]
        for child in ast.iter_child_nodes(node):
            yield from inside(child, around)

    yield from inside(ast.parse(path.read_text(encoding="utf-8")), [])


def named(node: Any) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


PAGE_FILES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "tracker" / "ui").glob("*.py"))]


def test_every_file_is_saved_by_the_one_button() -> None:
    found = [
        path.name
        for path in PAGE_FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if named(node) in ("download_button", "DownloadButton", "dataframe", "data_editor")
    ]
    # A native table carries a button of its own that saves it, unseen by any gate: the one grid that is edited stands
    # in the gate, too.
    assert set(found) == {"gate.py"}


def is_gated(around: list[ast.Call]) -> bool:
    """Whether a call stands inside a call of a gate; rights have one of their own, which writes to the audit itself."""
    return bool({named(outer.func) for outer in around} & {"write", "_try"})


def is_gated_helper(path: Path, call: ast.Call) -> bool:
    """Whether a call stands in a function that is used inside calls of a gate only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    [helper] = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.lineno <= call.lineno <= (node.end_lineno or 0)
    ]
    used = [around for used, around in calls(path) if named(used.func) == helper]
    return bool(used) and all(map(is_gated, used))


def test_everything_that_is_written_goes_through_the_one_gate() -> None:
    writers = {
        f"{module}.{function.name}"
        for module in ("office", "office_objections", "people")
        for function in ast.parse((ROOT / "tracker" / f"{module}.py").read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef) and "writing()" in ast.unparse(function)
    }
    assert {"office.decide", "office.save_briefing", "office_objections.decide_objection", "people.grant"} <= writers
    writers |= {f"uploads.{name}" for name in ("keep", "state", "set_aside", "remember", "send")}
    # On one PC the name of who works there is asked once.
    writers -= {"people.remember_operator"}
    ungated = [
        f"{path.name}: {ast.unparse(call.func)}"
        for path in PAGE_FILES
        for call, around in calls(path)
        if ast.unparse(call.func) in writers and not is_gated(around) and not is_gated_helper(path, call)
    ]
    assert ungated == []
    callbacks = [
        f"{path.name}: {ast.unparse(keyword.value)}"
        for path in PAGE_FILES
        for call, _ in calls(path)
        for keyword in call.keywords
        if keyword.arg in ("on_click", "on_change") and ast.unparse(keyword.value) in writers
    ]
    assert callbacks == []
