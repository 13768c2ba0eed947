"""Streamlit's own words: each of ours must still be one of its, or an upgrade has changed it."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit

from tracker.text import words
from tracker.ui.native_words import native_words

NATIVE = {key: text for key, text in words("en").items() if key.startswith("native.")}
# Put together by Streamlit from two pieces.
COMPOSED = {
    "Press Enter to apply": ("Press Enter to $", "`apply`"),
    "50MB per file": ("} per file`",),
    "The page that you have requested does not seem to exist. Running the app's main page.": (
        "`The page that you have requested does not seem to exist`", "}. Running the app's main page.`",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def bundle() -> str:
    scripts = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("*.js")
    return "\n".join(script.read_text(encoding="utf-8", errors="replace") for script in scripts)


def test_every_word_is_one_that_streamlit_shows(bundle: str) -> None:
    missing = [
        text
        for text in NATIVE.values()
        if not all(piece in bundle for piece in COMPOSED.get(text, ()))
        or (text not in COMPOSED and f"`{text}`" not in bundle)
    ]
    assert missing == []


def test_words_can_be_swapped_there_and_back() -> None:
    there, back = native_words("zh"), native_words("en")
    assert {chinese: english for english, chinese in there.items()} == back
    assert len(there) == len(NATIVE)
