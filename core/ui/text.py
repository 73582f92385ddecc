"""Text that came from outside, made harmless where Streamlit would read it as Markdown."""

from __future__ import annotations

_SIGNS = r"\`*_{}[]()<>#+!|~$:"


def as_text(line: str) -> str:
    """A line, such as a hostile file name, that Markdown shows to the letter."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in line.replace("\n", " "))
