"""Back to the page that somebody wanted to see: a provider of identities sends everybody to the first page.

A link in a message names plan, month and area. What was asked for when the sign-in began is kept in a cookie for a few
minutes, as a path of this server and never as an address.
"""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "tracker_way_back"
_SECONDS = 600
_LONGEST = 2000
# A second slash, or a backslash that browsers take for one, would lead to another server.
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")


class WayBack:
    """Sends a person who signed in to the page on which the sign-in began."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path.endswith("/auth/login"):
            asked, kept = asked_page(Headers(scope=scope)), ""
        elif path.endswith("/oauth2callback"):
            asked, kept = "", kept_page(Headers(scope=scope))
        else:
            asked, kept = "", ""
        if not asked and not kept:
            await self.app(scope, receive, send)
            return
        secure = "; Secure" if scope["scheme"] == "https" else ""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if kept and "location" in headers:
                    headers["location"] = kept
                value, seconds = (quote(asked, safe=""), _SECONDS) if asked else ("", 0)
                cookie = f"{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
                headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_on)


def asked_page(headers: Headers) -> str:
    """The page of this server from which a request comes, with its view; empty where it comes from elsewhere."""
    came_from, own = urlsplit(headers.get("referer", "")), urlsplit("//" + headers.get("host", ""))
    page = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    # The port is not compared: a proxy may hand on the name alone.
    return _own(page) if came_from.hostname and came_from.hostname == own.hostname else ""


def kept_page(headers: Headers) -> str:
    """The page that was asked for when the sign-in began; empty where none is kept, or it is no path of this server."""
    kept = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    return _own(unquote(kept.value)) if kept else ""


def _own(page: str) -> str:
    return page if len(page) <= _LONGEST and _OWN_PATH.fullmatch(page) else ""
