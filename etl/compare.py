"""A name list of others against ours: every row of theirs and every enterprise of ours gets exactly one outcome.

Identity is that of :mod:`etl.identity`: credit code, else the name, current or former. Nothing is matched by likeness;
the nearest name is only suggested.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from etl.compare_near import nearest
from etl.compare_reason import Known, reasons_of
from etl.identity import identify

# What becomes of a row of theirs. Of the first two their own list says that they are not of what is compared.
OUTCOMES = ("other_title", "other_area", "both", "only_theirs", "duplicate", "unreadable")
_STEPS = ("code", "name", "former_name")


@dataclass(frozen=True)
class Comparison:
    """Both sides whole.

    ``theirs``: every row of their list with its ``outcome`` (:data:`OUTCOMES`), whom it means and, where it counts only
    with them, why. ``ours``: every enterprise of ours with its ``outcome`` (``both``, ``only_ours``) and the ``place``
    of the row of theirs; one that they do not have may have a row ``near`` it instead.
    """

    theirs: pl.DataFrame
    ours: pl.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many: read = other_title + other_area + theirs; theirs = both + only_theirs + duplicate + unreadable;
        ours = both + only_ours."""
        found = dict(self.theirs["outcome"].value_counts().iter_rows())
        counts = {outcome: int(found.get(outcome, 0)) for outcome in OUTCOMES}
        return {
            "read": self.theirs.height,
            "theirs": self.theirs.height - counts["other_title"] - counts["other_area"],
            **counts,
            "ours": self.ours.height,
            "only_ours": self.ours.filter(pl.col("outcome") == "only_ours").height,
        }


def compare(rows: pl.DataFrame, known: Known, tier: str, day: dt.date) -> Comparison:
    """Compare.

    Args:
        rows: their list: ``place`` (0, 1 …), ``name``, ``name_key``, ``former_name_key``, ``uscc_clean`` (null where
            it is wrong, then ``code_fault`` is the rule), ``is_of_tier`` (unless the list itself says another title),
            ``is_elsewhere`` (the list itself says another area), and whatever else shall stay beside them.
        known: what the build knows of all that occurs in them.
        tier: the tier that is compared.
        day: the last day of the month that is compared.
    """
    theirs = _with_outcome(_linked(rows, known.names), known.holders)
    alone = theirs.filter(pl.col("outcome") == "only_theirs")
    reasons = _with_nearest(reasons_of(alone, known, tier, day), theirs, known)
    theirs = theirs.join(reasons, on="place", how="left", maintain_order="left")
    return Comparison(theirs, _ours(theirs, known.holders, tier))


def _linked(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Add ``key`` (whom a row means as far as their list can tell), ``enterprise_id``, ``our_name`` and ``our_uscc`` of
    the one of ours, ``how`` it was found, ``is_ambiguous``, and ``clash_id``, ``clash_name`` and ``clash_uscc`` of one
    that has the name of the row and another code.

    Rows that mean the same share what any of them says: a code in one row also serves a row without it.
    """
    rows = identify(rows).rows.rename({"enterprise_key": "key"})
    rows = rows.with_columns(code=pl.col("uscc_clean").max().over("key"))
    asked = rows.filter(pl.col("key").is_not_null()).select("key", "code", "name_key", "former_name_key")
    ours = names.select("enterprise_id", "uscc", "name_key")
    parts = (
        asked.join(ours.with_columns(code="uscc"), on="code"),
        asked.join(ours, on="name_key"),
        asked.join(ours, left_on="former_name_key", right_on="name_key"),
    )
    found = pl.concat(
        part.select("key", "code", "uscc", "enterprise_id", step=pl.lit(step))
        for step, part in zip(_STEPS, parts, strict=True)
    )
    # One name under two codes is nobody's until a person decides.
    is_clash = (pl.col("code") != pl.col("uscc")).fill_null(False)
    one = (
        found.filter(~is_clash)
        .filter(pl.col("step") == pl.col("step").first().over("key"))
        .group_by("key")
        .agg(pl.col("enterprise_id", "step").first(), options=pl.col("enterprise_id").n_unique())
    )
    current = names.filter("is_current").select("enterprise_id", our_name="name", our_key="name_key", our_uscc="uscc")
    clash = (
        found.filter(is_clash & (pl.col("step") == "name"))
        .group_by("key")
        .agg(clash_id=pl.col("enterprise_id").min())
        .join(current.select(clash_id="enterprise_id", clash_name="our_name", clash_uscc="our_uscc"), on="clash_id")
    )
    former = names.filter(~pl.col("is_current")).select("enterprise_id", "name_key", is_former=pl.lit(True))
    return (
        rows.join(one, on="key", how="left", maintain_order="left")
        .join(clash, on="key", how="left", maintain_order="left")
        .with_columns(
            enterprise_id=pl.when(pl.col("options") == 1).then("enterprise_id"),
            is_ambiguous=pl.col("key").is_null() | (pl.col("options") > 1).fill_null(False),
        )
        .join(current, on="enterprise_id", how="left", maintain_order="left")
        .join(former, on=["enterprise_id", "name_key"], how="left", maintain_order="left")
        .with_columns(how=_how())
        .drop("code", "options", "step", "our_key", "is_former")
    )


def _how() -> pl.Expr:
    """How a row was known: by its name, by a former one, by the former one that it states, only by its code, or only
    because their list says that another row means the same."""
    return pl.when(pl.col("enterprise_id").is_not_null()).then(
        pl.when(pl.col("name_key") == pl.col("our_key"))
        .then(pl.lit("same_name"))
        .when("is_former")
        .then(pl.lit("former_name"))
        .when(pl.col("step") == "former_name")
        .then(pl.lit("stated_former_name"))
        .when(pl.col("step") == "code")
        .then(pl.lit("same_code"))
        .otherwise(pl.lit("same_list"))
    )


def _with_outcome(rows: pl.DataFrame, holders: pl.DataFrame) -> pl.DataFrame:
    """Add ``outcome``; ``repeats``: the place of the row that a duplicate repeats; ``fault``: the rule that an
    unreadable row breaks. A row that their list places elsewhere counts all the same where we have it here."""
    # Its code, former name or another row means one enterprise and its name another: somebody slipped a row.
    is_by_name = pl.col("how").is_in(["same_name", "former_name"])
    is_torn = pl.col("how").is_not_null() & ~is_by_name & pl.col("clash_id").is_not_null()
    is_holder = pl.col("enterprise_id").is_in(holders["enterprise_id"].to_list()).fill_null(False)
    aside = (
        pl.when(~pl.col("is_of_tier"))
        .then(pl.lit("other_title"))
        .when(pl.col("is_ambiguous") | is_torn)
        .then(pl.lit("unreadable"))
        .when(pl.col("is_elsewhere") & ~is_holder)
        .then(pl.lit("other_area"))
    )
    who = pl.coalesce(pl.col("enterprise_id").cast(pl.String), "key")
    rows = rows.sort("place").with_columns(aside=aside, who=who)
    first = pl.when(pl.col("aside").is_null()).then(pl.col("place").min().over("who", "aside"))
    is_repeat = (pl.col("place") > first).fill_null(False)
    is_nameless = pl.col("name_key").is_null()
    return rows.with_columns(
        outcome=pl.when(pl.col("aside").is_not_null())
        .then("aside")
        .when(is_repeat)
        .then(pl.lit("duplicate"))
        .when(is_holder)
        .then(pl.lit("both"))
        .otherwise(pl.lit("only_theirs")),
        repeats=pl.when(is_repeat).then(first),
        fault=pl.when(pl.col("aside") == "unreadable").then(
            pl.when(is_nameless)
            .then(pl.coalesce("code_fault", pl.lit("name_missing")))
            .when(is_torn)
            .then(pl.lit("identity_torn"))
            .otherwise(pl.lit("identity_ambiguous"))
        ),
    ).drop("aside", "who")


def _with_nearest(reasons: pl.DataFrame, theirs: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Turn "not found" into "a similar name" where one of the area comes near, and add it as ``near_id``.

    Enterprises that another row of theirs means already are not suggested.
    """
    free = known.neighbours.join(theirs.select("enterprise_id").drop_nulls(), on="enterprise_id", how="anti")
    lost = (
        reasons.filter(pl.col("reason") == "not_found")
        .join(theirs.select("place", "name_key"), on="place")
        .drop_nulls("name_key")
    )
    found = nearest(lost["name_key"].to_list(), free["name_key"].to_list())
    near = lost.select("place").with_columns(neighbour=pl.Series(found, dtype=pl.UInt32)).drop_nulls()
    suggested = near.join(free.with_row_index("neighbour"), on="neighbour").select(
        "place", near_id="enterprise_id", near_name="name"
    )
    return (
        reasons.join(suggested, on="place", how="left", maintain_order="left")
        .with_columns(
            reason=pl.when(pl.col("near_id").is_not_null()).then(pl.lit("similar_name")).otherwise("reason"),
            other_name=pl.coalesce("near_name", "other_name"),
        )
        .drop("near_name")
    )


def _ours(theirs: pl.DataFrame, holders: pl.DataFrame, tier: str) -> pl.DataFrame:
    """Every enterprise of ours: ``outcome``, ``place`` of the row of theirs, ``reason`` why it counts, and for those
    that they lack ``near_place`` and ``near``: a row under another title, of another code, or of a similar name."""
    both = theirs.filter(pl.col("outcome") == "both").select("enterprise_id", "place")
    near = pl.concat(
        theirs.filter(is_near).select(pl.col(column).alias("enterprise_id"), near_place="place", near=pl.lit(kind))
        for kind, column, is_near in (
            ("other_title", "enterprise_id", pl.col("outcome") == "other_title"),
            ("other_code", "clash_id", (pl.col("reason") == "other_code") | (pl.col("fault") == "identity_torn")),
            ("similar_name", "near_id", pl.col("reason") == "similar_name"),
        )
    )
    first_near = near.drop_nulls("enterprise_id").unique(subset="enterprise_id", keep="first", maintain_order=True)
    is_both = pl.col("place").is_not_null()
    return (
        holders.join(both, on="enterprise_id", how="left", maintain_order="left")
        .join(first_near, on="enterprise_id", how="left", maintain_order="left")
        .with_columns(
            outcome=pl.when(is_both).then(pl.lit("both")).otherwise(pl.lit("only_ours")),
            near_place=pl.when(~is_both).then("near_place"),
            near=pl.when(~is_both).then("near"),
            reason=pl.when(pl.col("status") == "awaiting_review")
            .then(pl.lit("awaiting_review"))
            .when(pl.col("via_tier") != tier)
            .then(pl.lit("higher_tier"))
            .otherwise(pl.lit("listed")),
        )
    )
