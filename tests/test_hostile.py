"""What comes from outside harms nothing: files of every hostile kind are refused with a message or read as text."""

from __future__ import annotations

from collections import Counter

from tests.hostile_files import KINDS, outcomes
from tracker.text import LANGUAGES

# Kinds that a reader may well take in part: what is left of them is text.
READABLE = {"hostile cells", "hostile workbook", "hostile name", "paths in archive", "flipped workbook",
            "flipped old workbook", "flipped document", "cut workbook", "wrong bytes", "ragged table"}  # fmt: skip


def test_a_hostile_file_is_refused_with_a_message_or_read_as_text() -> None:
    became = Counter[tuple[str, str]]()
    for outcome in outcomes(len(KINDS), seed=7):
        added = outcome.added
        assert added.status in ("checked", "refused"), (outcome.kind, added.status)
        if added.refusal is not None:
            assert added.refusal.code not in ("internal", "read.crashed"), (outcome.kind, added.refusal)
            assert all(added.refusal.text(language) for language in LANGUAGES)
        else:
            assert outcome.kind in READABLE, outcome.kind
            assert added.rows is not None
            counts = added.rows.counts
            told = ("accepted", "out_of_area", "rejected", "duplicate", "blank")
            assert counts["read"] == sum(counts[name] for name in told), outcome.kind
        became[outcome.kind, added.status] += 1
    assert {kind for kind, _ in became} == set(KINDS)
    assert became["hostile cells", "checked"] == 1
    assert became["bomb", "refused"] == 1
