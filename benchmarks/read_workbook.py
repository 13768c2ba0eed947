"""A workbook read, its header found, its cells cleaned and typed: by this program, or by pandas with openpyxl.

``python -m benchmarks.read_workbook ours|pandas WORKBOOK SCRATCH_FOLDER``. Both keep the same columns: sequence,
name, credit code, county, three days, the remark without telephone numbers, and the comparison key of the name.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

COLUMNS = ["序号", "企业名称", "统一社会信用代码", "所属县区", "认定时间", "有效期起", "有效期止", "备注"]
_DAYS = ["认定时间", "有效期起", "有效期止"]


def ours(workbook: Path, scratch: Path) -> int:
    """Rows through the parsing process and the cleaning that every list goes through."""
    import datetime as dt

    import polars as pl

    from etl.clean import with_day
    from etl.rows import cells, with_identity
    from etl.sandbox import parse

    parsed = parse(workbook, workbook.name, scratch / "parsed")
    fields = ("sequence", "name", "former_name", "uscc", "county", "recognised_on", "valid_from", "valid_to", "remark")
    rows = with_identity(cells(parsed.folder, list(map(dict, parsed.meta["sheets"])), fields))
    for column in ("recognised_on", "valid_from", "valid_to"):
        rows = with_day(rows, column, f"{column}_day")
    assert rows["valid_to_day"].dtype == pl.Date
    assert rows["valid_to_day"].min() > dt.date(2000, 1, 1)  # type: ignore[operator]
    return rows.filter(pl.col("name_key").is_not_null()).height


def with_pandas(workbook: Path) -> int:
    """The same work by hand: find the header, take the columns, clean texts, type days, mask numbers."""
    import pandas as pd

    raw = pd.read_excel(workbook, engine="openpyxl", header=None, dtype=object)
    is_header = raw.apply(lambda row: set(COLUMNS) <= {str(cell).strip() for cell in row if cell is not None}, axis=1)
    at = int(is_header.idxmax())
    table = raw.iloc[at + 1 :].copy()
    table.columns = [str(cell).strip() for cell in raw.iloc[at]]
    table = table[COLUMNS].dropna(how="all")
    for column in ("企业名称", "统一社会信用代码", "所属县区", "备注"):
        table[column] = table[column].astype("string").str.strip()
    for column in _DAYS:
        table[column] = pd.to_datetime(table[column]).dt.date
    normal = table["企业名称"].map(lambda text: unicodedata.normalize("NFKC", text))
    table["name_key"] = normal.str.replace(r"[\s·•*\"'“”‘’]+", "", regex=True).str.upper()
    table["统一社会信用代码"] = table["统一社会信用代码"].str.replace(r"[\s\-]+", "", regex=True).str.upper()
    mobile = re.compile(r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}")
    table["备注"] = table["备注"].map(lambda text: mobile.sub("***", text) if isinstance(text, str) else text)
    return len(table[table["name_key"].notna()])


if __name__ == "__main__":
    by, path, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    print(ours(path, folder) if by == "ours" else with_pandas(path))
