"""The counting SQL in the words of Apache Spark: the same files, statement by statement, by sqlglot.

Nothing is written twice: what a rule says stands in etl/sql alone. Where the two speak differently of the same thing
the difference is settled here once: DuckDB numbers rows and days by 64 bits, Spark by 32 and refuses what overflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import exp

from etl.steps import read_sql

_OF_32_BITS = (exp.RowNumber, exp.Rank, exp.DenseRank)


@dataclass(frozen=True)
class Statement:
    """What one statement does to one table, and the rows that it puts there as a query of Spark.

    ``source`` is the statement itself, for DuckDB. ``table`` and ``reads`` are named as in the SQL files
    (``core.tenure``; temporary tables without schema). ``columns`` are those that are filled, in order; none where the
    query's own are meant.
    """

    does: Literal["create", "view", "insert", "empty", "drop"]
    table: str
    query: str = ""
    source: str = ""
    columns: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()


def statements(names: Iterable[str]) -> list[Statement]:
    """The statements of named SQL files, in order.

    Raises:
        ValueError: where one is neither CREATE TABLE or VIEW AS, INSERT … SELECT, DELETE of all rows nor DROP TABLE.
    """
    trees = (tree for name in names for tree in sqlglot.parse(read_sql(name), read="duckdb"))
    return [_statement(tree) for tree in trees if tree is not None]


def inputs(counting: Sequence[Statement]) -> list[str]:
    """The tables that must be there before: read or added to, and made by no statement."""
    made = {one.table for one in counting if one.does in ("create", "view")}
    used = {name for one in counting for name in one.reads | ({one.table} if one.does == "insert" else set())}
    return sorted(used - made)


def outputs(counting: Sequence[Statement], read_later: Iterable[str]) -> list[str]:
    """The tables that are made or changed for good, and the temporary ones that are read later."""
    changed = dict.fromkeys(one.table for one in counting if one.does != "drop")
    return [table for table in changed if "." in table or table in read_later]


def view_of(table: str) -> str:
    """What Spark calls a table: its temporary views know no schemas."""
    return table.replace(".", "__")


def spark_columns(columns: Mapping[str, str]) -> str:
    """Columns with their types in DuckDB, as Spark declares them."""
    types = {name: exp.DataType.build(kind, dialect="duckdb") for name, kind in columns.items()}
    return ", ".join(
        exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind).sql("spark") for name, kind in types.items()
    )


def _statement(tree: exp.Expression) -> Statement:
    if isinstance(tree, exp.Drop) or (isinstance(tree, exp.Delete) and not tree.args.get("where")):
        return Statement("drop" if isinstance(tree, exp.Drop) else "empty", _name(tree))
    query = tree.args.get("expression")
    if not (isinstance(tree, exp.Create | exp.Insert) and isinstance(query, exp.Query)):
        raise ValueError(f"no statement of counting: {tree.sql()}")
    does: Literal["create", "view", "insert"] = "insert"
    if isinstance(tree, exp.Create):
        does = "view" if tree.kind == "VIEW" else "create"
    columns = tuple(column.name for column in tree.this.expressions) if isinstance(tree.this, exp.Schema) else ()
    reads = frozenset(_name(table) for table in query.find_all(exp.Table)) - {
        cte.alias for cte in query.find_all(exp.CTE)
    }
    source: str = tree.sql("duckdb")
    return Statement(does, _name(tree), _in_spark(query), source, columns, reads)


def _name(tree: exp.Expression) -> str:
    table = tree if isinstance(tree, exp.Table) else tree.find(exp.Table)
    assert table is not None
    return ".".join(filter(None, (table.db, table.name)))


def _in_spark(query: exp.Query) -> str:
    for node in reversed(list(query.find_all(exp.Window, exp.DateDiff))):
        if isinstance(node, exp.DateDiff) or isinstance(node.this, _OF_32_BITS):
            node.replace(exp.cast(node.copy(), exp.DataType.Type.BIGINT))
    for table in list(query.find_all(exp.Table)):
        if table.db:
            table.replace(exp.table_(view_of(_name(table)), alias=table.alias or table.name))
    # Rows are put in order where they are taken in: in many pieces that costs a second reckoning of all of them.
    query.set("order", None)
    said: str = query.sql("spark", comments=False)
    return said
