"""Whether grey values are Hounsfield units where the file cannot say it: as a person says, or as they look.

DICOM says it itself; TIFF and NIfTI have no field for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.config import GREY_PERCENTILES
from core.imaging.stored import OpenFile, StoredPixels
from core.imaging.value_types import plain_type
from core.language.sentence import Sentence

Units = Literal["hounsfield", "grey"]

# A CT holds air and soft tissue, and little between: less than half of what values spread evenly would have.
_AIR, _TISSUE, _BETWEEN = (-32768, -500), (-200, 300), (-500, -250)
_LEAST, _MOST_BETWEEN = 0.05, 0.5


def in_units(file: OpenFile, name: str, said: Units | None) -> OpenFile:
    """A file whose values are what a person says that they are.

    Args:
        file: As its reader opens it.
        name: What the person calls it.
        said: None for what the values look like, which is told.
    """
    looks: list[bool] = []

    def read(frame: int) -> StoredPixels:
        found = file.read(frame)
        if said == "grey" or found.unsaid is None or found.unsaid.dtype.kind not in "if":
            return found
        if said is None and not looks:
            # The picture in the middle says for all what the values are.
            is_middle = frame == file.order[len(file.order) // 2]
            looks.append(_only_a_ct(found.unsaid) if is_middle else looks_like_ct(file))
        if said is None and not looks[0]:
            return found
        notes = found.notes if said else (*found.notes, _told(name))
        return replace(found, values=plain_type(found.unsaid, name), kind="hu", notes=notes)

    return replace(file, read=read)


def looks_like_ct(file: OpenFile) -> bool:
    """Whether grey values of which the file says nothing can only be a CT's, as they are in its middle."""
    try:
        unsaid = file.read(file.order[len(file.order) // 2]).unsaid
    # Whatever is wrong with that picture is told when it is read itself.
    except Exception:
        return False
    return unsaid is not None and _only_a_ct(unsaid)


def is_assumed(note: str) -> bool:
    """Whether a note tells what `in_units` assumed."""
    return isinstance(note, Sentence) and note.template == _told("").template


def _told(name: str) -> Sentence:
    return Sentence("{name}: its values are taken as Hounsfield units.", name=name)


def _only_a_ct(values: NDArray[Any]) -> bool:
    if values.dtype.kind not in "if" or values.min() > -700 or values.max() > 32767:
        return False
    air, tissue, between = (
        float(np.mean((values >= low) & (values <= high))) for low, high in (_AIR, _TISSUE, _BETWEEN)
    )
    if min(air, tissue) < _LEAST:
        return False
    low, high = np.percentile(values, GREY_PERCENTILES)
    evenly = (_BETWEEN[1] - _BETWEEN[0]) / float(high - low)
    return between < _MOST_BETWEEN * evenly
