"""One file of an upload as it is understood: what the table on the page shows a row of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Role = Literal["image", "mask", "outlines", "left out"]


@dataclass(frozen=True)
class PlannedFile:
    """How one file is understood.

    Attributes:
        path: As it came, with its zip as the first folder.
        role: "image", "mask", "outlines" (a JSON, or YOLO's text, that may hold polygons) or "left out".
        reason: Plain words for a person, such as "mask of a.png: its name ends in _mask".
        keys: For a mask, the names its image may have, the likeliest first; for an image its own.
        group: Folder that an image and its mask share.
        images: For a mask, the paths in this upload that it may belong to; one where all is clear.
        known: For a mask whose image the task has already, what it is called there.
        is_part: Whether it is one of several masks of its image that are united.
        namesake: Another image of the same name, of which it may be the mask; nothing says so.
        holds_objects: Whether its tool numbers objects, so that everything above 0 is foreground.
        outlined: Of outlines that are drawn, the image as their file calls it; one file may hold many.
    """

    path: str
    role: Role
    reason: str
    keys: tuple[str, ...] = ()
    group: str = ""
    images: tuple[str, ...] = ()
    known: str = ""
    is_part: bool = False
    holds_objects: bool = False
    namesake: str = ""
    outlined: str = ""

    @property
    def name(self) -> str:
        """File name without folders, and which of its outlines are meant."""
        name = PurePosixPath(self.path).name
        return f"{name} ({self.outlined})" if self.outlined else name

    @property
    def only_image(self) -> str:
        """For a mask, what its one image is called; empty where that is not clear."""
        return self.images[0] if len(self.images) == 1 else self.known

    @property
    def is_yolo(self) -> bool:
        """Whether it may hold YOLO's outlines."""
        return self.role == "outlines" and self.name.lower().endswith(".txt")
