"""What the workspace hands out: frozen rows, never objects that are tied to the database.

Times are aware datetimes in UTC. File names are those of `core.workspace.blobs` (content hash and extension).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

ImageState = Literal["new", "draft", "corrected"]
ImageKind = Literal["display", "hu"]
Origin = Literal["person", "imported", "restored"]
LabelOrigin = Literal["person", "imported"]
VersionStatus = Literal["candidate", "current", "retired"]
Purpose = Literal["segment", "classify"]
JobStatus = Literal["queued", "running", "done", "stopped", "failed"]


@dataclass(frozen=True)
class TaskRow:
    """What is being segmented.

    Attributes:
        id: Key.
        slug: Safe in a URL and as a folder's name, unique.
        title: What people read.
        base_model: Folder below `models/` that the task starts from, None for one that starts from empty
            masks.
        last_image_id: Image that was open last, None before the first.
        current_version_id: Version in use for masks, None where there is no model yet.
        created_at: When it was made.
    """

    id: int
    slug: str
    title: str
    base_model: str | None
    last_image_id: int | None
    current_version_id: int | None
    created_at: datetime


@dataclass(frozen=True)
class TaskCounts:
    """How far a task is: `new` are not looked at, `draft` have changes that no revision holds."""

    images: int
    new: int
    draft: int
    corrected: int
    locked: int


@dataclass(frozen=True)
class ImageFacts:
    """What decoding an image found out.

    Attributes:
        height: Rows.
        width: Columns.
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
class ImageRow:
    """One image of a task.

    Attributes:
        id: Key, stands in the URL.
        task_id: Its task.
        position: Order of arrival in the task; gaps where images were deleted.
        name: File name as it came.
        sha256: Hash of the file's bytes.
        file: Name in the blob store.
        facts: Size, channels, kind and notes.
        created_at: When it came in.
        looked_at: When it was first opened in the editor, None for never.
        reference_file: Mask that came along to compare with, None for none.
        corrected_rank: n for the n-th image of the task that a person saved, None before.
        locked: Kept from training for good.
        num_revisions: Saved masks.
        state: "corrected" once a person saved a mask, else "draft" while there are unsaved changes, else
            "new".
        has_unsaved_changes: The draft holds something that no revision holds; may be True of a corrected
            image.
    """

    id: int
    task_id: int
    position: int
    name: str
    sha256: str
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


@dataclass(frozen=True)
class Around:
    """An image among those of a filter; it counts as one of them, also where the filter leaves it out.

    Attributes:
        image: The one that is open.
        before: Its neighbours before it, the nearest last.
        after: Its neighbours after it, the nearest first.
        place: 1 for the first of the filter.
        total: Images in the filter.
    """

    image: ImageRow
    before: tuple[ImageRow, ...]
    after: tuple[ImageRow, ...]
    place: int
    total: int

    @property
    def previous_id(self) -> int | None:
        """The image before, None at the beginning."""
        return self.before[-1].id if self.before else None

    @property
    def next_id(self) -> int | None:
        """The image after, None at the end."""
        return self.after[0].id if self.after else None


@dataclass(frozen=True)
class DraftRow:
    """What the editor shows of an image, saved or not.

    Attributes:
        image_id: Its image.
        version_id: Model version whose prediction lies under the layer, None for no model.
        threshold: In [0, 1].
        layer_png: Correction layer as PNG bytes at the editor's size, None for an empty one.
        client_id: Tab that wrote last.
        sequence: Number of that tab's last message.
        revision: Rises with every accepted change, whoever made it.
        seconds: Time spent on it since the last save.
        has_unsaved_changes: Holds something that no revision holds.
        updated_at: When it was last written.
    """

    image_id: int
    version_id: int | None
    threshold: float
    layer_png: bytes | None
    client_id: str
    sequence: int
    revision: int
    seconds: float
    has_unsaved_changes: bool
    updated_at: datetime


@dataclass(frozen=True)
class RevisionRow:
    """A saved mask with its provenance; never changed.

    Attributes:
        id: Key.
        image_id: Its image.
        number: 1, 2, 3 ... within the image.
        mask_file: PNG of class indices at the image's own size.
        layer_file: Correction layer PNG at the image's own size, None for an empty one.
        threshold: In [0, 1].
        version_id: Model version under the layer, None for no model.
        who: Name of the person.
        origin: "person", "imported" (came as a file) or "restored" (an older one taken back).
        seconds: Time spent since the revision before.
        foreground: Part of the pixels that is not background, in [0, 1].
        provenance: Anything else that says where it came from.
        created_at: When it was saved.
    """

    id: int
    image_id: int
    number: int
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
class LabelRow:
    """What a person called an image; never changed.

    Attributes:
        id: Key.
        image_id: Its image.
        number: 1, 2, 3 ... within the image.
        label: Name as the classifier's card has it; None where the label before was taken back.
        who: Name of the person.
        origin: "person" or "imported" (came as a file).
        version_id: Version of the classifier whose probabilities were shown, None for none.
        shown: Probability by label as it was shown, each in [0, 1]; None where none was.
        created_at: When it was given.
    """

    id: int
    image_id: int
    number: int
    label: str | None
    who: str
    origin: LabelOrigin
    version_id: int | None
    shown: dict[str, float] | None
    created_at: datetime


@dataclass(frozen=True)
class VersionRow:
    """A model of a task.

    Attributes:
        id: Key.
        task_id: Its task.
        purpose: "segment" (makes masks) or "classify" (gives labels); each has a version in use of its own.
        number: 1, 2, 3 ... within the task.
        title: What people read, such as "Version 3".
        folder: Where its `model.keras` and `card.json` lie, relative to the workspace.
        weights_sha256: Hash of the weights file.
        status: "candidate" until promoted, "current" for the one in use, "retired" after that.
        origin: "shipped", "fine_tuned" or "scratch".
        parent_id: Version that it started from, None for none.
        job_id: Job that made it, None for none.
        who: Person who started it.
        comparison: Scores against the version that was current when it was made, None where not compared.
        created_at: When it was made.
    """

    id: int
    task_id: int
    purpose: Purpose
    number: int
    title: str
    folder: str
    weights_sha256: str
    status: VersionStatus
    origin: str
    parent_id: int | None
    job_id: int | None
    who: str
    comparison: dict[str, Any] | None
    created_at: datetime


@dataclass(frozen=True)
class VersionEvent:
    """One change of which version is in use, or the decision to leave it.

    Attributes:
        action: "promoted", "rolled_back" or "kept".
        version_id: The version the event is about: the one in use after it, or the candidate that was kept
            back.
        previous_id: Version in use before it, None for none.
        who: Person, or the name of the job.
        why: One sentence.
        created_at: When.
    """

    action: Literal["promoted", "rolled_back", "kept"]
    version_id: int | None
    previous_id: int | None
    who: str
    why: str
    created_at: datetime


@dataclass(frozen=True)
class JobRow:
    """A piece of work for a process of its own.

    Attributes:
        id: Key.
        task_id: Its task, None for none.
        kind: Which handler does it, such as "fine_tune".
        settings: What the handler is given.
        status: "queued", "running", "done", "stopped" or "failed".
        reason: One sentence why it failed or stopped, empty otherwise.
        who: Person who started it.
        result: What the handler gave back, None before.
        stop_requested: The person asked it to stop.
        pid: Process that runs it, None before.
        process_created: When that process was made (seconds since 1970), against reused process numbers.
        retry_of: Failed job that this one repeats, None for none.
        created_at: When it was asked for.
        started_at: When its process began, None before.
        ended_at: When it ended, None before.
        heartbeat_at: Last sign of life, None before.
    """

    id: int
    task_id: int | None
    kind: str
    settings: dict[str, Any]
    status: JobStatus
    reason: str
    who: str
    result: dict[str, Any] | None
    stop_requested: bool
    pid: int | None
    process_created: float | None
    retry_of: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    heartbeat_at: datetime | None
