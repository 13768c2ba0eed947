"""The app beside other programs that draw the same charts, in a browser: who takes part, and what is measured."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from benchmarks import superset_peer
from benchmarks.dash_peer import AS_OF, PLAN, TARGET
from benchmarks.measure import Line, memory_of_tree
from benchmarks.reader import reading
from benchmarks.server import Server, served

PAGES = ("", "districts", "indicators")
_VIEW: ViewportSize = {"width": 1440, "height": 900}
_OPTIONS = ["--no-sandbox"]
# From the third visit on everything that a browser keeps is kept.
_VISITS_BEFORE, _TURNS = 3, 7
_AT_ONCE, _TIMES = 10, 20


@dataclass(frozen=True)
class Contender:
    """A program that draws the charts.

    ``serve`` starts it on a data folder, ``path`` gives the address of a page behind that of the server, ``wait``
    returns once the first chart is drawn, ``enter`` signs in, ``asks`` stands in the addresses of what its pages ask
    for their charts. The app may take ``times`` as long as this one until its first chart.
    """

    name: str
    serve: Callable[[Path], AbstractContextManager[Server]]
    path: Callable[[str], str]
    wait: Callable[[Page], object]
    asks: str = ""
    enter: Callable[[BrowserContext, str], None] = lambda context, address: None
    times: float | None = None


def own_path(page: str) -> str:
    """The address of a page of the app on the date and target of the others."""
    return f"{page}?" + urlencode({"plan": PLAN, "as_of": AS_OF.isoformat()} | ({"target": TARGET} if page else {}))


def _plotly(page: Page) -> object:
    return page.wait_for_selector(".js-plotly-plot .main-svg")


OURS = Contender("ours", served, own_path, _plotly)
DASH = Contender(
    "Dash",
    lambda folder: served(folder, ("benchmarks.dash_peer",), "/_dash-layout"),
    str,
    _plotly,
    asks="_dash-update-component",
    times=1.5,
)
SUPERSET = Contender(
    "Superset",
    superset_peer.served_superset,
    lambda page: f"superset/dashboard/{page or 'overview'}/",
    lambda page: page.wait_for_function(superset_peer.DRAWN, polling="raf"),
    asks="/api/v1/chart/data",
    enter=superset_peer.log_in,
)


@contextmanager
def browsing() -> Iterator[Browser | None]:
    """A browser until the end of the block; none, with a word, where this machine has no Chromium."""
    chromium = _chromium()
    if chromium is None:
        print("no Chromium on this machine: what is measured in a browser is left out")
        yield None
        return
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=_OPTIONS) as browser,
    ):
        yield browser


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def _own_profile(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with a profile on disk, as a person's is: it keeps scripts compiled, a private window does not."""
    with tempfile.TemporaryDirectory(prefix="profile-", ignore_cleanup_errors=True) as folder:
        kind = browser.browser_type
        with kind.launch_persistent_context(
            folder, executable_path=_chromium(), args=_OPTIONS, viewport=_VIEW
        ) as context:
            yield context


def beside(peer: Contender, folder: Path) -> list[Line]:
    """The app and a peer turn by turn on a data folder: first charts, bytes, memory, many at once."""
    lines: list[Line] = []
    with ExitStack() as stack:
        browser = stack.enter_context(browsing())
        if browser is None:
            return []
        servers = {one: stack.enter_context(one.serve(folder)) for one in (OURS, peer)}
        servers[OURS].wait_until_warm()
        names = {OURS: f"ours, beside {peer.name}", peer: peer.name}
        lines += [_memory(names[one], server, "once started") for one, server in servers.items()]
        for one, server in servers.items():
            fetched = cold_megabytes(browser, one, server.address)
            lines.append(Line(f"{names[one]}: first page, a browser that was never here", fetched, "MB"))
        context = browser.new_context(viewport=_VIEW)
        asked: set[tuple[str, str]] = set()
        context.on("request", lambda request: asked.add((request.url, request.post_data or "")))
        profiles = {"a profile of its own": stack.enter_context(_own_profile(browser)), "a private window": context}
        for kind, profile in profiles.items():
            peer.enter(profile, servers[peer].address)
            for page in PAGES:
                lines += _first_charts(profile, servers, peer, page, kind)
        lines += [_memory(names[one], server, "after these pages") for one, server in servers.items()]
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in context.cookies())
        headers = {"Content-Type": "application/json", "Cookie": cookies}
        posted = [(url, content) for url, content in asked if peer.asks in url]
        asks = [urllib.request.Request(url, content.encode(), headers) for url, content in posted]
        lines += [
            _at_once(f"{names[OURS]}: a page", _pages_at_once(servers[OURS].address)),
            _at_once(f"{peer.name}: an answer for its charts", _answers_at_once(asks)),
        ]
    return lines


def _first_charts(
    context: BrowserContext, servers: dict[Contender, Server], peer: Contender, page: str, kind: str
) -> list[Line]:
    def all_once() -> list[float]:
        return [_first_chart(context, one, f"{server.address}/{one.path(page)}") for one, server in servers.items()]

    for _ in range(_VISITS_BEFORE):
        all_once()
    turns = [all_once() for _ in range(_TURNS)]
    own, other = (median(turn[place] for turn in turns) for place in (0, 1))
    what = f"{page or 'overview'}: first chart, {kind}"
    return [
        Line(f"{what}, ours beside {peer.name}", own, "s"),
        Line(f"{what}, {peer.name}", other, "s"),
        Line(f"{what}, ours / {peer.name}", own / other, "times", peer.times),
    ]


def _first_chart(context: BrowserContext, contender: Contender, address: str) -> float:
    """Seconds from the address to the first chart on the page."""
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    contender.wait(page)
    seconds = time.perf_counter() - started
    page.close()
    return seconds


def cold_megabytes(browser: Browser, contender: Contender, address: str) -> float:
    """What a browser that was never here before fetches for the first page."""
    context = browser.new_context(viewport=_VIEW)
    contender.enter(context, address)
    page = context.new_page()
    got: list[float] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda done: got.append(done["encodedDataLength"]))
    # A frame of a socket is told in Base64: four letters for three bytes.
    network.on(
        "Network.webSocketFrameReceived", lambda frame: got.append(len(frame["response"]["payloadData"]) * 3 / 4)
    )
    page.goto(f"{address}/{contender.path('')}")
    contender.wait(page)
    page.wait_for_load_state("networkidle")
    context.close()
    return sum(got) / 1e6


def _memory(name: str, server: Server, when: str) -> Line:
    return Line(f"{name}: memory of the server {when}", memory_of_tree(server.process.pid) / 1e6, "MB")


def _pages_at_once(address: str) -> list[float]:
    """Readers who ask for the overview again and again."""

    async def reads() -> list[float]:
        async with reading(address) as reader:
            await reader.open("", own_path("").lstrip("?"))
            return [await reader.again() for _ in range(_TIMES)]

    async def all_read() -> list[list[float]]:
        return await asyncio.gather(*(reads() for _ in range(_AT_ONCE)))

    with ThreadPoolExecutor(1) as thread:  # the browser has a loop of its own in this one
        return [seconds for each in thread.submit(asyncio.run, all_read()).result() for seconds in each]


def _answers_at_once(asks: list[urllib.request.Request]) -> list[float]:
    """The same requests by so many clients, each of which has only one under way."""

    def seconds(ask: urllib.request.Request) -> float:
        started = time.perf_counter()
        with urllib.request.urlopen(ask) as answer:
            answer.read()
        return time.perf_counter() - started

    with ThreadPoolExecutor(_AT_ONCE) as clients:
        return list(clients.map(seconds, (asks * _AT_ONCE * _TIMES)[: _AT_ONCE * _TIMES]))


def _at_once(what: str, times: list[float]) -> Line:
    slow = quantiles(times, n=20, method="inclusive")[18]
    return Line(f"{what}, {_AT_ONCE} at once, p95 of {len(times)}", slow * 1000, "ms")
