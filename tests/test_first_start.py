"""The first start on a fresh machine: no question in the terminal, and nobody else can reach the app."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def test_the_app_starts_without_a_question_and_listens_here_only(tmp_path):
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    # A home of its own: Streamlit asks for an e-mail address where it has never run before.
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)],
        cwd=PROJECT,
        env={**os.environ, **home, "BROWSER": "true", "WORKSPACE_DIR": str(tmp_path / "workspace")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert answers(f"http://localhost:{port}/_stcore/health", within=240)
        with socket.socket() as other:
            other.settimeout(2)
            # 127.0.0.2 is this machine too, but not the address that the app listens on.
            assert other.connect_ex(("127.0.0.2", port)) != 0 or not sys.platform.startswith("linux")
    finally:
        server.kill()
        server.wait()


def answers(url, within):
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    return False
