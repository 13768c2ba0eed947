"""From one number of one build to its names, the rows that state them, and the files in which these rows stand. Pure.

The number is read as every page reads it; names, events and cells are read from the same build, so that a number of
an old notice is explained by what was known then, whatever came or was withdrawn since.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from tracker import enterprises, enterprises_behind, export, findings, text, viewing, warehouse, what_if
from tracker.enterprises_behind import Definition
from tracker.enterprises_words import Labels, batch_name, list_table
from tracker.text import word

_TITLES = ("recognition", "review_passed")


@dataclass(frozen=True)
class Trace:
    """What is behind a number.

    ``value``: as the pages print it; ``total``: what ``sheets`` add up to. ``said``: what the number is, by which rule.
    ``sheets``: tables in words by the name of their sheet. ``file_ids``: the files in which their rows stand.
    """

    value: float | None
    total: float | None
    said: list[str]
    sheets: dict[str, pl.DataFrame]
    file_ids: list[str]

    @property
    def adds_up(self) -> bool:
        """Whether names or values give the number."""
        both = (self.value, self.total)
        return both[0] == both[1] or (None not in both and abs((both[0] or 0) - (both[1] or 0)) < 1e-9)


def trace(build_id: str, plan_id: str, target_id: str, area_code: str, as_of: dt.date, language: str) -> Trace | None:
    """What is behind the number of a target in an area at a month end, under the default rule; None for no target.

    Raises:
        BuildMissing, BuildUnreadable: as :func:`tracker.warehouse.query`.
    """
    number = enterprises_behind.definition(build_id, plan_id, target_id, as_of, language)
    if number is None:
        return None
    rows = viewing.targets_at(build_id, plan_id, as_of, language, viewing.DEFAULT_RULE)
    mine = rows.filter((pl.col("target_id") == target_id) & (pl.col("area_code") == area_code))
    found = _Found(build_id, plan_id, number, area_code, as_of, language)
    value, total, sheets, file_ids = found.titles() if number.is_title_count else found.values()
    said = _said(found, mine.row(0, named=True) if mine.height else None, value)
    sheets[word("trace.sheet_rule", language)] = _rule(found)
    ordered = list(dict.fromkeys(code for code in file_ids if code))
    sheets[word("trace.sheet_files", language)] = _files(build_id, ordered, language)
    return Trace(value, total, said, sheets, ordered)


@dataclass(frozen=True)
class _Found:
    build_id: str
    plan_id: str
    number: Definition
    area_code: str
    as_of: dt.date
    language: str

    def read(self, name: str, **parameters: object) -> pl.DataFrame:
        return warehouse.query(self.build_id, name, **parameters)

    def labels(self) -> Labels:
        plans = self.read("plans", language=self.language)
        whole = plans.row(by_predicate=pl.col("plan_id") == self.plan_id, named=True)["area_code"]
        asked = {"plan_id": self.plan_id, "area_code": whole, "language": self.language}
        areas = dict(self.read("area_units", **asked).select("area_code", "short").iter_rows())
        tiers = dict(self.read("tiers", language=self.language).select("tier", "short").iter_rows())
        return Labels(areas, tiers, self.language)

    def titles(self) -> tuple[float | None, float | None, dict[str, pl.DataFrame], list[str]]:
        """The enterprises that a count counts, and every event of theirs in the tier and higher ones."""
        number, day = self.number, self.number.counted_on(self.as_of)
        rule = enterprises_behind.titles_rule(number, viewing.DEFAULT_RULE)
        value = enterprises_behind.title_count(self.build_id, number, self.area_code, self.as_of, viewing.DEFAULT_RULE)
        rows = enterprises.standing(self.build_id, self.plan_id, self.area_code, number.tier or "", day, rule)
        rows = enterprises_behind.counted_titles(rows, number).filter("is_counted")
        names = enterprises.with_names(self.build_id, enterprises.ordered(self.build_id, rows, "name"))
        events = self.read("trace_events", tier=number.tier, day=day, language=self.language)
        events = _named(events, names)
        sheets = {
            word("trace.sheet_names", self.language): list_table(names, self.labels(), None),
            word("trace.sheet_events", self.language): self._events(events),
        }
        return value, float(rows.height) if value is not None else None, sheets, events["file_id"].to_list()

    def values(self) -> tuple[float | None, float | None, dict[str, pl.DataFrame], list[str]]:
        """The answers, cells or records that a ratio, a place or a reported value rests on."""
        number, language = self.number, self.language
        found = enterprises_behind.values_behind(
            self.build_id, self.plan_id, number, self.area_code, self.as_of, language
        )
        sheets: dict[str, pl.DataFrame] = {}
        files: list[str] = []
        if found.answers.height:
            names = enterprises.with_names(self.build_id, found.answers)
            cells = self.read(
                "trace_answers", numerator=number.numerator, denominator=number.denominator, language=language
            ).join(found.parts.select("period_end").unique(), on="period_end", how="semi")
            cells = _named(cells, names)
            sheets[word("trace.sheet_answers", language)] = self._cells(cells, names)
            files += cells["file_id"].to_list()
        if found.cells.height:
            parts = {name: name for name in ("value", "numerator", "denominator")}
            sheets[word("trace.sheet_cells", language)] = self._located(
                found.cells, area="area_short", measure="name", **parts, period="period_end"
            )
            files += found.cells["file_id"].to_list()
        asked = {"indicator_id": number.indicator_id, "area_code": self.area_code, "as_of": self.as_of}
        records = self.read("activity_records", **asked, since=self.as_of.replace(month=1, day=1), language=language)
        if records.height:
            sheets[word("trace.sheet_records", language)] = self._located(
                records, event_on="held_on", event="kind", title="title", area="area_short"
            )
            files += records["file_id"].to_list()
        if found.ranking.height:
            captions = [word(f"trace.column_{name}", language) for name in ("place", "area", "titles")]
            ranking = found.ranking.select("place", "area_name", "titles")
            sheets[word("trace.sheet_ranking", language)] = ranking.rename(
                dict(zip(ranking.columns, captions, strict=True))
            )
            files += self._files_of_place()
        return found.value, found.total, sheets, files

    def _files_of_place(self) -> list[str]:
        """The lists by which the enterprises of the area itself came to the titles that are compared."""
        tiers = dict(self.read("tier_indicators").select("indicator_id", "tier").iter_rows())
        tier = tiers.get(self.number.numerator or "")
        if tier is None:
            return []
        rows = enterprises.standing(
            self.build_id, self.plan_id, self.area_code, tier, self.as_of, viewing.DEFAULT_RULE
        ).filter("is_counted")
        events = self.read("trace_events", tier=tier, day=self.as_of, language=self.language)
        return events.join(rows, on="enterprise_id", how="semi")["file_id"].to_list()

    def _events(self, rows: pl.DataFrame) -> pl.DataFrame:
        codes = {code: word(f"event.{code}", self.language) for code in rows["event"].unique().drop_nulls()}
        batches = {code: batch_name(code, self.language) for code in rows["batch"].unique().drop_nulls()}
        return self._renamed(
            rows.select(
                "name",
                "uscc",
                title="tier_short",
                event=pl.col("event").replace_strict(codes, return_dtype=pl.String),
                batch=pl.col("batch").replace_strict(batches, return_dtype=pl.String),
                event_on="event_on",
                valid_from="valid_from",
                valid_to="valid_to",
                document_no="document_no",
                printed="name_as_printed",
                derived=pl.when("is_derived").then(pl.lit(word("trace.derived", self.language))),
                file="original_name",
                sheet="sheet",
                row=pl.when(~pl.col("is_derived")).then("row"),
            )
        )

    def _cells(self, cells: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
        """Every answer with its cell; who was asked and did not answer stands there too, without one."""
        areas = self.labels().areas
        yes, no = (word(f"enterprises.{key}", self.language) for key in ("counts", "not_answered"))
        asked = names.select("enterprise_id", "name", "uscc", "area_code", "is_counted")
        rows = asked.join(cells.drop("name", "uscc"), on="enterprise_id", how="left", maintain_order="left")
        return self._renamed(
            rows.select(
                "name",
                "uscc",
                area=pl.col("area_code").replace(areas),
                counts=pl.when("is_counted").then(pl.lit(yes)).otherwise(pl.lit(no)),
                measure="measure_name",
                value="value",
                period="period_end",
                file="original_name",
                sheet="sheet",
                row="row",
                column="column",
            )
        )

    def _located(self, rows: pl.DataFrame, **columns: str) -> pl.DataFrame:
        """Columns of rows by the code of their caption, and where each row stands in its file."""
        places = {name: name for name in ("sheet", "row", "column") if name in rows.columns}
        return self._renamed(rows.select(**columns, file="original_name", **places))

    def _renamed(self, rows: pl.DataFrame) -> pl.DataFrame:
        rows = export.without_empty_columns(rows)
        return rows.rename({name: word(f"trace.column_{name}", self.language) for name in rows.columns})


def in_words(rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """A table of a trace as a page prints it: days and numbers in words, a dash where nothing stands."""

    def shown(value: object) -> str:
        if isinstance(value, dt.date):
            return text.day(value, language)
        return "–" if value is None else f"{value:,.10g}" if isinstance(value, float) else str(value)

    return rows.select(
        pl.Series(name, [shown(value) for value in rows[name].to_list()], pl.String) for name in rows.columns
    )


def _named(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The rows of the named enterprises, in the order of the names."""
    order = names.select("enterprise_id", "name", "uscc").unique("enterprise_id", maintain_order=True)
    place = order.with_row_index("place")
    return rows.join(place, on="enterprise_id", how="inner").sort("place", maintain_order=True).drop("place")


def _files(build_id: str, file_ids: list[str], language: str) -> pl.DataFrame:
    """The files in the order of receipt: as they were called, the paper behind them, when they came."""
    rows = warehouse.query(build_id, "trace_files").filter(pl.col("file_id").is_in(file_ids))
    names = ("original_name", "issuer", "document_no", "source", "received_on", "withdrawn_on", "file_id")
    captions = {name: word(f"trace.column_{name}", language) for name in names}
    return export.without_empty_columns(rows.select(pl.col(name).alias(key) for name, key in captions.items()))


def _rule(found: _Found) -> pl.DataFrame:
    """The definition, how titles are counted, the decision on the due date, and the thresholds of the build."""
    language = found.language
    definitions = found.read("definitions", plan_id=found.plan_id, language=language)
    rows = [
        (word("trace.rule_definition", language), str(row["definition"]))
        for row in definitions.filter(pl.col("indicator_id") == found.number.indicator_id).iter_rows(named=True)
    ]
    counting = findings.rule_words(viewing.DEFAULT_RULE, language)
    rows.append((word("trace.rule_counting", language), text.listed(counting, language)))
    thresholds = found.read("thresholds", language=language)
    rows += [
        (row["name"], what_if.threshold_value(row["value"], row["unit"], language))
        for row in thresholds.iter_rows(named=True)
    ]
    captions = [word(f"trace.column_{name}", language) for name in ("rule", "content")]
    return pl.DataFrame(rows, schema=dict.fromkeys(captions, pl.String), orient="row")


def _said(found: _Found, row: findings.Row | None, value: float | None) -> list[str]:
    """What the number is: target, area, month, value, state, build; and how the sheets give it."""
    language, number = found.language, found.number
    labels = found.labels()
    shown = word("status.not_reported", language)
    if value is not None:
        shown = text.quantity(value, number.unit, number.decimals, language, number.target_value)
    build = found.read("build").row(0, named=True)
    place = labels.areas.get(found.area_code, found.area_code)
    lines = [
        word(
            "trace.number", language, area=place, name=number.name, month=text.month(found.as_of, language), value=shown
        )
    ]
    if row is not None:
        target = findings.target_phrase(row, language)
        lines.append(word("trace.judged", language, target=target, status=word(f"status.{row['status']}", language)))
    lines += [
        word("trace.adds_up" if number.is_title_count else "trace.rests_on", language),
        word("trace.build", language, build_id=found.build_id, moment=f"{build['built_at']:%Y-%m-%d %H:%M}"),
        word("app.cutoff", language, day=text.day(build["data_cutoff"], language)),
    ]
    return [*([word("app.demo_explained", language)] if build["is_demo"] else []), *lines]
