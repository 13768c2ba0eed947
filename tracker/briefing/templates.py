"""A unit's own templates: which kind a file is, and what is wrong with one that cannot be filled."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

# The documents that take a template, by the ending of its file.
KINDS = {".docx": "word", ".pptx": "slides"}


class TemplateRefused(Exception):
    """A template cannot be filled.

    ``reason``: ``kind`` (neither .docx nor .pptx), ``word`` or ``slides`` (no readable file of its kind), ``layout``
    (no layout with a title), ``title`` (the named layout has none), ``room`` (too little room for a table).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def kind_of(file_name: str) -> str:
    """The kind of document that a template is for.

    Raises:
        TemplateRefused: by its name it is none.
    """
    kind = KINDS.get(PurePath(file_name).suffix.lower())
    if kind is None:
        raise TemplateRefused("kind")
    return kind


def opened(template: bytes, kind: str, reader: Callable[[io.BytesIO], Any]) -> Any:
    """A template opened by the library of its kind.

    Raises:
        TemplateRefused: the library cannot read it.
    """
    try:
        return reader(io.BytesIO(template))
    # What the libraries raise: another kind of file, a part that is missing, no archive, an archive that is broken in
    # the middle, XML that is none.
    except (ValueError, KeyError, zipfile.BadZipFile, OSError, SyntaxError) as fault:
        raise TemplateRefused(kind) from fault
