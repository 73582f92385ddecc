"""What the server refuses before any page is run: foreign names and origins, being framed, its metrics.

A page elsewhere whose name is made to lead to this machine (DNS rebinding) would be of one origin with this
app, so the name that a browser asks for is checked. `server.allowedHosts` names more hosts, such as that of a
proxy; Streamlit itself checks only WebSockets by it, and only where it is set.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from core import language
from core.language.sentence import Sentence
from core.ui.language import of_request

REFUSED_HOST = Sentence(
    "This server does not answer to the name {host}. Open it as localhost or by its address in digits, "
    "or start it with --server.allowedHosts {host} --server.allowedHosts localhost."
)
REFUSED_ORIGIN = Sentence("Another page, not this server's own, asked for this connection; it is refused.")
_METRICS = "/_stcore/metrics"
_NO_FRAMES = {"content-security-policy": "frame-ancestors 'none'", "x-frame-options": "DENY"}


class Guard:
    """An ASGI middleware with the rules above."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with headers that forbid frames."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_unframed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_NO_FRAMES)
            await send(message)

        headers = Headers(scope=scope)
        with language.spoken(of_request(headers)):
            answer = _refusal(scope, headers) or self._app
            await answer(scope, receive, send_unframed)


def _refusal(scope: Scope, headers: Headers) -> Response | None:
    """What is said instead of an answer; before a WebSocket is accepted, a server makes any a refusal."""
    host = headers.get("host", "")
    if not is_known(host):
        shown = host.encode("ascii", "replace").decode()
        return PlainTextResponse(Sentence(REFUSED_HOST, host=shown).said(), status_code=421)
    if scope["type"] == "websocket" and not is_own_origin(headers):
        return PlainTextResponse(Sentence(REFUSED_ORIGIN).said(), status_code=403)
    if scope["path"].rstrip("/").endswith(_METRICS):
        return PlainTextResponse("Not found", status_code=404)
    return None


GUARD = Middleware(Guard)


def is_known(host: str) -> bool:
    """Whether a browser that asks for this host, with or without a port, means this server.

    Addresses in digits are always known: no name can be made to lead to them. So are localhost, this
    machine's own name, and what `server.address` and `server.allowedHosts` name ("*.example.com" for all
    names below one, "*" for every name).
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        ip_address(name)
        return True
    except ValueError:
        pass
    own = ["localhost", "*.localhost", socket.gethostname(), config.get_option("server.address") or ""]
    return any(_matches(name, each.lower()) for each in (*own, *config.get_option("server.allowedHosts")))


def is_own_origin(headers: Headers) -> bool:
    """Whether a WebSocket is asked for by a page of this very server, of the same port too.

    Streamlit itself compares names only, so that any other server on this machine would do. A proxy tells by
    X-Forwarded-Host which name the browser asked for. What is no browser tells no origin.
    """
    origin = headers.get("origin")
    own = {headers.get("host"), headers.get("x-forwarded-host")}
    return origin is None or urlsplit(origin).netloc in own


def _matches(name: str, allowed: str) -> bool:
    if allowed.startswith("*"):
        return name.endswith(allowed[1:])
    return name == allowed and bool(name)
