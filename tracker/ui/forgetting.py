"""Every cache of a process emptied at once: builds of different data folders may bear one id."""

from __future__ import annotations

import streamlit as st

from tracker import candidates, enterprises, enterprises_behind, enterprises_profile, warehouse
from tracker.ui.change_reads import change_line
from tracker.ui.enterprise_reads import forget_lists
from tracker.ui.overview_reads import overview_parts
from tracker.ui.reading import briefing_of, read, targets_at, tier_counts


def forget() -> None:
    """Empty every cache of this process."""
    for cache in (briefing_of, change_line, overview_parts, read, targets_at, tier_counts):
        cache.cache_clear()
    forget_lists()
    candidates.forget()
    enterprises.forget()
    enterprises_behind.forget()
    enterprises_profile.forget()
    st.cache_resource.clear()
    warehouse.forget_connections()
