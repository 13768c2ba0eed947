"""Everything of a briefing in one archive: Word, PowerPoint, Excel and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tracker.briefing import images
from tracker.briefing.content import Content
from tracker.briefing.figures import figures
from tracker.briefing.images import Picture
from tracker.briefing.settled import archive

_AT_ONCE = 4  # pictures between two reports of progress; a renderer has so many pages at most


def pictures(
    content: Content,
    kinds: Sequence[str],
    size: str = "slide",
    told: Callable[[int, int], None] | None = None,
) -> dict[str, bytes]:
    """Every figure of a briefing as files by name, in each of the kinds ``png``, ``svg``, ``pdf``.

    Args:
        content: what they show.
        kinds: of files.
        size: ``slide`` or ``column``.
        told: called with how many pictures are drawn and how many there will be.

    Raises:
        ImagesRefused: where pictures cannot be made.
    """
    if not kinds:
        return {}
    named = figures(content)
    wanted = {f"{name}.{kind}": Picture(figure, kind, size) for name, figure in named.items() for kind in kinds}
    names, files = list(wanted), list[bytes]()
    for start in range(0, len(names), _AT_ONCE):
        if told is not None:
            told(start, len(names))
        files += images.drawn([wanted[name] for name in names[start : start + _AT_ONCE]])
    return dict(zip(names, files, strict=True))


def package(content: Content, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The name and the bytes of one zip of the files of a briefing; of the same files it is the same each time."""
    return f"{content.file_stem}.zip", archive(files)
