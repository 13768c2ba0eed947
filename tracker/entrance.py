"""Who is let in, decided by the configuration of the installation and never by a page.

Three ways, one at a time: a provider of identities (OpenID Connect), the user name that a reverse proxy on this machine
sends in a header, or, with neither, one PC that answers nobody but itself. Rights are looked up elsewhere
(:mod:`tracker.people`); here a request is only let through or refused, and a claim of identity judged.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlsplit

from tracker.text import LANGUAGES, word

PROVIDER, HEADER, ONE_PC = "provider", "header", "one_pc"
USER_HEADER = "TRACKER_USER_HEADER"
USER_CLAIM = "TRACKER_USER_CLAIM"
SESSION_HOURS = "TRACKER_SESSION_HOURS"
# What st.login needs, by the variable that gives it where no secrets.toml does.
PROVIDER_SETTINGS = {
    "server_metadata_url": "TRACKER_OIDC_METADATA_URL",
    "client_id": "TRACKER_OIDC_CLIENT_ID",
    "client_secret": "TRACKER_OIDC_CLIENT_SECRET",
    "redirect_uri": "TRACKER_OIDC_REDIRECT_URI",
    "cookie_secret": "TRACKER_COOKIE_SECRET",
}
SHORTEST_SECRET = 32
# Marks a connection that came through the checks below: pages started in any other way serve nobody.
STAMP_HEADER = "x-tracker-admitted"
STAMP = secrets.token_hex(16)
_CLOCK_SECONDS = 300  # by so much the clocks of provider and server may differ
_LONGEST_NAME = 120
_FORWARDED = frozenset((b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via"))
_USUAL_PORTS = {"http": 80, "https": 443}
_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")

Headers = Sequence[tuple[bytes, bytes]]


class Misconfigured(Exception):
    """The settings of sign-in contradict each other or lack something. The message names what, in both languages."""

    def __init__(self, key: str, **values: object) -> None:
        self.said = {language: word(f"entrance.{key}", language, **values) for language in LANGUAGES}
        super().__init__("\n".join(self.said.values()))


def provider_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of the provider of identities that the environment gives; none where it gives none.

    Raises:
        Misconfigured: where it gives some of them only.
    """
    found = {name: environment[variable] for name, variable in PROVIDER_SETTINGS.items() if environment.get(variable)}
    if found:
        check_provider(found)
    return found


def check_provider(settings: Mapping[str, object]) -> None:
    """Settings of a provider that are whole, with a secret that nobody guesses.

    Raises:
        Misconfigured: where they are not.
    """
    missing = [f"{variable} ({name})" for name, variable in PROVIDER_SETTINGS.items() if not settings.get(name)]
    if missing:
        raise Misconfigured("missing_settings", names=", ".join(missing))
    if len(str(settings["cookie_secret"])) < SHORTEST_SECRET:
        raise Misconfigured("short_secret", length=SHORTEST_SECRET)


def way_in(environment: Mapping[str, str], *, has_provider: bool) -> str:
    """How people are known here: :data:`PROVIDER`, :data:`HEADER` or :data:`ONE_PC`.

    Raises:
        Misconfigured: where two ways are set, or the web server would believe strangers about their address.
    """
    trusted = {host.strip() for host in environment.get("FORWARDED_ALLOW_IPS", "").split(",")} - {""}
    if not all(_is_loopback(host) for host in trusted):
        raise Misconfigured("trusted_proxies")
    header = environment.get(USER_HEADER, "").strip()
    if has_provider and header:
        raise Misconfigured("two_ways", variable=USER_HEADER)
    return PROVIDER if has_provider else HEADER if header else ONE_PC


def refusal(way: str, client: tuple[str, int] | None, headers: Headers, environment: Mapping[str, str]) -> str | None:
    """Why a connection is refused, as the key of a sentence under ``entrance``; None where it is let through.

    Args:
        way: as :func:`way_in` says.
        client: address and port of the other side, as the web server tells them.
        headers: names in lower case, values as sent.
    """
    if way == PROVIDER:
        return None
    names = [name for name, _ in headers]
    if way == ONE_PC:
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        is_own = client is not None and _is_loopback(client[0]) and not _FORWARDED.intersection(names)
        # A name of the outside that leads here is how a foreign web page reaches a server on one's own PC.
        return None if is_own and all(_OWN_HOST.fullmatch(host) for host in hosts) else "one_pc_only"
    if not _comes_from_here(client):
        return "proxy_only"
    sent = [value for name, value in headers if name == header_name(environment).lower().encode()]
    if sent and (len(sent) > 1 or not _name(sent[0])):
        return "bad_header"
    return None


def is_foreign_page(headers: Headers) -> bool:
    """Whether a page of another server asks, as a browser tells; programs, which tell nothing, are none.

    A browser sends the password or cookie of this server along, whatever page opens the connection. Streamlit would
    let in every page of this computer, and asks a host of the internet for its own address before it refuses others.
    """
    asked = next((value.decode("latin-1") for name, value in headers if name == b"origin"), None)
    own = next((value.decode("latin-1") for name, value in headers if name == b"host"), "")
    if asked is None:
        return False
    try:
        page, here = urlsplit(asked), urlsplit(f"//{own}")
        page_port, port = page.port or _USUAL_PORTS.get(page.scheme), here.port
    except ValueError:
        return True
    # A proxy may hand on the name without the port.
    return page.hostname != here.hostname or port not in (None, page_port)


def header_name(environment: Mapping[str, str]) -> str:
    """The header in which the reverse proxy sends who is there."""
    return environment.get(USER_HEADER, "").strip()


def named_by_proxy(values: Sequence[str]) -> str | None:
    """The user name of a header as a page gets it, each byte as one letter: sent once, and a name; else None."""
    return _name(values[0].encode("latin-1", "ignore")) or None if len(values) == 1 else None


def _name(sent: bytes) -> str:
    """A name as a proxy sends it, in UTF-8; empty where it is none. A comma joins what was sent twice."""
    try:
        name = sent.decode("utf-8").strip()
    except UnicodeDecodeError:
        return ""
    return name if name.isprintable() and "," not in name and len(name) <= _LONGEST_NAME else ""


def _comes_from_here(client: tuple[str, int] | None) -> bool:
    """Whether the other side of the connection is this machine.

    Uvicorn puts the address that a proxy on this machine tells in place of the proxy's own, with port 0, which no
    connection has; it does so for no other proxy unless it is told to, which :func:`way_in` refuses.
    """
    return client is not None and (_is_loopback(client[0]) or client[1] == 0)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def token_fault(claims: Mapping[str, object], now: float, environment: Mapping[str, str]) -> str | None:
    """Why a sign-in does not hold (any more): ``expired``, or ``clock`` where it lies in the future; None if it holds.

    It holds as long as the provider says (``exp``), or for ``TRACKER_SESSION_HOURS`` from when it was given out: some
    providers let theirs end after minutes. The cookie that carries it lives for 30 days, which says nothing.

    Args:
        claims: of the identity token.
        now: seconds since 1970 by this server's clock.
    """
    issued, ends = (_seconds(claims.get(name)) for name in ("iat", "exp"))
    hours = environment.get(SESSION_HOURS, "").strip()
    if issued is not None and issued > now + _CLOCK_SECONDS:
        return "clock"
    if hours:
        ends = issued + 3600 * float(hours) if issued is not None else None
    return None if ends is not None and now < ends else "expired"


def _seconds(stated: object) -> float | None:
    is_number = isinstance(stated, int | float) and not isinstance(stated, bool)
    return float(stated) if is_number else None  # type: ignore[arg-type]


def named_by_provider(claims: Mapping[str, object], environment: Mapping[str, str]) -> str | None:
    """The name under which rights are kept: the claim that the installation chose, else the lasting ``sub``.

    A mail address that the provider has not verified names nobody: anybody may have typed it.
    """
    claim = environment.get(USER_CLAIM, "").strip() or "sub"
    if claim == "email" and claims.get("email_verified") is not True:
        return None
    found = claims.get(claim)
    return found.strip() if isinstance(found, str) and 0 < len(found.strip()) <= _LONGEST_NAME else None


def plain_page(key: str, details: Mapping[str, str] | None = None) -> bytes:
    """A page outside the app, in both languages: a title and what to do.

    Args:
        key: of the title and the sentence under ``entrance``.
        details: by language, what is said in place of the sentence.
    """
    said = "".join(
        f'<section lang="{"zh-CN" if language == "zh" else "en"}"><h1>'
        f"{escape(word(f'entrance.{key}_title', language))}</h1>"
        f"<p>{escape(details[language] if details else word(f'entrance.{key}', language))}</p></section>"
        for language in LANGUAGES
    )
    title = escape(word("app.title", LANGUAGES[0]))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>'
        "body{font:16px/1.7 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;color:#1B2A33;"
        "max-width:720px;margin:12vh auto;padding:0 24px}h1{font-size:24px;line-height:1.4;margin:0 0 8px}"
        "section+section{margin-top:40px;padding-top:32px;border-top:1px solid #D9E1E6}p{margin:0}"
        f"</style></head><body>{said}</body></html>"
    ).encode()
