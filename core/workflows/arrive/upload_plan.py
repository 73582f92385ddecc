"""How the files of an upload are understood, by names and folders alone: image, mask of which, or neither.

The conventions of tools and data sets live here. Pure, so that a page can show the plan as a table before
anything is read or stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from core.language.sentence import Sentence

Role = Literal["image", "mask", "outlines", "left out"]

# Endings that call a file a mask wherever it lies, if an image has the rest of its name.
_ENDING = (
    r"cp[_ -]masks?|masks?|segmentations?|segmented|simple segmentation|seg|labels?|label(?:l)?ed|"
    r"annotations?|ground[_ -]?truth|gt|manual(?:[_ -]?1)?|1st(?:ho|_manual|manual)"
)
# Endings that do so only for what was given as a mask: images are called like this too.
_WEAK_ENDING = r"lesions?|roi|contours?|nuclei|cells?|lungs?|target|instances?|binary|bw"
_NUMBERED = r"(?P<number>[_ -]?\d+)?"
_MASK_ENDING = re.compile(rf"[ _.-](?P<word>{_ENDING}){_NUMBERED}$")
_ANY_ENDING = re.compile(rf"[ _.-](?P<word>{_ENDING}|{_WEAK_ENDING}){_NUMBERED}$")
_MASK_PREFIX = re.compile(r"^(?:masks?|seg|segmentation|labels?|gt)[ _.-]?(?=.)")
_IMAGE_PREFIX = re.compile(r"^(?:images?|img)[ _.-]?(?=.)")
_IMAGE_ENDING = re.compile(r"[ _.-](?:0000|training|test|img|image)$")
_OTHER_CHANNEL = re.compile(r"_(?!0000)\d{4}$")
_SIDE_PRODUCT = re.compile(
    r"[ _.-](superpixels|cp_output|flows|cp_outlines|outlines|probabilities|uncertainty|overlay)$"
)
_LABEL_STUDIO = re.compile(r"task-\d+-annotation-\d+")
_SECOND_READER = re.compile(r"[ _.-](?:manual[_ -]?2|2ndho|2nd_manual)$")

_MASK_FOLDER = re.compile(
    r"(?:.*[ _-])?(?:masks?|labels?(?:tr|ts)?|annotations?|ground(?:[ _-]?truths?)?|gts?|segmentations?|"
    r"segs?|manual[_ -]?1?|1st_manual|targets?)|segmentation(?:class|object)(?:png|aug)?|"
    r".*segmentations?[_ -].*"
)
_IMAGE_FOLDER = re.compile(
    r"(?:.*[ _-])?(?:images?(?:tr|ts)?|imgs?|inputs?|photos?|scans?)(?:[ _-].*)?|(?:jpeg|png)images"
)
_FIRST_READER_FOLDER = re.compile(r"1st_manual|manual[_ -]?1?")
_SECOND_READER_FOLDER = re.compile(r"2nd_manual|manual[_ -]?2")
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


@dataclass(frozen=True)
class PlannedFile:
    """How one file is understood.

    Attributes:
        path: As it came, with its zip as the first folder.
        role: "image", "mask", "outlines" (a JSON, or YOLO's text, that may hold polygons) or "left out".
        reason: Plain words for a person, such as "mask of a.png: its name ends in _mask".
        keys: For a mask, the names its image may have, the likeliest first; for an image its own.
        group: Folder that an image and its mask share.
        images: For a mask, the paths in this upload that it may belong to; one where all is clear.
        is_part: Whether it is one of several masks of its image that are united.
        holds_objects: Whether its tool numbers objects, so that everything above 0 is foreground.
    """

    path: str
    role: Role
    reason: str
    keys: tuple[str, ...] = ()
    group: str = ""
    images: tuple[str, ...] = ()
    is_part: bool = False
    holds_objects: bool = False

    @property
    def name(self) -> str:
        """File name without folders."""
        return PurePosixPath(self.path).name


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
    rows = [_first_look(path, folders) for path in files]
    rows = _masks_by_name(rows, known)
    rows = _with_yolo(rows, known)
    rows += [_given_as_mask(path) for path in masks]
    rows = [_as_said(row, said.get(place, row.role)) for place, row in enumerate(rows)]
    images = [row for row in rows if row.role == "image"]
    rows = [_paired(row, images) if row.role == "mask" else row for row in rows]
    return _united(rows)


def stem_key(name: str) -> str:
    """The name without its endings, as names are compared: NFC, case does not matter."""
    stem = unicodedata.normalize("NFC", PurePosixPath(name).stem).casefold()
    return re.sub(r"\.(?:nii|ome)$", "", stem)  # a.nii.gz, a.ome.tif


def image_keys(name: str) -> tuple[str, ...]:
    """What masks may call an image: `a_0000.png` is `a_0000` and `a`, `img_1.png` is `img_1` and `1`."""
    key = stem_key(name)
    shorter = _IMAGE_ENDING.sub("", key)
    return tuple(dict.fromkeys((key, shorter, _IMAGE_PREFIX.sub("", key), _IMAGE_PREFIX.sub("", shorter))))


def mask_keys(name: str) -> tuple[str, ...]:
    """What the image of a mask may be called: `a_mask.png` belongs to `a_mask` or `a`."""
    key = stem_key(name)
    keys = [key]
    for _ in range(2):  # a_lesion_mask
        key = _ANY_ENDING.sub("", key)
        keys.append(key)
    keys += [_MASK_PREFIX.sub("", each) for each in tuple(keys)]
    return tuple(dict.fromkeys(keys))


def _folders(path: str) -> list[str]:
    parents = PurePosixPath(path).parents
    return [str(parent).casefold() for parent in parents if str(parent) != "."]


def _first_look(path: str, folders: set[str]) -> PlannedFile:
    """Role by suffix and folder; names are looked at next, when all files are known."""
    if not_read := _not_read(path):
        in_nnunet = any(folder.rpartition("/")[2] == "imagestr" for folder in folders)
        if in_nnunet and not_read.name.casefold() == "dataset.json":
            reason = Sentence("nnU-Net's description of the data, which is not needed")
            return PlannedFile(path, "left out", reason)
        return not_read
    parts = list(PurePosixPath(path).parts[:-1])
    for position in reversed(range(len(parts))):
        folder = parts[position].casefold()
        beside = {each.rpartition("/")[2] for each in folders if _is_beside(each, parts[:position])}
        group = "/".join([*parts[:position], *parts[position + 1 :]])
        if left_out := _neither(path, folder, beside):
            return PlannedFile(path, "left out", left_out)
        if _IMAGE_FOLDER.fullmatch(folder) or folder in ("images", "imagestr"):
            in_nnunet = folder in ("imagestr", "imagests")
            if in_nnunet and _OTHER_CHANNEL.search(stem_key(path)):
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
        if position > 0 and _MASK_FOLDER.fullmatch(folder):
            reason = Sentence("it lies in {parts}", parts=parts[position])
            return PlannedFile(path, "mask", reason, mask_keys(path), group)
    return PlannedFile(path, "image", "", image_keys(path), "/".join(parts))


def _is_beside(folder: str, parents: Sequence[str]) -> bool:
    return folder.rpartition("/")[0] == "/".join(parents).casefold()


def _neither(path: str, folder: str, beside: set[str]) -> str | None:
    """Why a folder of masks does not hold the masks that are wanted, None where it may."""
    if folder in ("mask", "masks") and any(_FIRST_READER_FOLDER.fullmatch(each) for each in beside):
        return Sentence("the field of view: the masks lie in the folder of the first reader")
    if _SECOND_READER_FOLDER.fullmatch(folder):
        return Sentence("of a second reader; the first one's masks are used")
    if folder == "segmentationobject" and "segmentationclass" in beside:
        return Sentence("numbers the objects of SegmentationClass, which is used")
    return None


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
    of_folder: dict[str, set[str]] = {}
    for row in rows:
        if row.role == "image":
            of_folder.setdefault(row.group, set()).update(row.keys)
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


def _by_name(row: PlannedFile, beside: set[str], known: Container[str]) -> PlannedFile:
    key = stem_key(row.path)
    if _LABEL_STUDIO.match(key):
        why = Sentence("a mask of Label Studio's, whose name does not say its image; name it like its image")
        return replace(row, role="mask", reason=why)
    for pattern, why in (
        (_SIDE_PRODUCT, Sentence("made by a tool")),
        (_SECOND_READER, Sentence("a second reader's mask")),
    ):
        base = pattern.sub("", key)
        if base != key and base in beside:
            return replace(
                row, role="left out", reason=Sentence("{why} of the image beside it; not read", why=why)
            )
    for pattern in (_MASK_ENDING, _MASK_PREFIX):
        base = pattern.sub("", key)
        if base != key and (base in beside or base in known):
            part = "begins" if pattern is _MASK_PREFIX else "ends"
            return replace(
                row,
                role="mask",
                reason=Sentence("its name {part} as masks do", part=part),
                keys=mask_keys(row.path),
            )
    base = _MASK_ENDING.sub("", key)
    # BraTS: a_seg beside a_t1, a_t2; of several it is not clear which one, and that is told.
    begun = sorted(each for each in beside if base != key and re.match(rf"{re.escape(base)}[ _.-]", each))
    begun = [each for each in begun if each != key and not _MASK_ENDING.search(each)]
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


def _paired(row: PlannedFile, images: Sequence[PlannedFile]) -> PlannedFile:
    """A mask with the images it may belong to: of its own folder first, then of the whole upload."""
    key = stem_key(row.path)
    row = replace(row, holds_objects=bool(re.search(r"[ _-]cp[_ -]masks?$", key)))
    own = [image for image in images if image.group == row.group]
    for pool in (own, images):
        for wanted in row.keys:
            # An image's full name counts before what is left of it.
            for depth in (1, None):
                found = tuple(image.path for image in pool if wanted in image.keys[:depth])
                if found:
                    return replace(row, images=found, reason=_mask_of(found, row.reason))
    if len(own) == 1 and "/" in row.group:
        # DSB 2018: id/images/id.png and one mask a nucleus in id/masks, with names of their own.
        return replace(row, images=(own[0].path,), is_part=True, reason=_mask_of((own[0].path,), row.reason))
    return row


def _mask_of(images: Sequence[str], why: str) -> str:
    named = " or ".join(PurePosixPath(image).name for image in images[:3])
    return Sentence("mask of {named}: {why}", named=named, why=why)


def _united(rows: Sequence[PlannedFile]) -> list[PlannedFile]:
    """Masks of one image: united where they are numbered, else all but the first left out."""
    first: dict[str, PlannedFile] = {}
    numbered: set[str] = set()
    done: list[PlannedFile] = []
    for row in rows:
        if row.role != "mask" or len(row.images) != 1:
            done.append(row)
            continue
        (image,) = row.images
        earlier = first.setdefault(image, row)
        if earlier is row or (earlier.is_part and row.is_part):
            done.append(row)
        elif _series(earlier.path) == _series(row.path) and stem_key(earlier.path) != stem_key(row.path):
            numbered.add(image)
            done.append(row)
        else:
            reason = Sentence(
                "a second mask of {name}; {earlier} is used",
                name=PurePosixPath(image).name,
                earlier=earlier.name,
            )
            done.append(replace(row, role="left out", reason=reason))
    return [
        replace(row, is_part=True) if row.role == "mask" and row.images and row.images[0] in numbered else row
        for row in done
    ]


def _series(path: str) -> tuple[str, str, str]:
    """What the numbered masks of one image have in common: folder, rest of the name, word."""
    key = stem_key(path)
    found = _ANY_ENDING.search(key)
    folder = str(PurePosixPath(path).parent)
    return (folder, key, "") if found is None else (folder, key[: found.start()], found["word"])
