"""Images of an upload: decoded, kept, and put in order where they are slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.errors import AppError, BadFileError
from core.imaging.decode import open_file, read_frame, to_image
from core.imaging.readers.dicom_places import slice_place
from core.language.sentence import Sentence
from core.registry.decoded import units_of
from core.workflows.arrive.arrival import Arrival, FileOutcome
from core.workflows.arrive.stacks import add_stack, arrange_series, facts_of
from core.workflows.arrive.upload_plan import PlannedFile
from core.workflows.correct import pictures
from core.workspace import ImageRow
from core.workspace.files.blobs import sha256_of


def add_image(arrival: Arrival, row: PlannedFile, data: bytes) -> FileOutcome:
    """Decode an image and keep it."""
    known = arrival.workspace.images.find(arrival.task_id, sha256_of(data))
    slices: Sequence[ImageRow] = ()
    try:
        kept = arrival.kept
        file = open_file(data, row.name, kept.units if known is None else units_of(known))
        file = file if kept.channel is None else kept.channel.of(file)
        if file.masks_only:
            raise BadFileError(row.name, file.masks_only)
        if len(file.order) > 1:
            slices, num_new, notes = add_stack(arrival.workspace, arrival.task_id, row.name, data, file)
            image = slices[0]
        elif known is not None:
            image, notes, num_new = known, (), 0
        else:
            frame = file.order[0]
            decoded = to_image(read_frame(file, row.name, frame))
            facts = facts_of(decoded, file.notes)
            image = arrival.workspace.images.add(arrival.task_id, row.name, data, facts, frame=frame)
            kind = image.cache_kind("thumbnail")
            arrival.workspace.cache.put(image.sha256, kind, pictures.make_thumbnail(decoded))
            notes, num_new = facts.notes, 1
    except AppError as error:
        return FileOutcome(row.name, "refused", error.sentence)
    arrival.remember(row, image.id, slices)
    if len(file.order) == 1 and (place := slice_place(data, row.name)) is not None:
        arrival.slices[image.id] = place
    if num_new == 0:
        message = Sentence("{row} is in this task already, as {image}.", row=row.name, image=image.name)
        return FileOutcome(row.name, "already there", message, image.id)
    told = Sentence("{name}: {reason}.", name=row.name, reason=row.reason) if row.namesake else ""
    return FileOutcome(row.name, "added", told, image.id, notes)


def with_series(arrival: Arrival, outcomes: Sequence[FileOutcome]) -> list[FileOutcome]:
    """The outcomes of the upload's images, once those of one series are a stack in order."""
    said = arrange_series(arrival.workspace, arrival.task_id, arrival.slices)
    last = {each.image_id: number for number, each in enumerate(outcomes)}
    told = list(outcomes)
    for image_id, notes in said.items():
        outcome = told[last[image_id]]
        told[last[image_id]] = replace(outcome, notes=(*outcome.notes, *notes))
    return told
