"""Keeping persons out: telephone numbers, mail addresses, identity cards and the names beside them."""

from __future__ import annotations

import re

import polars as pl

_MOBILE = r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
_LANDLINE = r"[(（]?0\d{2,3}[)）]?[ -－—]?\d{7,8}"
_IDENTITY_CARD = r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]"
_MAIL = r"[\w.+-]+@[\w-]+\.[\w.-]+"
_NUMBER = re.compile(rf"(?<!\d)(?:{_IDENTITY_CARD}|{_MOBILE}|{_LANDLINE})(?!\d)|{_MAIL}", re.ASCII)
_PERSON = re.compile(
    r"((?:(?:联系|填报|填表|经办|审核|审批|复核|制表|负责|对接|签发)人|联络员|(?:电话|手机)(?:号码)?|联系方式|传真|邮箱|\be-?mail|\btel)"
    r"(?=[^：:\s]{0,8}[：:]|\s|$)|(?:制表|审核|复核)(?=\s*[：:])).*",
    re.IGNORECASE | re.DOTALL,
)
_MASK = "***"
# A column is taken for personal when at least half of its values are numbers of persons.
_PERSONAL_SHARE = 0.5


def masked(texts: list[str | None]) -> list[str | None]:
    """The cells of a title, note or total row without persons.

    After 联系人, 电话 and the like the rest of the row is dropped; numbers and addresses are masked anywhere.
    """
    kept: list[str | None] = []
    for position, text in enumerate(texts):
        if text is None:
            kept.append(None)
            continue
        found = _PERSON.search(text)
        kept.append(_NUMBER.sub(_MASK, _PERSON.sub(r"\1", text)).strip())
        if found:
            return kept + [None] * (len(texts) - position - 1)
    return kept


def without_mobile_numbers(text: pl.Expr) -> pl.Expr:
    """A column of remarks with its mobile numbers masked."""
    return text.str.replace_all(rf"(^|[^\d.])(?:{_MOBILE})($|[^\d.])", f"${{1}}{_MASK}${{2}}")


def personal_columns(cells: pl.DataFrame, columns: list[str]) -> list[str]:
    """Those of the columns that hold mostly telephone numbers, mail addresses or identity cards."""
    if not columns:
        return []
    pattern = rf"(?:^|[^\d.])(?:{_IDENTITY_CARD}|{_MOBILE}|{_LANDLINE})(?:$|[^\d.])|{_MAIL}"
    shares = cells.select(pl.col(columns).str.contains(pattern).mean()).row(0)
    return [name for name, share in zip(columns, shares, strict=True) if share is not None and share >= _PERSONAL_SHARE]
