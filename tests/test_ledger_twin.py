"""Invented titles, written as ledgers in all their shapes and read back, against a slow and obvious reading of them.

The twin shares no code with etl/ledger*.py: it knows what was invented, not how it was printed, and dates it in the
words of the rules.
"""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.assemble import Core, assemble
from etl.inbox import Event, Reading, Sidecar
from etl.reconcile import Source
from tests.read_inputs import book, read
from tests.worlds import RECEIVED_ON, write_list
from tracker.catalog import load

D = dt.date
CITY = "320700"
NAMES = ("甲一机械有限公司", "乙二电子有限公司", "丙三新材料有限公司", "丁四食品有限公司")
CAPTIONS = {"innovative": "创新型中小企业", "srdi": "专精特新中小企业", "little_giant": "小巨人"}
WORDS: dict[Event | None, str] = {None: "", "recognition": "新认定", "review_passed": "复核"}
# The usual windows of the national batches, by year: hints of the catalogue.
USUAL = {year: (D(year, 7, 1), D(year + 3, 6, 30)) for year in (2022, 2023, 2024, 2025)}
YEAR_DAY = (10, 31)


@dataclass(frozen=True)
class Stated:
    """One title as a ledger states it. ``day`` is printed, or only its year is."""

    enterprise: str
    tier: str
    event: Event | None
    day: dt.date
    is_day_printed: bool

    @property
    def text(self) -> str:
        printed = (
            f"{self.day.year}年{self.day.month}月{self.day.day}日" if self.is_day_printed else f"{self.day.year}年"
        )
        return printed + WORDS[self.event]


@dataclass(frozen=True)
class Notice:
    """One list: its members share everything."""

    tier: str
    event: Event
    cohort: int
    on: dt.date
    members: frozenset[str]


Happened = tuple[str, str, Event, dt.date, dt.date, dt.date]


def three_years(start: dt.date) -> dt.date:
    return D(start.year + 3, start.month, start.day) - dt.timedelta(days=1)


def expected(stated: list[Stated], notices: list[Notice], has_year_day: bool) -> tuple[set[Happened], int, int]:
    """The events that the ledger adds, how many statements notices make already, and how many are refused."""
    added: set[Happened] = set()
    repeated = refused = 0
    for title in stated:
        if any(repeats(title, notice) for notice in notices):
            repeated += 1
            continue
        event: Event = title.event or "recognition"
        window = days_of(title, event, notices, has_year_day)
        if window is None or window[0] > RECEIVED_ON:
            refused += 1
        else:
            added.add((title.enterprise, title.tier, event, *window))
    return added, repeated, refused


def repeats(title: Stated, notice: Notice) -> bool:
    if title.tier != notice.tier or title.enterprise not in notice.members:
        return False
    if title.event is not None and title.event != notice.event:
        return False
    is_same_year = title.day.year in (notice.cohort, notice.on.year)
    return is_same_year or (title.is_day_printed and abs((title.day - notice.on).days) < 366)


def known_round(
    title: Stated, event: Event, notices: list[Notice]
) -> tuple[dt.date, tuple[dt.date, dt.date] | None] | None:
    """Day and printed window of the one round of this title, event and year: among notices of the cohort, of the
    year, else in the catalogue."""
    of_title = [notice for notice in notices if notice.tier == title.tier and notice.event == event]
    for days_of_round in (
        {notice.on for notice in of_title if notice.cohort == title.day.year},
        {notice.on for notice in of_title if notice.on.year == title.day.year},
    ):
        if days_of_round:
            return (days_of_round.pop(), None) if len(days_of_round) == 1 else None
    if title.tier == "little_giant" and title.day.year in USUAL:
        window = USUAL[title.day.year]
        return window[0], window
    return None


def days_of(
    title: Stated, event: Event, notices: list[Notice], has_year_day: bool
) -> tuple[dt.date, dt.date, dt.date] | None:
    """The printed day, else that of the round, else the agreed one; the window of the round, else three years."""
    known = known_round(title, event, notices)
    if title.is_day_printed:
        day = title.day
    elif known is not None:
        day = known[0]
    elif has_year_day:
        day = D(title.day.year, *YEAR_DAY)
    else:
        return None
    window = known[1] if known else None
    return (day, *(window or (day, three_years(day))))


# --- writing and reading ------------------------------------------------------------------------------------------


def table(stated: list[Stated], separator: str) -> list[list[str]]:
    """A wide ledger: one row an enterprise, one cell a title with all its batches."""
    rows = [["企业名称", *CAPTIONS.values()]]
    for name in dict.fromkeys(title.enterprise for title in stated):
        mine = [title for title in stated if title.enterprise == name]
        cells = [separator.join(title.text for title in mine if title.tier == tier) for tier in CAPTIONS]
        rows.append([name, *cells])
    return rows


def grouped(stated: list[Stated]) -> list[list[str]]:
    """A wide ledger with a header of two rows: year and word, and the day in a column of its own."""
    groups = list(CAPTIONS.items())
    rows = [
        ["企业名称", *(text for _, caption in groups for text in (caption, ""))],
        ["", *(text for _ in groups for text in ("批次", "认定时间"))],
    ]
    for title in stated:
        cells = [""] * (2 * len(groups))
        place = 2 * list(CAPTIONS).index(title.tier)
        cells[place] = f"{title.day.year}年{WORDS[title.event]}"
        cells[place + 1] = title.day.isoformat() if title.is_day_printed else ""
        rows.append([title.enterprise, *cells])
    return rows


def long(stated: list[Stated]) -> list[list[str]]:
    """One title a row."""
    rows = [["企业名称", "称号", "年度", "类别", "认定时间"]]
    for title in stated:
        day = title.day.isoformat() if title.is_day_printed else ""
        rows.append([title.enterprise, CAPTIONS[title.tier], str(title.day.year), WORDS[title.event], day])
    return rows


def source(path: Path, reading: Reading) -> Source:
    """A file read in this process under a reading."""
    read(path)
    sidecar = Sidecar(file_id=path.stem.ljust(64, "0"), original_name=path.name, received_on=RECEIVED_ON)
    return Source(sidecar, reading, path.parent / f"parsed {path.name}")


def assembled(folder: Path, ledger: Path | None, notices: list[Notice], has_year_day: bool) -> Core:
    sources = []
    for number, notice in enumerate(notices):
        path = write_list(
            folder, f"notice{number}.csv", "\n".join(["企业名称,县区", *(f"{n}," for n in notice.members)])
        )
        reading = Reading(
            reading_no=1, tier=notice.tier, event=notice.event, event_on=notice.on, cohort_year=notice.cohort,
            area_code=CITY, added_on=RECEIVED_ON,
        )  # fmt: skip
        sources.append(source(path, reading))
    if ledger is not None:
        year_day = "-".join(f"{part:02d}" for part in YEAR_DAY) if has_year_day else None
        reading = Reading(reading_no=1, kind="ledger", area_code=CITY, year_day=year_day, added_on=RECEIVED_ON)
        sources.append(source(ledger, reading))
    return assemble(sources, [one.sidecar for one in sources], load())


def happened(core: Core, kind: str) -> list[Happened]:
    readings = core.frames["source_reading"].filter(kind=kind)["reading_id"].implode()
    names = core.frames["enterprise"].select("enterprise_id", "name")
    events = core.frames["recognition_event"].join(names, on="enterprise_id")
    found = events.filter(events["reading_id"].is_in(readings))
    return found.select("name", "tier", "event", "event_on", "valid_from", "valid_to").rows()


days = st.dates(D(2019, 1, 1), D(2025, 12, 31)).map(lambda day: day.replace(day=min(day.day, 28)))
titles = st.builds(
    Stated,
    enterprise=st.sampled_from(NAMES),
    tier=st.sampled_from(sorted(CAPTIONS)),
    event=st.sampled_from(sorted(WORDS, key=str)),
    day=days,
    is_day_printed=st.booleans(),
)
ledgers = st.lists(titles, min_size=1, max_size=8, unique_by=lambda t: (t.enterprise, t.tier, t.event, t.day.year))


@st.composite
def notice(draw: st.DrawFn) -> Notice:
    day = draw(days)
    late = draw(st.sampled_from([0, 0, 1]))
    members = draw(st.frozensets(st.sampled_from(NAMES), min_size=1))
    event: Event = draw(st.sampled_from(["recognition", "review_passed"]))
    return Notice(draw(st.sampled_from(sorted(CAPTIONS))), event, day.year - late, day, members)


notice_lists = st.lists(notice(), max_size=4)
SEPARATORS = ("，", "、", "\n", "；")


@settings(max_examples=60, deadline=None)
@given(stated=ledgers, notices=notice_lists, has_year_day=st.booleans(), shape=st.integers(0, 6))
def test_what_was_invented_is_read_back(
    stated: list[Stated], notices: list[Notice], has_year_day: bool, shape: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        tables = [*(table(stated, separator) for separator in SEPARATORS), grouped(stated), long(stated), long(stated)]
        # The last shape again as text, without types and merged cells.
        if shape == len(tables) - 1:
            lines = "\n".join(",".join(row) for row in tables[shape])
            path = write_list(folder, "ledger.csv", lines)
        else:
            path = book(folder / "ledger.xlsx", {"台账": tables[shape]})
        core = assembled(folder, path, notices, has_year_day)
    added, repeated, refused = expected(stated, notices, has_year_day)
    [counts] = core.frames["source_reading"].filter(kind="ledger").to_dicts()
    assert (counts["stated"], counts["repeated"], counts["undated"]) == (len(stated), repeated, refused)
    assert counts["rejected_cells"] == refused
    assert set(happened(core, "ledger")) == added


@settings(max_examples=25, deadline=None)
@given(notices=notice_lists.filter(bool))
def test_a_ledger_of_what_notices_say_adds_nothing(notices: list[Notice]) -> None:
    told = {
        (name, n.tier, n.event, n.on.year): Stated(name, n.tier, n.event, n.on, is_day_printed=False)
        for n in notices
        for name in sorted(n.members)
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        path = book(folder / "ledger.xlsx", {"台账": table(list(told.values()), "，")})
        core = assembled(folder, path, notices, has_year_day=True)
        alone = assembled(folder / "alone", None, notices, has_year_day=True)
    assert happened(core, "ledger") == []
    assert sorted(happened(core, "list")) == sorted(happened(alone, "list"))


def test_every_shape_is_written() -> None:
    stated = [Stated(NAMES[0], "srdi", "review_passed", D(2025, 6, 5), is_day_printed=True)]
    shown = list(itertools.chain.from_iterable(table(stated, "，") + grouped(stated) + long(stated)))
    assert "2025年6月5日复核" in shown
    assert "2025年复核" in shown
    assert "2025-06-05" in shown
