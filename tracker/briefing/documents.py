"""The documents of a briefing by kind: one way for the page and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import docx

from tracker.briefing.content import Content
from tracker.briefing.excel import workbook
from tracker.briefing.master import master
from tracker.briefing.slides import presentation
from tracker.briefing.templates import kind_of, opened
from tracker.briefing.word import document

# The ending of each kind's file.
ENDINGS = {"word": ".docx", "slides": ".pptx", "excel": ".xlsx"}


def made(content: Content, kind: str, templates: Mapping[str, bytes] | None = None) -> tuple[str, bytes]:
    """The name and the bytes of one document of a briefing.

    Args:
        content: what it prints.
        kind: one of ``ENDINGS``.
        templates: a unit's own template by kind; an Excel workbook takes none.

    Raises:
        TemplateRefused: the template is no file of its kind, or lacks what slides need.
    """
    template = (templates or {}).get(kind)
    makers: dict[str, Callable[[], bytes]] = {
        "word": lambda: document(content, template),
        "slides": lambda: presentation(content, template),
        "excel": lambda: workbook(content),
    }
    return content.file_stem + ENDINGS[kind], makers[kind]()


def checked_template(file_name: str, template: bytes) -> str:
    """The kind of document that a unit's own template is for, once it is known that it can be filled.

    Raises:
        TemplateRefused: it cannot.
    """
    kind = kind_of(file_name)
    if kind == "word":
        opened(template, kind, docx.Document)
    else:
        master(template)
    return kind
