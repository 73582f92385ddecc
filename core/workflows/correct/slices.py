"""What slices of a stack give each other: a neighbour's mask, and masks filled in between two drawn ones.

Both end up as drafts. What is filled in says so until somebody draws on it or saves it, and never counts as
drawn itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from core.correction.between import fill_between
from core.errors import AppError
from core.imaging.decode import open_file
from core.imaging.geometry import Geometry, Layout
from core.imaging.readers.dicom_places import order_slices, slice_place
from core.registry.predictors import Predictors
from core.workflows.correct.blind import reads_blind, unread_gold
from core.workflows.correct.save_mask import content_of_mask, layer_of_mask, read_mask, shown_mask
from core.workspace import DraftRow, ImageRow, Workspace

_GEOMETRY = "geometry-3"
_PIXEL_SIZE = "pixel_size_of_task_{}"


def is_filled(draft: DraftRow | None) -> bool:
    """Whether a draft was filled in, and nobody has drawn on it or saved it since."""
    return draft is not None and draft.filled and draft.has_unsaved_changes


def drawn_slices(workspace: Workspace, slices: Sequence[ImageRow], who: str) -> list[int]:
    """Places of the slices that somebody saved or that this person drew on, from 0.

    Gold ones that wait for the person are none, as for them nobody has saved these.
    """
    unread = unread_gold(workspace, workspace.tasks.get_by_id(slices[0].task_id), who).all
    return [
        place
        for place, image in enumerate(slices)
        if (image.state == "corrected" and image.id not in unread)
        or (image.has_unsaved_changes and _is_drawn(workspace.drafts.get(image.id, who)))
    ]


def neighbour_layer(
    workspace: Workspace, image: ImageRow, neighbour: ImageRow, predictors: Predictors, *, who: str
) -> bytes:
    """A neighbour's mask as a layer that decides every pixel of this image.

    Raises:
        AppError: They are of different sizes.
    """
    if _size(image) != _size(neighbour):
        raise AppError("The neighbouring slice has another size, so its mask cannot be copied; draw it here.")
    return layer_of_mask(shown_mask(workspace, neighbour.id, predictors, who=who), image)


def gap_at(drawn: Collection[int], place: int) -> tuple[int, int] | None:
    """Places of the drawn slices between which a slice lies, None where one side has none.

    Args:
        drawn: Places of all drawn slices.
        place: Of the slice. From a drawn one the gap after it is meant, else that before it: who draws the
            first slice and then the last stands on the last.
    """
    before = [each for each in drawn if each <= place]
    after = [each for each in drawn if each > place]
    gaps = [(max(before), min(after))] if before and after else []
    if place in drawn and len(before) > 1:
        gaps.append((sorted(before)[-2], place))
    return next((gap for gap in gaps if gap[1] - gap[0] > 1), gaps[0] if gaps else None)


def fill_slices(
    workspace: Workspace, image: ImageRow, predictors: Predictors, *, who: str
) -> tuple[int, int, int]:
    """Fill the gap that a slice lies in, from the drawn slices on both sides; drawn slices are left alone.

    Args:
        image: A slice of the gap, or a drawn one beside it (`gap_at`).
        who: Name of the person, whose drafts are read and written.

    Returns:
        The numbers of the drawn slices before and after, from 1, and how many slices have a draft now.

    Raises:
        AppError: There is no drawn slice on both sides, nothing in between, or they differ in size.
    """
    slices = workspace.images.of_stack(image)
    place = next(number for number, each in enumerate(slices) if each.id == image.id)
    drawn = drawn_slices(workspace, slices, who)
    gap = gap_at(drawn, place)
    if gap is None:
        raise AppError(
            "Filling in needs a drawn slice on both sides of this one; draw one before and one after it."
        )
    before, after = gap
    between = slices[before + 1 : after]
    if not between:
        raise AppError("There is no slice left between the two drawn ones.")
    if len({_size(each) for each in slices[before : after + 1]}) > 1:
        raise AppError("These slices have different sizes, so nothing can be filled in between them.")
    first, last = (_drawn_mask(workspace, slices[each], predictors, who) for each in (before, after))
    parts = _parts_of_way(geometry_of(workspace, image), before, after)
    for each, mask in zip(between, fill_between(first, last, parts), strict=True):
        content = content_of_mask(workspace, each, mask)
        workspace.drafts.start_from(each.id, content, who, filled=True)
    return before + 1, after + 1, len(between)


def geometry_of(workspace: Workspace, image: ImageRow) -> Geometry | None:
    """Spacing and place of an image's pixels, of a series over all its files; None where nobody says."""
    slices = workspace.images.of_stack(image)
    of_series = image.stack is not None and image.stack != image.sha256
    key, kind = (image.stack or "", f"{_GEOMETRY}-{len(slices)}") if of_series else (image.sha256, _GEOMETRY)

    def find() -> bytes:
        if of_series:
            places = [slice_place(workspace.files.read(each.file), each.name) for each in slices]
            known = [place for place in places if place is not None]
            found = order_slices(known, image.name)[1] if known else None
        else:
            found = open_file(workspace.files.read(image.file), image.name).geometry
        return json.dumps(None if found is None else _told(found)).encode()

    try:
        told = json.loads(workspace.cache.get_or_make(key, kind, find))
    except AppError:
        return None
    if told is None:
        return None
    affine = None if told["affine"] is None else np.array(told["affine"], np.float64)
    layout = None if told["layout"] is None else Layout(**told["layout"])
    return Geometry(told["row"], told["column"], told["slice"], affine, tuple(told["along"]), layout)


def pixel_size(workspace: Workspace, image: ImageRow) -> Geometry | None:
    """What a file says of the size of its pixels, else what was said for the task; None where nobody says."""
    found = geometry_of(workspace, image)
    said = kept_pixel_size(workspace, image.task_id) if found is None else None
    return found if said is None else Geometry(said, said)


def kept_pixel_size(workspace: Workspace, task_id: int) -> float | None:
    """Side in mm of the pixels of a task's images whose files do not say it, None where nobody said."""
    said: float | None = workspace.settings.get(_PIXEL_SIZE.format(task_id))
    return said


def keep_pixel_size(workspace: Workspace, task_id: int, side_mm: float | None) -> None:
    """Remember that side, above 0; None forgets it.

    Raises:
        NotAllowedError: Where people sign in and this one is no admin.
    """
    workspace.require("task")
    workspace.settings.set(_PIXEL_SIZE.format(task_id), side_mm)


def _parts_of_way(geometry: Geometry | None, before: int, after: int) -> list[float]:
    """How much of the way each slice between two lies, in [0, 1]; by number where no positions are known."""
    places = range(before, after + 1)
    along = [None if geometry is None else geometry.from_first(place) for place in places]
    known = [mm for mm in along if mm is not None]
    if len(known) < len(along) or known[-1] == known[0]:
        known = [float(place) for place in places]
    return [(each - known[0]) / (known[-1] - known[0]) for each in known[1:-1]]


def _told(geometry: Geometry) -> dict[str, object]:
    affine = None if geometry.affine is None else geometry.affine.tolist()
    return {
        "row": geometry.row_mm, "column": geometry.column_mm, "slice": geometry.slice_mm, "affine": affine,
        "along": geometry.along_mm, "layout": None if geometry.layout is None else asdict(geometry.layout),
    }  # fmt: skip


def _drawn_mask(workspace: Workspace, image: ImageRow, predictors: Predictors, who: str) -> NDArray[np.uint8]:
    """What a person sees of a drawn slice; where they only filled it in, what somebody saved since."""
    saved = workspace.truth.of(image.id)
    if saved is not None and is_filled(workspace.drafts.get(image.id, who)):
        if reads_blind(workspace, image, who) is None:
            return read_mask(workspace, saved)
    return shown_mask(workspace, image.id, predictors, who=who)


def _is_drawn(draft: DraftRow | None) -> bool:
    return draft is not None and draft.has_unsaved_changes and not draft.filled


def _size(image: ImageRow) -> tuple[int, int]:
    return image.facts.height, image.facts.width
