"""Designed parts of the page of waiting matters as HTML. Pure: rows and words in, markup out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from tracker import blocks
from tracker.text import word

_FOCUS = ' class="is-focus"'


def queue(rows: Iterable[tuple[str, str, str, str]], targets: Mapping[str, str], chosen: str, language: str) -> str:
    """Open questions, one a line, each a link to itself; that in view is lifted out.

    Args:
        rows: id, subject, the question in words, the day of its newest file.
        targets: the link of each question by its id.
    """
    lines = [
        f"<tr{_FOCUS if question_id == chosen else ''}>"
        f'<th scope="row">{blocks.link(subject, targets[question_id])}</th>'
        f'<td class="is-words">{escape(said)}</td><td class="is-tight">{escape(day)}</td></tr>'
        for question_id, subject, said, day in rows
    ]
    return blocks.table([word(f"questions.column_{name}", language) for name in ("who", "question", "received")], lines)


def open_objections(lines: Iterable[str], target: str, language: str) -> str:
    """Open objections beside the numbers that they are about, small, with the link to them; empty without any."""
    shown = "".join(f"<li>{escape(line)}</li>" for line in lines)
    if not shown:
        return ""
    link = blocks.link(word("questions.to_objections", language), target)
    return f'<ul class="tt-points tt-objections">{shown}<li>{link}</li></ul>'
