"""Signing in as people do: a real provider of identities, a real nginx with TLS, a stranger at the door."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.server import Server, free_port, running, served, wait_for
from tests.invented_build import publish
from tests.proxy import write_configuration
from tests.test_browser import CHROMIUM
from tracker import audit, people
from tracker.people import Granted

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
NGINX = shutil.which("nginx")
MENU_OF_A_LEADER = ["进展", "企业", "会议与简报", "数据", "说明"]
HEADER = "X-Remote-User"
OWN_CERTIFICATE = ssl._create_unverified_context()  # that of the test is known to nobody else


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one build, where 张三 may look."""
    publish(tmp_path)
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    people.grant(Granted("zhangsan", "leader"), "root", "command")
    return tmp_path


@dataclass(frozen=True)
class Answer:
    """What a server answers outside a browser."""

    status: int
    text: str
    headers: Message


def asked(address: str, **headers: str) -> Answer:
    request = urllib.request.Request(
        address, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, context=OWN_CERTIFICATE) as response:
            return Answer(response.status, response.read().decode(), response.headers)
    except urllib.error.HTTPError as fault:
        return Answer(fault.code, fault.read().decode(), fault.headers)


def panel(page: Page, title: str) -> None:
    expect(page.locator(".tt-panel h1")).to_have_text(title, timeout=30_000)


def test_a_provider_lets_in_and_rights_are_ours(folder: Path, browser: Browser) -> None:
    provider, port = free_port(), free_port()
    settings = {
        "TRACKER_OIDC_METADATA_URL": f"http://localhost:{provider}/.well-known/openid-configuration",
        "TRACKER_OIDC_CLIENT_ID": "tracker",
        "TRACKER_OIDC_CLIENT_SECRET": "secret",
        "TRACKER_OIDC_REDIRECT_URI": f"http://localhost:{port}/oauth2callback",
        "TRACKER_COOKIE_SECRET": "0123456789abcdef0123456789abcdef",
    }
    command = ["oidc_provider_mock", "--port", str(provider)]
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    with served(folder, port=port, **settings) as server:
        base = server.address
        with (folder / "provider.log").open("wb") as log, running(command, log, {}):
            wait_for(settings["TRACKER_OIDC_METADATA_URL"])
            link = f"{base}/districts?plan=example&as_of=2025-09-30"
            page.goto(link)
            panel(page, "请先登录")
            expect(page.locator("[data-testid=stTopNavLink], [data-testid=stTopNavSection]")).to_have_count(0)
            page.get_by_role("button", name="登录").click()
            page.locator("input[name=sub]").fill("zhangsan")
            page.locator("button[type=submit]").first.click()
            expect(page.locator(".tt-finding").first).to_be_visible(timeout=30_000)
            expect(page.get_by_text("zhangsan（领导）")).to_be_visible()
            assert page.url.startswith(link)  # back at what was asked for, not at the first page
            assert page.locator("[data-testid=stTopNavSection]").all_inner_texts() == MENU_OF_A_LEADER
            page.goto(f"{base}/rights")
            panel(page, "您没有打开此页的权限")
            # Taken back while the page is open: gone at the next click, whatever the cookie says.
            page.goto(f"{base}/")
            expect(page.locator(".tt-finding").first).to_be_visible(timeout=30_000)
            people.grant(Granted("wangwu", "admin"), "root", "command")
            people.revoke("zhangsan", "wangwu", "page")
            page.get_by_text("English", exact=True).click()
            panel(page, "You have no rights here yet")
        stranger = browser.new_context().new_page()
        stranger.goto(base)
        stranger.get_by_role("button", name="登录").click()
        expect(stranger.locator("h1").first).to_have_text("统一身份认证暂时无法访问", timeout=30_000)
    kept = [(entry.person, entry.action) for entry in audit.entries() if entry.action in ("sign_in", "refused")]
    assert kept[-1] == ("zhangsan", "sign_in")
    assert kept[0] == ("zhangsan", "refused")


@pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")
def test_nginx_says_who_is_there_and_nobody_else_can(
    folder: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped example: TLS, two app processes on one data folder, a build published and a process lost."""
    plain, secure = free_port(), free_port()
    (folder / "users").write_text("zhangsan:{PLAIN}geheim\nlisi:{PLAIN}anders\n", encoding="utf-8")
    (folder / "users").chmod(0o644)
    monkeypatch.setenv("TRACKER_USER_HEADER", HEADER)
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    with served(folder) as first, served(folder) as second:
        apps = {port_of(server.address): server for server in (first, second)}
        command = ["-c", str(write_configuration(folder, plain, secure, list(apps))), "-g", "daemon off; user root;"]
        with (folder / "nginx.out").open("wb") as log, running(command, log, {}, (str(NGINX),)):
            base = f"https://localhost:{secure}"
            wait_for(f"{base}/health", OWN_CERTIFICATE)
            assert asked(f"{base}/").status == 401
            assert json.loads(asked(f"{base}/health").text)["status"] == "ok"  # for monitoring, without a password
            signed_in = {"Authorization": "Basic " + base64.b64encode(b"zhangsan:geheim").decode()}
            for path, sent in (("/", {}), ("/", signed_in), ("/health", {}), ("/media/x", signed_in), ("/no/page", {})):
                found = asked(f"{base}{path}", **sent).headers
                assert (path, found["Strict-Transport-Security"]) == (path, "max-age=31536000")
                assert "nginx/" not in found["Server"]
            cookies = asked(f"{base}/_stcore/health", **signed_in).headers.get_all("Set-Cookie", [])
            assert cookies
            assert all("Secure" in cookie for cookie in cookies)
            context = browser.new_context(
                http_credentials={"username": "zhangsan", "password": "geheim"},
                # A visitor who claims to be somebody else: the proxy writes over it.
                extra_http_headers={HEADER: "wangwu"},
                ignore_https_errors=True,
            )
            page = context.new_page()
            page.goto(f"http://localhost:{plain}/districts")
            expect(page.locator(".tt-finding").first).to_be_visible(timeout=30_000)
            expect(page.get_by_text("zhangsan（领导）")).to_be_visible()
            assert page.url.startswith(f"{base}/districts")
            expect(page.locator(".tt-tag.is-demo").first).to_be_visible()
            with page.expect_download() as saved:
                page.get_by_role("button", name="下载 CSV").click()
            file = saved.value.url
            assert asked(file, **signed_in).status == 200
            other = {"Authorization": "Basic " + base64.b64encode(b"lisi:anders").decode()}
            assert asked(file, **other).status == 404  # whoever learns the address, which stays as long as the session
            # Published by whichever process: the next click shows it.
            publish(folder, "20260113T093000000-b52a33", is_demo=False)
            page.get_by_text("English", exact=True).click()
            expect(page.locator(".tt-tag.is-demo")).to_have_count(0, timeout=30_000)
            serving = [port for port, server in apps.items() if visitors_of(server)]
            assert len(serving) == 1
            apps[serving[0]].process.terminate()
            page.goto(f"{base}/districts")
            expect(page.locator(".tt-finding").first).to_be_visible(timeout=30_000)
            [left] = [port for port in apps if port not in serving]
            assert visitors_of(apps[left])
        own = outside_address()
        if own is None:
            pytest.skip("this machine has no address but loopback")
        for headers in ({HEADER: "zhangsan"}, {HEADER: "zhangsan", "X-Forwarded-For": own}, {}):
            answer = asked(f"http://{own}:{left}/", **headers)
            assert answer.status == 403
            assert "请从登录入口访问" in answer.text
        assert asked(f"http://localhost:{left}/", **{HEADER: "a,b"}).status == 403


def port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def visitors_of(server: Server) -> bool:
    """Whether a proxy keeps connections to a server open."""
    return any(connection.status == psutil.CONN_ESTABLISHED for connection in server.process.net_connections("tcp"))


def test_without_a_way_to_sign_in_only_this_computer_is_answered(folder: Path) -> None:
    with served(folder, STREAMLIT_SERVER_ADDRESS="0.0.0.0") as server:
        base = server.address
        own, port = outside_address(), base.rsplit(":", 1)[1]
        assert asked(f"{base}/health").status == 200
        assert asked(f"{base}/health", Host="evil.example").status == 403
        assert asked(f"{base}/health", **{"X-Forwarded-For": "127.0.0.1"}).status == 403
        if own is None:
            pytest.skip("this machine has no address but loopback")
        answer = asked(f"http://{own}:{port}/")
        assert answer.status == 403
        assert "TRACKER_USER_HEADER" in answer.text


def outside_address() -> str | None:
    """An address of this machine under which others would reach it; None where it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        own = str(probe.getsockname()[0])
    return None if own.startswith("127.") else own
