"""Whether grey values are Hounsfield units where the file cannot say it: only if a person says so.

DICOM says it itself; TIFF and NIfTI have no field for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.config import GREY_PERCENTILES
from core.imaging.stored import OpenFile, StoredPixels
from core.imaging.value_types import far_value, plain_type
from core.language.sentence import Sentence

Units = Literal["hounsfield", "grey"]

# A CT holds air and soft tissue, and little between: less than half of what values spread evenly would have.
_AIR, _TISSUE, _BETWEEN = (-32768, -500), (-200, 300), (-500, -250)
_LEAST, _MOST_BETWEEN = 0.05, 0.5


def in_units(file: OpenFile, name: str, said: Units | None) -> OpenFile:
    """A file whose values are Hounsfield units where the file or a person says so.

    Args:
        file: As its reader opens it.
        name: What the person calls it.
        said: None where nobody said anything; what looks like a CT is told then.
    """
    if said == "grey":
        return file

    def read(frame: int) -> StoredPixels:
        found = file.read(frame)
        if found.unsaid is None or found.unsaid.dtype.kind not in "if":
            return found
        if said is not None:
            return replace(found, values=plain_type(found.unsaid, name), kind="hu")
        if not _only_a_ct(found.unsaid):
            return found
        told = Sentence(
            "{name} looks like a CT, but nobody said that it is one; its values are taken as grey.", name=name
        )
        return replace(found, notes=(*found.notes, told))

    return replace(file, read=read)


def looks_like_ct(file: OpenFile) -> bool:
    """Whether grey values of which the file says nothing can only be a CT's, as they are in its middle."""
    try:
        unsaid = file.read(file.order[len(file.order) // 2]).unsaid
    # Whatever is wrong with that picture is told when it is read itself.
    except Exception:
        return False
    return unsaid is not None and _only_a_ct(unsaid)


def _only_a_ct(values: NDArray[Any]) -> bool:
    if values.dtype.kind not in "if" or values.min() > -700 or values.max() > 32767:
        return False
    if (far := far_value(values)) is not None:
        values = values[values != far]
    air, tissue, between = (
        float(np.mean((values >= low) & (values <= high))) for low, high in (_AIR, _TISSUE, _BETWEEN)
    )
    if min(air, tissue) < _LEAST:
        return False
    low, high = np.percentile(values, GREY_PERCENTILES)
    evenly = (_BETWEEN[1] - _BETWEEN[0]) / float(high - low)
    return between < _MOST_BETWEEN * evenly
