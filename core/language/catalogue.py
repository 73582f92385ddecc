"""What a language calls the sentences of the code: gettext catalogues in `locale/`, read as they are edited.

The .po files are what is kept; they are small enough to be compiled when the first sentence is asked for, so
that no second form can lag behind.
"""

from __future__ import annotations

import functools
import gettext
import io
from pathlib import Path

import polib

from core.config import PROJECT_DIR

LOCALE = PROJECT_DIR / "locale"


def files(language: str) -> list[Path]:
    """The catalogues of a language, one for each part of the program."""
    return sorted((LOCALE / language / "LC_MESSAGES").glob("*.po"))


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """All catalogues of a language as one; what is not translated yet is left as it is."""
    together = polib.POFile()
    together.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    for path in files(language):
        together.extend(polib.pofile(str(path), encoding="utf-8"))
    return gettext.GNUTranslations(io.BytesIO(together.to_binary()))
