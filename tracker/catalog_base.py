"""What every entry of the catalogue is made of: codes, phrases in both languages, models closed to unknown keys."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Code = str
Evidence = Literal["A", "B", "C", "R"]


class Model(BaseModel):
    """Base of all catalogue entries: closed to unknown keys and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Model):
    """One phrase in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_language(self, language: str) -> str:
        """The phrase in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en
