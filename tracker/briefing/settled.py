"""Office files and archives that are the same whenever they are made from the same content."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

# Archives carry the clock of their making: each entry, the properties of a document, the sheets inside its charts.
_ENTRY_TIME = (2000, 1, 1, 0, 0, 0)
_DOCUMENT_TIME = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_SAME_TIME = rb"\g<1>2000-01-01T00:00:00Z\g<2>"


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of files in the order given, without the time of its making."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ENTRY_TIME)
            # Pictures and Office files are compressed already.
            is_packed = name.endswith((".png", ".pptx", ".docx", ".xlsx"))
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    return buffer.getvalue()


def settled(document: bytes) -> bytes:
    """A Word, PowerPoint or Excel file without the time of its making, its charts' sheets included."""
    with zipfile.ZipFile(io.BytesIO(document)) as found:
        files = {name: found.read(name) for name in found.namelist()}
    for name, content in files.items():
        if name == "docProps/core.xml":
            files[name] = _DOCUMENT_TIME.sub(_SAME_TIME, content)
        elif name.endswith(".xlsx"):
            files[name] = settled(content)
    return archive(files)
