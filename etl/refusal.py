"""What the program says when it cannot take something: a message to a person, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracker.text import LANGUAGES, word


@dataclass
class Refusal(Exception):
    """Something was refused. ``code`` names the phrase ``refusal.<code>`` of the locale files.

    ``values`` fill its placeholders: file, sheet, row, column and the offending value, as far as they apply. The
    phrase says what is wrong, where, and what to do.
    """

    code: str
    values: dict[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The message in one language."""
        return word(f"refusal.{self.code}", language, **self.values)

    def __str__(self) -> str:
        return "\n".join(self.text(language) for language in LANGUAGES)
