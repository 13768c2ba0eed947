"""A list of others against ours: who is on both, why the rest is not, and that no row gets lost on the way.

The twin knows what was invented and classifies row by row in the words of the rules; it shares no code with
etl/compare*.py.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.__main__ import main
from etl.clean import text_key
from etl.compare import Comparison, compare
from etl.compare_file import Compared, compare_file, known_of
from etl.compare_near import nearest
from etl.publish import Builds
from etl.refusal import Refusal
from etl.rows import with_identity
from etl.sample_world import credit_code
from etl.steps import read_sql
from tests.read_inputs import book
from tests.worlds import add, built, write_list
from tracker.catalog import load

D = dt.date
DAY = D(2025, 12, 31)
AREA, NEIGHBOUR = "320706", "320722"
CODES = {letter: credit_code("320706", number) for number, letter in enumerate("ABCDEFGHJKLMNP", start=1)}
WRONG_CODE = CODES["A"][:-1] + ("0" if CODES["A"][-1] != "0" else "1")

# What is invented: lists of one title and event; rows of name, code, former name, county, day.
LISTS: list[dict[str, Any]] = [
    {
        "rows": [
            ("甲一机械有限公司", "A", "", "海州区", D(2024, 6, 1)),
            ("乙二电子有限公司", "", "", "海州区", D(2024, 6, 1)),
            ("丙三化工有限公司", "B", "", "东海县", D(2024, 6, 1)),
            ("丁四食品有限公司", "", "", "", D(2024, 6, 1)),
            ("丑五纺织有限公司", "C", "", "海州区", D(2024, 6, 1)),
            ("卯六仪表有限公司", "", "", "海州区", D(2024, 6, 1)),
            ("辰七新材料有限公司", "D", "辰七塑料厂有限公司", "海州区", D(2024, 6, 1)),
            ("戌八玻璃有限公司", "E", "", "海州区", D(2024, 6, 1)),
            ("戌八玻璃有限公司", "F", "", "海州区", D(2024, 6, 1)),
            ("巳九陶瓷有限公司", "wrong", "", "海州区", D(2024, 6, 1)),
            ("戊十电机有限公司", "G", "", "海州区", D(2022, 12, 15)),
            ("己一医药有限公司", "", "", "海州区", D(2020, 6, 1)),
            ("午二轴承有限公司", "", "", "海州区", D(2021, 7, 1)),
            ("未三阀门有限公司", "", "", "海州区", D(2021, 7, 1)),
            ("庚四光电有限公司", "H", "", "海州区", D(2026, 1, 10)),
            ("辛五能源有限公司", "", "", "海州区", D(2026, 1, 10)),
        ],
    },
    {
        "event": "review_passed",
        "reviewed_cohort": 2021,
        "is_final": True,
        "rows": [("未三阀门有限公司", "", "", "海州区", D(2024, 6, 10))],
    },
    {"event": "publicity", "rows": [("庚四光电有限公司", "H", "", "海州区", D(2025, 12, 5))]},
    {
        "tier": "little_giant",
        "rows": [
            ("壬六航空有限公司", "J", "", "海州区", D(2024, 7, 1)),
            ("丙三化工有限公司", "B", "", "东海县", D(2026, 1, 10)),
        ],
    },
    {
        "tier": "innovative",
        "rows": [
            ("癸七软件有限公司", "", "", "海州区", D(2024, 3, 1)),
            ("酉八印刷有限公司", "", "", "海州区", D(2019, 3, 1)),
        ],
    },
    {"tier": "champion", "rows": [("申九重工有限公司", "", "", "海州区", D(2024, 3, 1))]},
    {"kind": "pool", "event": None, "rows": [("子十环保有限公司", "K", "", "海州区", D(2025, 3, 1))]},
    {"event": "revoked", "rows": [("丑五纺织有限公司", "C", "", "海州区", D(2025, 3, 1))]},
    {"event": "moved_out", "rows": [("卯六仪表有限公司", "", "", "海州区", DAY)]},
    {"event": "recommended", "rows": [("寅一传感有限公司", "", "", "海州区", D(2025, 5, 1))]},
]
HOLDERS = {"甲一机械", "乙二电子", "辰七新材料", "戊十电机", "未三阀门", "壬六航空", "戌八玻璃E", "戌八玻璃F"}
# Of everybody else the one reason that lies nearest to the title.
REASONS = {
    "丙三化工": "other_area", "丁四食品": "other_area", "丑五纺织": "revoked", "卯六仪表": "moved_out",
    "己一医药": "expired", "午二轴承": "not_in_review", "庚四光电": "publicity", "辛五能源": "later",
    "癸七软件": "lower_tier", "酉八印刷": "no_title", "申九重工": "other_title", "子十环保": "pool",
    "寅一传感": "recommended",
}  # fmt: skip
REFUSED = "巳九陶瓷有限公司"


@dataclass(frozen=True)
class Person:
    """One invented enterprise: ``short`` is its name without the legal form."""

    short: str
    code: str | None
    names: frozenset[str]


def people() -> list[Person]:
    found: dict[tuple[str, str], Person] = {}
    for listed in LISTS:
        for name, letter, former, *_ in listed["rows"]:
            if letter != "wrong":
                short = name.removesuffix("有限公司") + (letter if name.startswith("戌") else "")
                names = frozenset(filter(None, (name, former)))
                found.setdefault((name, letter), Person(short, CODES.get(letter), names))
    return list(found.values())


PEOPLE = people()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    for number, listed in enumerate(LISTS):
        lines = ["序号,企业名称,统一社会信用代码,原企业名称,所属县区,认定时间"]
        for name, letter, former, county, day in listed["rows"]:
            code = WRONG_CODE if letter == "wrong" else CODES.get(letter, "")
            lines.append(f"{len(lines)},{name},{code},{former},{county},{day}")
        stated = {key: value for key, value in listed.items() if key != "rows"}
        stated["event_on"] = min(row[-1] for row in listed["rows"])
        add(folder, write_list(folder, f"名单{number}.csv", "\n".join(lines)), **stated)
    built(folder)
    return folder


@pytest.fixture(scope="module")
def build(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    builds = Builds(folder)
    with duckdb.connect(str(builds.path(str(builds.current()))), read_only=True) as connection:
        yield connection


def their_rows(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as they are after reading; only what a test says differs from a plain row."""
    plain = {"name": None, "former_name": None, "uscc": None, "is_of_tier": True, "is_elsewhere": False}
    texts = dict.fromkeys(("name", "former_name", "uscc"), pl.String)
    schema = texts | dict.fromkeys(("is_of_tier", "is_elsewhere"), pl.Boolean)
    frame = with_identity(pl.DataFrame([plain | row for row in rows], schema=schema, orient="row"))
    return frame.with_columns(
        place=pl.int_range(pl.len(), dtype=pl.UInt32),
        code_fault="uscc_fault",
        uscc_clean=pl.when(pl.col("uscc_fault").is_null()).then("uscc_clean"),
    )


def compared(build: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]], day: dt.date = DAY) -> Comparison:
    theirs = their_rows(rows)
    return compare(theirs, known_of(build, theirs, "srdi", AREA, day), "srdi", day)


def outcome_of(build: duckdb.DuckDBPyConnection, *rows: dict[str, Any]) -> dict[str, Any]:
    """The last of some rows of theirs."""
    return compared(build, list(rows)).theirs.row(-1, named=True)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.short)
def test_everybody_stands_where_his_story_puts_him(build: duckdb.DuckDBPyConnection, person: Person) -> None:
    name = max(person.names, key=lambda name: name.startswith(person.short[:4]))
    found = outcome_of(build, {"name": name, "uscc": person.code})
    expected = ("both", None) if person.short in HOLDERS else ("only_theirs", REASONS[person.short])
    assert (found["outcome"], found["reason"]) == expected


def test_reasons_say_since_when_where_and_by_which_row(build: duckdb.DuckDBPyConnection) -> None:
    def of(name: str) -> dict[str, Any]:
        return outcome_of(build, {"name": name})

    expired = of("己一医药有限公司")
    assert (expired["on"], expired["valid_to"], expired["file_row"]) == (D(2024, 6, 1), D(2023, 5, 31), 13)
    assert (expired["file"], expired["valid_to_estimated"]) == ("名单0.csv", True)
    revoked = of("丑五纺织有限公司")
    assert (revoked["on"], revoked["file"]) == (D(2025, 3, 1), "名单7.csv")
    assert (of("午二轴承有限公司")["on"], of("午二轴承有限公司")["file"]) == (D(2024, 6, 10), "名单1.csv")
    shown = of("庚四光电有限公司")
    assert (shown["on"], shown["later_on"], shown["file"]) == (D(2025, 12, 5), D(2026, 1, 10), "名单2.csv")
    assert of("辛五能源有限公司")["on"] == D(2026, 1, 10)
    # It counts elsewhere before and after; that it became a little giant later explains nothing here.
    assert (of("丙三化工有限公司")["area_code"], of("丙三化工有限公司")["later_on"]) == (NEIGHBOUR, None)
    # A title that ends on the very day no longer holds on it.
    assert of("卯六仪表有限公司")["on"] == DAY
    assert of("丁四食品有限公司")["area_code"] == "320700-unassigned"
    assert of("癸七软件有限公司")["tiers"] == "innovative"
    assert of("子十环保有限公司")["tiers"] == "srdi"
    refused = of(REFUSED)
    assert (refused["reason"], refused["rule"], refused["file_row"]) == ("refused", "uscc_check_digit", 11)


def test_names_and_codes_are_matched_as_the_build_matches_them(build: duckdb.DuckDBPyConnection) -> None:
    def of(**row: Any) -> tuple[str, str | None, str | None]:
        found = outcome_of(build, row)
        return found["outcome"], found["how"], found["reason"]

    assert of(name="辰七塑料厂有限公司") == ("both", "former_name", None)
    assert of(name="甲一 机械（有限公司)", uscc=CODES["A"]) == ("both", "same_code", None)
    assert of(name="全新的名字有限公司", uscc=CODES["A"]) == ("both", "same_code", None)
    assert of(name="全新的名字有限公司", former_name="乙二电子有限公司") == ("both", "stated_former_name", None)
    assert of(name="乙二电子有限公司", uscc=CODES["P"]) == ("both", "same_name", None)
    assert of(name="甲一机械有限公司", uscc=WRONG_CODE) == ("both", "same_name", None)
    assert of(name="甲一机械有限公司", uscc=CODES["P"]) == ("only_theirs", None, "other_code")
    assert of(name="甲二机械有限公司") == ("only_theirs", None, "not_found")
    assert of(name="辰七新材科有限公司") == ("only_theirs", None, "similar_name")


def test_what_is_not_clear_is_not_guessed(build: duckdb.DuckDBPyConnection) -> None:
    def of(**row: Any) -> tuple[Any, Any]:
        found = outcome_of(build, row)
        return found["outcome"], found["fault"]

    assert of(name="戌八玻璃有限公司") == ("unreadable", "identity_ambiguous")
    assert of(name="戌八玻璃有限公司", uscc=CODES["F"]) == ("both", None)
    assert of(name="乙二电子有限公司", uscc=None, former_name=None) == ("both", None)
    assert of(name="戊十电机有限公司", uscc=CODES["A"]) == ("unreadable", "identity_torn")
    assert of(name=None) == ("unreadable", "name_missing")
    assert of(name=None, uscc=WRONG_CODE) == ("unreadable", "uscc_check_digit")
    assert of(name=None, uscc=CODES["A"]) == ("both", None)


def test_a_row_that_repeats_another_is_counted_once_whatever_it_is_called(build: duckdb.DuckDBPyConnection) -> None:
    repeats = compared(
        build,
        [
            {"name": "辰七塑料厂有限公司"},
            {"name": "辰七新材料有限公司"},
            {"uscc": CODES["D"]},
            {"name": "不认识一有限公司", "uscc": CODES["P"]},
            {"name": "不认识一有限公司"},
            {"name": "不认识二有限公司", "former_name": "不认识一有限公司"},
        ],
    )
    assert repeats.theirs["outcome"].to_list() == ["both", *["duplicate"] * 2, "only_theirs", *["duplicate"] * 2]
    assert repeats.theirs["repeats"].to_list() == [None, 0, 0, None, 3, 3]


def test_what_their_own_list_says_to_be_something_else_is_set_aside(build: duckdb.DuckDBPyConnection) -> None:
    found = compared(
        build,
        [
            {"name": "甲一机械有限公司", "is_of_tier": False},
            {"name": "乙二电子有限公司", "is_elsewhere": True},
            {"name": "丙三化工有限公司", "is_elsewhere": True},
            {"name": "不认识一有限公司", "is_elsewhere": True},
            {"name": "不认识一有限公司"},
        ],
    )
    assert found.theirs["outcome"].to_list() == ["other_title", "both", "other_area", "other_area", "only_theirs"]
    ours = {row["name"]: row for row in found.ours.iter_rows(named=True)}
    assert (ours["甲一机械有限公司"]["near"], ours["甲一机械有限公司"]["near_place"]) == ("other_title", 0)


def test_ours_says_why_it_counts_and_what_comes_near(build: duckdb.DuckDBPyConnection) -> None:
    rows = [{"name": "辰七新材科有限公司"}, {"name": "甲一机械有限公司", "uscc": CODES["P"]}]
    ours = {row["name"]: row for row in compared(build, rows).ours.iter_rows(named=True)}
    assert {name: row["reason"] for name, row in ours.items() if row["reason"] != "listed"} == {
        "戊十电机有限公司": "awaiting_review",
        "壬六航空有限公司": "higher_tier",
    }
    assert (ours["辰七新材料有限公司"]["near"], ours["辰七新材料有限公司"]["near_place"]) == ("similar_name", 0)
    assert (ours["甲一机械有限公司"]["near"], ours["甲一机械有限公司"]["near_place"]) == ("other_code", 1)
    waiting = ours["戊十电机有限公司"]
    assert (waiting["file"], waiting["file_row"], waiting["valid_to"]) == ("名单0.csv", 12, D(2025, 12, 14))
    # In its last month the old title and the reviewed one hold both; the newer is named.
    in_june = compared(build, rows, D(2024, 6, 30)).ours
    reviewed = in_june.row(by_predicate=pl.col("name") == "未三阀门有限公司", named=True)
    assert (reviewed["file"], reviewed["event_on"]) == ("名单1.csv", D(2024, 6, 10))


# The twin.

Row = dict[str, Any]


def classified(rows: list[Row]) -> list[str]:
    """The outcome of every row, by going through them one by one."""
    keyed = [
        {
            "name": row["name"] and text_key(row["name"]),
            "former": row["former_name"] and text_key(row["former_name"]),
            "code": row["uscc"] if row["uscc"] in CODES.values() else None,
        }
        for row in rows
    ]
    group_of = grouped(keyed)
    outcomes: list[str] = []
    seen: set[Any] = set()
    for row, group in zip(rows, group_of, strict=True):
        members = [keyed[place] for place, other in enumerate(group_of) if other == group]
        person, is_unclear = meant(members, group)
        is_holder = person is not None and person.short in HOLDERS
        who = person.short if person else group
        if not row["is_of_tier"]:
            outcomes.append("other_title")
        elif is_unclear or is_torn(row, person, members):
            outcomes.append("unreadable")
        elif row["is_elsewhere"] and not is_holder:
            outcomes.append("other_area")
        elif who in seen:
            outcomes.append("duplicate")
        else:
            seen.add(who)
            outcomes.append("both" if is_holder else "only_theirs")
    return outcomes


def grouped(keyed: list[Row]) -> list[Any]:
    """Which rows of theirs speak of the same: same code, same name, or the stated former name; never two codes."""
    codes_of: dict[str, set[str]] = {}
    for row in keyed:
        if row["name"] and row["code"]:
            codes_of.setdefault(row["name"], set()).add(row["code"])

    def own(name: str) -> str:
        codes = codes_of.get(name, set())
        return codes.copy().pop() if len(codes) == 1 else name

    def key(row: Row) -> str | None:
        code: str | None = row["code"]
        if code or row["name"] is None:
            return code
        return None if len(codes_of.get(row["name"], set())) > 1 else own(row["name"])

    keys = [key(row) for row in keyed]
    sets: list[set[str]] = [{one} for one in dict.fromkeys(filter(None, keys))]
    for one, former in sorted({(k, own(r["former"])) for k, r in zip(keys, keyed, strict=True) if k and r["former"]}):
        first = next(found for found in sets if one in found)
        second = next((found for found in sets if former in found), {former})
        if first is not second and len((first | second) & set(CODES.values())) < 2:
            sets = [found for found in sets if found not in (first, second)] + [first | second]
    return [one and next(frozenset(found) for found in sets if one in found) for one in keys]


def meant(members: list[Row], group: Any) -> tuple[Person | None, bool]:
    """The one of ours whom a group of rows means, and whether that is unclear."""
    if group is None:
        return None, True
    code = next((row["code"] for row in members if row["code"]), None)
    fits: tuple[list[Person], ...] = (
        [person for person in PEOPLE if code is not None and person.code == code],
        [person for person in PEOPLE if called(person, members, "name") and agrees(person, code)],
        [person for person in PEOPLE if called(person, members, "former") and agrees(person, code)],
    )
    found = next((people for people in fits if people), [])
    return (found[0], False) if len(found) == 1 else (None, bool(found))


def called(person: Person, members: list[Row], key: str) -> bool:
    return any(row[key] in {text_key(name) for name in person.names} for row in members)


def agrees(person: Person, code: str | None) -> bool:
    return code is None or person.code is None or person.code == code


def is_torn(row: Row, person: Person | None, members: list[Row]) -> bool:
    """Whether its code, or another row, means one and its name another."""
    code = next((member["code"] for member in members if member["code"]), None)
    if person is None or code is None:
        return False
    own = {text_key(name) for name in person.names}
    is_known_by_name = row["name"] is not None and text_key(row["name"]) in own
    others = [p for p in PEOPLE if p.code not in (None, code) and called(p, members, "name")]
    return not is_known_by_name and bool(others)


UNKNOWN = ("不认识一有限公司", "不认识二有限公司")


@st.composite
def their_lists(draw: st.DrawFn) -> list[Row]:
    """Lists about few enterprises, so that rows agree and contradict each other."""
    few = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True))
    names = [*(name for person in few for name in sorted(person.names)), draw(st.sampled_from(UNKNOWN))]
    codes = [None, CODES["P"], WRONG_CODE, *(person.code for person in few)]
    row = st.fixed_dictionaries(
        {
            "name": st.sampled_from([*names, *names, None]),
            "former_name": st.sampled_from([None, None, None, *names]),
            "uscc": st.sampled_from(codes),
            "is_of_tier": st.sampled_from([True, True, True, False]),
            "is_elsewhere": st.sampled_from([False, False, True]),
        }
    )
    return draw(st.lists(row, min_size=1, max_size=8))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=their_lists())
def test_any_list_is_classified_as_by_hand_and_its_sums_add_up(
    build: duckdb.DuckDBPyConnection, rows: list[Row]
) -> None:
    found = compared(build, rows)
    assert found.theirs["place"].to_list() == list(range(len(rows)))
    assert found.theirs["outcome"].to_list() == classified(rows)
    counts = found.counts
    assert counts["read"] == len(rows) == counts["theirs"] + counts["other_title"] + counts["other_area"]
    parts = ("both", "only_theirs", "duplicate", "unreadable")
    assert counts["theirs"] == sum(counts[name] for name in parts)
    assert counts["ours"] == counts["both"] + counts["only_ours"] == len(HOLDERS)
    alone = found.theirs.filter(pl.col("outcome") == "only_theirs")
    assert alone["reason"].null_count() == 0
    assert found.ours.filter(pl.col("outcome") == "both")["place"].n_unique() == counts["both"]


@pytest.mark.parametrize("day", [D(2023, 6, 30), D(2024, 6, 30), D(2025, 12, 31), D(2026, 1, 31)])
@pytest.mark.parametrize("tier", ["innovative", "srdi", "little_giant", "champion"])
def test_ours_is_the_number_on_the_pages(build: duckdb.DuckDBPyConnection, tier: str, day: dt.date) -> None:
    for area in (AREA, NEIGHBOUR, "320700"):
        theirs = their_rows([{"name": "不认识一有限公司"}])
        ours = compare(theirs, known_of(build, theirs, tier, area, day), tier, day).counts["ours"]
        asked = {"tier": tier, "area_code": area, "day": day}
        on_pages = build.execute(read_sql("compare_count"), asked).fetchall()
        assert ours == (int(on_pages[0][1]) if on_pages else 0)


# Whole files.


def sheet_rows() -> list[list[Any]]:
    return [
        ["海州区专精特新企业名单"],
        ["序号", "企业名称", "统一社会信用代码", "称号", "联系电话"],
        ["一、第一部分"],
        [1, "甲一机械有限公司", CODES["A"], "专精特新中小企业", "13912345678"],
        [2, "@乙二电子有限公司", "", "专精特新中小企业", ""],
        [3, "甲一机械（有限公司）", CODES["A"], "专精特新中小企业", ""],
        ["小计", "3家"],
        [],
        [4, "壬六航空有限公司", "", "专精特新“小巨人”企业", ""],
        [5, "癸七软件有限公司", "", "创新型中小企业", ""],
        [6, "", "", "专精特新中小企业", ""],
        ["合计", "6家"],
        ["注：截至2025年底"],
    ]


def of_file(folder: Path, path: Path, **asked: Any) -> Compared:
    values: dict[str, Any] = {"tier": "srdi", "area": "海州区", "as_of": "2025-12"} | asked
    return compare_file(path, values["tier"], values["area"], values["as_of"], folder, load())


def test_a_workbook_with_titles_subtotals_and_several_tiers(folder: Path, tmp_path: Path) -> None:
    found = of_file(folder, book(tmp_path / "名单.xlsx", {"名单": sheet_rows()}))
    assert found.result.theirs["outcome"].to_list() == [
        *("both", "only_theirs", "duplicate", "both", "other_title", "unreadable")
    ]
    assert found.beside == {"blank": 1, "block": 1, "total": 2, "note": 1}
    assert found.on_pages == found.result.counts["ours"] == len(HOLDERS)


def test_headings_and_columns_of_titles_part_the_tiers(folder: Path, tmp_path: Path) -> None:
    by_heading = "企业名称,备注\n一、专精特新中小企业,\n甲一机械有限公司,\n二、创新型中小企业,\n乙二电子有限公司,"
    found = of_file(folder, write_list(tmp_path, "分段.csv", by_heading))
    assert found.result.theirs["outcome"].to_list() == ["both", "other_title"]
    by_column = "企业名称,专精特新中小企业,小巨人\n甲一机械有限公司,√,\n乙二电子有限公司,,\n壬六航空有限公司,,2024年"
    found = of_file(folder, write_list(tmp_path, "台账.csv", by_column))
    assert found.result.theirs["outcome"].to_list() == ["both", "other_title", "both"]
    one_title = "创新型中小企业名单,\n企业名称,备注\n甲一机械有限公司,"
    assert of_file(folder, write_list(tmp_path, "标题.csv", one_title)).result.counts["both"] == 1


def test_bare_names_without_a_caption_and_another_area(folder: Path, tmp_path: Path) -> None:
    pasted = write_list(tmp_path, "粘贴.tsv", "甲一机械有限公司\n己一医药有限公司")
    assert of_file(folder, pasted).result.theirs["outcome"].to_list() == ["both", "only_theirs"]
    whole_city = "企业名称,所属县区\n甲一机械有限公司,海州区\n丙三化工有限公司,东海县\n丁四食品有限公司,东海县"
    found = of_file(folder, write_list(tmp_path, "全市.csv", whole_city))
    assert found.result.theirs["outcome"].to_list() == ["both", "other_area", "other_area"]
    found = of_file(folder, write_list(tmp_path, "全市.csv", whole_city), area="连云港市")
    assert found.result.counts["both"] == 3


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"as_of": "2025-12-30"}, "compare.as_of"),
        ({"as_of": "2031-12"}, "compare.as_of"),
        ({"tier": "无此称号"}, "add.unknown_tier"),
        ({"area": "火星"}, "add.unknown_area"),
        ({"area": "330100"}, "compare.no_count"),
    ],
)
def test_what_cannot_be_compared_is_refused(folder: Path, tmp_path: Path, asked: dict[str, str], code: str) -> None:
    path = write_list(tmp_path, "名单.csv", "企业名称\n甲一机械有限公司")
    with pytest.raises(Refusal) as refusal:
        of_file(folder, path, **asked)
    assert refusal.value.code == code
    assert all(refusal.value.text(language) for language in ("zh", "en"))


def test_without_a_build_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        of_file(tmp_path, write_list(tmp_path, "名单.csv", "企业名称\n甲一机械有限公司"))
    assert refusal.value.code == "build.none"


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_the_command_writes_a_workbook_of_texts_and_keeps_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    before = files_in(folder)
    lines = "\n".join(",".join(map(str, row)) for row in sheet_rows()).replace("@", "=")
    path = write_list(tmp_path, "名单.csv", lines)
    asked = ["--tier", "srdi", "--area", "海州区", "--as-of", "2025-12", "--out", str(tmp_path / "结果.xlsx")]
    assert main(["compare", str(path), *asked]) == 1, "a row without a name was refused"
    printed = capsys.readouterr().out
    assert "一致 2 家，只在报来名单 1 家，只在系统名单 6 家" in printed
    assert "演示" not in printed
    assert files_in(folder) == before
    made = openpyxl.load_workbook(tmp_path / "结果.xlsx")
    assert made.sheetnames == ["比对结论", "只在报来名单", "只在系统名单", "双方一致", "未比对的行"]
    for sheet in made.worksheets[1:]:
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref is not None
        assert sheet.print_title_rows is not None
    cells = [cell for sheet in made.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert made["只在报来名单"]["C4"].value == "=乙二电子有限公司"
    assert not [cell for cell in cells if "13912345678" in str(cell.value)]
    made.close()
    assert main(["compare", str(path), *asked, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["both"] == 2
    assert len(told["tables"]["en"]["only_ours"]) == told["counts"]["only_ours"] == 6
    assert main(["compare", str(path), *asked[:-1], str(path)]) == 1
    assert "不能被结果覆盖" in capsys.readouterr().out


def test_the_nearest_name_is_found_under_the_slips_of_typing() -> None:
    known = [
        "连云港宏达精密机械有限公司",
        "连云港宏运物流有限公司",
        "江苏天瑞新材料股份有限公司",
        "永固集团股份有限公司",
    ]
    slips = {
        "连云港宏达精蜜机械有限公司": 0,
        "连云港宏达精密机械": 0,
        "江苏天瑞新材料有限公司": 2,
        "江苏天端新材料股份有限公司": 2,
        "永固集团股份": 3,
        "连云港鸿宇新能源有限公司": None,
        "不相干的名称": None,
    }
    assert nearest(list(slips), known) == list(slips.values())
    assert nearest(["甲"], []) == [None]


def test_an_empty_side_is_whole_too(build: duckdb.DuckDBPyConnection) -> None:
    theirs = their_rows([{"name": None}])
    found = compare(theirs, known_of(build, theirs, "srdi", "320703", DAY), "srdi", DAY)
    assert found.counts == {
        **dict.fromkeys(("other_title", "other_area", "both", "only_theirs", "duplicate", "ours", "only_ours"), 0),
        **dict.fromkeys(("read", "theirs", "unreadable"), 1),
    }
