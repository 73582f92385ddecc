"""What a page hands to one of our components."""

from __future__ import annotations

import base64
from typing import Any


def without_frames(data: dict[str, Any]) -> tuple[dict[str, Any]]:
    """Data without data frames, for a component whose script takes `const [data] = component.data`.

    Streamlit looks for data frames among the values of a dict, and imports pandas to do so (0.4 s of the
    first page, and 60 MB of each server); what is in a tuple it passes on.
    """
    return (data,)


def data_url(content: bytes, kind: str = "image/jpeg") -> str:
    """A file as an address that the browser needs not ask for; empty for an empty one."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}" if content else ""
