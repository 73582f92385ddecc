"""Files of many pictures, and series of many files, on their way in."""

from __future__ import annotations

from core.errors import AppError, BadFileError
from core.imaging.decode import DecodedImage, read_frame, to_image
from core.imaging.readers.dicom_identity import hashed
from core.imaging.readers.dicom_places import SlicePlace, of_sizes, order_slices, slice_place
from core.imaging.stored import OpenFile
from core.language.sentence import Sentence
from core.workflows.correct import pictures
from core.workspace import ImageFacts, ImageRow, Workspace
from core.workspace.files.blobs import sha256_of

_MOST_TOLD = 3
"""Bad slices of one file that are told one by one."""


def facts_of(decoded: DecodedImage, notes: tuple[str, ...] = ()) -> ImageFacts:
    """What the store keeps of a decoded image; `notes` are those on its file as a whole."""
    height, width = decoded.values.shape[:2]
    channels = 1 if decoded.values.ndim == 2 else decoded.values.shape[2]
    return ImageFacts(height, width, channels, decoded.kind, (*decoded.notes, *notes))


def add_stack(
    workspace: Workspace, task_id: int, name: str, data: bytes, file: OpenFile
) -> tuple[list[ImageRow], int, tuple[str, ...]]:
    """Every picture of a file as an image of one group; one that cannot be read stops no other.

    Args:
        name: What the person calls the file.

    Returns:
        Its slices in order, those that were there before too; how many of them came in; plain sentences.

    Raises:
        AppError: No picture can be read, or the store cannot keep them.
    """
    known = {image.frame: image for image in workspace.images.of_file(task_id, sha256_of(data))}
    frames: list[tuple[int, ImageFacts]] = []
    thumbnails: dict[int, bytes] = {}
    problems: list[str] = []
    for place, frame in enumerate(file.order):
        if frame in known:
            frames.append((frame, known[frame].facts))
            continue
        try:
            decoded = to_image(read_frame(file, name, frame))
        except AppError as error:
            problems.append(Sentence("Slice {number}: {problem}", number=place + 1, problem=error.sentence))
            continue
        frames.append((frame, facts_of(decoded, file.notes)))
        thumbnails[frame] = pictures.make_thumbnail(decoded)
    if not frames:
        raise BadFileError(
            name,
            "none of its {num_order} slices can be read ({problems})",
            num_order=len(file.order),
            problems=problems[0],
        )
    images = workspace.images.add_frames(task_id, name, data, frames)
    if any(image.stack != image.sha256 for image in images):
        # It was there with its first picture alone, from before stacks were read.
        ids = [image.id for image in images]
        workspace.images.put_in_order(ids, images[0].sha256)
        workspace.groups.assign(ids, kind="volume", key=images[0].sha256, name=name)
    for image in images:
        if image.frame in thumbnails:
            workspace.cache.put(image.sha256, image.cache_kind("thumbnail"), thumbnails[image.frame])
    told = Sentence("{name} came in as {count} slices of one stack.", name=name, count=len(images))
    notes = [told, *file.notes, *problems[:_MOST_TOLD]]
    if len(problems) > _MOST_TOLD:
        more = len(problems) - _MOST_TOLD
        notes.append(Sentence("{name}: {more} more of its slices cannot be read.", name=name, more=more))
    notes += of_sizes(((image.facts.height, image.facts.width) for image in images), name)
    return images, len(thumbnails), tuple(notes)


def arrange_series(
    workspace: Workspace, task_id: int, slices: dict[int, SlicePlace]
) -> dict[int, tuple[str, ...]]:
    """Make stacks of the files of each series, with those that are in the task already.

    Args:
        slices: Where the images of an upload lie, by image id.

    Returns:
        What is to be said, by the id of the last image of each series.
    """
    of_series: dict[str, dict[int, SlicePlace]] = {}
    for image_id, place in slices.items():
        of_series.setdefault(place.series, {})[image_id] = place
    said: dict[int, tuple[str, ...]] = {}
    for series, own in of_series.items():
        key = hashed(f"series:{series}", workspace.groups.salt())
        last = list(own)[-1]
        first = workspace.images.get(next(iter(own)))
        if first.stack is None:
            workspace.images.put_in_order(list(own), key)
        for image in workspace.images.of_stack(workspace.images.get(last)):
            found = own.get(image.id) or slice_place(workspace.files.read(image.file), image.name)
            if found is not None:
                own[image.id] = found
        order, _, notes = order_slices(list(own.values()), Sentence("The series of {name}", name=first.name))
        ids = [list(own)[place] for place in order]
        workspace.images.put_in_order(ids, key)
        if len(ids) > 1:
            workspace.groups.assign(ids, kind="volume", key=key)
            told = Sentence(
                "{count} slices of the series of {name} are one stack.", count=len(ids), name=first.name
            )
            notes = (told, *notes)
        said[last] = notes
    return said
