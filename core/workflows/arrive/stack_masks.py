"""Masks of an upload: which slices they are of, and one kept for each of these, or for their image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.errors import AppError, BadFileError
from core.imaging.decode import open_mask, read_frame
from core.imaging.mask_files.mask_volume import volume_masks
from core.imaging.readers.dicom_file import is_segmentation
from core.imaging.readers.dicom_identity import hashed
from core.imaging.readers.dicom_segments import referenced_series
from core.imaging.readers.nifti_file import is_nifti
from core.language.sentence import Sentence
from core.workflows.arrive.arrival import Arrival, FileOutcome, slice_key
from core.workflows.arrive.class_values import any_class, check_classes, class_table, values_of
from core.workflows.arrive.mask_pixels import (
    WaitingMask,
    drawn_pixels,
    keep_mask,
    of_the_one_class,
    on_a_ground,
    read_as_said,
    united,
)
from core.workflows.correct.slices import geometry_of
from core.workspace import ImageRow
from core.workspace.files.blobs import sha256_of


def slices_of(arrival: Arrival, parts: Sequence[WaitingMask], found: set[int]) -> Sequence[ImageRow]:
    """The slices that masks are of, none where they are of single images.

    Of the image of their name; a mask of many slices also of the series that it refers to, else of the
    only stack that has as many slices of its size.
    """
    images = arrival.workspace.images
    named = images.get(next(iter(found))) if len(found) == 1 else None
    if named is not None and slice_key(named) in parts[0].row.keys:
        return ()
    if named is not None and len(of_file := images.of_file(arrival.task_id, named.sha256)) > 1:
        return of_file
    data, name = parts[0].data, parts[0].row.name
    series = referenced_series(data) if is_segmentation(data) else ""
    if len(parts) > 1 or parts[0].pixels is not None:
        return ()
    try:
        file = open_mask(data, name)
        size = read_frame(file, name, file.order[0]).values.shape[:2]
    except AppError:
        return ()  # told where the mask itself is read
    if not series and len(file.order) == 1:
        return ()
    key = hashed(f"series:{series}", arrival.workspace.groups.salt())
    if named is not None and named.stack not in (None, key):
        return images.of_stack(named)
    stacks: dict[str, list[ImageRow]] = {}
    for image in images.list(arrival.task_id):
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


def keep_masks(
    arrival: Arrival, parts: Sequence[WaitingMask], images: Sequence[ImageRow]
) -> list[FileOutcome]:
    """Give a mask to its image, or one to each of its slices; several files as one."""
    row, found, notes = parts[0].row, list[list[NDArray[np.uint8]]](), list[str]()
    outcomes: list[FileOutcome] = []
    for part in parts:
        try:
            masks, said = masks_of_slices(arrival, part, images)
            found.append(masks)
            notes += said
        except AppError as error:
            outcomes.append(FileOutcome(part.row.name, "refused", error.sentence))
    if outcomes and len(parts) > 1:
        told = Sentence(
            "{image}: its mask of {num_parts} files was left out, as one of them cannot be used.",
            image=images[0].name,
            num_parts=len(parts),
        )
        outcomes.append(FileOutcome(images[0].name, "refused", told, images[0].id))
    if outcomes:
        return outcomes
    try:
        kept = [
            keep_mask(arrival, row, image, united(own))
            for image, own in zip(images, zip(*found, strict=True), strict=True)
        ]
    except AppError as error:
        return [FileOutcome(each.row.name, "refused", error.sentence) for each in parts]
    refused = [each for each in kept if each.status == "refused"]
    if len(refused) == len(kept):
        return [replace(refused[0], name=each.row.name) for each in parts]
    if refused:
        told = Sentence(
            "{row}: {num_refused} of {num_slices} slices have been worked on already, so their "
            "masks were left as they are.",
            row=row.name,
            num_refused=len(refused),
            num_slices=len(images),
        )
        notes.append(told)
    if notes and len(images) == 1:
        arrival.workspace.images.add_notes(images[0].id, notes)
    if len(parts) > 1:
        told = Sentence("{image}: {num_parts} masks are united.", image=images[0].name, num_parts=len(parts))
        notes.insert(0, told)
    added = FileOutcome(row.name, "mask added", "", images[0].id, tuple(notes))
    return [added, *(replace(added, name=each.row.name, notes=()) for each in parts[1:])]


def masks_of_slices(
    arrival: Arrival, part: WaitingMask, slices: Sequence[ImageRow]
) -> tuple[list[NDArray[np.uint8]], tuple[str, ...]]:
    """The masks in a file as the task's classes, one for each slice, and what is to be said."""
    name = part.row.name
    shapes = [(each.facts.height, each.facts.width) for each in slices]
    if part.pixels is None and sha256_of(part.data) == slices[0].sha256:
        raise BadFileError(name, "is the same file as its image; give the mask itself.")
    if part.pixels is not None:
        return [drawn_pixels(arrival, part, part.pixels, shapes)], ()
    geometry = None
    if len(slices) > 1 or is_nifti(part.data):
        geometry = geometry_of(arrival.workspace, slices[0])
    if len(arrival.classes) > 1:
        if part.row.holds_objects:
            raise any_class(name, arrival.classes)
        classes = arrival.classes_of(part.row, part.data)
        masks, notes = volume_masks(part.data, name, shapes, geometry, meaning=class_table(classes))
        check_classes(np.concatenate(masks, axis=None), part.data, name, classes)
        return [values_of(mask, classes) for mask in masks], notes

    read = partial(volume_masks, part.data, name, shapes, geometry)
    (masks, notes), note = read_as_said(arrival, part, read)
    told = (note,) if note else on_a_ground(masks, name)
    return [of_the_one_class(arrival, mask) for mask in masks], (*notes, *told)
