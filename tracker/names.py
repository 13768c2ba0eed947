"""Names as keys: what two spellings of one name share. Used where lists are read and where names are searched."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

BRACKET_PAIRS = dict(zip("[]{}〔〕【】<>〈〉《》", "()()()()()()()", strict=True))
NOISE = re.compile(r"[\s\x00-\x1f\x7f-\x9f·•‧∙・\"'“”‘’\u200b-\u200f\ufeff*＊]+")
_BRACKETS = str.maketrans(BRACKET_PAIRS)


def text_key(printed: str) -> str:
    """A text without differences that are none: width, spaces, brackets, dots, quotation marks, case."""
    folded = unicodedata.normalize("NFKC", printed).translate(_BRACKETS)
    return NOISE.sub("", folded).upper()


def name_key(column: str) -> pl.Expr:
    """:func:`text_key` of a whole column; null where the cell is blank."""
    names = pl.col(column).str.normalize("NFKC").str.replace_many(BRACKET_PAIRS)
    bare = names.str.replace_all(NOISE.pattern, "").str.to_uppercase()
    return pl.when(bare.str.len_bytes() > 0).then(bare)
