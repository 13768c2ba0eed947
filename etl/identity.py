"""Who is who: credit code first, then normalised name and stated former names. Nothing is merged by likeness.

Two rows are the same enterprise when they carry the same credit code, or the same normalised name, or when one
states the other's name as its former name. Where these disagree (one name under two codes) no one is merged: a
row with a code stays with its code, a row without one is refused until a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from etl.clean import may_repeat

# What tells who a row speaks of.
IDENTIFYING = ("name_key", "former_name_key", "uscc_clean")


@dataclass(frozen=True)
class Identified:
    """Rows with ``enterprise_key`` (credit code, else name key; null where a name alone is ambiguous), and what
    a person should look at: one row per question with ``question``, ``uscc``, ``name_key``, ``others``."""

    rows: pl.DataFrame
    questions: pl.DataFrame


def identify(rows: pl.DataFrame) -> Identified:
    """Give every row its enterprise.

    Args:
        rows: with ``name_key``, ``former_name_key`` and ``uscc_clean``, each null where not printed. Codes may be
            categories, which are compared faster than texts; then ``enterprise_key`` has them too.
    """
    kind = rows.schema["uscc_clean"]
    coded = _coded(rows)
    alike = coded.filter(may_repeat(coded["name_key"]))
    several = _listed(alike.filter(pl.col("name_key").is_duplicated()), "name_key", "uscc")
    # What has a code of its own needs none of its name.
    names = pl.concat([rows["name_key"].filter(rows["uscc_clean"].is_null()), rows["former_name_key"]]).unique()
    asked = names.drop_nulls().to_frame("name_key").join(several, on="name_key", how="anti")
    known = coded.join(asked, on="name_key", how="semi").select("name_key", code_of_name="uscc")
    named = asked.join(known, on="name_key", how="left").select(
        "name_key", key_of_name=pl.coalesce("code_of_name", pl.col("name_key").cast(kind))
    )
    rows = rows.join(named, on="name_key", how="left", maintain_order="left").with_columns(
        enterprise_key=pl.coalesce("uscc_clean", "key_of_name")
    )
    roots, conflicts = _join_former_names(rows, known)
    if roots.height:
        rows = rows.join(roots, on="enterprise_key", how="left", maintain_order="left")
        rows = rows.with_columns(enterprise_key=pl.coalesce("root", "enterprise_key")).drop("root")
        coded = coded.join(roots, left_on="uscc", right_on="enterprise_key", how="left")
        coded = coded.select("name_key", uscc=pl.coalesce("root", "uscc")).unique()
    return Identified(rows.drop("key_of_name"), _questions(several, conflicts, coded, rows))


def _coded(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per name and code that stand in one row."""
    pairs = rows.select("name_key", uscc="uscc_clean").drop_nulls()
    # Most codes stand with one name only, which is seen faster than the pairs are compared.
    is_first = pairs["uscc"].is_first_distinct()
    first, again = pairs.filter(is_first), pairs.filter(~is_first)
    beside = again.join(first, on="uscc", how="left", suffix="_first")
    others = beside.filter(pl.col("name_key") != pl.col("name_key_first")).select(pairs.columns)
    return pl.concat([first, others.unique()])


def _listed(pairs: pl.DataFrame, key: str, value: str) -> pl.DataFrame:
    """One row per key with all its values in order."""
    return pairs.with_columns(pl.col(value).cast(pl.String)).group_by(key).agg(pl.col(value).sort())


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
    kind = rows.schema["enterprise_key"]
    stated = (
        rows.filter(pl.col("former_name_key").is_not_null() & pl.col("enterprise_key").is_not_null())
        .select("enterprise_key", name_key="former_name_key")
        .unique()
        .join(known, on="name_key", how="left")
        .select("enterprise_key", former=pl.coalesce("code_of_name", pl.col("name_key").cast(kind)))
        .cast(pl.String)
        .sort("enterprise_key", "former")
    )
    members = pl.concat([stated["enterprise_key"], stated["former"]]).unique()
    codes = members.filter(members.cast(kind).is_in(rows["uscc_clean"].implode())) if len(members) else members
    groups = _Groups(codes=set(codes))
    pairs = stated.rows()
    conflicts = [(key, former) for key, former in pairs if not groups.join(key, former)]
    keys = sorted(groups.parent)
    roots = pl.DataFrame(
        {"enterprise_key": keys, "root": [groups.root(key) for key in keys]},
        schema={"enterprise_key": kind, "root": kind},
    )
    return roots, conflicts


def _questions(
    several: pl.DataFrame, conflicts: list[tuple[str, str]], coded: pl.DataFrame, rows: pl.DataFrame
) -> pl.DataFrame:
    text = pl.String
    schema: dict[str, Any] = {"question": text, "uscc": text, "name_key": text, "others": pl.List(text)}
    same_name = several.select(
        question=pl.lit("same_name_other_code"),
        uscc=pl.col("uscc").list.first(),
        name_key="name_key",
        others=pl.col("uscc").list.slice(1),
    )
    former = pl.DataFrame(
        [("former_name_of_other_code", key, None, [other]) for key, other in conflicts], schema=schema, orient="row"
    )
    stated = rows.filter(pl.col("former_name_key").is_not_null()).select("enterprise_key", "former_name_key")
    names = coded.filter(pl.col("uscc").is_duplicated()).join(
        stated, left_on=["uscc", "name_key"], right_on=["enterprise_key", "former_name_key"], how="anti"
    )
    names = _listed(names.filter(pl.col("uscc").is_duplicated()), "uscc", "name_key")
    same_code = names.select(
        question=pl.lit("same_code_other_name"),
        uscc=pl.col("uscc").cast(pl.String),
        name_key=pl.col("name_key").list.first(),
        others=pl.col("name_key").list.slice(1),
    )
    return pl.concat([same_name, former, same_code]).sort("question", "uscc", "name_key", nulls_last=True)
