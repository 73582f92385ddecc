"""Images: frames of files, in groups and stacks, with what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ImageState = Literal["new", "draft", "corrected"]
ImageKind = Literal["display", "hu"]
GroupKind = Literal[
    "single", "patient", "study", "volume", "pattern", "column", "same_pixels", "alike", "hand"
]
Review = Literal["open", "approved", "flagged"]


@dataclass(frozen=True)
class ImageFacts:
    """What decoding an image found out.

    Attributes:
        channels: 1 (grey) or 3 (RGB).
        kind: "display" values or Hounsfield units ("hu").
        notes: Plain sentences for the person, such as that only the first page is used.
    """

    height: int
    width: int
    channels: int = 1
    kind: ImageKind = "display"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupRow:
    """Images that must not be separated: locks, ranks and every split go by group.

    Attributes:
        kind: What holds it together; "single" for an image alone.
        name: What people read, empty where there is nothing to read; never a patient's name.
        corrected_rank: n for the n-th group of the task of which a person saved an image, None before.
        locked: Kept from training for good.
    """

    id: int
    task_id: int
    kind: GroupKind
    name: str
    corrected_rank: int | None
    locked: bool
    num_images: int


@dataclass(frozen=True)
class ImageRow:
    """One image of a task: a frame of a file.

    Attributes:
        id: Key, stands in the URL.
        position: Order of arrival in the task; gaps where images were deleted.
        name: File name as it came.
        sha256: Hash of the file's bytes.
        frame: Which picture of the file, 0 for the first or only one.
        stack: What its slices have in common, None for an image that is no slice; they follow each other by
            position. Unlike a group it is never joined with others.
        group_id: What it must not be separated from.
        file: Name in the blob store.
        facts: Size, channels, kind and notes.
        looked_at: When it was first opened in the editor, None for never.
        reference_file: Mask that came along to compare with, None for none.
        corrected_rank: Its group's: n for the n-th group of the task that a person saved, None before.
        locked: Its group is kept from training for good.
        state: "corrected" once it has a saved mask, else "draft" while there are unsaved changes, else "new".
        has_unsaved_changes: A draft of somebody holds something that no revision holds; may be True of a
            corrected image.
        review: What counts of the verdicts on its mask; "open" where nobody has judged it as it is now.
        reader_id: Person it was given to, None where it is everybody's.
        gold_revision_id: The mask that readers are compared with in secret, None for no gold image.
    """

    id: int
    task_id: int
    position: int
    name: str
    sha256: str
    frame: int
    stack: str | None
    group_id: int
    file: str
    facts: ImageFacts
    created_at: datetime
    looked_at: datetime | None
    reference_file: str | None
    corrected_rank: int | None
    locked: bool
    num_revisions: int
    state: ImageState
    has_unsaved_changes: bool
    review: Review = "open"
    reader_id: int | None = None
    gold_revision_id: int | None = None

    def cache_kind(self, kind: str) -> str:
        """What a thing made of this image is called in the cache, where it is kept by its file's hash."""
        read_as = f"{kind}-hu" if self.facts.kind == "hu" else kind
        return f"{read_as}-frame{self.frame}" if self.frame else read_as


@dataclass(frozen=True)
class StackRow:
    """A stack as a whole, or an image that is no slice.

    Attributes:
        image: Its first slice that the filter shows.
        middle: The slice in the middle, which is the best sign of it.
        num_slices: All its slices, 1 for an image alone.
        num_corrected: Slices with a saved mask.
        num_unsaved: Slices with unsaved changes.
    """

    image: ImageRow
    middle: ImageRow
    num_slices: int
    num_corrected: int
    num_unsaved: int


@dataclass(frozen=True)
class Around:
    """An image among those of a filter; it counts as one of them, also where the filter leaves it out.

    Attributes:
        before: Its neighbours before it, the nearest last.
        after: Its neighbours after it, the nearest first.
    """

    image: ImageRow
    before: tuple[ImageRow, ...]
    after: tuple[ImageRow, ...]

    @property
    def previous_id(self) -> int | None:
        """The image before, None at the beginning."""
        return self.before[-1].id if self.before else None

    @property
    def next_id(self) -> int | None:
        """The image after, None at the end."""
        return self.after[0].id if self.after else None
