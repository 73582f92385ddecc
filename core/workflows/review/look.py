"""What a reviewer had before their eyes, so that a verdict is on that mask and on no other."""

from __future__ import annotations

from dataclasses import dataclass, field

DIGITS = 12
"""Of a code."""
_NUM_NUMBERS = 4


@dataclass(frozen=True)
class Look:
    """What a reviewer has before their eyes.

    Attributes:
        revision_id: The saved mask, None for what a model proposes.
        review_id: Newest verdict on the image, None before the first.
        version_id: Whose proposal it is, None for a saved mask.
        shown: Code of the mask that was shown, the real one or one with an error; "" for none.
        seed: Of the error that was put into the mask, None for the real one; the browser is not told.
        mask_file: File of the saved mask where it is known already; the browser is not told.
    """

    image_id: int
    revision_id: int | None
    review_id: int | None
    version_id: int | None
    shown: str = ""
    seed: int | None = None
    mask_file: str = field(default="", compare=False)

    def __str__(self) -> str:
        numbers = (self.image_id, self.revision_id, self.review_id, self.version_id)
        written = ".".join(str(each or 0) for each in numbers)
        return f"{written}.{self.shown}" if self.shown else written

    @classmethod
    def parse(cls, text: str) -> Look:
        """The look that was written so.

        Raises:
            ValueError: It is none.
        """
        *numbers, last = text.split(".")
        shown = last if len(numbers) == _NUM_NUMBERS else ""
        if shown and (len(shown) != DIGITS or not set(shown) <= set("0123456789abcdef")):
            raise ValueError(f"a code has {DIGITS} hexadecimal digits, got {shown!r}")
        image_id, *others = (int(each) for each in (numbers if shown else (*numbers, last)))
        revision_id, review_id, version_id = (each or None for each in others)
        return cls(image_id, revision_id, review_id, version_id, shown)
