"""Launcher: the Streamlit app on ``pages/main.py`` with health route, compression and security headers.

The main script lies in ``pages/`` on purpose: beside a ``pages/`` folder an ordinary main script is bypassed for the
first visitors after a start, who then see page files without language, view or sign-in.
"""

from __future__ import annotations

import asyncio
import gc
import os
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker import entrance, ui, warehouse

# Streamlit's front end compiles styles and validators at run time, hence inline and eval; all else is our own host.
_CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
# A publish comes a few times a day; to look for one is to read a file of one line.
LOOK_SECONDS = 2.0
# A reader moves to a new build with the next click; until then its screens are made.
LOOKS_UNTIL_SETTLED = 5
_SCRIPT = re.compile(r"""["']\./static/js/([\w.-]+\.js)["']""")
_COMPILED_WHILE_FETCHED_BYTES = 30_000
HEADERS = {
    "content-security-policy": _CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """Adds the headers above to every answer, and keeps cookies of an encrypted connection to such.

    Streamlit cannot know that a proxy before it encrypts, and leaves that mark out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                sent = map(_encrypted_only, message["headers"]) if scope["scheme"] == "https" else message["headers"]
                message["headers"] = [*sent, *(pair for pair in added if pair[0] not in names)]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _encrypted_only(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = header
    is_open = name == b"set-cookie" and b"; secure" not in value.lower()
    return (name, value + b"; Secure") if is_open else header


def scripts_link() -> str | None:
    """A header that lets a browser fetch what draws the first chart while the page is still on its way to it.

    Streamlit's front end asks for Plotly, 4.7 MB, only when the first chart has arrived. As ``preload``, not as
    ``modulepreload``: Chromium compiles a module from 30 KB on while it fetches it, and then keeps nothing compiled for
    the next visit (seen in Chromium 156); what was fetched as a script it keeps. In a browser that keeps its files, the
    processor time to the first chart of the overview went from 1.45 to 0.72 s. None where another version of Streamlit
    names the files otherwise: then the page is as slow as before.
    """
    folder = Path(st.__file__).parent / "static"
    scripts = folder / "static" / "js"
    charts = sorted(scripts.glob("PlotlyChart.*.js"))
    if len(charts) != 1:
        return None
    first = [scripts / name for name in _SCRIPT.findall((folder / "index.html").read_text("utf-8"))]
    large = [file for file in first if file.is_file() and file.stat().st_size > _COMPILED_WHILE_FETCHED_BYTES]
    return ", ".join(f"<./static/js/{file.name}>; rel=preload; as=script; crossorigin" for file in [*charts, *large])


class ScriptsAhead:
    """Adds the header above to every answer that is a page.

    Also to the answer that a page is as it was: a browser keeps the headers of its copy unless that answer names them,
    and its copy may be from a version of this app that named other files.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._link = scripts_link()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_link(message: Message) -> None:
            if message["type"] == "http.response.start" and self._link is not None:
                asked, headers = Headers(scope=scope), Headers(raw=message["headers"])
                kind = asked.get("accept") if message["status"] == 304 else headers.get("content-type")
                if (kind or "").startswith("text/html"):
                    message["headers"] = [*message["headers"], (b"link", self._link.encode())]
            await send(message)

        await self.app(scope, receive, send_with_link if scope["type"] == "http" else send)


class SendAtOnce:
    """Lets every small message of a session leave at once.

    Streamlit binds its own socket in a way that leaves Nagle's algorithm on (github.com/Kludex/uvicorn/issues/3149):
    each rerun waited 40 ms for the browser to acknowledge the message before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            connection = getattr(send, "__self__", None)  # uvicorn's protocol; another server has its own ways
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await self.app(scope, receive, send)


# The build whose first screens are made.
_warmed: list[str | None] = [None]


async def health(request: Request) -> JSONResponse:
    """Whether the server answers, which build it serves, and whether its first screens are made."""
    build_id = warehouse.current_build_id()
    return JSONResponse({"status": "ok", "build_id": build_id, "is_warm": build_id in _warmed})


def warm(what: Callable[[str], None], build_id: str | None) -> None:
    """Make what readers of a build would wait for.

    A damaged build, or a busy machine, is told to whoever opens a page; it must not keep the server from starting.
    """
    with suppress(warehouse.BuildUnreadable, warehouse.BuildMissing, warehouse.QueryTooSlow):
        if build_id is not None:
            what(build_id)


def settle() -> None:
    """Take what is loaded by now out of the rounds of the garbage collector, as it stays.

    A whole round over it took 70 to 240 ms out of some reader's rerun. What an earlier call set aside is looked
    through once more, so that nothing of a replaced build stays for good.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def keep_warm() -> None:
    """Make the first screens of each build that comes into force, beside the readers and before most of them ask.

    What was kept of the build before goes once the readers have had time to move on.
    """
    known, looks = None, 0
    while True:
        build_id = warehouse.current_build_id()
        if build_id != known:
            known, looks = build_id, 0
            ui.forget_unasked()
            await asyncio.to_thread(warm, ui.warm_pages, build_id)
            settle()
            _warmed[:] = [build_id]
        elif looks == LOOKS_UNTIL_SETTLED:
            ui.forget_unasked()
            settle()
        looks += 1
        await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Open the build in force before the first visitor waits for it, and let go of all builds at the end."""
    warm(ui.warm_up, warehouse.current_build_id())
    warming = asyncio.create_task(keep_warm())
    yield
    warming.cancel()
    warehouse.forget_connections()


try:
    provider = entrance.provider_settings(os.environ)
    entrance.way_in(os.environ, has_provider=bool(provider))
except entrance.Misconfigured as fault:
    raise SystemExit(str(fault)) from None

app = st.App(
    Path(__file__).resolve().parent / "pages" / "main.py",
    routes=[Route("/health", health)],
    middleware=[
        Middleware(SendAtOnce),
        Middleware(SecurityHeaders),
        Middleware(ScriptsAhead),
        Middleware(ui.Entrance),
        Middleware(ui.OwnFiles),
        Middleware(ui.WayBack),
        Middleware(GZipMiddleware, minimum_size=1000),
    ],
    secrets={"auth": {**provider}} if provider else None,
    lifespan=lifespan,
    on_script_error=ui.show_failure,
)
