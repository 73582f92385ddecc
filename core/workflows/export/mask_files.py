"""One file for each saved mask, or for each stack where the format holds volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.cards import MaskClass
from core.errors import BadFileError, LostFileError
from core.files import csv_bytes
from core.formats.indexed import indexed_png, mask_tiff
from core.formats.volume import stack_tiff
from core.imaging.class_table import UNDEFINED
from core.imaging.readers.dicom_file import is_dicom
from core.workflows.correct.slices import pixel_size
from core.workflows.export.export_names import UniqueStems, name_of
from core.workflows.export.packing import Archive, picture_of_mask
from core.workflows.export.provenance import program_version
from core.workflows.export.volume import VolumeMasks, volume_masks, volume_nifti
from core.workspace import ImageRow, RevisionRow, Workspace
from core.workspace.classes import places

Write = Callable[[Workspace, VolumeMasks, tuple[MaskClass, ...]], bytes]


@dataclass
class OneEach:
    """Writes `masks/` and the names of the classes."""

    workspace: Workspace
    archive: Archive
    classes: tuple[MaskClass, ...]
    revisions: Mapping[int, RevisionRow]
    form: Form
    stems: UniqueStems = field(default_factory=UniqueStems)
    stacks: dict[str, str | BadFileError | LostFileError] = field(default_factory=dict)
    """The file of each stack, or why there is none."""

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        """Write the file of a mask, or of its stack once."""
        if not self.form.holds_volumes or image.stack is None:
            alone = VolumeMasks((image,), mask[None], pixel_size(self.workspace, image))
            self._write(alone, name_of(image))
            return
        if image.stack not in self.stacks:
            try:
                self.stacks[image.stack] = self._write(self._volume(image), image.name)
            except (BadFileError, LostFileError) as error:
                self.stacks[image.stack] = error
        written = self.stacks[image.stack]
        if not isinstance(written, str):
            raise written
        self.archive.holds(written)

    def _volume(self, image: ImageRow) -> VolumeMasks:
        volume = volume_masks(self.workspace, image, self.revisions)
        in_places = places(self.workspace.tasks.get_by_id(image.task_id).classes)
        return replace(volume, masks=in_places[volume.masks])

    def _write(self, volume: VolumeMasks, image: str) -> str:
        content = self.form.write(self.workspace, volume, self.classes)
        name = f"masks/{self.stems.take(image.removesuffix('.gz'))}{self.form.suffix}"
        self.archive.write(name, content)
        return name

    def finish(self) -> Sequence[str]:
        """Say what the values mean."""
        names = ["background", *(each.name for each in self.classes)]
        rows = [(index, name) for index, name in enumerate(names)]
        self.archive.write("classes.csv", csv_bytes([("value", "name"), *rows, (UNDEFINED, "undecided")]))
        return ()


def _png(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    return picture_of_mask(volume.masks[0], len(classes))


def _indexed(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    return indexed_png(volume.masks[0], [(0, 0, 0), *(each.colour for each in classes)])


def _tiff(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    if len(volume.masks) > 1:
        return stack_tiff(volume.masks, volume.geometry)
    size = volume.geometry
    return mask_tiff(volume.masks[0], spacing_mm=None if size is None else (size.row_mm, size.column_mm))


def _nifti(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    if volume.geometry is not None and volume.geometry.along_mm:
        raise BadFileError(
            volume.images[0].name,
            "its slices do not lie evenly, which a NIfTI cannot say; take a DICOM segmentation, or TIFF for "
            "the pages alone.",
        )
    return volume_nifti(workspace, volume)


def _dicom_seg(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    # Imported late: it takes longest of all formats.
    from core.formats.dicom_seg import mask_dicom_seg

    names, images = [each.name for each in classes], volume.images
    one_file = len({each.file for each in images}) == 1
    sources = [workspace.files.read(each.file) for each in (images[:1] if one_file else images)]
    if not all(is_dicom(data) for data in sources):
        raise BadFileError(
            images[0].name, "is no DICOM file, and a DICOM segmentation refers to one; take another format."
        )
    masks = volume.masks
    if one_file and len(images) > 1:
        # In the order of the file's frames, which is not that in which they are looked at.
        masks = masks[np.argsort([each.frame for each in images])]
    return mask_dicom_seg(sources, masks, names, name=images[0].name, version=program_version())


@dataclass(frozen=True)
class Form:
    """A format of one file for each mask."""

    suffix: str
    write: Write
    holds_volumes: bool = False


ONE_EACH: dict[str, Form] = {
    "png": Form(".png", _png),
    "indexed_png": Form(".png", _indexed),
    "tiff": Form(".tif", _tiff, holds_volumes=True),
    "nifti": Form(".nii.gz", _nifti, holds_volumes=True),
    "dicom_seg": Form(".dcm", _dicom_seg, holds_volumes=True),
}
