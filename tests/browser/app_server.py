"""A Streamlit server in a process of its own and a Chromium, for tests and benchmarks that need real ones."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
# That without windows first: it draws the same and takes half the processor's time to open a page.
SYSTEM_CHROMIUM = [Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., Page]
"""Opens an address in a new tab of the shared browser (the fixture `open_page`)."""


def launch_chromium(playwright: Playwright) -> Browser:
    """Debian's Chromium where it is there, else Playwright's own."""
    path = next((each for each in SYSTEM_CHROMIUM if each.exists()), None)
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)


class AppServer:
    """One Streamlit server; `kill` is as hard as a power cut, `start` takes the same port again."""

    def __init__(self, script: Path, environment: dict[str, str]) -> None:
        self.script = script
        self.environment = {**os.environ, "PYTHONPATH": str(PROJECT), **environment}
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int:
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def start(self) -> None:
        options = ["--server.port", str(self.port), "--server.headless", "true"]
        options += ["--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(self.script), *options],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise RuntimeError(f"no Streamlit server within {START_SECONDS} s on port {self.port}")


def free_port() -> int:
    """A port that nothing listens on, and that the system gives to no connection while the server is away."""
    for port in random.SystemRandom().sample(range(10_000, 32_000), 100):
        with socket.socket() as free:
            if free.connect_ex(("localhost", port)) != 0:
                return port
    raise RuntimeError("no port is free")


@contextmanager
def app_in_chromium(workspace: Path | str, address: str) -> Iterator[tuple[AppServer, Page]]:
    """The app on a workspace's folder, and a window of 1440x900 on an address of it such as "/?task=x"."""
    server = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": str(workspace)})
    server.start()
    try:
        with sync_playwright() as playwright:
            chromium = launch_chromium(playwright)
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.goto(server.url + address)
            yield server, page
            chromium.close()
    finally:
        server.kill()
