"""Take an upload in: files, zips, and masks that come along; every file gets its outcome.

Files are decoded one after the other and let go of, so that a thousand images need no more memory than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from core.imaging.archives.archive import ArchiveEntry
from core.watching import untold
from core.workflows.arrive.arrival import Arrival, FileOutcome, MaskUse, outcome_of
from core.workflows.arrive.images_in import add_image, with_series
from core.workflows.arrive.mask_pixels import WaitingMask
from core.workflows.arrive.masks_in import add_masks, add_outlines, note_labels, of_one_mask
from core.workflows.arrive.told_names import NAMES_OF_CLASSES
from core.workflows.arrive.upload_plan import PlannedFile, Role
from core.workflows.arrive.upload_survey import Upload, plan_of, unpacked
from core.workspace import Workspace

OnProgress = Callable[[int, int, str], None]


def add_images(
    workspace: Workspace,
    task_id: int,
    uploads: Iterable[Upload],
    *,
    masks: Iterable[Upload] = (),
    mask_use: MaskUse = "reference",
    roles: Mapping[int, Role] | None = None,
    on_progress: OnProgress = untold,
) -> list[FileOutcome]:
    """Add an upload to a task; one outcome for each file, in the order in which they came.

    `core.workflows.arrive.upload_plan` says what is an image, what is a mask and of which one; a mask whose
    image is not in this upload goes to the task's image of its name. Masks of one image that are numbered, or
    one for each object, are united.

    Args:
        uploads: (name, bytes) of images and zips; of a generator each one is understood by itself, as it
            comes.
        masks: (name, bytes) of masks and zips of masks.
        mask_use: "reference" keeps a mask to compare with; "start" makes it the image's draft, with a
            correction layer that decides every pixel, so that it stands whatever a model says and at any
            threshold.
        roles: What the person says of files, by their place in what `plan_of` gives; not for a generator.
        on_progress: Called with files done, all files as far as they are known, and the name of the last.
    """
    arrival = Arrival(workspace, task_id, mask_use=mask_use)
    chunks = (
        (plan_of(files, given, known=arrival, roles=roles or {}), [*files, *given])
        for files, given in _chunks(uploads, list(masks))
    )
    planned = ((len(rows), unpacked(rows, together)) for rows, together in chunks)
    return add_planned(arrival, planned, on_progress)


def add_planned(
    arrival: Arrival,
    planned: Iterable[tuple[int, Iterable[tuple[PlannedFile, ArchiveEntry]]]],
    on_progress: OnProgress = untold,
) -> list[FileOutcome]:
    """Add files as they are understood; masks once all images are there.

    Args:
        planned: The number of files and each with its row, of what is understood together.
        on_progress: As in `add_images`.
    """
    outcomes: list[FileOutcome] = []
    waiting: list[WaitingMask] = []
    notes: list[str] = []
    total = 0

    def tell(outcome: FileOutcome) -> None:
        outcomes.append(outcome)
        on_progress(len(outcomes), max(total, len(outcomes) + len(waiting)), outcome.name)

    for num_files, entries in planned:
        total += num_files
        for row, entry in entries:
            notes.extend(entry.notes)
            if entry.problem is not None:
                tell(FileOutcome(entry.name, "refused", entry.problem.sentence))
            elif row.role == "image":
                tell(add_image(arrival, row, entry.data))
            elif row.role == "mask":
                waiting.append(WaitingMask(row, entry.data))
            elif arrival.names.note(row, entry.data):
                outcome = outcome_of(row, "left out", NAMES_OF_CLASSES)
                tell(replace(outcome, notes=arrival.names.notes_on(row)))
            elif row.role == "left out":
                tell(outcome_of(row, "left out", row.reason))
            else:
                waiting.append(WaitingMask(row, entry.data))
    outcomes[:] = with_series(arrival, outcomes)
    note_labels(arrival, waiting)
    # An image that outlines list without an object may have a file of its own.
    for together in of_one_mask(sorted(waiting, key=lambda each: each.row.role == "outlines")):
        del waiting[-len(together) :]  # so that the progress counts what is to come
        is_json = together[0].row.role == "outlines"
        for outcome in add_outlines(arrival, together[0]) if is_json else add_masks(arrival, together):
            tell(outcome)
    if notes:
        outcomes[0] = replace(outcomes[0], notes=(*notes, *outcomes[0].notes))
    return outcomes


def _chunks(
    uploads: Iterable[Upload], masks: Sequence[Upload]
) -> Iterator[tuple[Sequence[Upload], Sequence[Upload]]]:
    """What is understood together: all that is there; of a generator one at a time, and the masks at last."""
    if isinstance(uploads, Sequence):
        yield uploads, masks
        return
    for upload in uploads:
        yield [upload], ()
    yield (), masks
