"""A reader without a browser: one session that speaks Streamlit's own protocol to a server that runs already.

A session's own state wins over a link that comes later, as for anybody who has the page open. So a reader opens a link
once and then does what people do: chooses in a box, types, goes to another page.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from tracker.text import LANGUAGES, word

_WAIT_SECONDS = 60.0
# A page that fails is replaced by a designed one, which is an answer like any other to the protocol.
_FAILURES = [word("app.failure_title", language) for language in LANGUAGES]
_MARKUP = re.compile(r"<[^>]+>")
_LARGEST_MESSAGE = 2**26


class PageFailed(Exception):
    """The page answered with an error."""


@dataclass
class Reader:
    """A session: the boxes and texts on its page by key, the pages of the menu, where it is."""

    socket: ClientConnection
    options: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    widgets: dict[str, str] = field(default_factory=dict)
    page: str = ""
    _query: str = ""

    async def open(self, page: str, query: str) -> float:
        """Open a link, as the first thing in a session. Returns the seconds until the page is finished."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = query
        return await self._run(asked)

    async def again(self) -> float:
        """Ask for the same page once more."""
        return await self._run(self._here())

    async def go_to(self, page: str) -> float:
        """Choose a page of the menu by its path; the first page has none."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = self.pages[page]
        asked.rerun_script.query_string = self._query
        return await self._run(asked)

    async def choose(self, key: str, option: str) -> float:
        """Choose in a box, by the words that stand there."""
        return await self._with(WidgetState(id=self.widgets[key], string_value=option))

    async def type_in(self, key: str, text: str) -> float:
        """Type a text."""
        return await self.choose(key, text)

    async def _with(self, state: WidgetState) -> float:
        asked = self._here()
        asked.rerun_script.widget_states.widgets.append(state)
        return await self._run(asked)

    def _here(self) -> BackMsg:
        asked = BackMsg()
        asked.rerun_script.page_script_hash = self.page
        asked.rerun_script.query_string = self._query
        return asked

    async def _run(self, asked: BackMsg) -> float:
        """Send and read until the script has finished."""
        self.options, self.widgets = {}, {}
        fault = ""
        started = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        async with asyncio.timeout(_WAIT_SECONDS):
            while True:
                said = ForwardMsg()
                said.ParseFromString(await self.socket.recv(decode=False))
                kind = said.WhichOneof("type")
                if kind == "script_finished":
                    break
                fault = self._note(said, kind) or fault
        if fault:
            raise PageFailed(fault)
        return time.perf_counter() - started

    def _note(self, said: ForwardMsg, kind: str | None) -> str:
        """Keep what a message tells of the page. Returns the words of an error, else nothing."""
        if kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in said.navigation.app_pages}
            self.page = said.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = said.page_info_changed.query_string
        elif kind == "delta":
            element = said.delta.new_element
            name = element.WhichOneof("type")
            if name == "exception":
                return str(element.exception.message)
            if name == "html" and any(title in element.html.body for title in _FAILURES):
                return _MARKUP.sub(" ", element.html.body).strip()
            if name in ("selectbox", "text_input"):
                widget = getattr(element, name)
                key = widget.id.split("-", 2)[2]
                self.widgets[key] = widget.id
                if name == "selectbox" and not widget.disabled:
                    self.options[key] = list(widget.options)
        return ""


@asynccontextmanager
async def reading(address: str) -> AsyncIterator[Reader]:
    """A session with a server until the end of the block."""
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(url, subprotocols=["streamlit"], max_size=_LARGEST_MESSAGE) as socket:  # type: ignore[list-item]
        yield Reader(socket)
