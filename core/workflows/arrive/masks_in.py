"""Masks of an upload: each goes to the image of its name, outlines once they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from core.datasets.matching import first_of
from core.errors import AppError, BadFileError
from core.imaging.mask_files.outline_labels import levels_of
from core.imaging.mask_files.outlines import labels_in, read_outlines
from core.language.sentence import Sentence
from core.workflows.arrive.arrival import Arrival, FileOutcome, outcome_of
from core.workflows.arrive.layouts import image_keys
from core.workflows.arrive.mask_pixels import WaitingMask
from core.workflows.arrive.pairing import second_mask
from core.workflows.arrive.stack_masks import keep_masks, slices_of
from core.workflows.arrive.upload_survey import mask_file


def of_one_mask(waiting: Sequence[WaitingMask]) -> list[list[WaitingMask]]:
    """The files of each mask, in the order of the first ones."""
    together: dict[object, list[WaitingMask]] = {}
    for place, mask in enumerate(waiting):
        image = mask.row.is_part and (mask.row.only_image or mask.row.images)
        together.setdefault(image or place, []).append(mask)
    return list(together.values())


def note_labels(arrival: Arrival, waiting: Sequence[WaitingMask]) -> None:
    """Remember what outlines are called, whichever file has them: one foreground is one of these."""
    for each in waiting:
        if each.row.role == "outlines" and not each.row.is_yolo and len(arrival.classes) < 2:
            with suppress(BadFileError):
                arrival.names.values_of(labels_in(each.data, each.row.name))


def add_outlines(arrival: Arrival, file: WaitingMask) -> list[FileOutcome]:
    """Draw the outlines of a JSON file and give each mask to its image."""
    name = file.row.name
    if file.row.is_yolo:
        return _add_yolo(arrival, file)
    try:
        names = [each.name for each in arrival.classes] if len(arrival.classes) > 1 else []
        kept = arrival.kept.masks
        union = kept is not None and kept.meaning.foreground is None
        found = read_outlines(file.data, name, classes=names, union=union)
        levels_of((*arrival.names.outlined.values(),), name, (), union=union or found is None)
    except AppError as error:
        return [FileOutcome(name, "refused", error.sentence)]
    if found is None:
        told = Sentence(
            "{name}: is no JSON of labelme's or COCO's; outlines of other tools are not read, so export "
            "them as COCO's, or save the masks as PNG.",
            name=name,
        )
        return [FileOutcome(name, "left out", told)]
    outcomes: list[FileOutcome] = []
    empty: list[str] = []
    for outlined in found:
        keys = image_keys(outlined.image)
        keys = (*keys, *file.row.keys) if len(found) == 1 else keys
        row = replace(file.row, keys=keys, outlined=outlined.image)
        if len(arrival.images_of(row)) > 1:
            row = replace(row, images=arrival.paths_of(outlined.image, row.path))
        images = [arrival.workspace.images.get(each) for each in arrival.images_of(row)]
        # To list an image is no word against what was drawn on it.
        has_mask = any(each.reference_file or each.state != "new" for each in images)
        if outlined.mask is None:
            why = outlined.problem.sentence if outlined.problem else ""
        elif not outlined.mask.any() and (has_mask or not images):
            continue
        elif images:
            empty += [] if outlined.mask.any() else [outlined.image]
            outcomes += add_masks(arrival, [WaitingMask(row, b"", outlined.mask)])
            continue
        else:
            why = Sentence(
                "{name}: it outlines {image}, and no image of this upload or task has that name.",
                name=name,
                image=outlined.image,
            )
        outcomes.append(FileOutcome(name, "refused", why))
    if empty:
        told = Sentence(
            "{name}: an empty mask for {count} images that it lists without an object ({listed}).",
            name=name,
            count=len(empty),
            listed=first_of(empty),
        )
        outcomes[-1] = replace(outcomes[-1], notes=(*outcomes[-1].notes, told))
    return outcomes or [FileOutcome(name, "left out", Sentence("{name}: outlines nothing.", name=name))]


def _add_yolo(arrival: Arrival, file: WaitingMask) -> list[FileOutcome]:
    """Draw YOLO's polygons at the size of their image."""
    found = arrival.images_of(file.row)
    facts = arrival.workspace.images.get(next(iter(found))).facts if len(found) == 1 else None
    try:
        # Without its one image any size will do: that is what is told.
        shape = (1, 1) if facts is None else (facts.height, facts.width)
        drawn = mask_file(file.row, file.data, arrival.names, shape)
    except AppError as error:
        return [FileOutcome(file.row.name, "refused", error.sentence)]
    return add_masks(arrival, [replace(file, data=drawn)])


def add_masks(arrival: Arrival, parts: Sequence[WaitingMask]) -> list[FileOutcome]:
    """Give a mask to the image of its name; several parts as one."""
    row = parts[0].row
    found = arrival.images_of(row)
    slices = slices_of(arrival, parts, found)
    images = [each.id for each in slices] if len(slices) > 1 else list(found)
    if len(slices) > 1 or len(found) == 1:
        if earlier := next((arrival.masked[each] for each in images if each in arrival.masked), ""):
            name = arrival.workspace.images.get(images[0]).name
            return [outcome_of(each.row, "left out", second_mask(each.row, name, earlier)) for each in parts]
    if len(slices) < 2 and len(found) != 1:
        reason = (
            Sentence("no image of this upload or task has its name; name it like its image")
            if not found
            else Sentence(
                "{num_found} images have its name, so it is not clear which one it belongs to",
                num_found=len(found),
            )
        )
        return [outcome_of(each.row, "refused", reason) for each in parts]
    return keep_masks(arrival, parts, [arrival.workspace.images.get(each) for each in images])
