"""What the labels of outlines become in a mask."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from core.errors import BadFileError


def levels_of(labels: Sequence[str], name: str, classes: Sequence[str], *, union: bool) -> dict[str, int]:
    """What each label becomes: 1, or the place of its class, whatever its case."""
    if classes:
        places = {plain_label(each): place for place, each in enumerate(classes, start=1)}
        if unknown := [label for label in labels if plain_label(label) not in places]:
            raise BadFileError(
                name,
                "holds outlines of {unknown}, and the classes of this task are {classes}; call them like "
                "these, or add the class first.",
                unknown=", ".join(unknown[:6]),
                classes=", ".join(classes),
            )
        return {label: places[plain_label(label)] for label in labels}
    if len({*map(plain_label, labels)}) > 1 and not union:
        raise BadFileError(
            name,
            "comes with outlines of {num_found} labels ({found}); one foreground is one of them: "
            "export the one that is meant, or name them as classes first.",
            num_found=len(labels),
            found=", ".join(labels[:6]),
        )
    return dict.fromkeys(labels, 1)


def plain_label(name: str) -> str:
    """A label as others are compared with it, whatever its case and the signs between its words."""
    return " ".join(unicodedata.normalize("NFC", name).translate({45: " ", 95: " "}).split()).casefold()
