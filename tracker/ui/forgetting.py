"""What a process keeps of builds let go: everything at once, or what nobody asks for any more."""

from __future__ import annotations

from tracker import keeping, warehouse


def forget() -> None:
    """Empty every cache of this process."""
    keeping.forget()
    warehouse.forget_connections()


def forget_unasked() -> None:
    """Let go of what nobody asked for since this was last called: a publish leaves a whole build behind.

    Whoever has pinned an older build goes on asking for it; what is missing then is made again.
    """
    keeping.forget_unasked()
    warehouse.forget_unasked_connections()
