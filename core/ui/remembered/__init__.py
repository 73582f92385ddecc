"""What a browser remembers of its person: the name, so that it is asked for once, and the language.

The name lies in its localStorage, the language in a cookie, which the server has from the start. One
Components v2 component that shows nothing.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

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
        data={"name": name, "cookie": cookie},
        default={"name": ""},
        on_name_change=lambda: None,
    )
    return result.name or ""
