"""One sheet from its grid to rows that say what they are, without persons, and a description of the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from etl.header import HEAD_ROWS, Header, Vocabulary, declared_header, find_header, implied_header
from etl.read_kinds import SpecialRow, special_rows
from etl.read_limits import Limits
from etl.read_meta import Announced, Column, Counts, SheetMeta, meta_without_header
from etl.read_private import masked, personal_columns, without_mobile_numbers
from etl.read_words import counted, counted_in_all, heading_above_header
from etl.refusal import Refusal
from etl.table import Grid, Merge, column_letter, column_name, squeezed

# Names that sheets have by default or by what they hold; any other name may be the area of its rows.
_GENERAL_NAME = re.compile(
    r"^(?:sheet|工作表|表)\s*\d*$|名单|清单|汇总|明细|附件|台账|公示|名录|合计|统计|复核|认定|通过|企业|数据|^$",
    re.IGNORECASE,
)
_NAMING_OR_PLACING = ("name", "uscc", "county", "city", "area")
_SHOWN_ROWS = 3


@dataclass(frozen=True)
class Sheet:
    """The outcome. ``first_texts`` are the first rows as a message may show them; ``dropped`` are captions."""

    meta: SheetMeta
    rows: pl.DataFrame
    dropped: tuple[str, ...]
    first_texts: tuple[str, ...]


def read_sheet(grid: Grid, vocabulary: Vocabulary, file: str, limits: Limits, header_row: int | None = None) -> Sheet:
    """Find the header, drop persons, tell the kinds of rows.

    Args:
        grid: the sheet as it stands.
        vocabulary: known captions.
        file: its name for messages.
        limits: what a cell may hold.
        header_row: in a form of ours the row of its captions; all below it is data, and nothing is guessed.

    Raises:
        Refusal: for a cell longer than Excel allows, and for tables whose columns change their meaning.
    """
    _refuse_long_cells(grid, file, limits)
    filled = _not_blank(grid.cells)
    head = [(int(row), list(texts)) for row, *texts in filled.head(HEAD_ROWS).iter_rows()]
    first_texts = tuple(_line(texts) for _, texts in head[:_SHOWN_ROWS])
    if header_row is not None:
        return _read_table(grid, filled, header_row, vocabulary, first_texts)
    header = find_header(head, grid.merges, vocabulary)
    if header is None and grid.width == 1:
        header = implied_header(filled[column_name(0)])
    if header is None:
        return Sheet(meta_without_header(grid.name, grid.is_hidden), pl.DataFrame(), (), first_texts)

    last_header_row = max(header.rows, default=0)
    titles = [(row, _line(texts)) for row, texts in head if row < min(header.rows, default=0)]
    # A list whose blocks each repeat the header has its first heading above the first header.
    first_block = heading_above_header(squeezed(titles[-1][1])) if titles else None
    body = filled.filter(pl.col("row") > last_header_row)
    _refuse_lists_side_by_side(body, header, file, grid.name)
    header_texts = [texts for row, texts in head if row in header.rows]
    header_texts += _headers_below(body, header, vocabulary, file, grid.name)
    header = replace(header, is_personal=_personal(header, body))
    body = _not_blank(_without_personal_columns(body, header))
    special = special_rows(body, header, [_without_personal_cells(texts, header) for texts in header_texts])
    rows = _with_merged_texts(_with_kinds(body, special, first_block), grid.merges)
    rows = _with_number_flag(_masked_rows(rows, header), grid, header)
    meta = SheetMeta(
        name=grid.name,
        is_hidden=grid.is_hidden,
        titles=[*filter(None, map(_line, ([text] for text in grid.above))), *(text for _, text in titles)],
        header_rows=list(header.rows),
        header_score=header.score,
        columns=_columns(header, body),
        notes=_notes(rows, special),
        announced=_announced_above(grid.above, titles, first_block) + _announced_below(rows, special),
        counts=_counts(rows, _blank_rows(grid, last_header_row, body)),
    )
    dropped = (header.captions[index] or column_letter(index) for index, flag in enumerate(header.is_personal) if flag)
    return Sheet(meta, rows.with_columns(pl.lit(grid.name).alias("sheet")), tuple(dropped), first_texts)


def _read_table(
    grid: Grid, filled: pl.DataFrame, header_row: int, vocabulary: Vocabulary, first_texts: tuple[str, ...]
) -> Sheet:
    """A table of a form, whose captions stand where the form says."""
    captions = filled.filter(pl.col("row") == header_row)
    if captions.is_empty():
        return Sheet(meta_without_header(grid.name, grid.is_hidden), pl.DataFrame(), (), first_texts)
    header = declared_header(header_row, list(captions.row(0)[1:]), vocabulary)
    above = filled.filter(pl.col("row") < header_row)
    body = _not_blank(_without_personal_columns(filled.filter(pl.col("row") > header_row), header))
    rows = _with_number_flag(_masked_rows(_with_kinds(body, [], None), header), grid, header)
    meta = SheetMeta(
        name=grid.name,
        is_hidden=grid.is_hidden,
        titles=[_line(texts) for _, *texts in above.iter_rows()],
        header_rows=[header_row],
        header_score=header.score,
        columns=_columns(header, body),
        notes=[],
        announced=[],
        counts=_counts(rows, _blank_rows(grid, header_row, body)),
    )
    dropped = (caption for caption, flag in zip(header.captions, header.is_personal, strict=True) if flag)
    return Sheet(meta, rows.with_columns(pl.lit(grid.name).alias("sheet")), tuple(dropped), first_texts)


def attribute_to_sheets(sheets: Iterable[SheetMeta]) -> None:
    """Say of what part a number is announced that stands in a sheet named after its area.

    With several sheets every number of such a sheet is its own; in a single sheet only its 小计 is.
    """
    with_rows = [sheet for sheet in sheets if sheet["columns"] and not sheet["is_hidden"]]
    for sheet in with_rows:
        if _GENERAL_NAME.search(sheet["name"].strip()) is None:
            for announced in sheet["announced"]:
                if announced["block"] is None and (len(with_rows) > 1 or "小计" in squeezed(announced["text"])):
                    announced["block"] = sheet["name"].strip()


def _refuse_long_cells(grid: Grid, file: str, limits: Limits) -> None:
    if grid.cells.height == 0 or grid.width == 0:
        return
    texts = grid.cells.columns[1:]
    # No text has more characters than bytes, and its bytes are known without a look at it.
    longest = grid.cells.select(pl.col(texts).str.len_bytes().max()).row(0)
    if max((length or 0 for length in longest), default=0) > limits.cell_characters:
        longest = grid.cells.select(pl.col(texts).str.len_chars().max()).row(0)
    for index, length in enumerate(longest):
        if length is not None and length > limits.cell_characters:
            is_long = pl.col(column_name(index)).str.len_chars() > limits.cell_characters
            row = grid.cells.filter(is_long)["row"][0]
            where = {"sheet": grid.name or file, "row": row, "column": column_letter(index)}
            raise Refusal("read.long_cell", {"file": file, **where, "characters": length})


def _refuse_lists_side_by_side(body: pl.DataFrame, header: Header, file: str, sheet: str) -> None:
    """Printed lists save paper by standing in two halves; the right one must not be lost."""
    names = header.column("name")
    twins = [i for i, caption in enumerate(header.captions) if names is not None and caption == header.captions[names]]
    for index in twins[1:]:
        if body[column_name(index)].count():
            where = {"sheet": sheet or file, "row": header.rows[0], "column": column_letter(index)}
            raise Refusal("read.two_lists", {"file": file, **where})


def _headers_below(
    body: pl.DataFrame, header: Header, vocabulary: Vocabulary, file: str, sheet: str
) -> list[list[str | None]]:
    """Rows in mid-table that are headers again, perhaps in other words.

    Raises:
        Refusal: where one puts names or areas into other columns: what follows would be read wrongly.
    """
    names = header.column(*_NAMING_OR_PLACING)
    if names is None:
        return []
    # A header has a caption where data have a name; names are never captions.
    is_header = pl.col(column_name(names)).is_in([*vocabulary.fields, *header.captions])
    found = []
    for row, *texts in body.filter(is_header).iter_rows():
        again = find_header([(row, texts)], (), vocabulary)
        if again is not None:
            if any(again.column(field) not in (None, header.column(field)) for field in _NAMING_OR_PLACING):
                raise Refusal("read.second_header", {"file": file, "sheet": sheet or file, "row": row})
            found.append(texts)
    return found


def _not_blank(cells: pl.DataFrame) -> pl.DataFrame:
    texts = cells.columns[1:]
    is_filled = cells.select(pl.any_horizontal(pl.col(texts).is_not_null()).alias("is_filled"))["is_filled"]
    return cells if is_filled.all() and texts else cells.filter(is_filled)


def _line(texts: Iterable[str | None]) -> str:
    """A row as one text without persons."""
    return " ".join(text.strip() for text in masked(list(texts)) if text)


def _personal(header: Header, body: pl.DataFrame) -> tuple[bool, ...]:
    """The columns of persons: by their caption, or by their values where the caption is unknown."""
    unknown = [
        column_name(index)
        for index, (field, known) in enumerate(zip(header.fields, header.is_personal, strict=True))
        if field is None and not known
    ]
    by_values = personal_columns(body, unknown)
    return tuple(known or column_name(index) in by_values for index, known in enumerate(header.is_personal))


def _without_personal_columns(body: pl.DataFrame, header: Header) -> pl.DataFrame:
    personal = [column_name(index) for index, flag in enumerate(header.is_personal) if flag]
    return body.with_columns(pl.lit(None, pl.String).alias(column) for column in personal)


def _without_personal_cells(texts: list[str | None], header: Header) -> list[str | None]:
    return [None if flag else text for text, flag in zip(texts, header.is_personal, strict=True)]


def _with_kinds(body: pl.DataFrame, special: list[SpecialRow], first_block: str | None) -> pl.DataFrame:
    """Add ``kind`` and ``block``, the heading in force."""
    if not special:
        return body.with_columns(kind=pl.lit("data"), block=pl.lit(first_block, pl.String))
    kinds = pl.DataFrame(
        [(item.row, item.kind, item.label) for item in special],
        schema={"row": pl.Int32, "kind": pl.String, "block": pl.String},
        orient="row",
    )
    return body.join(kinds, on="row", how="left", maintain_order="left").with_columns(
        pl.col("kind").fill_null("data"), pl.col("block").forward_fill().fill_null(pl.lit(first_block, pl.String))
    )


def _with_merged_texts(rows: pl.DataFrame, merges: tuple[Merge, ...]) -> pl.DataFrame:
    """Fill the cells of merged ranges in data rows; only the top left one has the text in the file."""
    texts = [column for column in rows.columns if column.startswith("c")]
    tops = rows.filter(pl.col("row").is_in([merge.top for merge in merges])).select("row", *texts)
    anchors = {row: cells for row, *cells in tops.iter_rows()}
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for merge in merges:
        text = anchors[merge.top][merge.left] if merge.top in anchors and merge.left < len(texts) else None
        if text is not None:
            for column in texts[merge.left : merge.right + 1]:
                spans.setdefault(column, []).append((merge.top, merge.bottom, text))
    for column, ranges in spans.items():
        schema = {"top": pl.Int32, "bottom": pl.Int32, "text": pl.String}
        frame = pl.DataFrame(ranges, schema=schema, orient="row").sort("top")
        is_inside = (pl.col("kind") == "data") & pl.col(column).is_null() & (pl.col("row") <= pl.col("bottom"))
        rows = (
            rows.join_asof(frame, left_on="row", right_on="top", strategy="backward")
            .with_columns(pl.when(is_inside).then("text").otherwise(column).alias(column))
            .drop("top", "bottom", "text", strict=False)
        )
    return rows


def _masked_rows(rows: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Take persons out of remarks, and out of the rows that are no data."""
    remark = header.column("remark")
    if remark is not None:
        rows = rows.with_columns(without_mobile_numbers(pl.col(column_name(remark))))
    texts = [column for column in rows.columns if column.startswith("c")]
    is_data = pl.col("kind") == "data"
    others = rows.filter(~is_data)
    if others.is_empty():
        return rows
    cleaned = pl.DataFrame(
        [masked(list(cells)) for cells in others.select(texts).iter_rows()],
        schema=dict.fromkeys(texts, pl.String),
        orient="row",
    )
    return pl.concat([rows.filter(is_data), others.with_columns(cleaned.get_columns())]).sort("row")


def _with_number_flag(rows: pl.DataFrame, grid: Grid, header: Header) -> pl.DataFrame:
    """Add ``uscc_is_number``: a code kept as a number has lost digits, whatever it looks like."""
    uscc = header.column("uscc")
    if uscc is None or grid.numbers.width == 0:
        return rows.with_columns(pl.lit(False).alias("uscc_is_number"))
    flags = grid.cells.select("row", uscc_is_number=grid.numbers[f"n{uscc}"].fill_null(False))
    return rows.join(flags, on="row", how="left", maintain_order="left")


def _columns(header: Header, body: pl.DataFrame) -> list[Column]:
    has_value = body.select(pl.all().exclude("row").is_not_null().any()).row(0) if body.height else ()
    return [
        Column(index=index, letter=column_letter(index), header=caption, field=header.fields[index])
        for index, caption in enumerate(header.captions)
        if not header.is_personal[index] and (caption or header.fields[index] or (has_value and has_value[index]))
    ]


def _notes(rows: pl.DataFrame, special: list[SpecialRow]) -> list[str]:
    wanted = [item.row for item in special if item.kind == "note" and not item.is_repeated_header]
    return list(filter(None, _lines(rows, wanted).values()))


def _lines(rows: pl.DataFrame, wanted: list[int]) -> dict[int, str]:
    found = rows.filter(pl.col("row").is_in(wanted)).select("row", pl.col("^c\\d+$"))
    return {row: _line(texts) for row, *texts in found.iter_rows()}


def _announced_above(above: Iterable[str], titles: list[tuple[int, str]], first_block: str | None) -> list[Announced]:
    announced = []
    for row, text in [*((0, text) for text in above), *titles]:
        is_block = first_block is not None and row == titles[-1][0]
        plain = squeezed(text)
        number = counted(plain) if is_block else counted_in_all(plain, is_title=True)
        if number is not None:
            block = first_block if is_block else None
            announced.append(Announced(row=row, text=text, number=number, block=block))
    return announced


def _announced_below(rows: pl.DataFrame, special: list[SpecialRow]) -> list[Announced]:
    """Headings speak for their block, subtotals for the block they end, all else for the whole."""
    numbered = [item for item in special if item.number is not None]
    lines = _lines(rows, [item.row for item in numbered])
    blocks = dict(rows.filter(pl.col("kind") != "data").select("row", "block").iter_rows())
    last_data = rows.filter(pl.col("kind") == "data")["row"].max()
    announced = []
    for item in numbered:
        is_last = last_data is None or item.row > int(str(last_data))
        is_partial = item.kind == "block" or "小计" in squeezed(lines[item.row]) or not is_last
        block = blocks[item.row] if is_partial else None
        announced.append(Announced(row=item.row, text=lines[item.row], number=item.number or 0, block=block))
    return announced


def _blank_rows(grid: Grid, last_header_row: int, body: pl.DataFrame) -> int:
    if body.height == 0:
        return 0
    is_under_header = pl.col("row").is_between(last_header_row + 1, body["row"][-1])
    return grid.cells.filter(is_under_header).height - body.height


def _counts(rows: pl.DataFrame, blank: int) -> Counts:
    others = rows.filter(pl.col("kind") != "data")["kind"]
    kinds = dict(others.value_counts().iter_rows())
    return Counts(
        data=rows.height - len(others),
        blank=blank,
        block=kinds.get("block", 0),
        total=kinds.get("total", 0),
        note=kinds.get("note", 0),
    )
