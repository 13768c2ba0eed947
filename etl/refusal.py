"""What the program says when it cannot take something: a message to a person, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.text import LANGUAGES, listed, word


@dataclass
class Refusal(Exception):
    """Something was refused. ``code`` names the phrase ``refusal.<code>`` of the locale files.

    ``values`` fill its placeholders: file, sheet, row, column and the offending value, as far as they apply. The
    phrase says what is wrong, where, and what to do.
    """

    code: str
    values: dict[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The message in one language; a value that is told in both is a mapping of them."""
        values = {name: value[language] if isinstance(value, dict) else value for name, value in self.values.items()}
        return word(f"refusal.{self.code}", language, **values)

    def __str__(self) -> str:
        return "\n".join(self.text(language) for language in LANGUAGES)


def not_stated(file: str, title: str, options: Sequence[str]) -> Refusal:
    """A title does not say all that a file must have: each option that is to be given, with what it takes."""
    examples = {
        language: listed([word(f"refusal.give.{option.removeprefix('--')}", language) for option in options], language)
        for language in LANGUAGES
    }
    return Refusal("add.missing", {"file": file, "title": title, "options": " ".join(options), "examples": examples})
