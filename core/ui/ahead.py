"""What the first page needs, got ready while the browser still loads Streamlit's own files."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from streamlit import env_util

from core.errors import AppError
from core.imports import without_collecting
from core.logs import log_to
from core.ui import segment
from core.ui.store import opened


@asynccontextmanager
async def getting_ready(app: Any) -> AsyncIterator[None]:
    """The server's lifespan: it answers at once, and a thread imports the pages and opens the store."""
    log_to(sys.stderr, "core")
    threading.Thread(target=_get_ready, name="getting ready", daemon=True).start()
    yield


def _get_ready() -> None:
    with without_collecting():
        # A store that cannot be opened is told by the page.
        with suppress(AppError):
            opened()
        importlib.import_module("core.ui.shell")
        for module in pkgutil.iter_modules(segment.__path__, f"{segment.__name__}."):
            importlib.import_module(module.name)
        # Streamlit asks it at the first element of the server, and looks through every module to know.
        env_util.is_repl()
