"""Prepared files: for whom they were made, for a short time. The way through a browser is in test_browser_sign_in."""

from __future__ import annotations

import pytest

from tracker.ui import own_files


def test_a_file_is_for_the_visitor_for_whom_it_was_made_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(own_files, "_until", {})
    monkeypatch.setattr("tracker.ui.own_files.time.monotonic", lambda: now[0])
    zhang, li = ((("x-remote-user", name),) for name in ("zhangsan", "lisi"))
    own_files.hand_to(zhang, b"list")
    assert own_files.is_for(zhang, b"list")
    assert not own_files.is_for(li, b"list")
    assert not own_files.is_for((), b"list")
    assert not own_files.is_for(zhang, b"another")
    own_files.hand_to(li, b"list")  # the same content, made for another
    assert own_files.is_for(zhang, b"list")
    now[0] += own_files.FETCHED_WITHIN_SECONDS + 1
    assert not own_files.is_for(zhang, b"list")
    own_files.hand_to(li, b"another")
    assert len(own_files._until) == 1  # what is over is let go


def test_a_visitor_is_named_by_the_proxy_or_by_the_cookie_of_the_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_USER_HEADER", "X-Remote-User")
    headers = [("Host", "a"), ("X-Remote-User", "zhangsan")]
    cookies = {"_streamlit_user": "signed", "_streamlit_user_1": "more", "_streamlit_xsrf": "x"}
    assert own_files.name_of(headers, {}) == (("x-remote-user", "zhangsan"),)
    assert own_files.name_of([("x-remote-user", "zhangsan")], {}) == own_files.name_of(headers, {})
    monkeypatch.delenv("TRACKER_USER_HEADER")
    assert own_files.name_of(headers, cookies) == (("_streamlit_user", "signed"), ("_streamlit_user_1", "more"))
    assert own_files.name_of(headers, {"_streamlit_xsrf": "x"}) == ()
