"""What people made of an image: drafts, saved masks and labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Origin = Literal["person", "restored"]
Scope = Literal["whole", "part"]
LabelOrigin = Literal["person", "imported", "gold"]


@dataclass(frozen=True)
class DraftContent:
    """What a draft holds.

    Attributes:
        threshold: In [0, 1].
        layer_png: Correction layer as PNG bytes at the editor's size, None for an empty one.
        version_id: Model version whose prediction lies under the layer, None for no model.
        seconds: Time spent on it since the last save.
    """

    threshold: float
    layer_png: bytes | None
    version_id: int | None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class DraftRow(DraftContent):
    """What the editor shows a person of an image, saved or not.

    Attributes:
        who: Whose it is, empty for the one that everybody begins from.
        client_id: Tab that wrote last.
        sequence: Number of that tab's last message.
        revision: Rises with every accepted change, whoever made it.
        has_unsaved_changes: Holds something that no revision holds.
        filled: It is what was filled in between drawn slices, and nothing has been changed since.
        updated_at: When it was last written.
    """

    image_id: int
    who: str
    client_id: str
    sequence: int
    revision: int
    has_unsaved_changes: bool
    filled: bool
    updated_at: datetime


@dataclass(frozen=True)
class RevisionRow:
    """A saved mask with its provenance; never changed.

    Attributes:
        number: 1, 2, 3 ... within the image.
        scope: "whole", or "part" where only what was checked counts.
        mask_file: PNG of class indices at the image's own size; 255 is undecided or not checked.
        layer_file: Correction layer PNG at the image's own size, None for an empty one.
        threshold: In [0, 1].
        version_id: Model version under the layer, None for no model.
        who: Name of the person, as it was then.
        origin: "person" or "restored" (an older one taken back).
        seconds: Time spent since the revision before.
        foreground: Part of the pixels that is not background, in [0, 1].
        provenance: Anything else that says where it came from.
    """

    id: int
    image_id: int
    number: int
    scope: Scope
    mask_file: str
    layer_file: str | None
    threshold: float
    version_id: int | None
    who: str
    origin: Origin
    seconds: float
    foreground: float
    provenance: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class NewLabel:
    """A label to be kept.

    Attributes:
        label: Name as the classifier's card has it; None takes the label before back.
        origin: "person", "imported" (came as a file), or "gold" (of who reads a gold image; never counts).
        version_id: Version of the classifier whose probabilities were shown, None for none.
        shown: Probability by label as it was shown, each in [0, 1]; None where none was.
    """

    label: str | None
    who: str
    origin: LabelOrigin = "person"
    version_id: int | None = None
    shown: dict[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class LabelRow(NewLabel):
    """What a person called an image; never changed.

    Attributes:
        number: 1, 2, 3 ... within the image.
    """

    id: int
    image_id: int
    number: int
    created_at: datetime
