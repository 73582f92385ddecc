"""The gate in front of all that the server hands out: no session, no page, no picture, no WebSocket."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import AppError
from core.people import sessions
from core.ui.sign_in import rules, words
from core.ui.store import opened

SIGN_IN, SIGN_OUT, HEALTH = "/sign-in", "/sign-out", "/healthz"
_OPEN = {SIGN_IN, SIGN_OUT, HEALTH, "/_stcore/health"}


class Gate:
    """An ASGI middleware that asks for a session where people must sign in.

    Where they do so at a service, Streamlit keeps the session and each page asks for it (`core.ui.shell`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        refusal = None
        if scope["type"] in ("http", "websocket") and scope["path"] not in _OPEN:
            refusal = await run_in_threadpool(refusal_of, HTTPConnection(scope))
        await (self._app if refusal is None else refusal)(scope, receive, send)


GATE = Middleware(Gate)


def refusal_of(request: HTTPConnection) -> Response | None:
    """What to answer instead of what was asked for, None where it may be given."""
    if not rules.is_needed(request.headers):
        return None
    try:
        way = rules.way()
        if way == "service":
            return None
        if way is None:
            return PlainTextResponse(words.SIGN_IN_MISSING, status_code=403)
        token = request.cookies.get(sessions.COOKIE, "")
        if token and sessions.person_of(opened(), token) is not None:
            return None
    except AppError as error:
        return PlainTextResponse(str(error), status_code=503)
    if request.scope["type"] == "http" and "text/html" in request.headers.get("accept", ""):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{SIGN_IN}?to={quote(asked)}", status_code=303)
    return PlainTextResponse(words.SIGN_IN_FIRST, status_code=401)
