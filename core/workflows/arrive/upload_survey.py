"""An upload as it is understood, before anything is stored: a role for each file, a reading for each mask.

Files of a zip are taken out one at a time and let go of.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.errors import AppError, BadFileError
from core.imaging.archives.archive import ArchiveEntry, is_zip, names_in_upload, unpack_upload
from core.imaging.decode import mask_reading, open_file
from core.imaging.mask_files.mask_readings import MaskReading, differing
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.mask_files.outline_labels import levels_of
from core.imaging.mask_files.outlines import labels_in, read_outlines
from core.imaging.mask_files.yolo import yolo_mask
from core.imaging.masks import encode_png
from core.imaging.readers.dicom_file import is_segmentation
from core.imaging.units import looks_like_ct
from core.language.sentence import Sentence
from core.workflows.arrive.class_values import any_class, class_reading
from core.workflows.arrive.kept_answers import KeptAnswers
from core.workflows.arrive.layouts import mask_keys
from core.workflows.arrive.mask_meaning import KeptMeaning
from core.workflows.arrive.told_names import NAMES_OF_CLASSES, ToldNames, holds_names
from core.workflows.arrive.upload_plan import PlannedFile, Role, plan_upload
from core.workspace import TaskClass

Upload = tuple[str, bytes]
MAY_BE_ASKED = (".tif", ".tiff", ".nii", ".nii.gz")
"""Files that may have several channels, or be a CT without saying so."""
_MOST_UNITS = 20
"""Files in which values are looked for that may be Hounsfield units."""
MOST_READ = 300
"""Masks whose values are looked at beforehand; what is unclear in the others is told when they are added."""


@dataclass(frozen=True)
class Survey:
    """What is known of an upload.

    Attributes:
        rows: Each file, those given as images first.
        num_files: How many of them were given as images.
        readings: How the values of masks are read, by place in `rows`.
        unpaired: Places of masks of which no one image of this upload or of the task has the name.
        names: What files of the upload call the values of masks.
        channels: Names of the channels of each file that has several, by place.
        ct: Place of the first image found that looks like a CT and cannot say it, None for none.
    """

    rows: tuple[PlannedFile, ...]
    num_files: int
    readings: Mapping[int, MaskReading]
    unpaired: frozenset[int]
    names: ToldNames = field(default_factory=ToldNames)
    channels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    ct: int | None = None

    def needs_look(self, kept: KeptAnswers) -> bool:
        """Whether a person should see it before anything is stored.

        Not where all that was given as images are images that can be read in one way, none of which may be
        another one's mask, and every mask is clear, has its image and marks foreground as the others do.
        """
        given = any(row.role != "image" or row.namesake for row in self.rows[: self.num_files])
        is_odd = any(self.problem(place, kept.masks) for place in self.readings)
        return given or is_odd or bool(self.unpaired) or self.asks(kept)

    def differing(self) -> str:
        """How masks of one foreground mark it differently, empty where they do not."""
        return differing(each for each in self.readings.values() if not each.classes)

    def asks(self, kept: KeptAnswers) -> bool:
        """Whether a question is open, or masks mark foreground differently."""
        images = bool(self.unasked(kept)) or self.may_be_ct(kept) is not None
        return images or bool(self.unclear(kept.masks) or self.differing())

    def may_be_ct(self, kept: KeptAnswers) -> int | None:
        """Place of an image that looks like a CT, where no kept answer says whether it is one."""
        is_asked = self.ct is not None and self.rows[self.ct].role == "image" and kept.units is None
        return self.ct if is_asked else None

    def unasked(self, kept: KeptAnswers) -> list[int]:
        """Places of images of several channels that no kept answer speaks of."""
        known = None if kept.channel is None else kept.channel.num_channels
        images = (place for place in self.channels if self.rows[place].role == "image")
        return [place for place in images if len(self.channels[place]) != known]

    def problem(self, place: int, kept: KeptMeaning | None) -> str:
        """Why a mask cannot be read, empty where it can."""
        reading = self.readings[place]
        covered = kept is not None and bool(reading.options) and kept.covers(reading.values)
        return "" if covered else reading.problem

    def unclear(self, kept: KeptMeaning | None) -> list[int]:
        """Places of masks that could mean several things and that no kept answer speaks of."""
        return [place for place, each in self.readings.items() if each.options and self.problem(place, kept)]


def survey_upload(
    files: Sequence[Upload],
    masks: Sequence[Upload],
    *,
    known: Container[str],
    roles: Mapping[int, Role],
    classes: Sequence[TaskClass] = (),
    earlier: Survey | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Understand an upload; nothing is stored.

    Args:
        files: (name, bytes) of what was given as images, zips among them.
        masks: (name, bytes) of what was given as masks.
        known: `image_keys` of the images that the task has already.
        roles: What the person says of files, by their place.
        classes: Of the task; masks of several are read by these, whatever else their values could mean.
        earlier: An earlier survey of the same upload: what was read then is not read again.
        on_progress: Called with masks read and all that are read.
    """
    uploads = [*files, *masks]
    rows = plan_of(files, masks, known=known, roles=roles)
    if any(row.name.lower().endswith((".dcm", ".dicom")) for row in rows):
        rows = [row for row, _ in unpacked(rows, uploads)]
    num_files = sum(len(_paths(*each)) for each in files)
    names = _names(rows, uploads) if earlier is None else earlier.names
    rows = [
        replace(row, role="left out", reason=NAMES_OF_CLASSES, keys=()) if row.path in names.files else row
        for row in rows
    ]
    of_masks = [place for place, row in enumerate(rows) if row.role in ("mask", "outlines")][:MOST_READ]
    already = earlier.readings if earlier else {}
    readings = {place: already[place] for place in of_masks if place in already}
    missing = set(of_masks) - set(readings)
    seen = _Seen() if earlier is None else _Seen(dict(earlier.channels), earlier.ct)
    may_ask = {place for place, row in enumerate(rows) if row.name.lower().endswith(MAY_BE_ASKED)}
    look_at = missing | (may_ask if earlier is None else set())
    for place, (row, entry) in enumerate(unpacked(rows, uploads) if look_at else ()):
        if place in may_ask and earlier is None:
            seen.look(place, row, entry)
        if place in missing:
            readings[place] = _read(row, entry, classes, names)
            if on_progress is not None:
                on_progress(len(readings), len(of_masks))
    unpaired = {
        place
        for place, row in enumerate(rows)
        if row.role == "mask" and not row.only_image and not any(key in known for key in row.keys)
    }
    readings = _of_all_labels(readings, names, classes)
    return Survey(tuple(rows), num_files, readings, frozenset(unpaired), names, seen.channels, seen.ct)


def survey_sample(
    rows: Sequence[PlannedFile], uploads: Sequence[Upload], classes: Sequence[TaskClass] = ()
) -> Survey:
    """What may have to be asked about some files of many."""
    seen, readings, names = _Seen(), {}, _names(rows, uploads)
    for place, (row, entry) in enumerate(unpacked(rows, uploads)):
        if row.role == "image":
            seen.look(place, row, entry)
        elif not holds_names(row.path):
            readings[place] = _read(row, entry, classes, names)
    readings = _of_all_labels(readings, names, classes)
    return Survey(tuple(rows), len(rows), readings, frozenset(), names, seen.channels, seen.ct)


def _names(rows: Sequence[PlannedFile], uploads: Sequence[Upload]) -> ToldNames:
    names = ToldNames()
    last = max((place for place, row in enumerate(rows) if holds_names(row.path)), default=-1)
    for row, entry in itertools.islice(unpacked(rows, uploads), last + 1):
        names.note(row, entry.data)
    return names


def plan_of(
    files: Sequence[Upload], masks: Sequence[Upload], *, known: Container[str], roles: Mapping[int, Role]
) -> list[PlannedFile]:
    """How each file of an upload is understood by names, those of zips too."""
    flat = [[path for each in part for path in _paths(*each)] for part in (files, masks)]
    return plan_upload(*flat, known=known, roles=roles)


def unpacked(
    rows: Sequence[PlannedFile], uploads: Sequence[Upload]
) -> Iterator[tuple[PlannedFile, ArchiveEntry]]:
    """Each file with how it is understood; a zip that cannot be opened is one file with a problem.

    A DICOM segmentation is a mask, whatever it is called.

    Args:
        rows: What `plan_of` says of these uploads.
        uploads: What was given as images, then what was given as masks.
    """
    left = iter(rows)
    for name, data in uploads:
        try:
            for entry in unpack_upload(data, name):
                yield as_it_is(next(left), entry.data), entry
        except BadFileError as error:
            yield next(left), ArchiveEntry(name, b"", error)


def as_it_is(row: PlannedFile, data: bytes) -> PlannedFile:
    """The row, or what the file itself says of its role."""
    if row.role != "image" or not is_segmentation(data):
        return row
    return replace(row, role="mask", reason=Sentence("a DICOM segmentation"), keys=mask_keys(row.path))


def _paths(name: str, data: bytes) -> list[str]:
    try:
        inside = names_in_upload(data, name)
    except AppError:
        return [name]
    return [f"{name}/{path}" for path in inside] if is_zip(data) else [name]


def mask_file(row: PlannedFile, data: bytes, names: ToldNames, shape: tuple[int, int] = (512, 512)) -> bytes:
    """A mask's file; outlines drawn: YOLO's at a size, of others the mask with the most labels."""
    if row.role != "outlines":
        return data
    if row.is_yolo:
        return encode_png(yolo_mask(data, row.name, shape, is_pose=names.said_for(row.path).is_pose))
    outlined = read_outlines(data, row.name, classes=list(names.outlined.values())) or []
    drawn = [each.mask for each in outlined if each.mask is not None]
    if not drawn:
        raise BadFileError(row.name, "outlines nothing that can be drawn.")
    return encode_png(max(drawn, key=lambda mask: len(np.unique(mask))))


@dataclass
class _Seen:
    """What files were found to have that a person may have to be asked about; as `Survey` has it."""

    channels: dict[int, tuple[str, ...]] = field(default_factory=dict)
    ct: int | None = None
    num_looked: int = 0

    def look(self, place: int, row: PlannedFile, entry: ArchiveEntry) -> None:
        """Look into a file; one that cannot be read is told when it is added."""
        try:
            file = open_file(entry.data, row.name)
        except AppError:
            return
        if file.channels:
            self.channels[place] = file.channels
        elif row.role == "image" and self.ct is None and self.num_looked < _MOST_UNITS:
            self.num_looked += 1
            self.ct = place if looks_like_ct(file) else None


def _read(
    row: PlannedFile, entry: ArchiveEntry, classes: Sequence[TaskClass], names: ToldNames
) -> MaskReading:
    """The reading of a mask, without its pixels."""
    if entry.problem is not None:
        return MaskReading(None, problem=str(entry.problem))
    try:
        if row.role == "outlines" and not row.is_yolo:
            labels = labels_in(entry.data, row.name)
            if len(classes) > 1:
                levels_of(labels, row.name, [each.name for each in classes], union=False)
            return MaskReading(None, classes=labels)
        data = mask_file(row, entry.data, names)
        if len(classes) > 1:
            if row.holds_objects:
                raise any_class(row.name, classes)
            classes = names.in_order(row.path, entry.data, classes)
            return class_reading(data, row.name, classes)
        reading = mask_reading(data, row.name)
    except BadFileError as error:
        return MaskReading(None, problem=error.reason)
    if row.holds_objects:
        return MaskReading(None, reading.values, tuple(each for each in reading.values if each > 0))
    return replace(reading, mask=None)


def _of_all_labels(
    readings: Mapping[int, MaskReading], names: ToldNames, classes: Sequence[TaskClass]
) -> dict[int, MaskReading]:
    """The readings, outlines in question where one foreground has several labels, whichever file has each."""
    names.outlined.clear()
    labels = {place: each.classes for place, each in readings.items() if each.classes and len(classes) < 2}
    values = {place: (0, *names.values_of(each)) for place, each in labels.items()}
    try:
        levels_of((*names.outlined.values(),), "", (), union=False)
    except BadFileError as error:
        asked = MaskReading(None, problem=error.reason, options=(MaskValues(),))
        return {**readings, **{at: replace(asked, values=values[at], classes=labels[at]) for at in labels}}
    return {**readings, **{at: MaskReading(None, classes=labels[at]) for at in labels}}
