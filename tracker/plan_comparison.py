"""Several plans side by side: where each stands, and what they share. Pure.

Plans differ in size. A number is only ever divided by a count that the reader picks and that is printed beside it;
nothing is made comparable in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import polars as pl

from tracker import blocks, findings, text
from tracker.catalog_models import WHOLE_UNITS
from tracker.links import View, href
from tracker.look import STATUS_LOOKS
from tracker.text import word

PER = 100  # of the enterprises that a number is divided by
# What a number may be divided by: counts of titles, by their indicator.
DENOMINATORS = ("srdi_smes", "innovative_smes", "little_giants")


def shared_rows(targets: pl.DataFrame, titles: pl.DataFrame, plan_ids: list[str]) -> pl.DataFrame:
    """What the plans have in common: indicators of two plans' targets, and the titles that are counted everywhere.

    Args:
        targets: rows of :func:`tracker.viewing.targets_at` of each plan's whole area, with ``plan_id``.
        titles: ``plan_id``, ``indicator_id``, ``name``, ``unit``, ``decimals``, ``value``: titles in each plan's area.
        plan_ids: the plans in their order.

    Returns:
        One row per indicator and plan that has a target for it or a count of it: ``indicator_id``, ``name``,
        ``plan_id``, ``unit``, ``decimals``, ``value``, and of a target ``target_id``, ``status`` and all else that
        says how it stands, null where the plan sets none. Titles first, then in the order of the plans' targets.
    """
    plans_of = targets.group_by("indicator_id").agg(pl.col("plan_id").n_unique())
    shared = plans_of.filter(pl.col("plan_id") > 1)["indicator_id"].to_list()
    counted = titles["indicator_id"].unique(maintain_order=True).to_list()
    order = dict.fromkeys([*counted, *(code for code in targets["indicator_id"] if code in shared)])
    places = {code: place for place, code in enumerate(order)}
    set_ = targets.filter(pl.col("indicator_id").is_in(list(order)))
    untargeted = titles.filter(pl.col("value").is_not_null()).join(set_, on=["plan_id", "indicator_id"], how="anti")
    return (
        pl.concat([set_, untargeted], how="diagonal_relaxed")
        .with_columns(
            place=pl.col("indicator_id").replace_strict(places, return_dtype=pl.Int32),
            plan_place=pl.col("plan_id").replace_strict({code: n for n, code in enumerate(plan_ids)}),
        )
        .sort("place", "plan_place", maintain_order=True)
        .drop("place", "plan_place")
    )


def finding(targets: pl.DataFrame, names: Mapping[str, str], language: str) -> str:
    """How many targets each plan has met, in one line."""
    parts = [
        word(
            "plans.finding_part",
            language,
            plan=name,
            met=findings.status_counts(rows)["met"],
            total=rows.height,
        )
        for plan_id, name in names.items()
        if (rows := targets.filter(pl.col("plan_id") == plan_id)).height
    ]
    return word("plans.finding", language, plans=len(names), parts=word("plans.separator", language).join(parts))


def standing_table(plans: pl.DataFrame, targets: pl.DataFrame, view: View) -> str:
    """One row a plan: its period, its targets by the six words, and the way to its overview."""
    language = view.language
    captions = [word(f"plans.column_{name}", language) for name in ("plan", "period", "targets")]
    captions += [word(f"status.{status}", language) for status in findings.STATUSES]
    rows = []
    for plan in plans.iter_rows(named=True):
        counts = findings.status_counts(targets.filter(pl.col("plan_id") == plan["plan_id"]))
        target = href("overview", view, plan=plan["plan_id"], area=None, target=None)
        draft = f"<small>{escape(word('app.draft', language))}</small>" if plan["is_draft"] else ""
        cells = [
            f'<th scope="row">{blocks.link(plan["short"], target)}{draft}</th>',
            f"<td>{escape(period(plan, language))}</td>",
            f"<td>{sum(counts.values())}</td>",
            *(_count_cell(status, number) for status, number in counts.items()),
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return blocks.table(captions, rows)


def period(plan: Mapping[str, object], language: str) -> str:
    """The months of a plan; marked where the plan does not state them."""
    starts_on, ends_on = plan["starts_on"], plan["ends_on"]
    said = word("plans.period", language, start=f"{starts_on:%Y-%m}", end=f"{ends_on:%Y-%m}")
    assumed = {"starts_on", "ends_on"} & set(str(plan["assumed"] or "").split(","))
    return word("plans.assumed", language, period=said) if assumed else said


def _count_cell(status: str, number: int) -> str:
    style = f' style="color:var(--{status}-text)"' if number else ' class="is-quiet"'
    return f"<td{style}>{number}</td>"


def shared_table(
    rows: pl.DataFrame, names: Mapping[str, str], divided_by: Mapping[str, float] | None, view: View
) -> str:
    """Shared indicators by plans: value, target and state of each, every value with the way to what is behind it.

    Args:
        rows: as :func:`shared_rows`.
        names: the plans' short names by id, in order.
        divided_by: by plan, the count that values are divided by; None shows them as they are.
    """
    found = {(row["indicator_id"], row["plan_id"]): row for row in rows.iter_rows(named=True)}
    lines = []
    for code, name in rows.select("indicator_id", "name").unique("indicator_id", maintain_order=True).iter_rows():
        cells = [_cell(found.get((code, plan_id)), divided_by, view) for plan_id in names]
        lines.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    return blocks.table([word("plans.column_indicator", view.language), *names.values()], lines)


def _cell(row: Mapping[str, object] | None, divided_by: Mapping[str, float] | None, view: View) -> str:
    language = view.language
    if row is None:
        return f'<td class="is-quiet">{escape(word("plans.none", language))}</td>'
    plan_id, is_target = str(row["plan_id"]), row["target_id"] is not None
    shown = value_phrase(row, divided_by, language)
    codes = {"plan": plan_id, "area": None, "target": row["target_id"] if is_target else None}
    target = href("indicators", view, **codes) if is_target else ""  # type: ignore[arg-type]
    small = word("plans.no_target", language)
    if is_target:
        status = str(row["status"])
        asked = word("plans.target", language, target=findings.target_phrase(row, language))
        small = f"{asked} {STATUS_LOOKS[status].mark} {word(f'status.{status}', language)}"
    return f'<td class="is-tight">{blocks.link(shown, target)}<small>{escape(small)}</small></td>'


def value_phrase(row: Mapping[str, object], divided_by: Mapping[str, float] | None, language: str) -> str:
    """The value as it is, or per hundred of the enterprises that the reader picked; only numbers of things divide."""
    value = row["value"]
    if not isinstance(value, (int, float)):
        return word("status.not_reported", language)
    if divided_by is not None and row["unit"] in WHOLE_UNITS:
        base = divided_by.get(str(row["plan_id"]))
        if not base:
            return word("plans.no_base", language)
        per_hundred = word("plans.per_hundred", language, number=text.number(PER * value / base, 1, language))
        return findings.marked(row, per_hundred, language)
    return findings.marked(row, text.quantity(value, str(row["unit"]), int(str(row["decimals"])), language), language)


def base_in_words(name: str, divided_by: Mapping[str, float], names: Mapping[str, str], language: str) -> str:
    """What values are divided by, with the number of every plan."""
    parts = [
        word("plans.base_part", language, plan=plan, number=text.number(divided_by[plan_id], 0, language))
        for plan_id, plan in names.items()
        if plan_id in divided_by
    ]
    return word("plans.base", language, per=PER, name=name, parts=text.listed(parts, language))


def export_table(
    rows: pl.DataFrame, names: Mapping[str, str], divided_by: Mapping[str, float] | None, language: str
) -> pl.DataFrame:
    """The shared indicators as a table to save: one row per indicator and plan."""
    captions = [word(f"plans.column_{name}", language) for name in ("indicator", "plan", "value", "base", "share")]
    captions += [word("plans.column_target", language), word("overview.column_status", language)]
    found = []
    for row in rows.iter_rows(named=True):
        base = (divided_by or {}).get(row["plan_id"]) if row["unit"] in WHOLE_UNITS else None
        share = PER * row["value"] / base if base and row["value"] is not None else None
        is_target = row["target_id"] is not None
        asked = findings.target_phrase(row, language) if is_target else word("plans.no_target", language)
        status = word(f"status.{row['status']}", language) if is_target else None
        found.append((row["name"], names[row["plan_id"]], row["value"], base, share, asked, status))
    kinds = [pl.String, pl.String, pl.Float64, pl.Float64, pl.Float64, pl.String, pl.String]
    return pl.DataFrame(found, schema=dict(zip(captions, kinds, strict=True)), orient="row")
