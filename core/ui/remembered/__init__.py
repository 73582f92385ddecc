"""What a browser remembers of its person: the name, so that it is asked for once, and the language.

Both lie in cookies, which the server has from the start; the name in localStorage too, from where a browser
tells it that has no cookie of it yet. One Components v2 component that shows nothing.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import streamlit as st

_COOKIE = "mask-loop-name"

_component = st.components.v2.component(
    "remembered_name",
    html="<span hidden></span>",
    js=Path(__file__).with_name("remembered.js").read_text(encoding="utf-8"),
)


def remembered_name(name: str, cookie: str) -> str:
    """The name that the browser remembers, "" while it has told none.

    Args:
        name: What it is to remember from now on, "" to ask for what it has.
        cookie: To be kept, "" for none; the server reads it at the next visit.
    """
    result = _component(
        key="remembered_name",
        data={"name": name, "name_cookie": _COOKIE, "cookie": cookie},
        default={"name": ""},
        on_name_change=lambda: None,
    )
    return result.name or ""


def name_in_cookie() -> str:
    """The name that came with the page's first request, "" for none."""
    return unquote(dict(st.context.cookies).get(_COOKIE, ""))
