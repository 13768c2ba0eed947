"""What a file is, told by its content: suffixes lie too often (portals call HTML and CSV ".xls")."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from etl.refusal import Refusal

Format = Literal["xlsx", "xls", "docx", "zip", "html", "csv"]

_HEAD_BYTES = 8192
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_DOCUMENTS = {b"%PDF": "PDF", b"{\\rtf": "RTF"}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_ARCHIVES = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip"}
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|meta|style|table|div)\b", re.IGNORECASE)
_OTHER_MARKUP = {b"urn:schemas-microsoft-com:office:spreadsheet": "XML", b"MIME-Version:": "MHTML"}
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))


def refuse_lock_file(name: str) -> None:
    """Refuse the ``~$…`` file that Excel and WPS leave beside an open workbook: it holds no rows."""
    if name.startswith("~$"):
        raise Refusal("read.lock_file", {"file": name})


def is_zip_of_files(path: Path) -> bool:
    """Whether the file is an archive of files, not an office document in zip form."""
    with path.open("rb") as stream:
        if not stream.read(4).startswith(_ZIP):
            return False
    try:
        with zipfile.ZipFile(path) as package:
            return _package_format(package.namelist()) == "zip"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def identify(path: Path, file: str) -> Format:
    """What the file is.

    Args:
        path: where it lies.
        file: its name for messages.

    Raises:
        Refusal: for what cannot be read as rows, with what to do instead.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith(_ZIP):
        return _identify_package(path, file)
    if head.startswith(_OLE):
        return _identify_ole(path, file)
    _refuse_known(head, file)
    return _identify_text(head, file)


def byte_order_mark(head: bytes) -> str | None:
    """The encoding that a byte order mark announces; None where there is none."""
    return next((encoding for mark, encoding in _BOMS.items() if head.startswith(mark)), None)


def unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: ASCII characters leave a zero in every second byte, Chinese ones hardly ever."""
    zeros_first, zeros_second = head[0::2].count(0), head[1::2].count(0)
    least = len(head) // 100
    if zeros_second > 8 * zeros_first + least:
        return "utf-16-le"
    return "utf-16-be" if zeros_first > 8 * zeros_second + least else None


def _identify_package(path: Path, file: str) -> Format:
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise Refusal("read.damaged", {"file": file}) from fault
    found = _package_format(names)
    if found in ("xlsx", "docx", "zip"):
        return found
    if found in ("OFD", "PPTX"):
        raise Refusal("read.document", {"file": file, "kind": found})
    raise Refusal("read.other_format", {"file": file, "kind": found})


def _package_format(names: list[str]) -> Literal["xlsx", "docx", "zip", "OFD", "PPTX", "XLSB", "ODF"]:
    present = set(names)
    if "xl/workbook.bin" in present:
        return "XLSB"
    if "xl/workbook.xml" in present:
        return "xlsx"
    if "word/document.xml" in present:
        return "docx"
    if "ppt/presentation.xml" in present:
        return "PPTX"
    if "OFD.xml" in present:
        return "OFD"
    if "mimetype" in present and "content.xml" in present:
        return "ODF"
    return "zip"


def _identify_ole(path: Path, file: str) -> Format:
    """Old .xls and .et hold a stream Workbook (or Book), .doc and .wps a stream WordDocument."""
    content = path.read_bytes()
    if _directory_entry(content, "EncryptedPackage") is not None:
        raise Refusal("read.password", {"file": file})
    workbook = _directory_entry(content, "Workbook") or _directory_entry(content, "Book")
    if workbook is not None:
        # A file cut off while downloading: the reader would take its promises for rows.
        if int.from_bytes(content[workbook + 120 : workbook + 124], "little") > len(content):
            raise Refusal("read.damaged", {"file": file})
        if _is_protected(content, workbook):
            raise Refusal("read.password", {"file": file})
        return "xls"
    if _directory_entry(content, "WordDocument") is not None:
        raise Refusal("read.document", {"file": file, "kind": "DOC/WPS"})
    if _directory_entry(content, "PowerPoint Document") is not None:
        raise Refusal("read.document", {"file": file, "kind": "PPT"})
    raise Refusal("read.damaged", {"file": file})


def _directory_entry(content: bytes, name: str) -> int | None:
    """Where the directory entry of a stream stands: entries are 128 bytes, name first, its length at byte 64."""
    text = name.encode("utf-16-le")
    at = content.find(text)
    while at >= 0:
        length = int.from_bytes(content[at + 64 : at + 66], "little")
        if at % 128 == 0 and length == len(text) + 2:
            return at
        at = content.find(text, at + 1)
    return None


def _is_protected(content: bytes, entry: int) -> bool:
    """Whether a record FILEPASS (0x2F) stands near the start of an Excel 97 stream."""
    sector_bytes = 1 << int.from_bytes(content[30:32], "little")
    start = (int.from_bytes(content[entry + 116 : entry + 120], "little") + 1) * sector_bytes
    for _ in range(20):
        kind, length = (int.from_bytes(content[start + i : start + i + 2], "little") for i in (0, 2))
        if kind == 0x2F:
            return True
        start += 4 + length
    return False


def _refuse_known(head: bytes, file: str) -> None:
    for mark, kind in _DOCUMENTS.items():
        if head.startswith(mark):
            raise Refusal("read.document", {"file": file, "kind": kind})
    for mark, kind in _ARCHIVES.items():
        if head.startswith(mark):
            raise Refusal("read.other_archive", {"file": file, "kind": kind})
    if head.startswith(_PICTURES):
        raise Refusal("read.picture", {"file": file})


def _identify_text(head: bytes, file: str) -> Format:
    encoding = byte_order_mark(head) or unmarked_utf16(head)
    if encoding is not None and encoding.startswith("utf-16"):
        head = head.decode(encoding, errors="replace").encode()
    if len(head.translate(None, _CONTROL)) < 0.99 * len(head):
        raise Refusal("read.unknown_content", {"file": file})
    for mark, kind in _OTHER_MARKUP.items():
        if mark in head[:2048]:
            raise Refusal("read.other_format", {"file": file, "kind": kind})
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "html" if start.startswith(b"<") and _HTML.search(start) else "csv"
