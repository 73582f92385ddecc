"""How the files of an upload are understood, by names and folders alone: image, mask of which, or neither.

The conventions of tools and data sets live in `core.workflows.arrive.layouts`. Pure, so that a page can show
the plan as a table before anything is read or stored.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from core.language.sentence import Sentence
from core.workflows.arrive import layouts
from core.workflows.arrive.layouts import image_keys, mask_keys, plain, stem_key
from core.workflows.arrive.pairing import paired, united, with_namesakes
from core.workflows.arrive.planned_file import PlannedFile as PlannedFile
from core.workflows.arrive.planned_file import Role as Role

_NO_PICTURES = frozenset(
    ".txt .csv .tsv .xml .md .rst .html .pdf .yaml .yml .toml .ini .npy .npz .mat .h5 .hdf5 .ilp .pkl .db "
    ".xlsx .xls .py .ipynb .log .roi".split()
)
_TOLD = {
    "_seg.npy": Sentence(
        "Cellpose's own file, which is not read; in Cellpose, save the masks as PNG (_cp_masks.png)"
    ),
    "labelmap.txt": Sentence("the names of CVAT's classes, which one foreground does not need"),
    ".npy": Sentence("a NumPy array, which is not read; save it as PNG or TIFF"),
    ".npz": Sentence("a NumPy archive, which is not read; save it as PNG or TIFF"),
    ".mat": Sentence("a MATLAB file, which is not read; save it as PNG or TIFF"),
    ".h5": Sentence("an HDF5 file, which is not read; save it as PNG or TIFF"),
    ".hdf5": Sentence("an HDF5 file, which is not read; save it as PNG or TIFF"),
    ".xml": Sentence("an XML file; outlines in it are not read, so save the masks as PNG"),
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
    folders = {folder for path in files for folder in _folders(path)}
    mixed = _mixed_folders(files)
    rows = [_first_look(path, folders, mixed) for path in files]
    rows = _masks_by_name(rows, known)
    rows = _with_yolo(rows, known)
    rows += [_given_as_mask(path) for path in masks]
    rows = [_as_said(row, said.get(place, row.role)) for place, row in enumerate(rows)]
    images = [row for row in rows if row.role == "image"]
    rows = [paired(row, images) if row.role == "mask" else row for row in rows]
    return with_namesakes(united(rows), said)


def _folders(path: str) -> list[str]:
    parents = PurePosixPath(path).parents
    return [plain(str(parent)) for parent in parents if str(parent) != "."]


def _mixed_folders(files: Sequence[str]) -> set[str]:
    """Folders with an image and its mask side by side, whatever those above are called (BUSI_with_GT)."""
    keys: dict[str, set[str]] = {}
    for path in files:
        keys.setdefault(str(PurePosixPath(path).parent), set()).add(stem_key(path))

    def is_mixed(names: set[str]) -> bool:
        return any(layouts.MASK_ENDING.sub("", name) in names - {name} for name in names)

    return {folder for folder, names in keys.items() if is_mixed(names)}


def _first_look(path: str, folders: set[str], mixed: Container[str] = ()) -> PlannedFile:
    """Role by suffix and folder; names are looked at next, when all files are known."""
    if not_read := _not_read(path):
        in_nnunet = any(folder.rpartition("/")[2] == "imagestr" for folder in folders)
        if in_nnunet and not_read.name.casefold() == "dataset.json":
            reason = Sentence("nnU-Net's description of the data, which is not needed")
            return PlannedFile(path, "left out", reason)
        return not_read
    parts = list(PurePosixPath(path).parts[:-1])
    is_mixed = "/".join(parts) in mixed
    everywhere = {each.rpartition("/")[2] for each in folders}
    for position in reversed(range(len(parts))):
        folder = plain(parts[position])
        beside = {each.rpartition("/")[2] for each in folders if _is_beside(each, parts[:position])}
        group = "/".join([*parts[:position], *parts[position + 1 :]])
        if left_out := layouts.neither(path, folder, beside, everywhere):
            return PlannedFile(path, "left out", left_out)
        if layouts.IMAGE_FOLDER.fullmatch(folder) or folder in ("images", "imagestr"):
            in_nnunet = folder in ("imagestr", "imagests")
            if in_nnunet and layouts.OTHER_CHANNEL.search(stem_key(path)):
                return PlannedFile(
                    path, "left out", Sentence("a further channel of nnU-Net's; the first one is used")
                )
            return PlannedFile(
                path,
                "image",
                Sentence("image: it lies in {parts}", parts=parts[position]),
                image_keys(path),
                group,
            )
        if position > 0 and not is_mixed and layouts.is_mask_folder(folder):
            reason = Sentence("it lies in {parts}", parts=parts[position])
            is_part = layouts.is_side_folder(folder)
            return PlannedFile(path, "mask", reason, mask_keys(path), group, is_part=is_part)
    return PlannedFile(path, "image", "", image_keys(path), "/".join(parts))


def _is_beside(folder: str, parents: Sequence[str]) -> bool:
    return folder.rpartition("/")[0] == plain("/".join(parents))


def _not_read(path: str) -> PlannedFile | None:
    """A file whose suffix says that it is no picture; None for all others."""
    name = PurePosixPath(path).name.casefold()
    suffix = PurePosixPath(name).suffix
    if suffix == ".json":
        return PlannedFile(
            path, "outlines", Sentence("outlines, if it is labelme's or COCO's"), (stem_key(path),)
        )
    if suffix not in _NO_PICTURES:
        return None
    told = next((words for ending, words in _TOLD.items() if name.endswith(ending)), Sentence("no picture"))
    return PlannedFile(path, "left out", told)


def _masks_by_name(rows: Sequence[PlannedFile], known: Container[str]) -> list[PlannedFile]:
    """The rows, with images that are another one's mask (or neither) by their names called that."""
    of_folder: dict[str, list[PlannedFile]] = {}
    for row in rows:
        if row.role == "image":
            of_folder.setdefault(row.group, []).append(row)
    return [_by_name(row, of_folder[row.group], known) if row.role == "image" else row for row in rows]


def _with_yolo(rows: Sequence[PlannedFile], known: Container[str]) -> list[PlannedFile]:
    """The rows, with text files that are called like an image as YOLO's outlines."""
    images = {key for row in rows if row.role == "image" for key in row.keys}
    done = []
    for row in rows:
        key = stem_key(row.path)
        is_text = row.role == "left out" and row.name.casefold().endswith(".txt")
        if is_text and (key in images or key in known):
            reason = Sentence("outlines of YOLO's: it is called like an image")
            row = replace(row, role="outlines", reason=reason, keys=(key,))
        done.append(row)
    return done


def _by_name(row: PlannedFile, folder: Sequence[PlannedFile], known: Container[str]) -> PlannedFile:
    key = stem_key(row.path)
    beside = {each for image in folder for each in image.keys}
    if len(folder) == 2 and layouts.ONLY_MASK.fullmatch(key):
        (image,) = (each for each in folder if each is not row)
        if not layouts.ONLY_MASK.fullmatch(stem_key(image.path)):
            reason = Sentence("it is called a mask, beside one image")
            return replace(row, role="mask", reason=reason, keys=(key, *image.keys))
    if layouts.LABEL_STUDIO.match(key):
        why = Sentence("a mask of Label Studio's, whose name does not say its image; name it like its image")
        return replace(row, role="mask", reason=why)
    for pattern, why in (
        (layouts.SIDE_PRODUCT, Sentence("made by a tool")),
        (layouts.SECOND_READER, Sentence("a second reader's mask")),
    ):
        base = pattern.sub("", key)
        if base != key and base in beside:
            return replace(
                row, role="left out", reason=Sentence("{why} of the image beside it; not read", why=why)
            )
    for pattern in (layouts.MASK_ENDING, layouts.MASK_PREFIX):
        base = pattern.sub("", key)
        if base != key and (base in beside or base in known):
            part = "begins" if pattern is layouts.MASK_PREFIX else "ends"
            return replace(
                row,
                role="mask",
                reason=Sentence("its name {part} as masks do", part=part),
                keys=mask_keys(row.path),
            )
    base = layouts.MASK_ENDING.sub("", key)
    # BraTS: a_seg beside a_t1, a_t2; of several it is not clear which one, and that is told.
    begun = sorted(each for each in beside if base != key and re.match(rf"{re.escape(base)}[ _.-]", each))
    begun = [each for each in begun if each != key and not layouts.MASK_ENDING.search(each)]
    if begun:
        reason = Sentence("its name {part} as masks do", part="ends")
        keys = (base, *(begun if len(begun) == 1 else ()))
        return replace(row, role="mask", reason=reason, keys=keys)
    return row


def _given_as_mask(path: str) -> PlannedFile:
    looked_at = _first_look(path, set())
    if looked_at.role in ("left out", "outlines"):
        return looked_at
    return replace(looked_at, role="mask", reason=Sentence("given as a mask"), keys=mask_keys(path))


def _as_said(row: PlannedFile, role: Role) -> PlannedFile:
    if role == row.role:
        return row
    keys = {"image": image_keys, "mask": mask_keys}.get(role, lambda path: (stem_key(path),))(row.path)
    folder = "/".join(PurePosixPath(row.path).parts[:-1])
    return PlannedFile(row.path, role, Sentence("as you said"), keys, row.group or folder)
