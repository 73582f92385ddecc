"""What a page hands to one of our components."""

from __future__ import annotations

from typing import Any


def without_frames(data: dict[str, Any]) -> tuple[dict[str, Any]]:
    """Data without data frames, for a component whose script takes `const [data] = component.data`.

    Streamlit looks for data frames among the values of a dict, and imports pandas to do so (0.4 s of the
    first page, and 60 MB of each server); what is in a tuple it passes on.
    """
    return (data,)
