"""Take an upload in: files, zips, and masks that come along; every file gets its outcome.

Files are decoded one after the other and let go of, so that a thousand images need no more memory than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.correction.corrections import encode_layer
from core.errors import AppError
from core.imaging.archive import is_zip, unpack_upload
from core.imaging.decode import DecodedImage, decode_image, decode_mask
from core.imaging.masks import encode_png
from core.workflows.arrive.upload_names import UploadName, image_keys_of_mask, name_in_archive, stem_key
from core.workflows.correct import pictures
from core.workflows.correct.editor_scale import editor_size, resize_nearest
from core.workflows.correct.open_image import DEFAULT_THRESHOLD
from core.workspace import DraftContent, ImageFacts, ImageRow, Workspace
from core.workspace.blobs import sha256_of

MaskUse = Literal["reference", "start"]
Status = Literal["added", "already there", "mask added", "refused"]
Upload = tuple[str, bytes]
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        name: As it came.
        status: "added", "already there", "mask added" or "refused".
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
    on_progress: OnProgress | None = None,
    limits: Limits | None = None,
) -> list[FileOutcome]:
    """Add an upload to a task; one outcome for each file, in the order in which they came.

    Masks come as `masks` or below a `masks/` folder of a zip, and are paired with the images of this upload,
    then with those that the task has already, by name (`a_mask.png` and `a_segmentation.png` belong to
    `a.jpg`).

    Args:
        workspace: The store.
        task_id: The task.
        uploads: (name, bytes) of images and zips; may be a generator.
        masks: (name, bytes) of masks and zips of masks.
        mask_use: "reference" keeps a mask to compare with; "start" makes it the image's draft, with a
            correction layer that decides every pixel, so that it stands whatever a model says and at any
            threshold.
        on_progress: Called with files done, files known so far, and the name of the last one.
        limits: None for the defaults with the environment's settings.
    """
    batch = _Batch(workspace, task_id, mask_use, limits or Limits.from_environment())
    outcomes: list[FileOutcome] = []
    total = _length(uploads) + _length(masks)
    found_masks: list[tuple[UploadName, bytes]] = []

    def tell(outcome: FileOutcome) -> None:
        outcomes.append(outcome)
        if on_progress is not None:
            on_progress(len(outcomes), max(total, len(outcomes) + len(found_masks)), outcome.name)

    for name, data in uploads:
        for entry in _entries(name, data, batch.limits):
            if isinstance(entry, FileOutcome):
                tell(entry)
            elif entry[0].role == "mask":
                found_masks.append(entry)
            else:
                tell(batch.add_image(*entry))
    for name, data in masks:
        for entry in _entries(name, data, batch.limits):
            if isinstance(entry, FileOutcome):
                tell(entry)
            else:
                found_masks.append((UploadName(entry[0].name, "mask"), entry[1]))
    while found_masks:
        tell(batch.add_mask(*found_masks.pop(0)))
    return outcomes


class _Batch:
    """One upload on its way in; knows which image has which name."""

    def __init__(self, workspace: Workspace, task_id: int, mask_use: MaskUse, limits: Limits) -> None:
        self.limits = limits
        self._workspace = workspace
        self._task_id = task_id
        self._mask_use = mask_use
        self._images: dict[tuple[str, str], set[int]] = {}
        self._of_task: dict[str, set[int]] | None = None

    def add_image(self, upload: UploadName, data: bytes) -> FileOutcome:
        """Decode an image and keep it."""
        known = self._workspace.images.find(self._task_id, sha256_of(data))
        if known is not None:
            self._remember(upload, known.id)
            message = f"{upload.name} is in this task already, as {known.name}."
            return FileOutcome(upload.name, "already there", message, known.id)
        try:
            decoded = decode_image(data, upload.name, self.limits)
            image = self._workspace.images.add(self._task_id, upload.name, data, facts_of(decoded))
        except AppError as error:
            return FileOutcome(upload.name, "refused", str(error))
        self._workspace.cache.put(image.sha256, "thumbnail", pictures.make_thumbnail(decoded))
        self._remember(upload, image.id)
        return FileOutcome(upload.name, "added", "", image.id, decoded.notes)

    def add_mask(self, upload: UploadName, data: bytes) -> FileOutcome:
        """Give a mask to the image of its name."""
        found = self._images_of_mask(upload)
        if len(found) != 1:
            reason = (
                "no image of this upload or task has its name; name it like its image"
                if not found
                else f"{len(found)} images have its name, so it is not clear which one it belongs to"
            )
            return FileOutcome(upload.name, "refused", f"{upload.name}: {reason}.")
        try:
            image = self._workspace.images.get(next(iter(found)))
            mask = decode_mask(data, upload.name, (image.facts.height, image.facts.width), self.limits)
            return self._use_mask(upload, image, mask)
        except AppError as error:
            return FileOutcome(upload.name, "refused", str(error))

    def _use_mask(self, upload: UploadName, image: ImageRow, mask: NDArray[np.uint8]) -> FileOutcome:
        if self._mask_use == "reference":
            self._workspace.images.set_reference_mask(image.id, encode_png(mask))
            return FileOutcome(upload.name, "mask added", "", image.id)
        if image.state != "new":
            message = (
                f"{upload.name}: {image.name} has been worked on already, so its mask was left as it is."
            )
            return FileOutcome(upload.name, "refused", message, image.id)
        start_from_mask(self._workspace, image, mask)
        return FileOutcome(upload.name, "mask added", "", image.id)

    def _remember(self, upload: UploadName, image_id: int) -> None:
        self._images.setdefault((upload.group, stem_key(upload.name)), set()).add(image_id)

    def _images_of_mask(self, upload: UploadName) -> set[int]:
        """Images of the mask's own folder first, then of the whole upload, then of the task."""
        for key in image_keys_of_mask(upload.name):
            own = self._images.get((upload.group, key), set())
            anywhere = {each for (_, stem), ids in self._images.items() if stem == key for each in ids}
            found = own or anywhere or self._task_images().get(key, set())
            if found:
                return found
        return set()

    def _task_images(self) -> dict[str, set[int]]:
        if self._of_task is None:
            self._of_task = {}
            for image in self._workspace.images.list(self._task_id):
                self._of_task.setdefault(stem_key(image.name), set()).add(image.id)
        return self._of_task


def facts_of(decoded: DecodedImage) -> ImageFacts:
    """What the store keeps of a decoded image."""
    height, width = decoded.values.shape[:2]
    channels = 1 if decoded.values.ndim == 2 else decoded.values.shape[2]
    return ImageFacts(height, width, channels, decoded.kind, decoded.notes)


def start_from_mask(workspace: Workspace, image: ImageRow, mask: NDArray[np.uint8]) -> None:
    """Lay a mask down as the image's draft; its layer decides every pixel.

    Args:
        workspace: The store.
        image: The image.
        mask: (H, W) uint8 of 0 and 1 at the image's own size.
    """
    version = workspace.versions.current(image.task_id)
    threshold = DEFAULT_THRESHOLD if version is None else pictures.card_of(workspace, version).threshold
    layer = resize_nearest(mask, editor_size(image.facts.height, image.facts.width)) + np.uint8(1)
    content = DraftContent(threshold, encode_layer(layer), None if version is None else version.id)
    workspace.drafts.start_from(image.id, content)


def _entries(name: str, data: bytes, limits: Limits) -> Iterator[tuple[UploadName, bytes] | FileOutcome]:
    from_zip = is_zip(data)
    try:
        for entry in unpack_upload(data, name, limits):
            if entry.problem is not None:
                yield FileOutcome(entry.name, "refused", str(entry.problem))
            else:
                yield name_in_archive(name, entry.name) if from_zip else UploadName(name, "image"), entry.data
    except AppError as error:
        yield FileOutcome(name, "refused", str(error))


def _length(files: Iterable[Upload]) -> int:
    return len(files) if isinstance(files, Sized) else 0
