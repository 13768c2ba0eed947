"""A comparison as a workbook to send back: the finding first, then a sheet for every class with its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from etl.compare_file import Compared
from etl.compare_words import Teller
from etl.form_book import Looks, book_options, lay_out, looks, write_head
from etl.refusal import Refusal
from tracker.catalog import Catalog
from tracker.text import LANGUAGES, day, word

_LANGUAGE = "zh"
_TITLE_ROW, _MARK_ROW, _HEADER_ROW = range(3)
# Column -> width in characters; together they fill a page of A4.
_THEIRS = {"number": 6, "place": 13, "name": 32, "uscc": 21}
_TITLE = {"area": 13, "status": 11, "tier": 10, "batch": 8, "event_on": 12, "valid_to": 12}
_COLUMNS: dict[str, dict[str, float]] = {
    "only_theirs": {**_THEIRS, "title": 13, "reason": 14, "why": 42, "area": 13, "source": 30},
    "only_ours": {"number": 6, "our_name": 32, "our_uscc": 21, **_TITLE, "why": 34, "source": 30},
    "both": {**_THEIRS, "our_uscc": 21, **_TITLE, "why": 30},
    "aside": {**_THEIRS, "title": 16, "outcome": 12, "why": 60},
}
_FROZEN = {"only_theirs": 3, "only_ours": 2, "both": 3, "aside": 3}
_SUMMARY_WIDTHS = (34, 9, 34, 9)
_LEFT, _RIGHT = 0, 2
_COUNTS = (
    "read", "other_title", "other_area", "theirs", "both", "only_theirs", "duplicate", "unreadable", "ours",
    "awaiting_review", "only_ours",
)  # fmt: skip
_INDENTED = ("other_title", "other_area", "awaiting_review")
_LINE_POINTS = 14.0


def write_book(out: Path | None, source: Path, compared: Compared, catalog: Catalog) -> Path:
    """Write the workbook; an older one of this name is replaced.

    Nothing that comes from a list becomes a formula or a link, whatever it begins with.

    Args:
        out: the file, or the folder it goes into; None for the current one.
        source: the list that was compared, which is never written over.
        compared: what goes in.
        catalog: names.

    Returns:
        Where it is.

    Raises:
        Refusal: where it cannot be written.
    """
    names = {"area": catalog.areas[compared.area_code].short.zh, "tier": catalog.tiers[compared.tier].short.zh}
    file_name = word("compare.file_name", _LANGUAGE, **names, month=f"{compared.day:%Y-%m}")
    path = Path(file_name) if out is None else out / file_name if out.is_dir() else out
    if path.resolve() == source.resolve():
        raise Refusal("compare.same_file", {"file": str(path)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(str(path), book_options()) as book:
            # The time of the build: the same comparison gives the same file.
            book.set_properties({"created": compared.build.built_at})
            writer = _Writer(book, compared, Teller(compared, catalog, _LANGUAGE))
            writer.summary()
            for name in _COLUMNS:
                writer.table(name)
    except (OSError, FileCreateError) as fault:
        raise Refusal("add.disk", {"file": str(path), "detail": str(fault)}) from fault
    return path


def tables(compared: Compared, teller: Teller) -> dict[str, list[dict[str, Any]]]:
    """The rows of every sheet, in the words of the teller."""
    theirs, ours = compared.result.theirs, compared.result.ours
    by_place = {row["place"]: row for row in ours.drop_nulls("place").iter_rows(named=True)}
    return {
        "only_theirs": [
            {
                **_of_theirs(row, teller),
                "reason": teller.reason(row["reason"]),
                "why": teller.why_theirs(row),
                "area": teller.area(row["area_code"]) if row["area_code"] else None,
                "source": teller.source(row),
            }
            for row in theirs.filter(pl.col("outcome") == "only_theirs").iter_rows(named=True)
        ],
        "only_ours": [
            {
                **_of_ours(row, teller),
                "reason": teller.reason(row["reason"]),
                "why": teller.why_ours(row),
                "source": teller.source(row),
            }
            for row in ours.filter(pl.col("outcome") == "only_ours").iter_rows(named=True)
        ],
        "both": [
            {**_of_theirs(row, teller), **_of_ours(by_place[row["place"]], teller), "why": teller.why_both(row)}
            for row in theirs.filter(pl.col("outcome") == "both").iter_rows(named=True)
        ],
        "aside": [
            {**_of_theirs(row, teller), "outcome": teller.outcome(row["outcome"]), "why": teller.why_aside(row)}
            for row in theirs.filter(~pl.col("outcome").is_in(["both", "only_theirs"])).iter_rows(named=True)
        ],
    }


def _of_theirs(row: dict[str, Any], teller: Teller) -> dict[str, Any]:
    place = teller.place(row["sheet"], row["row"])
    return {"place": place, "name": row["name"], "uscc": row["uscc"], "title": row["title_printed"]}


def _of_ours(row: dict[str, Any], teller: Teller) -> dict[str, Any]:
    return {
        "our_name": row["name"],
        "our_uscc": row["uscc"],
        "area": teller.area(row["area_code"]),
        "status": word(f"compare.status.{row['status']}", teller.language),
        "tier": teller.tier(row["via_tier"]),
        **{name: row[name] for name in ("batch", "event_on", "valid_to")},
    }


def both_languages(key: str) -> str:
    """A caption with the English one below."""
    return "\n".join(word(f"compare.{key}", language) for language in LANGUAGES)


class _Writer:
    def __init__(self, book: Any, compared: Compared, teller: Teller) -> None:
        self._book = book
        self._looks: Looks = looks(book)
        self._compared = compared
        self._teller = teller
        self._rows = tables(compared, teller)

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(word(f"compare.sheet.{name}", _LANGUAGE))
        sheet.hide_gridlines(2)
        caption = self._teller.title if name == "summary" else both_languages(f"sheet.{name}").replace("\n", " ")
        sheet.write_string(_TITLE_ROW, 0, caption, self._looks.title)
        sheet.set_row(_TITLE_ROW, 26)
        if self._compared.build.is_demo:
            sheet.write_string(_MARK_ROW, 0, word("app.demo_explained", _LANGUAGE), self._looks.alarm)
        return sheet

    def summary(self) -> None:
        """The finding, the counts, the reasons, and what the numbers rest on."""
        sheet = self._sheet("summary")
        row = _MARK_ROW + 1
        for sentence in self._teller.finding:
            row = self._wide(sheet, row, sentence)
        top = row + 1
        left = self._count_table(sheet, top)
        right = top
        for outcome in ("only_theirs", "only_ours"):
            right = self._reason_table(sheet, right, outcome)
        row = self._wide(sheet, max(left, right), word("compare.sums", _LANGUAGE, **self._compared.result.counts)) + 1
        for key, said in self._basis():
            sheet.write_string(row, 0, both_languages(f"line.{key}"), self._looks.head)
            sheet.merge_range(row, 1, row, 3, "", self._looks.text)
            sheet.write_string(row, 1, said, self._looks.text)
            self._measure(sheet, row, said, _SUMMARY_WIDTHS[1:], least=2)
            row += 1
        lay_out(sheet, _SUMMARY_WIDTHS, frozen_columns=0, header_row=None)
        sheet.set_portrait()
        sheet.activate()

    def _wide(self, sheet: Any, row: int, sentence: str) -> int:
        sheet.merge_range(row, 0, row, 3, "", self._looks.guide)
        sheet.write_string(row, 0, sentence, self._looks.guide)
        self._measure(sheet, row, sentence, _SUMMARY_WIDTHS, least=1)
        return row + 1

    def _measure(self, sheet: Any, row: int, said: str, widths: Sequence[float], least: int) -> None:
        """Give a row of merged cells the height that its text needs."""
        sheet.set_row(row, _LINE_POINTS * max(least, -(-_cells_wide(said) // (sum(widths) - 2))) + 4)

    def _count_table(self, sheet: Any, row: int) -> int:
        awaiting = self._compared.result.ours.filter(pl.col("status") == "awaiting_review").height
        numbers = self._compared.result.counts | {"awaiting_review": awaiting}
        rows = [(f"count.{key}", numbers[key], key in _INDENTED) for key in _COUNTS]
        return self._small_table(sheet, row, _LEFT, "count.item", rows)

    def _reason_table(self, sheet: Any, row: int, outcome: str) -> int:
        rows = [(f"reason.{reason}", number, False) for reason, number in self._teller.reasons(outcome)]
        return self._small_table(sheet, row, _RIGHT, f"sheet.{outcome}", rows)

    def _small_table(self, sheet: Any, row: int, column: int, caption: str, rows: list[tuple[str, int, bool]]) -> int:
        """What there is of each; returns the row below."""
        for place, key in enumerate((caption, "count.number")):
            sheet.write_string(row, column + place, both_languages(key), self._looks.head)
        for key, number, is_part in rows:
            row += 1
            label = both_languages(key)
            sheet.write_string(row, column, "　" + label.replace("\n", "\n　") if is_part else label, self._looks.text)
            sheet.write_number(row, column + 1, number, self._looks.centred)
        for height_row in range(row - len(rows), row + 1):
            sheet.set_row(height_row, 2 * _LINE_POINTS + 2)
        return row + 1

    def _basis(self) -> list[tuple[str, str]]:
        compared, build = self._compared, self._compared.build
        number = compared.on_pages
        on_pages = (
            word("compare.not_on_pages", _LANGUAGE)
            if number is None
            else word("compare.as_on_pages", _LANGUAGE, number=number)
        )
        return [
            ("as_of", self._teller.as_of),
            ("on_pages", on_pages),
            ("basis", word("compare.basis", _LANGUAGE)),
            ("method", word("compare.method", _LANGUAGE)),
            ("file", compared.file),
            ("beside_rows", word("compare.beside_rows", _LANGUAGE, **compared.beside)),
            ("build", build.build_id),
            ("cutoff", day(build.data_cutoff, _LANGUAGE) if build.data_cutoff else "–"),
        ]

    def table(self, name: str) -> None:
        """One class: a row an enterprise or a row of theirs."""
        sheet, columns = self._sheet(name), _COLUMNS[name]
        write_head(sheet, [(both_languages(f"column.{key}"), self._looks.head) for key in columns], _HEADER_ROW, 32)
        rows = self._rows[name]
        for number, row in enumerate(rows, start=1):
            for column, key in enumerate(columns):
                self._cell(sheet, _HEADER_ROW + number, column, number if key == "number" else row[key])
            sheet.set_row(_HEADER_ROW + number, _height(row, columns))
        if rows:
            sheet.autofilter(_HEADER_ROW, 0, _HEADER_ROW + len(rows), len(columns) - 1)
        else:
            sheet.write_string(_HEADER_ROW + 1, 0, word("compare.none", _LANGUAGE), self._looks.text)
        lay_out(sheet, list(columns.values()), frozen_columns=_FROZEN[name], header_row=_HEADER_ROW)

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), self._looks.day)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, self._looks.centred)
        elif value:
            sheet.write_string(row, column, value, self._looks.text)
        else:
            sheet.write_blank(row, column, None, self._looks.text)


def _height(row: dict[str, Any], columns: dict[str, float]) -> float:
    """Points that a row needs: Excel does not measure wrapped text of files that it did not write."""
    lines = (
        -(-_cells_wide(row[key]) // (width - 1)) for key, width in columns.items() if isinstance(row.get(key), str)
    )
    return _LINE_POINTS * max(1.0, *lines) + 4


def _cells_wide(said: str) -> int:
    """Characters of Chinese take two cells of a column's width."""
    return sum(1 if character.isascii() else 2 for character in said)
