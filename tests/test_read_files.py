"""What a file is, told by its content: encodings, containers, wrong suffixes, and what is refused with which words."""

from __future__ import annotations

import datetime as dt
import io
import random
import struct
import zipfile
from pathlib import Path

import docx
import pytest
import xlsxwriter
import xlwt  # type: ignore[import-untyped]

from etl.read_limits import Limits
from etl.refusal import Refusal
from etl.sniff import is_zip_of_files, refuse_lock_file
from tests.read_inputs import Rows, book, read, read_rows, read_text

LIST = "序号,企业名称,县区\n1,甲一机械有限公司,海州区\n2,乙二（集团）股份有限公司,东海县\n"
NAMES = ["甲一机械有限公司", "乙二（集团）股份有限公司"]
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def refused(path: Path, limits: Limits | None = None) -> Refusal:
    """The refusal of a file; both languages name the file."""
    with pytest.raises(Refusal) as caught:
        read(path, limits=limits or Limits())
    assert path.name in caught.value.text("zh")
    assert path.name in caught.value.text("en")
    return caught.value


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def ole(*streams: str, start: bytes = b"") -> bytes:
    """A compound file: header, one sector of directory entries, then the first sector of the first stream."""
    header = bytearray(512)
    header[:8] = OLE
    struct.pack_into("<H", header, 30, 9)
    directory = b""
    for name in streams:
        text = name.encode("utf-16-le")
        entry = bytearray(128)
        entry[: len(text)] = text
        struct.pack_into("<H", entry, 64, len(text) + 2)
        struct.pack_into("<I", entry, 116, 1)
        directory += bytes(entry)
    return bytes(header) + directory.ljust(512, b"\0") + start.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_text_in_every_encoding(tmp_path: Path, encoding: str, found: str, line_end: str, delimiter: str) -> None:
    got = read_text(tmp_path, LIST.replace(",", delimiter).replace("\n", line_end), encoding)
    assert got.meta["encoding"] == found
    assert got.column("name") == NAMES
    assert got.rows["row"].to_list() == [2, 3]
    assert got.rows["sheet"].to_list() == ["", ""]


def test_text_says_the_same_whatever_its_suffix(tmp_path: Path) -> None:
    path = written(tmp_path, "名单.xls", LIST.encode("gb18030"))
    assert read(path).meta["format"] == "csv"


def test_wrong_bytes_are_named_by_line_and_byte(tmp_path: Path) -> None:
    good = LIST.encode()
    problem = refused(written(tmp_path, "坏.csv", good + b"3,\xff\xfe,x\n"))
    assert problem.code == "read.encoding"
    assert (problem.values["line"], problem.values["byte"]) == (4, len(good) + 3)
    assert problem.values["encoding"] == "UTF-8"
    marked = refused(written(tmp_path, "签.csv", b"\xef\xbb\xbf" + good[:-3]))
    assert (marked.code, marked.values["line"], marked.values["byte"]) == ("read.encoding", 3, len(good))
    half = refused(written(tmp_path, "半.csv", LIST.encode("utf-16")[:-1]))
    assert (half.code, half.values["line"]) == ("read.encoding", 3)
    cut = refused(written(tmp_path, "断.csv", LIST.encode("gb18030") + b"3,\xb0"))
    assert (cut.code, cut.values["line"], cut.values["encoding"]) == ("read.encoding", 4, "GB18030")


def test_quoted_cells_keep_delimiters_and_line_ends(tmp_path: Path) -> None:
    text = '序号,企业名称,统一社会信用代码\n\n1,"甲一,""老字号""\n有限公司","=""0012"""\n,,\n2,5"管业有限公司,="0034"\n'
    got = read_text(tmp_path, text)
    assert got.column("name") == ['甲一,"老字号"\n有限公司', '5"管业有限公司']
    assert got.column("uscc") == ["0012", "0034"]
    assert got.rows["row"].to_list() == [3, 6]
    assert got.sheet["counts"]["blank"] == 2
    problem = refused(
        written(tmp_path, "引号.csv", '企业名称,县区\n"甲一有限公司,海州区\n乙二有限公司,海州区\n'.encode())
    )
    assert (problem.code, problem.values["line"]) == ("read.quotes", 2)


def test_ragged_lines_lose_nothing(tmp_path: Path) -> None:
    got = read_text(tmp_path, "某市名单\n企业名称,县区\n甲一有限公司\n乙二有限公司,海州区,多出一格\n")
    assert got.sheet["titles"] == ["某市名单"]
    assert got.rows.select("c0", "c1", "c2").rows() == [
        ("甲一有限公司", None, None),
        ("乙二有限公司", "海州区", "多出一格"),
    ]


def test_cells_of_a_workbook_read_as_printed(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        minute = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(1, 1, ["企业名称", "统一社会信用代码", "认定时间", "备注", "营业收入"])
        sheet.write_row(2, 1, ["甲", 913207000000000000])
        sheet.write_datetime(2, 3, dt.datetime(2023, 7, 14), day)
        sheet.write_row(2, 4, [True, 0.1 + 0.2])
        sheet.write_row(3, 1, ["乙", "91320700MA1"])
        sheet.write_datetime(3, 3, dt.datetime(2023, 7, 14, 8, 30), minute)
        sheet.write_row(3, 4, [1e-7, 12.0])
    got = read(tmp_path / "a.xlsx")
    assert got.rows.select("row", "c1", "c2", "c3", "c4", "c5", "uscc_is_number").rows() == [
        (3, "甲", "913207000000000000", "2023-07-14", "TRUE", "0.3", True),
        (4, "乙", "91320700MA1", "2023-07-14 08:30:00", "0.0000001", "12", False),
    ]
    assert [c["letter"] for c in got.sheet["columns"]] == ["B", "C", "D", "E", "F"]


@pytest.mark.parametrize("name", ["名单.xls", "名单.et", "名单.xlsx", "没有后缀"])
def test_old_workbook_under_any_name(tmp_path: Path, name: str) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("甲州市")
    rows: Rows = [["附件1"], ["序号", "企业名称", "县区"], [1, NAMES[0]], [2, NAMES[1]]]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.write_merge(2, 3, 2, 2, "海州区")
    content = io.BytesIO()
    workbook.save(content)
    got = read(written(tmp_path, name, content.getvalue()))
    assert got.meta["format"] == "xls"
    assert got.column("name") == NAMES
    assert got.column("county") == ["海州区", "海州区"]


@pytest.mark.parametrize("name", ["名单.et", "名单.xls", "名单.xlsm"])
def test_new_workbook_under_any_name(tmp_path: Path, name: str) -> None:
    rows = [["序号", "企业名称"], [1, NAMES[0]]]
    content = book(tmp_path / "a.xlsx", {"s": rows}).read_bytes()
    got = read(written(tmp_path, name, content))
    assert (got.meta["format"], got.column("name")) == ("xlsx", [NAMES[0]])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_called_xls(tmp_path: Path, encoding: str) -> None:
    page = f"""<html><head><meta charset="{encoding}"><title>某省平台</title></head><body>
        <table><tr><td><p>第五批名单（共2家）</p>
        <table border=1><caption>公示</caption>
        <tr><th rowspan=2>序号<th rowspan=2>企业<br>名称<th colspan=2>所属地区</tr><tr><td>市<td>县区
        <tr><td>1<td>{NAMES[0]}<td rowspan=2>甲州<td>&nbsp;</tr>
        <tr><td>2<td>{NAMES[1]}<td>东海县
        </table></td></tr></table></body></html>"""
    got = read(written(tmp_path, "名单.xls", page.encode(encoding)))
    assert (got.meta["format"], got.meta["encoding"]) == ("html", encoding)
    assert got.sheet["name"] == "表1"
    assert got.sheet["titles"] == ["某省平台", "第五批名单（共2家）", "公示"]
    assert got.column("name") == NAMES
    assert got.column("city") == ["甲州", "甲州"]
    assert got.column("county") == [None, "东海县"]
    assert got.announced() == [(2, None)]
    assert refused(written(tmp_path, "空.xls", b"<html><body>x</body></html>")).code == "read.no_table"


def test_tables_of_a_word_document(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("某市第五批专精特新企业名单")
    for city, name in [("甲州", NAMES[0]), ("乙州", NAMES[1])]:
        table = document.add_table(rows=3, cols=3)
        for row, cells in zip(
            table.rows, [["序号", "企业名称", "地市"], ["1", name, city], ["2", name, ""]], strict=True
        ):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        table.cell(1, 2).merge(table.cell(2, 2))
        document.add_paragraph(f"以上为{city}")
    document.save(str(tmp_path / "名单.docx"))
    got = read(tmp_path / "名单.docx")
    assert [(s["name"], s["titles"]) for s in got.meta["sheets"]] == [
        ("表1", ["某市第五批专精特新企业名单"]),
        ("表2", ["以上为甲州"]),
    ]
    assert got.column("name") == [NAMES[0]] * 2
    assert [cell and cell.strip() for cell in got.column("city", 1)] == ["乙州", "乙州"]
    docx.Document().save(str(tmp_path / "空.docx"))
    assert refused(tmp_path / "空.docx").code == "read.no_table"


@pytest.mark.parametrize(
    ("name", "content", "code", "kind"),
    [
        ("名单.pdf", b"%PDF-1.7\n...", "read.document", "PDF"),
        ("名单.rtf", b"{\\rtf1 x}", "read.document", "RTF"),
        ("名单.doc", ole("Root Entry", "WordDocument"), "read.document", "DOC/WPS"),
        ("名单.wps", ole("WordDocument"), "read.document", "DOC/WPS"),
        ("名单.xls", b"%PDF-1.4", "read.document", "PDF"),
        ("扫描.png", b"\x89PNG\r\n\x1a\n", "read.picture", None),
        ("名单.rar", b"Rar!\x1a\x07\x00", "read.other_archive", "RAR"),
        (
            "表.xls",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "read.other_format",
            "XML",
        ),
        ("表.xls", b"MIME-Version: 1.0\nContent-Type: multipart/related", "read.other_format", "MHTML"),
        ("密.xlsx", ole("EncryptionInfo", "EncryptedPackage"), "read.password", None),
        ("密.xls", ole("Workbook", start=struct.pack("<HH16xHH", 0x809, 16, 0x2F, 54)), "read.password", None),
        ("坏.xls", ole("Workbook"), "read.damaged", None),
        ("坏.xls", ole("Contents"), "read.damaged", None),
        ("空.csv", b"", "read.empty", None),
        ("空.csv", b"\r\n , ,\r\n", "read.empty", None),
        ("乱.xlsx", random.Random(1).randbytes(5000), "read.unknown_content", None),
        ("断.xlsx", b"PK\x03\x04" + bytes(100), "read.damaged", None),
    ],
)
def test_what_cannot_be_read_says_what_to_do(
    tmp_path: Path, name: str, content: bytes, code: str, kind: str | None
) -> None:
    problem = refused(written(tmp_path, name, content))
    assert (problem.code, problem.values.get("kind")) == (code, kind)


def test_lock_file_is_known_by_its_name() -> None:
    with pytest.raises(Refusal) as caught:
        refuse_lock_file("~$名单.xlsx")
    assert caught.value.code == "read.lock_file"
    refuse_lock_file("名单~$.xlsx")


def test_truncated_and_damaged_workbooks(tmp_path: Path) -> None:
    content = book(tmp_path / "a.xlsx", {"s": [["企业名称"], *[[f"第{i}有限公司"] for i in range(500)]]}).read_bytes()
    assert refused(written(tmp_path, "断.xlsx", content[: len(content) // 2])).code == "read.damaged"
    old = io.BytesIO()
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("s")
    for row in range(500):
        sheet.write(row, 0, f"第{row}有限公司")
    workbook.save(old)
    assert refused(written(tmp_path, "断.xls", old.getvalue()[:-8000])).code == "read.damaged"
    damaged = bytearray(content)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        at = package.getinfo("xl/worksheets/sheet1.xml").header_offset + 200
    damaged[at : at + 20] = b"\xff" * 20
    assert refused(written(tmp_path, "坏.xlsx", bytes(damaged))).code == "read.damaged"


def worksheet_package(path: Path, sheet: str) -> Path:
    """A workbook whose only worksheet has this XML."""
    source = book(path.with_suffix(".tmp"), {"数据": [["企业名称"]]})
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in package.namelist():
            content = package.read(entry)
            target.writestr(entry, sheet if entry == "xl/worksheets/sheet1.xml" else content)
    return path


def test_cell_far_away_is_refused_before_it_is_read(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    xml = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    path = worksheet_package(tmp_path / "远.xlsx", xml)
    assert path.stat().st_size < 10_000
    problem = refused(path)
    assert problem.code == "read.too_many_cells"
    assert (problem.values["rows"], problem.values["columns"], problem.values["sheet"]) == (1048576, 16384, "数据")


def test_stray_cell_below_is_read_without_harm(tmp_path: Path) -> None:
    rows = [["企业名称"], ["甲一有限公司"], *[[""]] * 99_998, ["说明：止"]]
    got = read_rows(tmp_path, rows)
    assert got.kinds() == ["data", "note"]
    assert got.sheet["counts"]["blank"] == 99_998


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(unpacked_bytes=1_000_000), "read.bomb"),
        (Limits(zip_ratio=100), "read.bomb"),
        (Limits(zip_entries=3), "read.bomb"),
        (Limits(upload_bytes=1000), "read.too_large"),
    ],
)
def test_zip_bombs(tmp_path: Path, limits: Limits, code: str) -> None:
    path = worksheet_package(tmp_path / "炸.xlsx", " " * 25_000_000)
    assert refused(path, limits).code == code


def test_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = worksheet_package(tmp_path / "谎.xlsx", " " * 2_000_000)
    content = path.read_bytes()
    lying = content.replace(struct.pack("<I", 2_000_000), struct.pack("<I", 2_000))
    assert lying != content
    problem = refused(written(tmp_path, "谎2.xlsx", lying), Limits(unpacked_bytes=1_000_000))
    assert problem.code in ("read.bomb", "read.damaged")


def test_tables_that_are_too_large_and_cells_that_are_too_long(tmp_path: Path) -> None:
    text = written(tmp_path, "长.csv", LIST.encode())
    assert refused(text, Limits(rows=2)).code == "read.too_many_cells"
    wide = written(tmp_path, "宽.csv", LIST.encode())
    assert refused(wide, Limits(columns=2)).code == "read.too_many_cells"
    long = refused(written(tmp_path, "格.csv", f"{LIST}3,{'长' * 32_768},x\n".encode()))
    assert (long.code, long.values["row"], long.values["column"]) == ("read.long_cell", 4, "B")


def test_archives_are_told_from_workbooks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("名单.csv", LIST)
    assert is_zip_of_files(tmp_path / "a.zip")
    assert not is_zip_of_files(book(tmp_path / "a.xlsx", {"s": [["企业名称"]]}))
    assert not is_zip_of_files(written(tmp_path, "断.zip", b"PK\x03\x04" + bytes(50)))
    assert not is_zip_of_files(written(tmp_path, "a.csv", LIST.encode()))
    assert refused(tmp_path / "a.zip").code == "read.nested_zip"
