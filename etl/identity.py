"""Who is who: credit code first, then normalised name and stated former names. Nothing is merged by likeness.

Two rows are the same enterprise when they carry the same credit code, or the same normalised name, or when one
states the other's name as its former name. Where these disagree (one name under two codes) no one is merged: a
row with a code stays with its code, a row without one is refused until a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

# What tells who a row speaks of.
IDENTIFYING = ("name_key", "former_name_key", "uscc_clean")


@dataclass(frozen=True)
class Identified:
    """Rows with ``enterprise_key`` (credit code, else name key; null where a name alone is ambiguous), and what
    a person should look at: one row per question with ``question``, ``uscc``, ``name_key``, ``other``."""

    rows: pl.DataFrame
    questions: pl.DataFrame


def identify(rows: pl.DataFrame) -> Identified:
    """Give every row its enterprise.

    Args:
        rows: with ``name_key``, ``former_name_key`` and ``uscc_clean``, each null where not printed.
    """
    coded = rows.select("name_key", uscc="uscc_clean").drop_nulls().unique()
    codes_of_name = coded.group_by("name_key").agg(code_of_name=pl.col("uscc").min(), number=pl.len())
    known = codes_of_name.filter(pl.col("number") == 1).drop("number")
    several = _listed(coded, "name_key", "uscc", codes_of_name.filter(pl.col("number") > 1))
    # What has a code of its own needs none of its name.
    names = rows.select(pl.col("name_key").filter(pl.col("uscc_clean").is_null()).unique())
    named = names.join(known, on="name_key", how="left").select(
        "name_key",
        key_of_name=pl.when(~pl.col("name_key").is_in(several["name_key"].implode())).then(
            pl.coalesce("code_of_name", "name_key")
        ),
    )
    rows = rows.join(named, on="name_key", how="left", maintain_order="left").with_columns(
        enterprise_key=pl.coalesce("uscc_clean", "key_of_name")
    )
    roots, conflicts = _join_former_names(rows, known)
    if roots.height:
        rows = rows.join(roots, on="enterprise_key", how="left", maintain_order="left")
        rows = rows.with_columns(enterprise_key=pl.coalesce("root", "enterprise_key")).drop("root")
    return Identified(rows.drop("key_of_name"), _questions(several, conflicts, rows))


def _listed(pairs: pl.DataFrame, key: str, value: str, wanted: pl.DataFrame) -> pl.DataFrame:
    """One row per wanted key with all its values in order. Few keys have several: only these are listed."""
    return pairs.join(wanted, on=key, how="semi").group_by(key).agg(pl.col(value).sort())


@dataclass
class _Groups:
    """Union-find over enterprise keys that never joins two different credit codes."""

    parent: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def root(self, key: str) -> str:
        while (above := self.parent.get(key, key)) != key:
            key = above
        return key

    def join(self, one: str, other: str) -> bool:
        first, second = self.root(one), self.root(other)
        if first == second:
            return True
        if first in self.codes and second in self.codes:
            return False
        # The code leads; between two names the one that sorts first, so that the order of files does not matter.
        lead = min(first, second, key=lambda key: (key not in self.codes, key))
        self.parent[second if lead == first else first] = lead
        return True


def _join_former_names(rows: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    stated = (
        rows.filter(pl.col("former_name_key").is_not_null() & pl.col("enterprise_key").is_not_null())
        .select("enterprise_key", name_key="former_name_key")
        .unique()
        .join(known, on="name_key", how="left")
        .select("enterprise_key", former=pl.coalesce("code_of_name", "name_key"))
        .sort("enterprise_key", "former")
    )
    members = pl.concat([stated["enterprise_key"], stated["former"]]).unique()
    codes = members.filter(members.is_in(rows["uscc_clean"].implode())) if len(members) else members
    groups = _Groups(codes=set(codes))
    pairs = stated.rows()
    conflicts = [(key, former) for key, former in pairs if not groups.join(key, former)]
    keys = sorted(groups.parent)
    roots = pl.DataFrame(
        {"enterprise_key": keys, "root": [groups.root(key) for key in keys]},
        schema={"enterprise_key": pl.String, "root": pl.String},
    )
    return roots, conflicts


def _questions(several: pl.DataFrame, conflicts: list[tuple[str, str]], rows: pl.DataFrame) -> pl.DataFrame:
    schema = {"question": pl.String, "uscc": pl.String, "name_key": pl.String, "other": pl.String}
    same_name = several.select(
        question=pl.lit("same_name_other_code"),
        uscc=pl.col("uscc").list.first(),
        name_key="name_key",
        other=pl.col("uscc").list.slice(1).list.join("、"),
    )
    former = pl.DataFrame(
        [("former_name_of_other_code", key, None, other) for key, other in conflicts], schema=schema, orient="row"
    )
    stated = rows.filter(pl.col("former_name_key").is_not_null()).select("enterprise_key", "former_name_key")
    names = (
        rows.filter(pl.col("uscc_clean").is_not_null())
        .select("enterprise_key", "name_key")
        .drop_nulls()
        .unique()
        .join(
            stated,
            left_on=["enterprise_key", "name_key"],
            right_on=["enterprise_key", "former_name_key"],
            how="anti",
        )
    )
    counts = names.group_by("enterprise_key").agg(number=pl.len())
    names = _listed(names, "enterprise_key", "name_key", counts.filter(pl.col("number") > 1))
    same_code = names.select(
        question=pl.lit("same_code_other_name"),
        uscc="enterprise_key",
        name_key=pl.col("name_key").list.first(),
        other=pl.col("name_key").list.slice(1).list.join("、"),
    )
    return pl.concat([same_name, former, same_code]).sort("question", "uscc", "name_key", nulls_last=True)
