"""Colours, marks and fonts: one source for page, chart and export."""

from __future__ import annotations

from dataclasses import dataclass

INK = "#1B2A33"
SECONDARY = "#5B6C76"
LINE = "#D9E1E6"
PAGE = "#FFFFFF"
PANEL = "#F3F6F8"
DATA = "#0B5C7A"
FAINT = "#687680"

# System fonts only: nothing is fetched, and each system brings one that holds Chinese.
FONTS = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'


@dataclass(frozen=True)
class StatusLook:
    """How a leaders' word looks. The mark carries it in black and white, the colour is never alone."""

    mark: str
    text: str
    fill: str


# U+FE0E keeps the marks from turning into coloured emoji on Windows and phones.
STATUS_LOOKS = {
    "met": StatusLook("✔\ufe0e", "#006164", "#DCEDEB"),
    "ahead": StatusLook("▲\ufe0e", "#1F7A70", "#E6F2F0"),
    "on_pace": StatusLook("●\ufe0e", "#4F6F7B", "#EDF2F4"),
    "behind": StatusLook("▼\ufe0e", "#9A5B00", "#F9D9A8"),
    "missed": StatusLook("✖\ufe0e", "#B5351A", "#F3B9AA"),
    "not_reported": StatusLook("–", "#66757E", "#F1F3F4"),
}

# Where a title stands: the same marks in list, timeline and legend.
TITLE_LOOKS = {
    "in_force": StatusLook("●\ufe0e", "#0B5C7A", "#0B5C7A"),
    "awaiting_review": StatusLook("○\ufe0e", "#9A5B00", "#FFFFFF"),
    "publicity": StatusLook("◇\ufe0e", "#5B6C76", "#FFFFFF"),
    "lapsed": StatusLook("✕\ufe0e", "#66757E", "#F1F3F4"),
    "pool": StatusLook("+", "#66757E", "#F1F3F4"),
    "on_record": StatusLook("–", "#66757E", "#F1F3F4"),
}


def css_variables() -> str:
    """The palette as custom properties, so that the stylesheet names colours and never repeats them."""
    plain = {"ink": INK, "secondary": SECONDARY, "line": LINE, "page": PAGE, "panel": PANEL, "data": DATA}
    pairs = [f"--{name}:{colour}" for name, colour in (plain | {"faint": FAINT}).items()]
    for status, look in STATUS_LOOKS.items():
        pairs += [f"--{status}-text:{look.text}", f"--{status}-fill:{look.fill}"]
    return f":root{{{';'.join(pairs)};--fonts:{FONTS}}}"
