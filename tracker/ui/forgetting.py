"""Everything that a process keeps of builds let go at once."""

from __future__ import annotations

from tracker import keeping, warehouse


def forget() -> None:
    """Empty every cache of this process."""
    keeping.forget()
    warehouse.forget_connections()
