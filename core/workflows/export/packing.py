"""A zip of masks, written whole: one image after the other, and at last where each mask comes from.

What is lost of one image is told and the others go on. The masks are those that `workspace.truth` says.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.datasets.matching import SUFFIXES
from core.errors import AppError, BadFileError, LostFileError, StoreError
from core.formats.indexed import grey_png
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import DecodedImage, open_file, read_png
from core.imaging.image_reading import AS_TOLD
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png
from core.imaging.readers.dicom_file import is_dicom
from core.imaging.readers.quiet import quiet_libraries
from core.language.sentence import Sentence
from core.watching import OnProgress, untold
from core.workflows.correct import pictures
from core.workflows.correct.blind import hidden_from
from core.workflows.export.provenance import of_mask, provenance_json
from core.workspace import ImageRow, RevisionRow, Workspace
from core.workspace.classes import places

Which = Literal["saved", "approved"]
_MAY_BE_ASKED = (".tif", ".tiff", ".nii")
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Selection:
    """Which masks of a task leave.

    Attributes:
        which: Those that count, or the approved ones alone.
        image_id: Of one image alone, None for all.
        who: Who takes them away, for `provenance.json`.
    """

    task_id: int
    which: Which = "saved"
    image_id: int | None = None
    who: str = ""

    def of(self, workspace: Workspace) -> list[tuple[ImageRow, RevisionRow]]:
        """The images in order of arrival, each with its mask.

        A reader gets none that they are to draw without seeing it; who may judge gets those too, but of all
        images together only.

        Raises:
            StoreError: There is none.
        """
        revisions = workspace.truth.of_task(self.task_id)
        if self.image_id is not None or not workspace.may("judge"):
            hidden = hidden_from(workspace, workspace.tasks.get_by_id(self.task_id), self.who)
            revisions = {image_id: each for image_id, each in revisions.items() if image_id not in hidden}
        images = [image for image in workspace.images.list(self.task_id) if image.id in revisions]
        if self.image_id is not None:
            images = [image for image in images if image.id == self.image_id]
        if self.which == "approved":
            images = [image for image in images if image.review == "approved"]
        if images:
            return [(image, revisions[image.id]) for image in images]
        title = workspace.tasks.get_by_id(self.task_id).title
        if self.image_id is not None and self.which == "saved":
            raise StoreError(
                "No mask of this image is saved yet, or none that you may see; save yours first."
            )
        if self.which == "approved":
            raise StoreError(
                "No mask of the task {title} is approved yet; approve one on the Review page.", title=title
            )
        raise StoreError("No mask of the task {title} is saved yet; save one first.", title=title)


def _left_out(image: ImageRow, error: AppError) -> str:
    if isinstance(error, BadFileError) and error.name == image.name:
        return Sentence("Left out: {error}", error=error)
    return Sentence("{image} was left out: {error}", image=image.name, error=error)


@dataclass(frozen=True)
class Export:
    """What was written.

    Attributes:
        num_images: Whose masks are in it.
        num_test: Those of them that are kept out of training.
        lost: What could not be exported since a file is gone or damaged, one sentence each.
        notes: Plain sentences for the person, those of `lost` first.
    """

    path: Path
    num_images: int
    num_test: int
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def is_kept_out(image: ImageRow) -> bool:
    """Whether an image must never be trained on: it is locked, or gold."""
    return image.locked or image.gold_revision_id is not None


class LeftOutError(AppError):
    """A mask that a format leaves out on purpose, though nothing of it is lost."""


class Archive:
    """A zip under way, all in one folder, that remembers the hashes of what went in."""

    def __init__(self, target: zipfile.ZipFile, root: str) -> None:
        self._target = target
        self._root = root
        self._hashes: dict[str, str] = {}
        self._since: list[str] = []

    def write(self, name: str, content: bytes) -> None:
        """Add a file."""
        self._target.writestr(f"{self._root}/{name}", content)
        self._hashes[name] = hashlib.sha256(content).hexdigest()
        self.holds(name)

    def holds(self, name: str) -> None:
        """Note that a file that was added holds the next mask too."""
        self._since.append(name)

    def since(self) -> dict[str, str]:
        """Names and SHA-256 of what was added or noted since the last call."""
        names, self._since = self._since, []
        return {name: self._hashes[name] for name in names}


class Packer(Protocol):
    """Puts masks into an archive in one format."""

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        """Write one mask; all that may be missing is read before anything is written.

        Args:
            mask: (H, W) uint8 of class indices, 255 where nobody decided.

        Raises:
            LeftOutError: This format leaves it out.
        """
        ...

    def finish(self) -> Sequence[str]:
        """Write what is about all of them; what is to be said, one sentence each."""
        ...


def pack(
    workspace: Workspace,
    selection: Selection,
    chosen: Sequence[tuple[ImageRow, RevisionRow]],
    target: Path,
    packer_of: Callable[[Archive], Packer],
    *,
    root: str,
    written_as: str,
    on_progress: OnProgress = untold,
) -> Export:
    """Write the zip; what was at that path before is replaced once the new one is complete.

    Args:
        chosen: What `selection` gives, in the order in which it is written.
        root: The one folder in the zip.
        written_as: Name of the format, for `provenance.json`.
        on_progress: Called with images done and all images.

    Raises:
        StoreError: The disk is full, or nothing at all could be exported.
    """
    lost: list[str] = []
    left_out: list[str] = []
    records = []
    num_test = 0
    # Others count classes by their place.
    in_places = places(workspace.tasks.get_by_id(selection.task_id).classes)
    with workspace.plain_errors(), whole_zip(target) as file:
        archive = Archive(file, root)
        packer = packer_of(archive)
        for done, (image, revision) in enumerate(chosen, start=1):
            try:
                png = workspace.masks.read_mask_png(revision)
                mask = in_places[read_png(png, f"mask of {image.name}")]
                packer.add(image, revision, mask)
            except (LostFileError, BadFileError) as error:
                lost.append(_left_out(image, error))
            except LeftOutError as error:
                left_out.append(error.sentence)
            else:
                records.append(of_mask(workspace, image, revision, archive.since()))
                num_test += is_kept_out(image)
            on_progress(done, len(chosen))
        if len(lost) == len(chosen):
            raise StoreError(lost[0])
        said = packer.finish()
        told = {"format": written_as, "which": selection.which, "by": selection.who}
        not_in = [*lost, *left_out]
        archive.write("provenance.json", provenance_json(workspace, selection.task_id, told, records, not_in))
    return Export(target, len(records), num_test, tuple(lost), tuple(dict.fromkeys([*not_in, *said])))


def picture_of_mask(mask: NDArray[np.uint8], num_classes: int) -> bytes:
    """A PNG of 0 and 255; with several classes, or where some pixels are undecided, of the values themselves.

    Args:
        mask: (H, W) uint8 of class indices, 255 where nobody decided.
        num_classes: Foreground classes of the task.
    """
    if num_classes == 1 and not (mask == UNDEFINED).any():
        return encode_png(np.asarray(mask != 0))
    return grey_png(mask)


def picture_of_image(
    data: bytes, decoded: DecodedImage, image: ImageRow, window: pictures.Window | None
) -> tuple[bytes, str]:
    """The image as it came where every program reads it so, else a PNG, which holds no patient fields.

    A photograph that is stored turned becomes a PNG too: not every program turns it. So does what a person
    had to say how to read.

    Args:
        window: What becomes black and white of Hounsfield units.

    Returns:
        The file and its ending.
    """
    suffix = PurePath(image.name).suffix.lower()
    if (
        decoded.kind == "display"
        and not is_dicom(data)
        and image.stack is None
        and suffix in SUFFIXES
        and not _is_turned(data)
        and (suffix not in _MAY_BE_ASKED or _tells_itself(data, image.name))
    ):
        return data, suffix
    if decoded.kind == "display" and decoded.shown is None and decoded.values.dtype in (np.uint8, np.uint16):
        return encode_png(decoded.values), ".png"
    return encode_png(to_display(decoded, window if decoded.kind == "hu" else None)), ".png"


def _tells_itself(data: bytes, name: str) -> bool:
    """Whether there is one way to read it."""
    try:
        AS_TOLD.check(open_file(data, name), name)
    except BadFileError:
        return False
    return True


def _is_turned(data: bytes) -> bool:
    """Whether EXIF says that the pixels are stored in another direction than they are seen."""
    try:
        with quiet_libraries(), Image.open(io.BytesIO(data)) as picture:
            return bool(picture.getexif().get(_EXIF_ORIENTATION, 1) != 1)
    # EXIF is an extra; what cannot be read of it must not cost the image.
    except Exception:
        return False


@contextmanager
def whole_zip(target: Path, compression: int = zipfile.ZIP_STORED) -> Iterator[zipfile.ZipFile]:
    """A zip that is at its place once it is complete, in place of what was there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", compression) as archive:
            yield archive
        os.replace(part, target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
