"""How the files of an upload are understood, by names and folders alone: image, mask of which, or neither.

The conventions of tools and data sets live in `core.workflows.arrive.layouts`. Pure, so that a page can show
the plan as a table before anything is read or stored.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from core.language.sentence import Sentence
from core.workflows.arrive import layouts
from core.workflows.arrive.layouts import image_keys, mask_keys, plain, stem_key
from core.workflows.arrive.pairing import ImageNames, united, with_namesakes, with_yolo, without_slips
from core.workflows.arrive.planned_file import PlannedFile as PlannedFile
from core.workflows.arrive.planned_file import Role as Role
from core.workflows.arrive.told_names import NAMES_OF_CLASSES
from core.workflows.arrive.upload_names import ByName, Folders, goes_on

_ENDS_AS_MASK = Sentence("its name ends as masks do")
_OF_NNUNET = ("imagestr", "imagesva", "imagests")
_NO_PICTURES = frozenset(
    ".txt .csv .tsv .xml .md .rst .html .pdf .yaml .yml .toml .ini .cfg .npy .npz .mat .h5 .hdf5 .ilp .pkl "
    ".db .xlsx .xls .py .svg .ipynb .log .roi .geojson .ndjson .jsonl .ndpa "
    ".label .ctbl .lut .tfw .pgw .jgw .md5 .sha256 .docx .pptx".split()
)
_TOLD = {
    "_seg.npy": Sentence(
        "Cellpose's own file, which is not read; in Cellpose, save the masks as PNG (_cp_masks.png)"
    ),
    "provenance.json": Sentence("says where the masks of an export come from"),
    **dict.fromkeys((".npy", ".npz"), Sentence("a NumPy array, which is not read; save it as PNG or TIFF")),
    ".mat": Sentence("a MATLAB file, which is not read; save it as PNG or TIFF"),
    **dict.fromkeys((".h5", ".hdf5"), Sentence("an HDF5 file, which is not read; save it as PNG or TIFF")),
    ".xml": Sentence("an XML file; outlines in it are not read, so save the masks as PNG"),
    ".geojson": Sentence("outlines of QuPath's, which are not read; export them as a labelled image"),
    ".roi": Sentence("an outline of ImageJ, which is not read; save the mask as PNG"),
}


def plan_upload(
    files: Sequence[str],
    masks: Sequence[str] = (),
    *,
    known: Container[str] = (),
    roles: Mapping[int, Role] | None = None,
) -> list[PlannedFile]:
    """How each file of an upload is understood, in the order in which they came.

    Args:
        files: Paths of what was given as images: names, or ZIP/FOLDER/NAME.
        masks: Paths of what was given as masks.
        known: `image_keys` of the images that the task has already.
        roles: What the person says of files, by their place in the answer; before what names say.
    """
    said = roles or {}
    folders = Folders(files)
    rows = [_first_look(path, folders) for path in files]
    rows = _masks_by_name(rows, known)
    rows = with_yolo([*rows, *_given_as_masks(masks)], known)
    rows = [_as_said(row, said.get(place, row.role)) for place, row in enumerate(rows)]
    images = ImageNames((row for row in rows if row.role == "image"), known)
    rows = [images.paired(row) if row.role == "mask" or row.is_yolo else row for row in rows]
    return with_namesakes(united(without_slips(images.behind_names(rows), said)), said)


def _first_look(path: str, folders: Folders) -> PlannedFile:
    """Role by suffix and folder; names are looked at next, when all files are known."""
    if not_read := _not_read(path):
        if "imagestr" in folders.names and not_read.name.casefold() == "dataset.json":
            return PlannedFile(path, "left out", NAMES_OF_CLASSES)
        return not_read
    parts = list(PurePosixPath(path).parts[:-1])
    is_mixed = str(PurePosixPath(path).parent) in folders.mixed
    for position in reversed(range(len(parts))):
        folder = plain(parts[position])
        beside = folders.inside[plain(str(PurePosixPath(*parts[:position])))]
        group = "/".join([*parts[:position], *parts[position + 1 :]])
        if left_out := layouts.neither(path, folder, beside, first_reader=folders.first_reader):
            return PlannedFile(path, "left out", left_out)
        if layouts.is_image_folder(folder):
            base = layouts.OTHER_CHANNEL.sub("", stem_key(path))
            is_other = base != stem_key(path) and base in folders.first_channels
            if is_other and folder in _OF_NNUNET:
                reason = Sentence("a further channel of nnU-Net's; the first one is used")
                return PlannedFile(path, "left out", reason)
            reason = Sentence("image: it lies in {parts}", parts=parts[position])
            return PlannedFile(path, "image", reason, image_keys(path), group)
        # PH2's a/a_lesion: it bears the name of the one above.
        of_one = position and layouts.ANY_ENDING.sub("", folder) == plain(parts[position - 1]) != folder
        is_masks = layouts.is_mask_folder(folder) and not folders.is_whole_set(
            "/".join(parts[: position + 1])
        )
        if position > 0 and not is_mixed and (of_one or is_masks):
            reason = Sentence("it lies in {parts}", parts=parts[position])
            is_part = bool(layouts.SIDE_FOLDER.fullmatch(folder))
            return PlannedFile(path, "mask", reason, mask_keys(path), group, is_part=is_part)
    return PlannedFile(path, "image", "", image_keys(path), "/".join(parts))


def _not_read(path: str) -> PlannedFile | None:
    """A file whose suffix says that it is no picture; None for all others."""
    name = PurePosixPath(path).name.casefold()
    suffix = PurePosixPath(name).suffix
    told = next((words for ending, words in _TOLD.items() if name.endswith(ending)), None)
    if any(part.casefold().endswith(".zarr") for part in PurePosixPath(path).parts[:-1]):
        told = Sentence("a part of a Zarr folder, which is not read; save it as TIFF")
    if suffix == ".json" and told is None:
        return PlannedFile(
            path, "outlines", Sentence("outlines, if it is labelme's or COCO's"), (stem_key(path),)
        )
    if suffix not in _NO_PICTURES and told is None:
        return None
    return PlannedFile(path, "left out", told or Sentence("no picture"))


def _masks_by_name(rows: Sequence[PlannedFile], known: Container[str]) -> list[PlannedFile]:
    """The rows, with images that are another one's mask (or neither) by their names called that."""
    of_folder: dict[str, list[PlannedFile]] = {}
    names: dict[str, ByName[PlannedFile]] = {}
    for row in rows:
        if row.role == "image":
            of_folder.setdefault(row.group, []).append(row)
            names.setdefault(row.group, ByName()).add(row.keys, row)
    everywhere = {row.keys[0] for row in rows if row.role == "image"}
    subjects = layouts.subject_keys(row.path for row in rows if row.role == "image")
    pictures = _pictures(of_folder, everywhere, known)
    return [
        _by_name(row, pictures.get(row.group, ()), names[row.group], everywhere, known, subjects)
        if row.role == "image"
        else row
        for row in rows
    ]


def _pictures(
    of_folder: Mapping[str, Sequence[PlannedFile]], everywhere: Container[str], known: Container[str]
) -> dict[str, list[PlannedFile]]:
    """Of each folder its images, else those of folders in it: whose a file called only "mask" may be."""
    found: dict[str, list[PlannedFile]] = {}
    inside: dict[str, list[PlannedFile]] = {}
    for folder, rows in of_folder.items():
        called = {row: layouts.ONLY_MASK.fullmatch(row.keys[0]) for row in rows}
        others = (row for row in rows if not called[row])
        images = [row for row in others if not goes_on(row.keys[0], layouts.SIDE_PRODUCT, everywhere)]
        for each in PurePosixPath(folder).parents:
            inside.setdefault(str(each), []).extend(images)
        # Numbers that images have number images, and not objects of the only one.
        numbers = [each["number"] for each in called.values() if each and each["number"]]
        is_numbered = len(images) == 1 and any(each in images[0].keys or each in known for each in numbers)
        found[folder] = [] if is_numbered else images
    return {folder: images or inside.get(folder, []) for folder, images in found.items()}


def _by_name(
    row: PlannedFile,
    pictures: Sequence[PlannedFile],
    beside: ByName[PlannedFile],
    everywhere: Container[str],
    known: Container[str],
    subjects: Container[str],
) -> PlannedFile:
    """The row as its own name has it.

    Args:
        pictures: Images that it may be the mask of if it is called nothing but that.
        beside: What masks may call these.
        everywhere: The full names of the images of all folders.
        known: What masks may call the images of the task.
        subjects: What they may call BIDS's images of all folders.
    """
    key = stem_key(row.path)
    # What has a reason lies in a folder that is called one of images.
    if pictures and not row.reason and layouts.ONLY_MASK.fullmatch(key):
        is_bare = layouts.BARE_MASK.fullmatch(key)
        if len(pictures) == 1 and (is_bare or pictures[0].group == row.group):
            reason = Sentence("it is called a mask, beside one image")
            return replace(row, role="mask", reason=reason, keys=(key, *pictures[0].keys))
        if is_bare:
            reason = Sentence("it is called a mask, and not of which image; name it like its image")
            return replace(row, role="mask", reason=reason, keys=(key,))
    if layouts.LABEL_STUDIO.match(key):
        why = Sentence("a mask of Label Studio's, whose name does not say its image; name it like its image")
        return replace(row, role="mask", reason=why)
    for pattern, why in (
        (layouts.SIDE_PRODUCT, Sentence("made by a tool")),
        (layouts.SECOND_READER, Sentence("a second reader's mask")),
    ):
        if goes_on(key, pattern, beside):
            return replace(
                row, role="left out", reason=Sentence("{why} of the image beside it; not read", why=why)
            )
    of_lesion = not row.reason and goes_on(key, layouts.OF_LESION, everywhere)
    bases = layouts.mask_bases(key)
    if of_lesion or any(each in beside or each in known or each in subjects for each in bases):
        return replace(row, role="mask", reason=_ENDS_AS_MASK, keys=mask_keys(row.path))
    base = layouts.MASK_PREFIX.sub("", key)
    # A letter alone counts only where a number is an image's whole name, which `known` does not tell.
    named = base in everywhere if key == f"p{base}" else base in beside or base in known
    if base != key and named:
        reason = Sentence("its name begins as masks do")
        return replace(row, role="mask", reason=reason, keys=mask_keys(row.path))
    base = layouts.MASK_ENDING.sub("", key)
    if base == key:
        return row
    if base in everywhere:
        return replace(row, role="mask", reason=_ENDS_AS_MASK, keys=mask_keys(row.path))
    # BraTS: a_seg beside a_t1, a_t2; of several it is not clear which one, and that is told.
    begun = [] if layouts.DIVIDED.search(key) else beside.longer(base)
    if begun:
        keys = (base, *(begun if len(begun) == 1 else ()))
        return replace(row, role="mask", reason=_ENDS_AS_MASK, keys=keys)
    return row


def _given_as_masks(paths: Sequence[str]) -> list[PlannedFile]:
    """Masks, but for images that lie in a zip with theirs, or with their outlines (YOLO's, labelme's)."""
    folders = Folders(paths)
    rows = _masks_by_name([_first_look(path, folders) for path in paths], ())
    masks = {key for row in rows if row.role == "mask" for key in row.keys}
    masks -= {key for key in masks if layouts.ONLY_MASK.fullmatch(key)}
    outlines = {stem_key(row.path) for row in rows if row.name.casefold().endswith((".json", ".txt"))}
    along, as_mask = Sentence("the image of a mask that was given with it"), Sentence("given as a mask")
    return [
        replace(row, role="left out", reason=along)
        if row.role == "image" and row.group and _came_along(row, masks, outlines)
        else replace(row, role="mask", reason=as_mask, keys=mask_keys(row.path))
        if row.role in ("image", "mask")
        else row
        for row in rows
    ]


def _came_along(row: PlannedFile, masks: set[str], outlines: set[str]) -> bool:
    # Of a volume or a mask a JSON tells something else (BIDS).
    is_outlined = layouts.is_drawn_on(row.path) and not outlines.isdisjoint(row.keys)
    return is_outlined or not masks.isdisjoint(row.keys)


def _as_said(row: PlannedFile, role: Role) -> PlannedFile:
    if role == row.role:
        return row
    keys = {"image": image_keys, "mask": mask_keys}.get(role, lambda path: (stem_key(path),))(row.path)
    folder = "/".join(PurePosixPath(row.path).parts[:-1])
    return PlannedFile(row.path, role, Sentence("as you said"), keys, row.group or folder)
