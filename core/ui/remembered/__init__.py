"""What a browser remembers of its person: the name, in its localStorage, so that it is asked for once.

One Components v2 component that shows nothing.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "remembered_name",
    html="<span hidden></span>",
    js=Path(__file__).with_name("remembered.js").read_text(encoding="utf-8"),
)


def remembered_name(name: str) -> str:
    """The name that the browser remembers, "" while it has told none.

    Args:
        name: What it is to remember from now on, "" to ask for what it has.
    """
    result = _component(
        key="remembered_name", data={"name": name}, default={"name": ""}, on_name_change=lambda: None
    )
    return result.name or ""
