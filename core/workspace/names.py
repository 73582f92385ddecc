"""Names of persons: how they are kept, and how they are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MAX_NAME_LENGTH = 80


def clean_name(name: str) -> str:
    """A name in NFC with single spaces, at most 80 characters.

    Raises:
        ValueError: Nothing is left of it.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())[:MAX_NAME_LENGTH].rstrip()
    if not cleaned:
        raise ValueError("a person needs a name")
    return cleaned


def folded(text: str) -> str:
    """The form in which what people type is compared: any case, and one form of each letter."""
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=1024)
def name_key(name: str) -> str:
    """The form in which names are compared: "Kim" and " kim" are the same person."""
    return folded(clean_name(name))
