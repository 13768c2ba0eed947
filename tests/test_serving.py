"""The server's own parts: what is sent leaves at once, also on a socket bound as Streamlit binds it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from unittest.mock import Mock

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from websockets.asyncio.client import connect

import app
from app import SendAtOnce
from tracker import ui, warehouse
from tracker.keeping import kept

Headers = Sequence[tuple[bytes, bytes]]


async def tell_of_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers whether its connection waits before it sends a small message."""
    if scope["type"] != "websocket":
        return
    connection = send.__self__  # type: ignore[attr-defined]
    own = connection.transport.get_extra_info("socket")
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": str(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)})
    await send({"type": "websocket.close"})


def test_small_messages_of_a_session_leave_at_once() -> None:
    with contextlib.closing(socket.socket(family=socket.AF_INET)) as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(SendAtOnce(tell_of_socket), lifespan="off", log_level="error"))
        running = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        running.start()
        try:
            while not server.started:
                time.sleep(0.02)
            assert asyncio.run(_answer(bound.getsockname()[1])) == "True"
        finally:
            server.should_exit = True
            running.join()


async def _answer(port: int) -> str | bytes:
    async with connect(f"ws://127.0.0.1:{port}") as client:
        return await client.recv()


def test_each_build_that_comes_into_force_is_made_ready_once(monkeypatch: pytest.MonkeyPatch) -> None:
    current = iter([None, "first", "first", "gone", "second"])
    made: list[str] = []

    def warm_pages(build_id: str) -> None:
        made.append(build_id)
        if build_id == "gone":
            raise warehouse.BuildMissing(build_id)

    async def watched() -> None:
        watching = asyncio.create_task(app.keep_warm())
        while "second" not in made:
            await asyncio.sleep(0.01)
        watching.cancel()

    monkeypatch.setattr(app, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(ui, "warm_pages", warm_pages)
    monkeypatch.setattr(warehouse, "current_build_id", lambda: next(current, "second"))
    asyncio.run(asyncio.wait_for(watched(), 10))
    assert made == ["first", "gone", "second"]


def test_what_is_kept_of_a_build_goes_when_readers_have_moved_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pinned build, which somebody goes on asking for, stays."""
    current, looks = ["first"], [0]

    @kept(8)
    def screen(build_id: str) -> str:
        return build_id

    def kept_now() -> list[str]:
        return sorted(result.result() for result in screen._results.values())

    def look() -> str:
        looks[0] += 1
        return current[0]

    async def looked(times: int) -> None:
        until = looks[0] + times
        while looks[0] < until:
            screen("pinned")
            await asyncio.sleep(0.001)

    async def is_warm() -> bool:
        answer = await app.health(Mock())
        return bool(json.loads(bytes(answer.body))["is_warm"])

    async def published() -> None:
        watching = asyncio.create_task(app.keep_warm())
        await looked(3 * app.LOOKS_UNTIL_SETTLED)
        assert kept_now() == ["first", "pinned"]  # no look lets go of what is in force
        screen("first")
        assert await is_warm()
        current[0] = "second"
        assert not await is_warm()
        await looked(3)
        assert kept_now() == ["first", "pinned", "second"]
        assert await is_warm()
        await looked(2 * app.LOOKS_UNTIL_SETTLED)
        assert kept_now() == ["pinned", "second"]
        watching.cancel()

    monkeypatch.setattr(app, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(ui, "warm_pages", screen)
    monkeypatch.setattr(warehouse, "current_build_id", look)
    asyncio.run(asyncio.wait_for(published(), 10))


@pytest.mark.parametrize(
    ("scheme", "sent", "expected"),
    [
        ("https", b"_streamlit_user=x; HttpOnly; SameSite=lax", b"_streamlit_user=x; HttpOnly; SameSite=lax; Secure"),
        ("https", b"a=b; Path=/; Secure", b"a=b; Path=/; Secure"),
        ("http", b"_streamlit_user=x; HttpOnly", b"_streamlit_user=x; HttpOnly"),
    ],
)
def test_a_cookie_of_an_encrypted_connection_is_sent_over_no_other(scheme: str, sent: bytes, expected: bytes) -> None:
    start = answer_through(app.SecurityHeaders, [(b"set-cookie", sent)], scheme)
    headers = dict(start["headers"])
    assert headers[b"set-cookie"] == expected
    assert {name.encode() for name in app.HEADERS} <= headers.keys()


def answer_through(
    middleware: Callable[[ASGIApp], ASGIApp],
    headers: Headers,
    scheme: str = "http",
    status: int = 200,
    asked: Headers = (),
) -> Message:
    """The beginning of an answer with these headers, behind a part of the server."""
    sent: list[Message] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {}

    async def ask() -> None:
        await middleware(answer)({"type": "http", "scheme": scheme, "headers": asked}, nothing, keep)

    asyncio.run(ask())
    return sent[0]


@pytest.mark.parametrize(
    ("status", "asked", "kind", "is_page"),
    [
        (200, b"text/html,*/*;q=0.8", [(b"content-type", b"text/html; charset=utf-8")], True),
        (200, b"text/html,*/*;q=0.8", [(b"content-type", b"application/json")], False),
        (304, b"text/html,*/*;q=0.8", [], True),
        (304, b"*/*", [], False),
    ],
)
def test_a_page_names_the_files_that_draw_charts_before_it_asks_for_them(
    status: int, asked: bytes, kind: Headers, is_page: bool
) -> None:
    """Should Streamlit name those files otherwise one day, this fails and the pages are only slower."""
    start = answer_through(app.ScriptsAhead, kind, status=status, asked=[(b"accept", asked)])
    links = [value.decode() for name, value in start["headers"] if name == b"link"]
    assert len(links) == is_page
    if is_page:
        assert len(links[0]) < 1500  # some proxies hold 4 KB of headers, and no more
        named = [
            re.fullmatch(r"<\./static/js/([\w-]+)\..+\.js>; rel=preload; as=script; crossorigin", link)
            for link in links[0].split(", ")
        ]
        names = {match[1] for match in named if match}
        assert len(names) == len(named)
        assert {"PlotlyChart", "index", "react-dom", "protobuf"} <= names
