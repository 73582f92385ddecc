"""Which image of an upload each mask belongs to, which of them are united, and what stays in doubt.

By names and folders alone.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from core.datasets.matching import is_image_name
from core.language.sentence import Sentence
from core.workflows.arrive import layouts
from core.workflows.arrive.layouts import stem_key
from core.workflows.arrive.planned_file import PlannedFile
from core.workflows.arrive.upload_names import ByName

_MOST_COMPARED = 100
_LEAST_SERIES = 3


class ImageNames:
    """The images of an upload, found by what a mask's name says.

    Args:
        images: Of the upload.
        known: What masks may call the images of the task.
    """

    def __init__(self, images: Iterable[PlannedFile], known: Container[str]) -> None:
        self._known = known
        # By folder, None for the whole upload.
        self._named: defaultdict[str | None, ByName[str]] = defaultdict(ByName)
        for image in images:
            for group in (image.group, None):
                self._named[group].add(image.keys, image.path)

    def paired(self, row: PlannedFile) -> PlannedFile:
        """A mask with the images it may belong to: of its own folder first, then of the whole upload."""
        key = stem_key(row.path)
        row = replace(row, holds_objects=bool(layouts.OBJECTS_OF_CELLPOSE.search(key)))
        of_file, every = layouts.SLICE.sub("", key), self._named[None]
        if of_file != key and key not in every.full and of_file in every.full:
            return replace(row, known=key, keys=(key,))  # its slices are known once it is opened
        for names in (self._named[row.group], every):
            for wanted in row.keys:
                if found := names.find(wanted):
                    return _belongs(row, _nearest(row.path, found))
        # One mask an object, in a folder that is called like the image: masks/a/1.png, a/masks/1.png.
        folder = layouts.plain(PurePosixPath(row.group).name)
        if found := every.full.get(folder, []):
            return replace(_belongs(row, _nearest(row.path, found)), is_part=True)
        known = next((wanted for wanted in row.keys if wanted in self._known), "")
        # A number alone rather numbers objects of the image beside it than names one of the task.
        if known and not key.isdecimal():
            return replace(row, known=known)
        beside = self._named[row.group].full
        own = next(iter(beside.values())) if len(beside) == 1 else ()
        if len(own) == 1 and ("/" in row.group or layouts.HASH_NAME.fullmatch(key)):
            # DSB 2018: id/images/id.png and one mask a nucleus in id/masks, with names of their own.
            return replace(_belongs(row, own), is_part=True)
        if folder in self._known:
            return replace(row, known=folder, keys=(folder,), is_part=True)
        return replace(row, known=known)

    def behind_names(self, rows: Sequence[PlannedFile]) -> list[PlannedFile]:
        """The rows, with masks of no image by what stands behind the name of one, as RIM-ONE's a-1-Cup-T.

        It has to hold a word and be the same for several images: else its number may be another picture's.
        """
        done, of_rest = list(rows), dict[str, dict[int, list[str]]]()
        for place, row in enumerate(rows):
            key = stem_key(row.path) if row.role == "mask" and not row.images and not row.known else ""
            ends = (each.start() for each in reversed(list(re.finditer(r"[ _.-]", key))))
            if end := next((each for each in ends if key[:each] in self._named[None].full), 0):
                of_rest.setdefault(key[end:], {})[place] = self._named[None].full[key[:end]]
        for rest, images in of_rest.items():
            if len({each[0] for each in images.values()}) > 1 and re.search(r"[^\W\d_]{2}", rest):
                for place, found in images.items():
                    done[place] = _belongs(rows[place], _nearest(rows[place].path, found))
        return done


def with_yolo(rows: Sequence[PlannedFile], known: Container[str]) -> list[PlannedFile]:
    """The rows, with text files that are called like an image as YOLO's outlines.

    Args:
        known: What masks may call the images of the task.
    """
    images = {key for row in rows if row.role == "image" for key in row.keys}
    done = []
    for row in rows:
        key = stem_key(row.path)
        is_text = row.role == "left out" and row.name.casefold().endswith(".txt")
        if is_text and (key in images or key in known or layouts.SLICE.sub("", key) in images):
            reason = Sentence("outlines of YOLO's: it is called like an image")
            row = replace(row, role="outlines", reason=reason, keys=(key,), group=_without_labels(row.path))
        done.append(row)
    return done


def _without_labels(path: str) -> str:
    """The folder that outlines share with their images: z/train of z/labels/train."""
    folders = PurePosixPath(path).parts[:-1]
    return "/".join(each for each in folders if not layouts.is_mask_folder(layouts.plain(each)))


def _nearest(mask: str, images: Sequence[str]) -> Sequence[str]:
    """Those of a few images whose folders begin most like the mask's, word by word: a split has its own."""
    if not 1 < len(images) <= _MOST_COMPARED:
        return images
    own = _folder_words(mask)
    shared = [len(os.path.commonprefix([own, _folder_words(image)])) for image in images]
    return [image for image, count in zip(images, shared, strict=True) if count == max(shared)]


def _folder_words(path: str) -> list[str]:
    return re.split(r"[/ _.-]+", str(PurePosixPath(path).parent).casefold())


def _belongs(row: PlannedFile, images: Sequence[str]) -> PlannedFile:
    images = [each for each in images if is_image_name(PurePosixPath(each).name)] or images  # a.png, a.zip
    named = " or ".join(PurePosixPath(image).name for image in images[:3])
    reason = Sentence("mask of {named}: {why}", named=named, why=row.reason)
    return replace(row, images=tuple(images), reason=reason)


def united(rows: Sequence[PlannedFile]) -> list[PlannedFile]:
    """Masks of one image: united where they are numbered, else all left out but the one most like it."""
    of_image: dict[str, list[PlannedFile]] = {}
    for row in rows:
        if row.only_image and (row.role == "mask" or row.is_yolo):
            of_image.setdefault(row.only_image, []).append(row)
    first = {
        image: min(masks, key=lambda row: (row.is_yolo, len(stem_key(row.path)), row.path))
        for image, masks in of_image.items()
    }
    numbered: set[str] = set()
    done: list[PlannedFile] = []
    for row in rows:
        image = row.only_image
        if image not in first:
            done.append(row)
            continue
        earlier = first[image]
        if earlier is row or (earlier.is_part and row.is_part):
            done.append(row)
        elif _series(earlier.path) == _series(row.path) and stem_key(earlier.path) != stem_key(row.path):
            numbered.add(image)
            done.append(row)
        elif row.known:  # which image that is, and whether another name is its too, the task says
            done.append(row)
        else:
            done.append(replace(row, role="left out", reason=second_mask(row, image, earlier.path)))
    return [
        replace(row, is_part=True) if row.role == "mask" and row.only_image in numbered else row
        for row in done
    ]


def without_slips(rows: Sequence[PlannedFile], said: Container[int]) -> list[PlannedFile]:
    """The rows, without masks whose numbers run beside those of as many images: 000 to 002 of 001 to 003."""
    done = list(rows)
    series: defaultdict[str, tuple[dict[int, int], dict[int, int]]] = defaultdict(lambda: ({}, {}))
    for place, row in enumerate(rows):
        if row.role in ("image", "mask"):
            key = stem_key(row.path)
            of = series[row.group][row.role == "mask" or bool(layouts.MASK_ENDING.search(key))]
            number = int([-1, *re.findall(r"\d+", key)][-1])
            of[-1 - place if number < 0 or number in of else number] = place
    for images, masks in series.values():
        first_image, first_mask = min(images, default=0), min(masks, default=0)
        alike = masks.keys() == {number + first_mask - first_image for number in images}
        if first_image == first_mask or not alike or len(masks) < _LEAST_SERIES:
            continue
        # Those of no image here have none in the task, and all others go by their numbers.
        wanted = ((rows[images[at]].path if at in images else "", rows[masks[at]].only_image) for at in masks)
        if all(image == found for image, found in wanted):
            why = Sentence(
                "masks are numbered from {first_mask} and images from {first_image}, so it is not clear "
                "which is whose; number them alike",
                first_mask=first_mask,
                first_image=first_image,
            )
            for place in masks.values():
                if place not in said:
                    done[place] = replace(rows[place], role="left out", reason=why, images=(), keys=())
    return done


def second_mask(row: PlannedFile, image: str, earlier: str) -> Sentence:
    """Why a mask is left out.

    Args:
        image: Of which it is a second one.
        earlier: Path of the one that is used.
    """
    path = PurePosixPath(earlier)
    return Sentence(
        "a second mask of {name}; {earlier} is used",
        name=PurePosixPath(image).name,
        earlier=path.name if path.name != row.name else "/".join(path.parts[-2:]),
    )


def _series(path: str) -> tuple[str, str, str]:
    """What the numbered masks of one image have in common: folder, rest of the name, word."""
    key = stem_key(path)
    found = layouts.ANY_ENDING.search(key)
    folder = str(PurePosixPath(path).parent)
    if found is None:
        return folder, re.sub(r"^(masks?)[ _.-]?\d+$", r"\1", key), ""
    return folder, re.sub(r"[ _.-](?:left|right)$", "", key[: found.start()]), found["word"]


def with_namesakes(rows: Sequence[PlannedFile], said: Container[int]) -> list[PlannedFile]:
    """The rows, with images of one name that lie side by side, or in two folders that hold the same names.

    Of more such folders one has to be called after images: others are patients. So has one whose images have
    masks already.
    """
    masked = {image for row in rows if row.role == "mask" for image in row.images}
    images = [row for row in rows if row.role == "image" and (row.path not in masked or row.reason)]
    unsaid = {row.path for row in images if not row.reason}
    of_folder: dict[str, dict[str, str]] = {}
    doubtful: dict[str, str] = {}
    for row in images:
        folder = of_folder.setdefault(str(PurePosixPath(row.path).parent), {})
        folder.setdefault(_bare_key(row.path), row.path)
    for row in images:
        folder, key = of_folder[str(PurePosixPath(row.path).parent)], _bare_key(row.path)
        for first in (folder[key], *(folder.get(each, row.path) for each in layouts.within(key))):
            if first != row.path and {first, row.path} <= unsaid:
                doubtful |= {first: row.name, row.path: PurePosixPath(first).name}
    beside: dict[str, list[str]] = {}
    for name in of_folder:
        beside.setdefault(str(PurePosixPath(name).parent), []).append(name)
    for folders in beside.values():
        said_images = [each for each in folders if not unsaid.issuperset(of_folder[each].values())]
        said_images += filter(layouts.ORIGINALS.search, folders)
        one = (said_images or folders)[0]
        alike = [each for each in folders if each != one and of_folder[each].keys() == of_folder[one].keys()]
        if alike and (said_images or len(folders) == 2):
            for key, path in of_folder[one].items():
                doubtful |= {path: of_folder[alike[0]][key], **{of_folder[each][key]: path for each in alike}}
    return [
        replace(row, namesake=doubtful[row.path], reason=_namesake(doubtful[row.path]))
        if place not in said and row.path in doubtful and row.path in unsaid
        else row
        for place, row in enumerate(rows)
    ]


def _bare_key(path: str) -> str:
    """The name without image's endings, nnU-Net's channel and x or y: a of a.jpg.png, a_0000.png, y_a.png."""
    key = re.sub(r"^[xy]_", "", stem_key(path))
    return (stem_key(key) if is_image_name(key) else key).removesuffix("_0000")


def _namesake(other: str) -> Sentence:
    return Sentence("{other} is called like this one: if one of the two is the mask, say so", other=other)
