"""What a real server refuses: foreign host names, being framed, its metrics."""

import http.client
import sys
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path

import pytest

from core.ui.guard import is_known

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests" / "browser"))

from app_server import AppServer  # noqa: E402

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    workspace = str(tmp_path_factory.mktemp("guard") / "workspace")
    server = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": workspace})
    server.start()
    yield server.port
    server.kill()


def ask(
    port: int, path: str, host: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, Message, bytes]:
    """Status, headers and body of an answer."""
    with closing(http.client.HTTPConnection("localhost", port, timeout=120)) as connection:
        connection.request(method, path, headers={"Host": host, **(headers or {})})
        with connection.getresponse() as answer:
            # A WebSocket that was accepted has no end to read to.
            return answer.status, answer.headers, b"" if answer.status == 101 else answer.read()


def test_foreign_name_is_refused_with_a_sentence(port):
    for path in ("/", "/models", "/_stcore/health", "/media/x.png"):
        status, _, body = ask(port, path, f"attacker.example:{port}")
        assert status == 421
        assert b"does not answer to the name attacker.example" in body


def test_foreign_name_gets_no_websocket(port):
    foreign = {**UPGRADE, "Origin": f"http://attacker.example:{port}"}
    assert ask(port, "/_stcore/stream", f"attacker.example:{port}", foreign)[0] == 421
    own = {**UPGRADE, "Origin": f"http://localhost:{port}"}
    assert ask(port, "/_stcore/stream", f"localhost:{port}", own)[0] == 101


def test_own_names_are_answered_and_cannot_be_framed(port):
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        status, headers, _ = ask(port, "/", host)
        assert status == 200
        assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert headers["X-Frame-Options"] == "DENY"


def test_a_page_elsewhere_may_not_send_files(port):
    foreign = {"Origin": "http://attacker.example"}
    made_up = {"Cookie": "_streamlit_xsrf=abc", "X-Xsrftoken": "abc"}
    for headers in ({}, foreign, {**foreign, **made_up}):
        for method in ("PUT", "DELETE"):
            path = "/_stcore/upload_file/a/b"
            assert ask(port, path, f"localhost:{port}", headers, method)[0] == 403
    # Nor does its browser hand it an answer.
    for path in ("/", "/_stcore/health", "/_stcore/upload_file/a/b"):
        preflight = {**foreign, "Access-Control-Request-Method": "PUT"}
        _, told, _ = ask(port, path, f"localhost:{port}", preflight, "OPTIONS")
        assert told["Access-Control-Allow-Origin"] in (None, f"http://localhost:{port}")


def test_metrics_are_not_told(port):
    for path in ("/_stcore/metrics", "/_stcore/metrics/", "/_stcore/metrics?families=x"):
        status, _, body = ask(port, path, "localhost")
        assert status == 404
        assert b"session" not in body


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True),
        ("LOCALHOST:8501", True),
        ("app.localhost", True),
        ("10.1.2.3:8501", True),
        ("[fe80::1]:8501", True),
        ("localhost.", True),
        ("", False),
        ("localhost.attacker.example", False),
        ("127.0.0.1.attacker.example", False),
        ("[::1", False),
        ("evil.example:port", False),
    ],
)
def test_hosts(host, known):
    assert is_known(host) is known
