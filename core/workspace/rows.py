"""What the workspace hands out: frozen rows, never objects that are tied to the database.

Times are aware datetimes in UTC. File names are those of `core.workspace.blobs` (content hash and extension).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.reasons import Reason

ImageState = Literal["new", "draft", "corrected"]
ImageKind = Literal["display", "hu"]
Origin = Literal["person", "restored"]
Scope = Literal["whole", "part"]
GroupKind = Literal[
    "single", "patient", "study", "volume", "pattern", "column", "same_pixels", "alike", "hand"
]
Verdict = Literal["approved", "flagged", "withdrawn"]
Review = Literal["open", "approved", "flagged"]
LabelOrigin = Literal["person", "imported"]
VersionStatus = Literal["candidate", "current", "retired"]
Purpose = Literal["segment", "classify", "click"]
JobStatus = Literal["queued", "running", "done", "stopped", "failed"]


@dataclass(frozen=True)
class PersonRow:
    """Somebody who works in the workspace; identity is the name, as it is compared.

    Attributes:
        name: As it was typed first.
        role: "reader" until somebody gives another one.
        created_at: When the name was first seen.
        removed_at: When somebody was taken away, None for one who works here; what was made keeps the name.
    """

    id: int
    name: str
    role: str
    created_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True)
class TaskClass:
    """A class that can be painted in a task.

    Attributes:
        name: What people read; empty for the one foreground of a task that has one.
        colour: (red, green, blue), each 0 to 255; None for the editor's own.
        key: The key that chooses it, empty for none.
        value: What stands for it in masks, 1 or more and for good; background is 0. 0 for a class that is
            being added.
        becomes: None for a class that can be painted; else it was merged or deleted, and its pixels count as
            this value.
    """

    name: str = ""
    colour: tuple[int, int, int] | None = None
    key: str = ""
    value: int = 0
    becomes: int | None = None


@dataclass(frozen=True)
class ReviewRules:
    """How the masks of a task are reviewed; all off by default.

    Attributes:
        second_person: Nobody approves a mask of their own.
        approved_only: Only approved masks count; else every saved one that is not flagged does.
        second_percent: Part of the images that is read twice, 0 to 100.
        blind_percent: Part of the images whose prediction is hidden until a first mask is saved, 0 to 100.
        differ_below: Readers differ where their masks have a lower Dice than that.
        gold_percent: Part of the gold images that each reader gets among their own, 0 to 100.
        again_percent: Part of the images that come back to who drew them, 0 to 100.
        planted_percent: Part of the queue of a reviewer that is shown with an error first, 0 to 100.
    """

    second_person: bool = False
    approved_only: bool = False
    second_percent: int = 0
    blind_percent: int = 0
    differ_below: float = 0.9
    gold_percent: int = 0
    again_percent: int = 0
    planted_percent: int = 0


@dataclass(frozen=True)
class TaskRow:
    """What is being segmented.

    Attributes:
        slug: Safe in a URL and as a folder's name, unique.
        title: What people read.
        base_model: Folder below `models/` that the task starts from, None for one that starts from empty
            masks.
        classes: What can be painted, in order; one foreground is the case of one.
        retired: Classes that were merged or deleted; masks may still hold them.
        group_rule: How the task's images are put into groups, as JSON; None for no rule.
        review_rules: How its masks are reviewed.
        current_version_id: Version in use for masks, None where there is no model yet.
        created_at: When it was made.
        is_shared: Its images are given to persons; else they are everybody's.
    """

    id: int
    slug: str
    title: str
    base_model: str | None
    classes: tuple[TaskClass, ...]
    retired: tuple[TaskClass, ...]
    group_rule: dict[str, Any] | None
    review_rules: ReviewRules
    current_version_id: int | None
    created_at: datetime
    is_shared: bool = False

    @property
    def all_classes(self) -> tuple[TaskClass, ...]:
        """Living and retired ones."""
        return (*self.classes, *self.retired)


@dataclass(frozen=True)
class TaskCounts:
    """How far a task is: `new` are not looked at, `draft` have changes that no revision holds."""

    images: int
    new: int
    draft: int
    corrected: int
    flagged: int
    locked: int


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
        num_images: Images in it.
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
        created_at: When it came in.
        looked_at: When it was first opened in the editor, None for never.
        reference_file: Mask that came along to compare with, None for none.
        corrected_rank: Its group's: n for the n-th group of the task that a person saved, None before.
        locked: Its group is kept from training for good.
        num_revisions: Saved masks.
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
        return f"{kind}-frame{self.frame}" if self.frame else kind


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
    """What the editor shows a person of an image, saved or not.

    Attributes:
        who: Whose it is, empty for the one that everybody begins from.
        version_id: Model version whose prediction lies under the layer, None for no model.
        threshold: In [0, 1].
        layer_png: Correction layer as PNG bytes at the editor's size, None for an empty one.
        client_id: Tab that wrote last.
        sequence: Number of that tab's last message.
        revision: Rises with every accepted change, whoever made it.
        seconds: Time spent on it since the last save.
        has_unsaved_changes: Holds something that no revision holds.
        filled: It is what was filled in between drawn slices, and nothing has been changed since.
        updated_at: When it was last written.
    """

    image_id: int
    who: str
    version_id: int | None
    threshold: float
    layer_png: bytes | None
    client_id: str
    sequence: int
    revision: int
    seconds: float
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
        created_at: When it was saved.
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
class ReviewRow:
    """What a reviewer said of a mask; never changed.

    Attributes:
        revision_id: The saved mask that was judged, None for one that was only shown.
        mask_file: The mask that was only shown, None for a saved one.
        version_id: Model version that made the mask that was only shown, None for none.
        who: Name of the reviewer, as it was then.
        person_id: The reviewer, whatever the name is by now.
        verdict: "approved", "flagged", or "withdrawn": the reviewer's verdict before no longer counts.
        reasons: Codes.
        comment: As it was typed.
        label_id: Label of the image that was judged with the mask, None for none.
    """

    id: int
    image_id: int
    revision_id: int | None
    mask_file: str | None
    version_id: int | None
    who: str
    person_id: int
    verdict: Verdict
    reasons: tuple[str, ...]
    comment: str
    label_id: int | None
    created_at: datetime


@dataclass(frozen=True)
class PlantedRow:
    """What a reviewer said of a mask that was shown with an error on purpose.

    Attributes:
        who: The reviewer.
        key: Names the real mask.
        kind: What was wrong: "missing", "added" or "shifted".
        verdict: "flagged" has caught it, "approved" has not.
        created_at: When; None where it is not kept yet.
    """

    image_id: int
    who: str
    key: str
    kind: str
    verdict: Verdict
    created_at: datetime | None = None


@dataclass(frozen=True)
class GuessRow:
    """How good a version's mask of an image is thought to be, without knowing the truth.

    Attributes:
        version_id: The version that predicted it.
        score: Soft Dice of the probability map and its own mask, in [0, 1]; what the guess is made of.
        unsure: Part of the mask's outline along which the map is in doubt, in [0, 1].
        guess: Of the Dice with the truth, in [0, 1].
        low: Lower end of the 80 % interval, None where too few truths are known to say.
        high: Its upper end, likewise.
    """

    image_id: int
    version_id: int
    score: float
    unsure: float
    guess: float
    low: float | None
    high: float | None
    made_at: datetime


@dataclass(frozen=True)
class AuditRow:
    """That somebody did something; never changed.

    Attributes:
        task_id: The task it was done in, None for none.
        who: Person, empty where a rule of the program decided.
        action: Code, such as "mask_saved".
        facts: Keys, hashes and numbers; no names of files or patients.
        seal: Hash of all this and of the seal of the row before.
    """

    id: int
    task_id: int | None
    who: str
    action: str
    facts: dict[str, Any]
    created_at: datetime
    seal: str


@dataclass(frozen=True)
class LabelRow:
    """What a person called an image; never changed.

    Attributes:
        number: 1, 2, 3 ... within the image.
        label: Name as the classifier's card has it; None where the label before was taken back.
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
        purpose: "segment" (makes masks), "classify" (gives labels) or "click" (follows clicks); each has a
            version in use of its own.
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
    """

    action: Literal["promoted", "rolled_back", "kept"]
    version_id: int | None
    previous_id: int | None
    who: str
    why: Reason
    created_at: datetime


@dataclass(frozen=True)
class JobRow:
    """A piece of work for a process of its own.

    Attributes:
        task_id: Its task, None for none.
        kind: Which handler does it, such as "fine_tune".
        settings: What the handler is given.
        status: "queued", "running", "done", "stopped" or "failed".
        reason: Why it failed or stopped, None otherwise.
        who: Person who started it.
        result: What the handler gave back, None before.
        stop_requested: The person asked it to stop.
        worker: Machine that runs it, None before.
        lease_until: Until when it counts as alive without another sign of life, None before.
        pid: Process of that machine, None before.
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
    reason: Reason | None
    who: str
    result: dict[str, Any] | None
    stop_requested: bool
    worker: str | None
    lease_until: datetime | None
    pid: int | None
    process_created: float | None
    retry_of: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    heartbeat_at: datetime | None
