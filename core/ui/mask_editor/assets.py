"""The editor's browser side: files of plain JavaScript joined in order, registered as two components.

The **carrier** is invisible. It brings the code once and each image's bytes once, and registers both on the
page. The **editor** is a few lines that find the code there, so an acknowledgement costs a kilobyte, not an
image.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.ui.mask_editor.kept_in_order import keep_in_order

FRONTEND = Path(__file__).resolve().parent / "frontend"

# Later files use what earlier ones define.
SCRIPTS = tuple(
    f"{name}.js"
    for name in """
    registry png bitmap raster regions tiles history drawing painter view display images copies outbox
    icons key_of keys classes controls settings clicks tools pointer readout commands listening slices
    showing opening editor mounting carrier
    """.split()
)

Component = Callable[..., Any]


def components() -> tuple[Component, Component]:
    """The carrier and the editor, registered again when a file has changed (while somebody works on them)."""
    keep_in_order()
    changed = max(path.stat().st_mtime_ns for path in FRONTEND.iterdir())
    return _register(changed)


@functools.lru_cache(maxsize=1)
def _register(changed: int) -> tuple[Component, Component]:
    constants = {
        "EDITOR_HTML": _read("editor.html"),
        "EDITOR_CSS": _read("editor.css") + _read("display.css"),
        "CODE_VERSION": str(changed),
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in constants.items())
    code = head + "\n".join(_read(name) for name in SCRIPTS)
    carrier = st.components.v2.component("mask_editor_carrier", js=code, html="<span hidden></span>")
    editor = st.components.v2.component("mask_editor", js=_read("mount.js"), html="<div></div>")
    return carrier, editor


def _read(name: str) -> str:
    return (FRONTEND / name).read_text(encoding="utf-8")
