"""Before any page: requests that this installation does not serve are refused, whatever they ask for."""

from __future__ import annotations

import logging
import os
from contextlib import suppress

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker import entrance

_LOG = logging.getLogger(__name__)


def has_provider() -> bool:
    """Whether a provider of identities is set, by the environment or by ``.streamlit/secrets.toml``."""
    with suppress(FileNotFoundError):
        return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets
    return False


def way_in() -> str:
    """How people are known here, see :func:`tracker.entrance.way_in`. Incomplete settings are no way in."""
    way = entrance.way_in(os.environ, has_provider=has_provider())
    if way == entrance.PROVIDER:
        entrance.check_provider(dict(st.secrets["auth"]))
    return way


class Entrance:
    """Lets a connection through, stamped, or answers it with a plain page in both languages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        try:
            why = entrance.refusal(way_in(), scope.get("client"), scope["headers"], os.environ)
            if why is None and _changes(scope) and entrance.is_foreign_page(scope["headers"]):
                why = "foreign_page"
            page = entrance.plain_page(why) if why else b""
        except entrance.Misconfigured as fault:
            why, page = "misconfigured", entrance.plain_page("misconfigured", fault.said)
        if why is not None:
            _LOG.warning("refused: %s from %s", why, scope.get("client"))
            await _answer(scope, send, page)
            return
        stamp = entrance.STAMP_HEADER.encode()
        kept = [pair for pair in scope["headers"] if pair[0] != stamp]
        admitted = {**scope, "headers": [*kept, (stamp, entrance.STAMP.encode())]}
        is_sign_in = scope["type"] == "http" and scope["path"].endswith("/auth/login")
        await self.app(admitted, receive, _ProviderDown(send).send if is_sign_in else send)


def _changes(scope: Scope) -> bool:
    """Whether more is asked for than to be shown something: a session of pages, or that something be taken in."""
    return scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")


class _ProviderDown:
    """In place of the two English words that Streamlit answers while the provider cannot be reached."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_failure = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_failure = message["status"] >= 400
            if self._is_failure:
                await _answer({"type": "http"}, self._send, entrance.plain_page("provider_down"), 503)
        if not self._is_failure:
            await self._send(message)


async def _answer(scope: Scope, send: Send, page: bytes, status: int = 403) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": page})
