"""Values of all readings as tables of a build: whose they are, what is refused after all, what asks for a reason.

Reporting sheets know enterprises better and worse than lists: they print credit codes that lists leave out, and they
print them wrongly. So a sheet may give a listed enterprise its missing code, but can neither create nor join nor part
enterprises: that stays with the lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from etl.reconcile import REFUSAL_SCHEMA, Source
from etl.value_cells import PARTS
from etl.value_questions import questions
from etl.values import ValueRows
from tracker.catalog import Catalog

Valued = tuple[Source, ValueRows]
Placed = tuple[pl.DataFrame, pl.DataFrame, tuple[str, int, int]]
_PERSON = ("name_key", "uscc_clean")


@dataclass(frozen=True)
class Settled:
    """``frames``: enterprise_value, reported_value and value_question. ``refused``: rows as in ``rejected_row``.

    ``lost``: by reading_id the values of enterprises that no list knows: ``refused`` of them, or ``outside`` where
    the report covers more than the plans' areas.
    """

    frames: dict[str, pl.DataFrame]
    refused: pl.DataFrame
    lost: pl.DataFrame


def stated_identities(valued: Sequence[Valued], listed: pl.DataFrame) -> pl.DataFrame:
    """Who the sheets speak of, as rows for :func:`etl.identity.identify` beside those of the lists.

    Args:
        valued: the judged reporting sheets.
        listed: the rows of all lists, with ``name_key`` and ``uscc_clean``.

    Returns:
        One row per distinct ``printed_name`` and ``printed_code`` with the ``name_key`` and ``uscc_clean`` by which
        it may be identified, and ``rule`` where name and code belong to different enterprises.
    """
    people = [outcome.who.select(_PERSON) for source, outcome in valued if source.reading.kind == "enterprise_values"]
    schema = {name: listed.schema[name] for name in _PERSON}
    stated = pl.concat([pl.DataFrame(schema=schema), *people]).unique(maintain_order=True)
    stated = stated.rename({"name_key": "printed_name", "uscc_clean": "printed_code"})
    names = listed.select(printed_name="name_key", code="uscc_clean")
    names = names.join(stated.select("printed_name").drop_nulls().unique(), on="printed_name", how="semi")
    codes_of_name = names.group_by("printed_name").agg(
        codes=pl.col("code").drop_nulls().cast(pl.String).unique().sort()
    )
    stated = stated.join(codes_of_name, on="printed_name", how="left", maintain_order="left").with_columns(
        knows_code=pl.col("printed_code").is_in(listed["uscc_clean"].drop_nulls().unique().implode()).fill_null(False)
    )
    has_code, is_listed = pl.col("printed_code").is_not_null(), pl.col("codes").is_not_null()
    is_codeless = is_listed & (pl.col("codes").list.len() == 0)
    stated = stated.with_columns(is_new=is_codeless & has_code & ~pl.col("knows_code"))
    # One name with one code: that is the code the lists left out. Several of either: nobody knows whose.
    is_only = ~pl.col("printed_name").is_duplicated() & ~pl.col("printed_code").is_duplicated()
    missing_codes = stated.filter("is_new").filter(is_only)["printed_code"]
    is_taken = ~pl.col("is_new") | pl.col("printed_code").is_in(missing_codes.implode())
    differs = is_listed & ~is_codeless & has_code & ~pl.col("knows_code")
    return stated.with_columns(
        name_key=pl.when(~has_code | pl.col("is_new")).then("printed_name"),
        uscc_clean=pl.when(is_taken).then("printed_code"),
        rule=pl.when(differs).then(pl.lit("enterprise_code_differs")),
        candidates=pl.when(differs).then(pl.col("codes").list.join("、")),
    ).select("printed_name", "printed_code", "name_key", "uscc_clean", "rule", "candidates")


def settle(valued: list[Valued], identified: pl.DataFrame, enterprise: pl.DataFrame, catalog: Catalog) -> Settled:
    """Give every value its enterprise and ask for reasons.

    Args:
        valued: the judged reporting sheets, the newest last; taken out of the list, so that none is kept twice.
        identified: the rows of :func:`stated_identities` with ``enterprise_key``.
        enterprise: the enterprises of the lists, ``enterprise_key`` to ``enterprise_id``.
        catalog: bounds of measures, and which areas are tracked.
    """
    schema = _schema(valued, catalog)
    of_enterprises = {name: kind for name, kind in schema.items() if name not in (*PARTS, "period_months")}
    known = identified.join(enterprise.select("enterprise_key", "enterprise_id"), on="enterprise_key", how="left")
    reasons = [(source.reading_id, source.reading.reason) for source, _ in valued]
    placed, areas = _taken_out(valued, schema, of_enterprises, known, catalog)
    by_enterprise = pl.concat(
        [pl.DataFrame(schema=of_enterprises | {"enterprise_id": pl.Int64}), *(kept for kept, _, _ in placed)]
    )
    by_area = pl.concat([pl.DataFrame(schema=schema | {"area_code": pl.String}), *areas])
    asked = [_asked(by_enterprise, "enterprise_id", catalog), _asked(by_area, "area_code", catalog)]
    reason = pl.DataFrame(reasons, schema={"reading_id": pl.String, "reason": pl.String}, orient="row")
    lost = [lost for _, _, lost in placed]
    return Settled(
        frames={
            "enterprise_value": by_enterprise.drop(_WORKING).cast({"value_text": pl.String}),
            "reported_value": by_area.drop(_WORKING)
            .cast({"value_text": pl.String})
            .rename({"measure": "indicator_id"}),
            "value_question": pl.concat(asked, how="diagonal").join(
                reason, on="reading_id", how="left", maintain_order="left"
            ),
        },
        refused=pl.concat([pl.DataFrame(schema=REFUSAL_SCHEMA), *(refused for _, refused, _ in placed)]),
        lost=pl.DataFrame(lost, schema=_LOST_SCHEMA, orient="row"),
    )


def _taken_out(
    valued: list[Valued],
    schema: dict[str, pl.DataType],
    of_enterprises: dict[str, pl.DataType],
    known: pl.DataFrame,
    catalog: Catalog,
) -> tuple[list[Placed], list[pl.DataFrame]]:
    """What :func:`_placed` finds of each reading of enterprises, and the values of areas; ``valued`` is left empty."""
    placed, areas = [], []
    for order in range(len(valued)):
        source, outcome = valued.pop(0)
        if source.reading.kind == "enterprise_values":
            rows = _stamped(order, source, outcome, of_enterprises)
            placed.append(_placed(source, outcome, rows, known, catalog))
        else:
            areas.append(_of_area(outcome, _stamped(order, source, outcome, schema)))
    return placed, areas


_WORKING = ("who", "is_fraction", "order")
_LOST_SCHEMA = {"reading_id": pl.String, "refused": pl.Int64, "outside": pl.Int64}


def _schema(valued: Sequence[Valued], catalog: Catalog) -> dict[str, pl.DataType]:
    """Columns of values; what repeats in millions of rows is kept once, and words that nobody wrote not at all."""
    has_words = any(outcome.accepted.schema["value_text"] == pl.String for _, outcome in valued)
    sheets, letters = (
        dict.fromkeys(text for _, outcome in valued for text in _categories(outcome.accepted[name]))
        for name in ("sheet", "column")
    )
    number = pl.Float64()
    return {
        "who": pl.UInt32(),
        "measure": pl.Enum(list(catalog.measures)),
        "period_end": pl.Date(),
        "value": number,
        "value_text": pl.String() if has_words else pl.Null(),
        **dict.fromkeys(PARTS, number),
        "period_months": pl.Int8(),
        "file_id": pl.Enum(list(dict.fromkeys(source.sidecar.file_id for source, _ in valued))),
        "reading_id": pl.Enum([source.reading_id for source, _ in valued]),
        "sheet": pl.Enum(list(sheets)),
        "row": pl.Int32(),
        "column": pl.Enum(list(letters)),
        "is_fraction": pl.Boolean(),
        "order": pl.Int32(),
    }


def _categories(column: pl.Series) -> pl.Series:
    assert isinstance(column.dtype, pl.Enum)
    return column.dtype.categories


def _stamped(order: int, source: Source, outcome: ValueRows, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """The accepted values of one reading with what the reading adds to each."""
    rows = outcome.accepted.with_columns(
        file_id=pl.lit(source.sidecar.file_id, schema["file_id"]),
        reading_id=pl.lit(source.reading_id, schema["reading_id"]),
        order=pl.lit(order),
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _of_area(outcome: ValueRows, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(area_code=outcome.who["area_code"].gather(rows["who"]))


def _placed(source: Source, outcome: ValueRows, rows: pl.DataFrame, known: pl.DataFrame, catalog: Catalog) -> Placed:
    """The values of listed enterprises, the refusal of the others, and how many values these take along."""
    people = outcome.who.select("name", printed_name="name_key", printed_code="uscc_clean")
    keys = ["printed_name", "printed_code"]
    numbers = people.select(keys).join(
        known.select(*keys, "enterprise_id"), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )["enterprise_id"]
    kept = rows.with_columns(enterprise_id=numbers.gather(rows["who"]))
    others = kept.filter(pl.col("enterprise_id").is_null())
    kept = kept.filter(pl.col("enterprise_id").is_not_null()) if others.height else kept
    if not catalog.is_tracked(source.reading.area_code):
        return kept, pl.DataFrame(schema=REFUSAL_SCHEMA), (source.reading_id, 0, others.height)
    rule = (
        pl.when(pl.col("rule").is_not_null())
        .then("rule")
        .when(pl.col("enterprise_key").is_null())
        .then(pl.lit("identity_ambiguous"))
        .otherwise(pl.lit("enterprise_unknown"))
    )
    printed = pl.coalesce("name", pl.col("printed_code").cast(pl.String))
    of_who = people[others["who"]].join(known, on=keys, how="left", nulls_equal=True, maintain_order="left")
    refused = (
        others.select("file_id", "reading_id", "sheet", "row", column=pl.lit(None, pl.String))
        .hstack(of_who.select(rule=rule, value=printed, name_as_printed="name", candidates="candidates"))
        .group_by(pl.all(), maintain_order=True)
        .agg(number=pl.len())
        .select(pl.col(name).cast(kind) for name, kind in REFUSAL_SCHEMA.items())
    )
    return kept, refused, (source.reading_id, others.height, 0)


def _asked(values: pl.DataFrame, subject: str, catalog: Catalog) -> pl.DataFrame:
    """One row per value that asks for a reason, with its cell."""
    values = values.with_row_index("value_no")
    number = pl.col(subject) if values.schema[subject] == pl.Int64 else pl.col(subject).rank("dense")
    columns = ("value_no", "measure", "period_end", "value", "order", "is_fraction")
    found = questions(values.select(*columns, subject=number, is_asked=pl.lit(True)), catalog)
    cells = values.select(subject, "measure", "period_end", "value", "file_id", "reading_id", "sheet", "row", "column")
    # By their place: a join would first hash millions of values of which few ask for anything.
    asked = found.drop("value_no").hstack(cells[found["value_no"]])
    return asked.with_columns(pl.col("measure", "file_id", "reading_id", "sheet", "column").cast(pl.String))
