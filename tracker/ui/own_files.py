"""A file prepared for download goes to the visitor for whom it was made, for a short time, and to nobody else.

Streamlit gives a file to everybody who knows its address, a hash of the content, as long as any session is open.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from threading import Lock

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.media_file_storage import MediaFileKind

from tracker import entrance
from tracker.text import LANGUAGES, word

# A browser fetches a file as soon as it is made; a slow line has begun by then.
FETCHED_WITHIN_SECONDS = 120.0
_PREPARED = "/media/"
_SIGN_IN_COOKIE = "_streamlit_user"  # and its pieces, where it is long

Name = tuple[tuple[str, str], ...]
_until: dict[tuple[bytes, Name], float] = {}
_lock = Lock()


def name_of(headers: Iterable[tuple[str, str]], cookies: Mapping[str, str]) -> Name:
    """What names a visitor in each request: what the proxy says, or the cookie of the sign-in; nothing on one PC."""
    header = entrance.header_name(os.environ).lower()
    said = [(name.lower(), value) for name, value in headers if header and name.lower() == header]
    return tuple(sorted([*said, *(pair for pair in cookies.items() if pair[0].startswith(_SIGN_IN_COOKIE))]))


def hand_to(name: Name, content: bytes) -> None:
    """Keep for whom a file was just made."""
    now = time.monotonic()
    with _lock:
        for known in [known for known, until in _until.items() if until < now]:
            del _until[known]
        _until[sha256(content).digest(), name] = now + FETCHED_WITHIN_SECONDS


def is_for(name: Name, content: bytes) -> bool:
    """Whether a file was made for a visitor, and lately."""
    with _lock:
        return _until.get((sha256(content).digest(), name), 0.0) >= time.monotonic()


class OwnFiles:
    """Answers "not found" to everybody but the visitor for whom a file was made."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_PREPARED):
            file = runtime.get_instance().media_file_mgr.read_file(PurePosixPath(scope["path"]).stem)
            request = Request(scope)
            name = name_of(request.headers.items(), request.cookies)
            # Pictures of the page itself, the icon among them, are everybody's.
            if file is not None and file.kind == MediaFileKind.DOWNLOADABLE and not is_for(name, file.content):
                said = "\n".join(word("entrance.not_your_file", language) for language in LANGUAGES)
                await PlainTextResponse(said, 404)(scope, receive, send)
                return
        await self.app(scope, receive, send)
