"""Who is let in: connections, headers and tokens, each against what was decided by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pytest
from starlette.datastructures import Headers

from tracker import entrance
from tracker.entrance import HEADER, ONE_PC, PROVIDER, Misconfigured
from tracker.ui import admission, way_back

HERE, THERE = ("127.0.0.1", 50000), ("10.1.2.3", 50000)
PROXIED = ("10.1.2.3", 0)  # as the web server tells of a visitor whom a proxy on this machine let through
ENVIRONMENT = {entrance.USER_HEADER: "X-Remote-User"}
OWN_HOST = (b"host", b"localhost:8501")
NAME = (b"x-remote-user", "张三".encode())
SETTINGS = {
    "TRACKER_OIDC_METADATA_URL": "http://localhost/.well-known/openid-configuration",
    "TRACKER_OIDC_CLIENT_ID": "tracker",
    "TRACKER_OIDC_CLIENT_SECRET": "secret",
    "TRACKER_OIDC_REDIRECT_URI": "http://localhost:8501/oauth2callback",
    "TRACKER_COOKIE_SECRET": "0123456789abcdef0123456789abcdef",
}


@pytest.mark.parametrize(
    ("way", "client", "headers", "expected"),
    [
        (ONE_PC, HERE, [OWN_HOST], None),
        (ONE_PC, ("::1", 50000), [(b"host", b"[::1]:8501")], None),
        (ONE_PC, ("::ffff:127.0.0.1", 50000), [OWN_HOST], None),
        (ONE_PC, THERE, [OWN_HOST], "one_pc_only"),
        (ONE_PC, None, [OWN_HOST], "one_pc_only"),
        (ONE_PC, PROXIED, [OWN_HOST, (b"x-forwarded-for", b"10.1.2.3")], "one_pc_only"),
        (ONE_PC, HERE, [OWN_HOST, (b"x-forwarded-for", b"127.0.0.1")], "one_pc_only"),
        (ONE_PC, HERE, [OWN_HOST, (b"forwarded", b"for=10.1.2.3")], "one_pc_only"),
        (ONE_PC, HERE, [(b"host", b"evil.example:8501")], "one_pc_only"),
        (ONE_PC, HERE, [(b"host", b"localhost.evil.example")], "one_pc_only"),
        (HEADER, HERE, [NAME], None),
        (HEADER, PROXIED, [NAME], None),
        (HEADER, HERE, [], None),  # the page then says that no name arrived
        (HEADER, THERE, [NAME], "proxy_only"),
        (HEADER, THERE, [NAME, (b"x-forwarded-for", b"10.1.2.3")], "proxy_only"),
        (HEADER, THERE, [], "proxy_only"),
        (HEADER, HERE, [NAME, NAME], "bad_header"),
        (HEADER, HERE, [(b"x-remote-user", "张三, 李四".encode())], "bad_header"),
        (HEADER, HERE, [(b"x-remote-user", b"a\x07b")], "bad_header"),
        (HEADER, HERE, [(b"x-remote-user", b"\xff\xfe")], "bad_header"),
        (HEADER, HERE, [(b"x-remote-user", b"  ")], "bad_header"),
        (PROVIDER, THERE, [], None),
    ],
)
def test_a_connection_is_let_through_or_refused(
    way: str, client: tuple[str, int] | None, headers: list[tuple[bytes, bytes]], expected: str | None
) -> None:
    assert entrance.refusal(way, client, headers, ENVIRONMENT) == expected


def test_one_way_at_a_time_and_no_strangers_as_proxies() -> None:
    assert entrance.way_in({}, has_provider=False) == ONE_PC
    assert entrance.way_in(ENVIRONMENT, has_provider=False) == HEADER
    assert entrance.way_in({"FORWARDED_ALLOW_IPS": "127.0.0.1,::1"}, has_provider=True) == PROVIDER
    with pytest.raises(Misconfigured, match="TRACKER_USER_HEADER"):
        entrance.way_in(ENVIRONMENT, has_provider=True)
    for trusted in ("*", "127.0.0.1,10.0.0.0/8"):
        with pytest.raises(Misconfigured, match="FORWARDED_ALLOW_IPS"):
            entrance.way_in({**ENVIRONMENT, "FORWARDED_ALLOW_IPS": trusted}, has_provider=False)


def test_settings_of_a_provider_are_whole_or_refused_by_name() -> None:
    assert entrance.provider_settings({}) == {}
    assert entrance.provider_settings(SETTINGS)["client_id"] == "tracker"
    for name in SETTINGS:
        with pytest.raises(Misconfigured, match=name):
            entrance.provider_settings({key: value for key, value in SETTINGS.items() if key != name})
    with pytest.raises(Misconfigured, match="32"):
        entrance.provider_settings({**SETTINGS, "TRACKER_COOKIE_SECRET": "short"})


NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("claims", "hours", "expected"),
    [
        ({"iat": NOW - 60, "exp": NOW + 60}, "", None),
        ({"iat": NOW - 60, "exp": NOW}, "", "expired"),
        ({"iat": NOW - 60}, "", "expired"),
        ({"exp": "never"}, "", "expired"),
        ({"exp": True}, "", "expired"),
        ({}, "8", "expired"),
        ({"iat": NOW - 7 * 3600, "exp": NOW - 3600}, "8", None),
        ({"iat": NOW - 8 * 3600, "exp": NOW + 3600}, "8", "expired"),
        # The clock of the server was put back by a day: what it cannot have given out yet does not count.
        ({"iat": NOW + 86400, "exp": NOW + 90000}, "", "clock"),
        ({"iat": NOW + 200, "exp": NOW + 90000}, "", None),
    ],
)
def test_a_token_holds_for_its_time(claims: dict[str, object], hours: str, expected: str | None) -> None:
    assert entrance.token_fault(claims, NOW, {entrance.SESSION_HOURS: hours}) == expected


def test_a_name_is_the_claim_that_was_chosen_and_a_mail_address_only_when_verified() -> None:
    claims: dict[str, object] = {
        "sub": "u-1",
        "email": "a@b.cn",
        "email_verified": True,
        "preferred_username": " 张三 ",
    }
    assert entrance.named_by_provider(claims, {}) == "u-1"
    assert entrance.named_by_provider(claims, {entrance.USER_CLAIM: "preferred_username"}) == "张三"
    assert entrance.named_by_provider(claims, {entrance.USER_CLAIM: "email"}) == "a@b.cn"
    assert entrance.named_by_provider({**claims, "email_verified": False}, {entrance.USER_CLAIM: "email"}) is None
    assert entrance.named_by_provider({"sub": ["u-1"]}, {}) is None
    assert entrance.named_by_provider({"sub": "x" * 200}, {}) is None
    assert entrance.named_by_proxy(["张三".encode().decode("latin-1")]) == "张三"
    assert entrance.named_by_proxy(["a", "b"]) is None
    assert entrance.named_by_proxy([]) is None


class Behind:
    """The app behind the entrance: what reached it."""

    def __init__(self, status: int = 200, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.status, self.headers = status, headers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers]})
        await send({"type": "http.response.body", "body": b"Authentication error"})


def answered(app: Behind, before: Any = admission.Entrance, **scope: Any) -> list[dict[str, Any]]:
    """What a connection is answered."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    whole = {"type": "http", "method": "GET", "path": "/", "client": HERE, "headers": [OWN_HOST], **scope}
    asyncio.run(before(app)(whole, receive, send))
    return sent


def test_the_entrance_answers_strangers_itself_and_stamps_who_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(entrance.USER_HEADER, raising=False)
    app = Behind()
    start, body = answered(app, client=THERE)
    assert (start["status"], app.scopes) == (403, [])
    for phrase in ("TRACKER_USER_HEADER", "只在这台电脑上使用", "serves this computer only"):
        assert phrase in body["body"].decode()
    assert answered(app, type="websocket", client=THERE) == [{"type": "websocket.close", "code": 1008}]
    forged = (entrance.STAMP_HEADER.encode(), b"forged")
    answered(app, headers=[OWN_HOST, forged])
    assert app.scopes[0]["headers"] == [OWN_HOST, (entrance.STAMP_HEADER.encode(), entrance.STAMP.encode())]
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    start, body = answered(app)
    assert start["status"] == 403
    assert "FORWARDED_ALLOW_IPS" in body["body"].decode()


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("tracker.gov.cn", "https://tracker.gov.cn", False),
        ("tracker.gov.cn", "https://tracker.gov.cn:8443", False),  # the proxy handed on the name alone
        ("tracker.gov.cn:443", "https://tracker.gov.cn", False),
        ("tracker.gov.cn:8443", "https://Tracker.gov.cn:8443", False),
        ("localhost:8501", "http://localhost:8501", False),
        ("[::1]:8501", "http://[::1]:8501", False),
        ("localhost:8501", None, False),  # a program, not a page
        ("localhost:8501", "http://localhost:3000", True),
        ("localhost:8501", "http://127.0.0.1:8501", True),
        ("tracker.gov.cn", "http://localhost", True),
        ("tracker.gov.cn", "https://evil.example", True),
        ("tracker.gov.cn", "https://tracker.gov.cn.evil.example", True),
        ("tracker.gov.cn", "https://tracker.gov.cn@evil.example", True),
        ("tracker.gov.cn", "null", True),
        ("tracker.gov.cn", "https://[", True),
        ("tracker.gov.cn", "", True),
    ],
)
def test_a_page_of_another_server_is_told_from_our_own(host: str, origin: str | None, expected: bool) -> None:
    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin is not None else [])]
    assert entrance.is_foreign_page(headers) is expected


def test_a_page_of_another_server_opens_no_session_and_hands_nothing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(entrance.USER_HEADER, raising=False)
    app, headers = Behind(), [OWN_HOST, (b"origin", b"https://evil.example")]
    assert answered(app, type="websocket", headers=headers) == [{"type": "websocket.close", "code": 1008}]
    start, body = answered(app, method="PUT", path="/_stcore/upload_file/s/f", headers=headers)
    assert (start["status"], app.scopes) == (403, [])
    assert "另一个网页" in body["body"].decode()
    answered(app, headers=headers)
    assert len(app.scopes) == 1  # what is only shown is shown: no page of elsewhere can read the answer


def test_a_provider_that_is_down_is_told_in_both_languages() -> None:
    start, body = answered(Behind(400), path="/auth/login")
    assert start["status"] == 503
    said = body["body"].decode()
    assert "统一身份认证暂时无法访问" in said
    assert "cannot be reached" in said
    assert "Traceback" not in said
    assert answered(Behind(302), path="/auth/login")[0]["status"] == 302


@pytest.mark.parametrize(
    ("referer", "host", "expected"),
    [
        ("https://a.gov.cn/districts?plan=p&as_of=2025-12-31", "a.gov.cn", "/districts?plan=p&as_of=2025-12-31"),
        ("https://a.gov.cn:8443/", "a.gov.cn", "/"),
        ("http://localhost:8501/", "localhost:8501", "/"),
        ("https://b.example/districts", "a.gov.cn", ""),
        ("https://a.gov.cn//b.example/", "a.gov.cn", ""),
        ("https://a.gov.cn/\\b.example/", "a.gov.cn", ""),
        ("https://a.gov.cn/" + "x" * 2000, "a.gov.cn", ""),
        ("", "a.gov.cn", ""),
    ],
)
def test_a_sign_in_keeps_a_page_of_its_own_and_no_other(referer: str, host: str, expected: str) -> None:
    assert way_back.asked_page(Headers({"referer": referer, "host": host})) == expected


@pytest.mark.parametrize("kept", ["//b.example", "/\\b.example", "https://b.example", "/a\r\nset-cookie: b=c", ""])
def test_a_cookie_leads_to_no_other_server(kept: str) -> None:
    app = Behind(302, [(b"location", b"/")])
    cookie = (b"cookie", f"{way_back.COOKIE}={quote(kept, safe='')}".encode())
    [start, _] = answered(app, way_back.WayBack, path="/oauth2callback", headers=[cookie], scheme="https")
    assert dict(start["headers"])[b"location"] == b"/"


def test_after_the_sign_in_the_page_that_was_asked_for_opens() -> None:
    came_from = [(b"host", b"a.gov.cn"), (b"referer", b"https://a.gov.cn/ladder?area=320722")]
    [start, _] = answered(Behind(302), way_back.WayBack, path="/auth/login", headers=came_from, scheme="https")
    cookie = dict(start["headers"])[b"set-cookie"].decode()
    assert cookie.endswith("HttpOnly; SameSite=Lax; Secure")
    back = [(b"cookie", cookie.split(";")[0].encode())]
    app = Behind(302, [(b"location", b"/")])
    [start, _] = answered(app, way_back.WayBack, path="/oauth2callback", headers=back, scheme="https")
    assert dict(start["headers"])[b"location"] == b"/ladder?area=320722"
    assert b"Max-Age=0" in dict(start["headers"])[b"set-cookie"]
    assert answered(Behind(), way_back.WayBack, headers=back, scheme="https")[0]["headers"] == []
