"""The form for name and password, the way out, and the answer for whoever watches the server."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core.errors import AppError
from core.people import sessions
from core.people.passwords import is_password
from core.ui import words as shared
from core.ui.sign_in import rules, words
from core.ui.sign_in.gate import HEALTH, SIGN_IN, SIGN_OUT
from core.ui.store import opened

_PAGE = Path(__file__).with_name("form.html").read_text(encoding="utf-8")


async def _sign_in(request: Request) -> Response:
    to = _local(request.query_params.get("to", "/"))
    if request.method == "GET":
        return _form(to)
    if urlsplit(request.headers.get("origin", "")).netloc not in _hosts(request):
        return PlainTextResponse(words.SIGN_IN_ELSEWHERE, status_code=403)
    fields = await request.form()
    name, password = str(fields.get("name", "")), str(fields.get("password", ""))[:1000]
    token, message = await run_in_threadpool(_token, name, password)
    if not token:
        return _form(to, name, message, status_code=401)
    answer = RedirectResponse(to, status_code=303)
    answer.set_cookie(
        sessions.COOKIE,
        token,
        max_age=sessions.LIFETIME,
        httponly=True,
        samesite="lax",
        secure=request.headers.get("x-forwarded-proto", request.url.scheme) == "https",
    )
    return answer


def _token(name: str, password: str) -> tuple[str, str]:
    """A session for who gave the right password, or why there is none."""
    from core.workspace.names import MAX_NAME_LENGTH, name_key

    name = name[:MAX_NAME_LENGTH]
    if not name.strip():
        return "", words.SIGN_IN_WRONG
    attempts, key = rules.attempts(), name_key(name)
    wait = attempts.seconds_to_wait(key)
    if wait > 0:
        return "", words.SIGN_IN_WAIT.format(seconds=round(wait + 0.5))
    try:
        persons = opened().persons
        person = persons.find(name)
        if is_password(password, persons.password_hash(person.id) if person else None) and person:
            attempts.succeeded(key)
            return sessions.begin(opened(), person), ""
    except AppError as error:
        return "", str(error)
    attempts.failed(key)
    return "", words.SIGN_IN_WRONG


def _form(to: str, name: str = "", message: str = "", status_code: int = 200) -> Response:
    texts = {
        "title": shared.APP_NAME,
        "action": f"{SIGN_IN}?to={quote(to)}",
        "name_label": shared.YOUR_NAME,
        "password_label": words.PASSWORD,
        "button": words.SIGN_IN,
        "name_focus": "" if name else "autofocus",
        "password_focus": "autofocus" if name else "",
        "name": name,
        "message": message,
    }
    page = _PAGE
    for key, text in texts.items():
        page = page.replace("{{" + key + "}}", escape(text))
    return HTMLResponse(page, status_code=status_code, headers={"cache-control": "no-store"})


async def _sign_out(request: Request) -> Response:
    answer = RedirectResponse(SIGN_IN, status_code=303)
    answer.delete_cookie(sessions.COOKIE)
    return answer


async def _health(request: Request) -> Response:
    def look() -> str:
        try:
            opened().settings.get("")
        except AppError as error:
            return str(error)
        return ""

    trouble = await run_in_threadpool(look)
    return JSONResponse({"store": trouble or "ok"}, status_code=503 if trouble else 200)


def _local(address: str) -> str:
    """A path of this server; another server's address is not followed."""
    parts = urlsplit(address)
    is_path = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if is_path and not address.startswith("//") else "/"


def _hosts(request: Request) -> set[str]:
    names = (request.headers.get("host"), request.headers.get("x-forwarded-host"))
    return {name for name in names if name}


ROUTES = [
    Route(SIGN_IN, _sign_in, methods=["GET", "POST"]),
    Route(SIGN_OUT, _sign_out),
    Route(HEALTH, _health),
]
