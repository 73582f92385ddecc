"""What a reviewer had before their eyes, so that a verdict is on that mask and on no other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

DIGITS = 12
"""Of a code."""
_WRITTEN = re.compile(rf"(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\.label(\d+))?(?:\.([0-9a-f]{{{DIGITS}}}))?", re.ASCII)


@dataclass(frozen=True)
class Look:
    """What a reviewer has before their eyes.

    Attributes:
        revision_id: The saved mask, None for what a model proposes.
        review_id: Newest verdict on the image, None before the first.
        version_id: Whose proposal it is, None for a saved mask.
        label_id: What the image was labelled, None for nothing.
        shown: Code of the mask that was shown, the real one or one with an error; "" for none.
        seed: Of the error that was put into the mask, None for the real one; the browser is not told.
        mask_file: File of the saved mask where it is known already; the browser is not told.
    """

    image_id: int
    revision_id: int | None
    review_id: int | None
    version_id: int | None
    label_id: int | None = None
    shown: str = ""
    seed: int | None = None
    mask_file: str = field(default="", compare=False)

    def __str__(self) -> str:
        numbers = (self.image_id, self.revision_id, self.review_id, self.version_id)
        label = "" if self.label_id is None else f"label{self.label_id}"
        return ".".join([*(str(each or 0) for each in numbers), *filter(None, (label, self.shown))])

    @classmethod
    def parse(cls, text: str) -> Look:
        """The look that was written so.

        Raises:
            ValueError: It is none.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"no look is written as {text!r}")
        *numbers, shown = found.groups()
        image_id, revision_id, review_id, version_id, label_id = (int(each or 0) or None for each in numbers)
        return cls(image_id or 0, revision_id, review_id, version_id, label_id, shown or "")
