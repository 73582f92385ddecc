"""Names for tasks: any title a person types, and a slug that is safe in a URL and as a folder's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from core.errors import StoreError
from core.workspace.names import folded

MAX_TITLE_LENGTH = 80
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$")
"""Names that Windows does not take for a folder."""


def clean_title(title: str) -> str:
    """The title in NFC with single spaces.

    Raises:
        StoreError: It is empty, too long, or has no letter or digit.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", title).split())
    if not cleaned:
        raise StoreError("A task needs a name; type one, such as Cell nuclei.")
    if len(cleaned) > MAX_TITLE_LENGTH:
        raise StoreError(
            "The name has {num_cleaned} characters; {max_title_length} are possible, choose a shorter one.",
            num_cleaned=len(cleaned),
            max_title_length=MAX_TITLE_LENGTH,
        )
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in cleaned):
        raise StoreError(
            "The name has characters that cannot be shown; type it again with letters and digits."
        )
    if not any(each.isalnum() for each in cleaned):
        raise StoreError('The name "{cleaned}" has no letter or digit; add one.', cleaned=cleaned)
    return cleaned


def title_key(title: str) -> str:
    """The form in which titles are compared: "Lung X-ray" and "lung  x-RAY" are the same task."""
    return folded(clean_title(title))


def make_slug(title: str, taken: Collection[str]) -> str:
    """Lower-case letters, digits and underscores of any script, not yet taken, at most 50 characters."""
    base = re.sub(r"[\W_]+", "_", folded(title)).strip("_")[:40] or "task"
    if _RESERVED.match(base):
        base += "_task"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}_{number}", number + 1
    return slug
