"""The parsing child: ``python -m etl.parse`` reads one job from standard input and answers on standard output.

It runs apart from everything else because the Excel reader can abort its whole process on a hostile file. It takes
its own memory and time limits first, imports only what the file needs (or finds it loaded: etl/read_server.py), and
writes nothing outside its folder. Job and answer are JSON in ASCII, so no console encoding can break them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from etl.read_limits import Limits, check_size, inspect_office_package
from etl.refusal import Refusal
from etl.sniff import Format, identify

if TYPE_CHECKING:
    from etl.table import Grid

ROWS_FILE = "rows.parquet"
META_FILE = "meta.json"
# Columns of few texts, written as codes: an empty text alone takes as long to write as a column of names.
CODED = ("sheet", "kind", "block")


@dataclass(frozen=True)
class Job:
    """What the child is asked. ``headers`` are (field, captions, is personal); ``into`` is its own empty folder."""

    task: Literal["parse", "unpack"]
    source: str
    file: str
    into: str
    limits: Limits
    headers: tuple[tuple[str, tuple[str, ...], bool], ...] = ()
    mapping: dict[str, str] | None = None

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job that the parent wrote with ``dataclasses.asdict``."""
        values = json.loads(text)
        return cls(**{**values, "limits": Limits(**values["limits"])})


def main() -> None:
    """Do the job; every outcome, refusals included, is an answer. Only a crash ends with another exit code."""
    job = Job.from_json(sys.stdin.read())
    _limit_this_process(job.limits)
    try:
        answer = {"done": run(job)}
    except Refusal as refusal:
        answer = {"refused": {"code": refusal.code, "values": refusal.values}}
    except MemoryError:
        answer = {"refused": {"code": "read.memory", "values": {"file": job.file}}}
    sys.stdout.write(json.dumps(answer))


def load_readers() -> None:
    """Import what reading a file of any kind needs, without reading one."""
    import etl.form_sheet
    import etl.header
    import etl.read_archive
    import etl.read_book
    import etl.read_markup
    import etl.read_meta
    import etl.read_sheet
    import etl.read_text
    import etl.table  # noqa: F401


def run(job: Job) -> Any:
    """Do a job in this process."""
    source, into = Path(job.source), Path(job.into)
    check_size(source, job.file, job.limits)
    if job.task == "unpack":
        from etl.read_archive import unpack_archive

        return unpack_archive(source, job.file, into, job.limits)
    return parse_file(job, source, into)


def _limit_this_process(limits: Limits) -> None:
    """Memory and processor time, where the system has such limits; on Windows the parent's time-out remains."""
    # Each thread of Polars reserves address space, and the limit counts what is reserved.
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    try:
        import resource
    except ImportError:
        return
    wanted = {resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: 2 * limits.seconds}
    if sys.platform == "linux":
        wanted[resource.RLIMIT_AS] = limits.memory_bytes
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


def parse_file(job: Job, source: Path, into: Path) -> None:
    """Write ``rows.parquet`` and ``meta.json`` of one file.

    Raises:
        Refusal: where the file cannot be read as a table.
    """
    import polars as pl

    from etl.form_sheet import form_said, tables
    from etl.header import Vocabulary
    from etl.read_meta import Meta
    from etl.read_sheet import attribute_to_sheets, read_sheet
    from etl.read_text import in_utf8
    from etl.table import column_name

    vocabulary = Vocabulary.build(job.headers, job.mapping)
    content_format = identify(source, job.file)
    encoding, text, written = None, source, into / "text"
    if content_format in ("csv", "html"):
        encoding, text = in_utf8(source, written, job.file)
    grids = _grids(content_format, text, job)
    form: dict[str, str] | None = None
    header_rows: dict[str, int] = {}
    sheets = []
    for grid in grids:
        if form is None and (form := form_said(grid)) is not None:
            header_rows = {name: row for name, _, row in tables(form)}
        # Of a form only its tables are read: never its example, its instructions or the hidden sheet itself.
        elif form is None or grid.name in header_rows:
            sheets.append(read_sheet(grid, vocabulary, job.file, job.limits, header_rows.get(grid.name)))
    written.unlink(missing_ok=True)
    if not any(sheet.meta["columns"] for sheet in sheets):
        if form is not None:
            raise Refusal("form.sheet_missing", {"file": job.file, "sheet": "、".join(header_rows) or "–"})
        raise _no_header(job.file, [(sheet.meta["name"], sheet.first_texts) for sheet in sheets])
    attribute_to_sheets(sheet.meta for sheet in sheets)
    rows = pl.concat([sheet.rows for sheet in sheets if sheet.rows.width], how="diagonal")
    width = sum(column.startswith("c") for column in rows.columns)
    order = ["sheet", "row", "kind", "block", "uscc_is_number", *map(column_name, range(width))]
    coded = rows.select(order).with_columns(pl.col(CODED).cast(pl.Categorical))
    coded.write_parquet(into / ROWS_FILE, compression="lz4", statistics=False)
    meta = Meta(
        format=content_format,
        encoding=encoding,
        form=form,
        sheets=[sheet.meta for sheet in sheets],
        dropped_personal_columns=list(dict.fromkeys(caption for sheet in sheets for caption in sheet.dropped)),
    )
    (into / META_FILE).write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")


def _grids(content_format: Format, path: Path, job: Job) -> Iterable[Grid]:
    """The sheets of a file, texts already in UTF-8. Each kind imports only what it needs."""
    if content_format == "zip":
        raise Refusal("read.nested_zip", {"file": job.file, "member": job.file})
    if content_format in ("xlsx", "docx"):
        inspect_office_package(path, job.file, job.limits)
    if content_format in ("xlsx", "xls"):
        from etl.read_book import read_book

        return read_book(path, job.file, job.limits)
    if content_format == "docx":
        from etl.read_markup import read_docx

        return read_docx(path, job.file, job.limits)
    if content_format == "html":
        from etl.read_markup import read_html

        return read_html(path, job.file, job.limits)
    from etl.read_text import read_text

    return [read_text(path, job.file, job.limits)]


def _no_header(file: str, sheets: list[tuple[str, tuple[str, ...]]]) -> Refusal:
    filled = [(name, texts) for name, texts in sheets if texts]
    if not filled:
        return Refusal("read.empty", {"file": file})
    shown = " ‖ ".join(f"{name}: {' ｜ '.join(texts)}" if name else " ｜ ".join(texts) for name, texts in filled[:3])
    return Refusal(
        "read.no_header", {"file": file, "sheets": "、".join(name for name, _ in filled) or file, "rows": shown[:300]}
    )


if __name__ == "__main__":
    main()
