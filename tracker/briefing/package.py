"""Everything of a briefing in one archive: Word, PowerPoint, Excel and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.briefing import images
from tracker.briefing.content import Content
from tracker.briefing.figures import figures
from tracker.briefing.images import Picture
from tracker.briefing.settled import archive


def pictures(content: Content, kinds: Sequence[str], size: str = "slide") -> dict[str, bytes]:
    """Every figure of a briefing as files by name, in each of the kinds ``png``, ``svg``, ``pdf``.

    Raises:
        ImagesRefused: where pictures cannot be made.
    """
    if not kinds:
        return {}
    named = figures(content)
    wanted = {f"{name}.{kind}": Picture(figure, kind, size) for name, figure in named.items() for kind in kinds}
    return dict(zip(wanted, images.drawn(list(wanted.values())), strict=True))


def package(content: Content, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The name and the bytes of one zip of the files of a briefing; of the same files it is the same each time."""
    return f"{content.file_stem}.zip", archive(files)
