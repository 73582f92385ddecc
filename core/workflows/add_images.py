"""Take an upload in: files, zips, and masks that come along; every file gets its outcome.

Files are decoded one after the other and let go of, so that a thousand images need no more memory than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.errors import AppError, BadFileError
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import mask_reading, open_file, open_mask, read_frame, to_image
from core.imaging.dicom_file import is_segmentation
from core.imaging.dicom_identity import hashed
from core.imaging.dicom_places import SlicePlace, slice_place
from core.imaging.dicom_segments import referenced_series
from core.imaging.mask_readings import MaskReading
from core.imaging.mask_values import MaskValues
from core.imaging.mask_volume import volume_masks
from core.imaging.masks import encode_png
from core.imaging.outlines import read_outlines
from core.imaging.yolo import yolo_mask
from core.language.sentence import Sentence
from core.workflows.arrive.channels import kept_channel
from core.workflows.arrive.class_values import any_class, class_table, read_classes, values_of
from core.workflows.arrive.mask_meaning import kept_meaning, read_upload_mask, with_kept
from core.workflows.arrive.stacks import add_stack, arrange_series, facts_of
from core.workflows.arrive.upload_plan import PlannedFile, Role, image_keys
from core.workflows.arrive.upload_survey import Upload as Upload
from core.workflows.arrive.upload_survey import plan_of, unpacked
from core.workflows.correct import pictures
from core.workflows.correct.save_mask import content_of_mask
from core.workflows.correct.slices import geometry_of
from core.workspace import ImageRow, Workspace
from core.workspace.blobs import sha256_of

MaskUse = Literal["reference", "start"]
Status = Literal["added", "already there", "mask added", "left out", "refused"]
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        name: As it came.
        status: "added", "already there", "mask added", "left out" (neither image nor mask) or "refused".
        message: One sentence where there is something to say, such as why it was refused; else empty.
        image_id: The image that it became or belongs to, None where refused.
        notes: Plain sentences on what was done with it.
    """

    name: str
    status: Status
    message: str = ""
    image_id: int | None = None
    notes: tuple[str, ...] = ()


def add_images(
    workspace: Workspace,
    task_id: int,
    uploads: Iterable[Upload],
    *,
    masks: Iterable[Upload] = (),
    mask_use: MaskUse = "reference",
    mask_values: MaskValues | None = None,
    roles: Mapping[int, Role] | None = None,
    on_progress: OnProgress | None = None,
    limits: Limits | None = None,
) -> list[FileOutcome]:
    """Add an upload to a task; one outcome for each file, in the order in which they came.

    `core.workflows.arrive.upload_plan` says what is an image, what is a mask and of which one; a mask whose
    image is not in this upload goes to the task's image of its name. Masks of one image that are numbered, or
    one for each object, are united.

    Args:
        workspace: The store.
        task_id: The task.
        uploads: (name, bytes) of images and zips; of a generator each one is understood by itself, as it
            comes.
        masks: (name, bytes) of masks and zips of masks.
        mask_use: "reference" keeps a mask to compare with; "start" makes it the image's draft, with a
            correction layer that decides every pixel, so that it stands whatever a model says and at any
            threshold.
        mask_values: What the person says that the masks' values mean; None for what the files tell, and what
            was said for the task where they do not.
        roles: What the person says of files, by their place in what `plan_of` gives; not for a generator.
        on_progress: Called with files done, all files as far as they are known, and the name of the last.
        limits: None for the defaults with the environment's settings.
    """
    batch = _Batch(workspace, task_id, mask_use, mask_values, limits or Limits.from_environment())
    outcomes: list[FileOutcome] = []
    waiting: list[_Mask] = []
    total = 0

    def tell(outcome: FileOutcome) -> None:
        outcomes.append(outcome)
        if on_progress is not None:
            on_progress(len(outcomes), max(total, len(outcomes) + len(waiting)), outcome.name)

    for files, given_masks in _chunks(uploads, list(masks)):
        rows = plan_of(files, given_masks, known=batch, roles=roles or {}, limits=batch.limits)
        total += len(rows)
        for row, entry in unpacked(rows, [*files, *given_masks], batch.limits):
            if entry.problem is not None:
                tell(FileOutcome(entry.name, "refused", entry.problem.sentence))
            elif row.role == "image":
                tell(batch.add_image(row, entry.data))
            elif row.role == "left out":
                tell(
                    FileOutcome(
                        row.name, "left out", Sentence("{name}: {reason}.", name=row.name, reason=row.reason)
                    )
                )
            else:
                waiting.append(_Mask(row, entry.data))
    outcomes[:] = batch.with_series(outcomes)
    for together in _of_one_mask(waiting):
        del waiting[-len(together) :]  # so that the progress counts what is to come
        is_json = together[0].row.role == "outlines"
        for outcome in batch.add_outlines(together[0]) if is_json else batch.add_masks(together):
            tell(outcome)
    return outcomes


@dataclass(frozen=True)
class _Mask:
    """A mask that waits until all images are there: its file, or its pixels where they were drawn here."""

    row: PlannedFile
    data: bytes
    pixels: NDArray[np.uint8] | None = None


def _of_one_mask(waiting: Sequence[_Mask]) -> list[list[_Mask]]:
    """The files of each mask, in the order of the first ones."""
    together: dict[object, list[_Mask]] = {}
    for place, mask in enumerate(waiting):
        together.setdefault(mask.row.images if mask.row.is_part else place, []).append(mask)
    return list(together.values())


class _Batch:
    """One upload on its way in; knows which image has which name."""

    def __init__(
        self,
        workspace: Workspace,
        task_id: int,
        mask_use: MaskUse,
        mask_values: MaskValues | None,
        limits: Limits,
    ) -> None:
        self.limits = limits
        self._workspace = workspace
        self._task_id = task_id
        self._mask_use = mask_use
        self._mask_values = mask_values
        self._kept = kept_meaning(workspace, task_id)
        self._channel = kept_channel(workspace, task_id)
        self._classes = workspace.tasks.get_by_id(task_id).classes
        self._by_path: dict[str, set[int]] = {}
        self._by_key: dict[str, set[int]] = {}
        self._of_task: dict[str, set[int]] | None = None
        self._slices: dict[int, SlicePlace] = {}

    def __contains__(self, key: object) -> bool:
        """Whether this upload brought, or the task has, an image of that name."""
        return key in self._by_key or key in self._task_images()

    def add_image(self, row: PlannedFile, data: bytes) -> FileOutcome:
        """Decode an image and keep it."""
        known = self._workspace.images.find(self._task_id, sha256_of(data))
        try:
            file = open_file(data, row.name, self.limits)
            file = file if self._channel is None else self._channel.of(file)
            if file.masks_only:
                raise BadFileError(row.name, file.masks_only)
            if len(file.order) > 1:
                stack = add_stack(self._workspace, self._task_id, row.name, data, file)
                image, notes, num_new = stack.images[0], stack.notes, stack.num_new
            elif known is not None:
                image, notes, num_new = known, (), 0
            else:
                frame = file.order[0]
                decoded = to_image(read_frame(file, row.name, frame))
                facts = facts_of(decoded, file.notes)
                image = self._workspace.images.add(self._task_id, row.name, data, facts, frame=frame)
                kind = image.cache_kind("thumbnail")
                self._workspace.cache.put(image.sha256, kind, pictures.make_thumbnail(decoded))
                notes, num_new = facts.notes, 1
        except AppError as error:
            return FileOutcome(row.name, "refused", error.sentence)
        self._remember(row, image.id)
        if len(file.order) == 1 and (place := slice_place(data, row.name)) is not None:
            self._slices[image.id] = place
        if num_new == 0:
            message = Sentence("{row} is in this task already, as {image}.", row=row.name, image=image.name)
            return FileOutcome(row.name, "already there", message, image.id)
        return FileOutcome(row.name, "added", "", image.id, notes)

    def with_series(self, outcomes: Sequence[FileOutcome]) -> list[FileOutcome]:
        """The outcomes of the upload's images, once those of one series are a stack in order."""
        said = arrange_series(self._workspace, self._task_id, self._slices)
        last = {each.image_id: number for number, each in enumerate(outcomes)}
        told = list(outcomes)
        for image_id, notes in said.items():
            outcome = told[last[image_id]]
            told[last[image_id]] = replace(outcome, notes=(*outcome.notes, *notes))
        return told

    def add_outlines(self, file: _Mask) -> list[FileOutcome]:
        """Draw the outlines of a JSON file and give each mask to its image."""
        name = file.row.name
        if name.lower().endswith(".txt"):
            return self._add_yolo(file)
        union = self._mask_values is not None and self._mask_values.foreground is None
        try:
            found = read_outlines(file.data, name, self.limits, union=union)
        except AppError as error:
            return [FileOutcome(name, "refused", error.sentence)]
        if found is None:
            told = Sentence(
                "{name}: is no JSON of labelme's or COCO's, so there are no outlines in it.", name=name
            )
            return [FileOutcome(name, "left out", told)]
        outcomes = []
        for outlined in found:
            if outlined.mask is None:
                why = outlined.problem.sentence if outlined.problem else ""
                outcomes.append(FileOutcome(name, "refused", why))
                continue
            keys = image_keys(outlined.image)
            row = replace(file.row, keys=(*keys, *file.row.keys) if len(found) == 1 else keys)
            outcomes += self.add_masks([_Mask(row, b"", outlined.mask)])
        return outcomes or [FileOutcome(name, "left out", Sentence("{name}: outlines nothing.", name=name))]

    def _add_yolo(self, file: _Mask) -> list[FileOutcome]:
        """Draw YOLO's polygons at the size of their image."""
        found = self._images_of(file.row)
        facts = self._workspace.images.get(next(iter(found))).facts if len(found) == 1 else None
        try:
            # Without its one image any size will do: that is what is told.
            shape = (1, 1) if facts is None else (facts.height, facts.width)
            drawn = encode_png(yolo_mask(file.data, file.row.name, shape))
        except AppError as error:
            return [FileOutcome(file.row.name, "refused", error.sentence)]
        return self.add_masks([replace(file, data=drawn)])

    def add_masks(self, parts: Sequence[_Mask]) -> list[FileOutcome]:
        """Give a mask to the image of its name; several parts as one."""
        row = parts[0].row
        found = self._images_of(row)
        slices = self._stack_of(parts, found)
        if len(slices) > 1:
            return self._add_to_stack(parts, slices)
        if len(found) != 1:
            reason = (
                Sentence("no image of this upload or task has its name; name it like its image")
                if not found
                else Sentence(
                    "{num_found} images have its name, so it is not clear which one it belongs to",
                    num_found=len(found),
                )
            )
            return [
                FileOutcome(
                    each.row.name, "refused", Sentence("{name}: {reason}.", name=each.row.name, reason=reason)
                )
                for each in parts
            ]
        image = self._workspace.images.get(next(iter(found)))
        outcomes: list[FileOutcome] = []
        masks = []
        notes: list[str] = []
        for part in parts:
            try:
                mask, note = self._pixels(part, (image.facts.height, image.facts.width))
                masks.append(mask)
                notes += [note] if note else []
            except AppError as error:
                outcomes.append(FileOutcome(part.row.name, "refused", error.sentence))
        if masks and not outcomes:
            try:
                first = self._use_mask(row, image, _union(masks))
            except AppError as error:
                first = FileOutcome(row.name, "refused", error.sentence)
            if first.status == "mask added":
                if notes:
                    self._workspace.images.add_notes(image.id, notes)
                united = (
                    (
                        Sentence(
                            "{image}: {num_parts} masks are united.", image=image.name, num_parts=len(parts)
                        ),
                    )
                    if len(parts) > 1
                    else ()
                )
                first = replace(first, notes=(*united, *notes))
            return [first, *(replace(first, name=each.row.name, notes=()) for each in parts[1:])]
        if len(parts) > 1:
            told = Sentence(
                "{image}: its mask of {num_parts} files was left out, as one of them cannot be used.",
                image=image.name,
                num_parts=len(parts),
            )
            outcomes.append(FileOutcome(image.name, "refused", told, image.id))
        return outcomes

    def _stack_of(self, parts: Sequence[_Mask], found: set[int]) -> Sequence[ImageRow]:
        """The slices that masks are of, none where they are of single images.

        Of the image of their name; a mask of many slices also of the series that it refers to, else of the
        only stack that has as many slices of its size.
        """
        images = self._workspace.images
        named = images.get(next(iter(found))) if len(found) == 1 else None
        if named is not None and len(of_file := images.of_file(self._task_id, named.sha256)) > 1:
            return of_file
        data, name = parts[0].data, parts[0].row.name
        series = referenced_series(data) if is_segmentation(data) else ""
        if len(parts) > 1 or parts[0].pixels is not None:
            return ()
        try:
            file = open_mask(data, name, self.limits)
            size = read_frame(file, name, file.order[0]).values.shape[:2]
        except AppError:
            return ()  # told where the mask itself is read
        if not series and len(file.order) == 1:
            return ()
        key = hashed(f"series:{series}", self._workspace.groups.salt())
        if named is not None and named.stack not in (None, key):
            return images.of_stack(named)
        stacks: dict[str, list[ImageRow]] = {}
        for image in images.list(self._task_id):
            if image.stack is not None:
                stacks.setdefault(image.stack, []).append(image)
        if key in stacks:
            return images.of_stack(stacks[key][0])
        same = [
            each
            for each in stacks.values()
            if len(each) == len(file.order) and (each[0].facts.height, each[0].facts.width) == size
        ]
        return images.of_stack(same[0][0]) if len(same) == 1 else ()

    def _add_to_stack(self, parts: Sequence[_Mask], slices: Sequence[ImageRow]) -> list[FileOutcome]:
        """Give the masks of a volume to the slices of their image; several files as one."""
        row, found = parts[0].row, []
        notes: list[str] = []
        try:
            for part in parts:
                if part.pixels is not None:
                    raise BadFileError(
                        part.row.name, "outlines one picture of {num_slices} slices.", num_slices=len(slices)
                    )
                masks, said = self._stack_masks(part, slices)
                found.append(masks)
                notes += said
            outcomes = [
                self._use_mask(row, image, _union(own))
                for image, own in zip(slices, zip(*found, strict=True), strict=True)
            ]
        except AppError as error:
            return [FileOutcome(each.row.name, "refused", error.sentence) for each in parts]
        refused = [each for each in outcomes if each.status == "refused"]
        if len(refused) == len(outcomes):
            return [replace(refused[0], name=each.row.name) for each in parts]
        if refused:
            notes.append(
                Sentence(
                    "{row}: {num_refused} of {num_slices} slices have been worked on already, so their "
                    "masks were left as they are.",
                    row=row.name,
                    num_refused=len(refused),
                    num_slices=len(slices),
                )
            )
        added = FileOutcome(row.name, "mask added", "", slices[0].id, tuple(notes))
        return [added, *(replace(added, name=each.row.name, notes=()) for each in parts[1:])]

    def _stack_masks(
        self, part: _Mask, slices: Sequence[ImageRow]
    ) -> tuple[list[NDArray[np.uint8]], tuple[str, ...]]:
        name = part.row.name
        shapes = [(each.facts.height, each.facts.width) for each in slices]
        geometry = geometry_of(self._workspace, slices[0])
        if len(self._classes) > 1:
            if part.row.holds_objects:
                raise any_class(name, self._classes)
            table = class_table(self._classes)
            masks, notes = volume_masks(part.data, name, shapes, geometry, limits=self.limits, meaning=table)
            return [values_of(mask, self._classes) for mask in masks], notes

        def read(meaning: MaskValues | None) -> tuple[list[NDArray[np.uint8]], tuple[str, ...]]:
            return volume_masks(part.data, name, shapes, geometry, limits=self.limits, meaning=meaning)

        def reading() -> MaskReading:
            return mask_reading(part.data, name, self.limits)

        (masks, notes), note = with_kept(read, reading, said=self._meaning(part), kept=self._kept)
        return [self._of_the_one_class(mask) for mask in masks], (*notes, note) if note else notes

    def _meaning(self, part: _Mask) -> MaskValues | None:
        return MaskValues() if part.row.holds_objects else self._mask_values

    def _pixels(self, part: _Mask, shape: tuple[int, int]) -> tuple[NDArray[np.uint8], str]:
        """The mask, and what was assumed of it."""
        if part.pixels is None:
            if part.row.holds_objects and len(self._classes) > 1:
                raise any_class(part.row.name, self._classes)
            name, limits = part.row.name, self.limits
            if len(self._classes) > 1:
                return read_classes(part.data, name, shape, limits, self._classes), ""
            meaning = self._meaning(part)
            mask, note = read_upload_mask(part.data, name, shape, limits, said=meaning, kept=self._kept)
            return self._of_the_one_class(mask), note
        if len(self._classes) > 1:
            raise any_class(part.row.name, self._classes)
        if part.pixels.shape != shape:
            height, width = part.pixels.shape
            raise BadFileError(
                part.row.name,
                "outlines an image of {width} x {height} pixels, but this one is {shape} x {shape_2}.",
                width=width,
                height=height,
                shape=shape[1],
                shape_2=shape[0],
            )
        return self._of_the_one_class(part.pixels), ""

    def _of_the_one_class(self, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Foreground as the value of the task's one class."""
        return np.where(mask == 1, np.uint8(self._classes[0].value), mask)

    def _use_mask(self, row: PlannedFile, image: ImageRow, mask: NDArray[np.uint8]) -> FileOutcome:
        if self._mask_use == "reference":
            self._workspace.images.set_reference_mask(image.id, encode_png(mask))
            return FileOutcome(row.name, "mask added", "", image.id)
        if image.state != "new":
            message = Sentence(
                "{row}: {image} has been worked on already, so its mask was left as it is.",
                row=row.name,
                image=image.name,
            )
            return FileOutcome(row.name, "refused", message, image.id)
        content = content_of_mask(self._workspace, image, mask)
        self._workspace.drafts.start_from(image.id, content)
        return FileOutcome(row.name, "mask added", "", image.id)

    def _remember(self, row: PlannedFile, image_id: int) -> None:
        self._by_path.setdefault(row.path, set()).add(image_id)
        for key in row.keys:
            self._by_key.setdefault(key, set()).add(image_id)

    def _images_of(self, row: PlannedFile) -> set[int]:
        """The images that the plan says, else those of this upload or the task that have the name."""
        planned = {each for path in row.images for each in self._by_path.get(path, ())}
        if planned:
            return planned
        for key in row.keys:
            found = self._by_key.get(key) or self._task_images().get(key, set())
            if found:
                return found
        return set()

    def _task_images(self) -> dict[str, set[int]]:
        if self._of_task is None:
            self._of_task = {}
            of_file: dict[str, ImageRow] = {}
            for image in self._workspace.images.list(self._task_id):
                of_file.setdefault(image.sha256, image)
            for image in of_file.values():
                for key in image_keys(image.name):
                    self._of_task.setdefault(key, set()).add(image.id)
        return self._of_task


def _union(masks: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """The last class that a mask has, else undefined where one has that."""
    united = np.zeros_like(masks[0])
    for mask in masks:
        united[(mask == UNDEFINED) & (united == 0)] = UNDEFINED
        classes = (mask != 0) & (mask != UNDEFINED)
        united[classes] = mask[classes]
    return united


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
