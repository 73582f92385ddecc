"""A real server that must be signed in to: what it refuses, the form, and the session."""

import http.client
import sys
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import pytest

from core.people.passwords import hash_password
from core.workspace import Workspace

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests" / "browser"))

from app_server import AppServer  # noqa: E402

PASSWORD = "four plain words here"  # noqa: S105
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple[int, Workspace]]:
    """The port of a server on localhost, and its workspace; asked through a proxy people must sign in."""
    folder = tmp_path_factory.mktemp("sign_in") / "workspace"
    with Workspace.open(folder) as workspace:
        running = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": str(folder)})
        running.start()
        yield running.port, workspace
        running.kill()


@pytest.fixture
def port(server) -> int:
    return server[0]


@pytest.fixture
def kim(server):
    """Somebody with a password."""
    persons = server[1].persons
    person = persons.get_or_add("Kim")
    persons.set_role(person.id, "reader")
    persons.set_password_hash(person.id, hash_password(PASSWORD))
    return person


def ask(
    port: int, path: str, *, method: str = "GET", body: str | None = None, proxy: bool = True, **headers: str
) -> tuple[int, Message, str]:
    """Status, headers and body of an answer; underscores in names of headers stand for dashes."""
    sent = {"Host": f"localhost:{port}", **({"X-Forwarded-For": "10.1.2.3"} if proxy else {})}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("localhost", port, timeout=120)) as connection:
        connection.request(method, path, body, sent)
        with connection.getresponse() as answer:
            text = "" if answer.status == 101 else answer.read().decode(errors="replace")
            return answer.status, answer.headers, text


def sign_in(port: int, name: str, password: str, to: str = "/", origin: str | None = None):
    return ask(
        port,
        f"/sign-in?{urlencode({'to': to})}",
        method="POST",
        body=urlencode({"name": name, "password": password}),
        Content_Type="application/x-www-form-urlencoded",
        Origin=origin or f"http://localhost:{port}",
    )


def cookie_of(headers: Message) -> str:
    return headers["Set-Cookie"].partition(";")[0]


def test_on_this_machine_nobody_is_asked(port):
    assert ask(port, "/", proxy=False)[0] == 200


def test_a_proxy_s_request_is_refused_while_nobody_can_sign_in(server):
    port, workspace = server
    assert not workspace.persons.with_password()
    for path in ("/", "/models?task=x", "/media/x.png"):
        status, _, body = ask(port, path, Accept="text/html")
        assert status == 403
        assert "python -m core.people add" in body


def test_without_a_session_there_is_the_form_and_nothing_else(port, kim):
    status, headers, _ = ask(port, "/models?task=lung_xray", Accept="text/html")
    assert (status, headers["Location"]) == (303, "/sign-in?to=/models%3Ftask%3Dlung_xray")
    for path in ("/media/x.png", "/_stcore/upload_file/a/b", "/static/x.js"):
        assert ask(port, path)[0] == 401
    assert ask(port, "/_stcore/stream", **UPGRADE)[0] == 401
    status, headers, body = ask(port, "/sign-in")
    assert status == 200
    assert 'type="password"' in body
    assert ask(port, "/healthz")[2] == '{"store":"ok"}'


def test_the_right_password_begins_a_session(port, kim):
    status, headers, _ = sign_in(port, " kim ", PASSWORD, to="/models?task=lung_xray")
    assert (status, headers["Location"]) == (303, "/models?task=lung_xray")
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=lax" in headers["Set-Cookie"]
    cookie = cookie_of(headers)
    assert ask(port, "/", Cookie=cookie)[0] == 200
    assert ask(port, "/_stcore/stream", Cookie=cookie, **UPGRADE)[0] == 101


def test_a_session_ends_with_a_removal_and_with_a_new_password(server, kim):
    port, workspace = server
    cookie = cookie_of(sign_in(port, "Kim", PASSWORD)[1])
    workspace.persons.set_password_hash(kim.id, hash_password("four other words here"))
    assert ask(port, "/", Cookie=cookie)[0] == 401
    cookie = cookie_of(sign_in(port, "Kim", "four other words here")[1])
    workspace.persons.remove(kim.id)
    assert ask(port, "/", Cookie=cookie)[0] in (401, 403)


def test_wrong_passwords_are_told_alike_and_slowed_down(port, kim):
    answers = [sign_in(port, name, "not this one at all") for name in ("Kim", "Nobody <b>")]
    assert {status for status, _, _ in answers} == {401}
    assert all("Name or password is wrong." in body for _, _, body in answers)
    assert "Nobody &lt;b&gt;" in answers[1][2]
    # The name stands there still: it is the password that has to be typed again.
    assert 'type="password" autocomplete="current-password" required autofocus' in answers[0][2]
    for _ in range(6):
        last = sign_in(port, "Lee", "not this one at all")
    assert "too many wrong passwords" in last[2]


def test_another_server_s_page_neither_signs_in_nor_is_led_to(port, kim):
    assert sign_in(port, "Kim", PASSWORD, origin="http://localhost:1")[0] == 403
    for elsewhere in ("//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert sign_in(port, "Kim", PASSWORD, to=elsewhere)[1]["Location"] == "/"


def test_a_page_of_another_port_gets_no_websocket(port):
    asked = {**UPGRADE, "Origin": f"http://localhost:{port + 1}"}
    assert ask(port, "/_stcore/stream", proxy=False, **asked)[0] == 403
    own = {**UPGRADE, "Origin": f"http://localhost:{port}"}
    assert ask(port, "/_stcore/stream", proxy=False, **own)[0] == 101
