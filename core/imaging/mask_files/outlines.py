"""labelme's and COCO's JSON -> masks: outlines become pixels.

Polygons, rectangles, circles and run lengths are drawn; all else is told. Whose an outline is, a name says.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.errors import BadFileError
from core.imaging.archives.code_pages import as_utf8
from core.imaging.class_table import UNDEFINED
from core.imaging.mask_files.outline_labels import levels_of
from core.imaging.mask_files.run_lengths import from_run_lengths
from core.imaging.stored import check_size

# Labels of labelme's own that are no classes (labelme2voc.py).
_LABELME_LEVELS = {"_background_": 0, "__ignore__": UNDEFINED}
_POLYGONS = ("polygon", "oriented_rectangle", "rotation")
_MOST_STEPS = 2_000_000
UNDECIDED = "undecided"
"""The category of COCO's crowds in what leaves here: pixels that nobody decided, and no class."""

Levels = Callable[[Iterable[str], str], dict[str, int]]
"""What each label of an image becomes in its mask; the second is what the image is called to the person."""


@dataclass(frozen=True)
class Outlined:
    """What a file says of one image.

    Attributes:
        image: File name of the image.
        mask: (H, W) uint8 of 0 and 1, or the places of classes, and 255 in COCO's crowds, which nobody
            outlined one by one; empty for an image that COCO lists without an object; None with a problem.
        problem: What to tell the person, None when all is well.
    """

    image: str
    mask: NDArray[np.uint8] | None
    problem: BadFileError | None = None


def read_outlines(
    data: bytes, name: str, *, union: bool = False, classes: Sequence[str] = ()
) -> list[Outlined] | None:
    """The masks that a JSON file outlines; None where it is neither labelme's nor COCO's.

    Args:
        name: What the person calls it.
        union: Take all labels together; else more than one is refused.
        classes: What labels may be called, the class of 1 first; none for one foreground.

    Raises:
        BadFileError: It begins as one of the two and does not go on as that.
    """

    def levels(labels: Iterable[str], name: str) -> dict[str, int]:
        return levels_of(sorted(set(labels)), name, classes, union=union)

    return _read(data, name, levels)


def labels_in(data: bytes, name: str) -> tuple[str, ...]:
    """The labels of all outlines of a file, in order; nothing is drawn.

    Raises:
        BadFileError: As `read_outlines`.
    """
    found: set[str] = set()

    def note(labels: Iterable[str], name: str) -> dict[str, int]:
        found.update(labels)
        raise KeyError("nothing is to be drawn")

    _read(data, name, note)
    return tuple(sorted(found))


def _read(data: bytes, name: str, levels: Levels) -> list[Outlined] | None:
    try:
        said = json.loads(as_utf8(data))
    except (ValueError, RecursionError):
        raise BadFileError(name, "is no JSON that can be read; export it again.") from None
    if not isinstance(said, dict):
        return None
    if isinstance(said.get("shapes"), list) and "imagePath" in said:
        return [_one(str(said["imagePath"]), name, lambda name: _labelme(said, name, levels))]
    if isinstance(said.get("images"), list) and isinstance(said.get("annotations"), list | dict):
        try:
            return _coco(said, name, levels)
        except (TypeError, AttributeError):
            raise BadFileError(name, "its outlines do not fit together; export it again.") from None
    return None


def _one(image: str, name: str, draw: Callable[[str], NDArray[np.uint8]]) -> Outlined:
    """What `draw` draws of an image; it is told what to call it where something is wrong."""
    image = image.replace("\\", "/")
    name = f"{name} ({image})"
    try:
        return Outlined(image, draw(name))
    except BadFileError as error:
        return Outlined(image, None, error)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, OSError):
        problem = BadFileError(name, "its outlines do not fit together; export it again.")
        return Outlined(image, None, problem)


def _labelme(said: dict[str, Any], name: str, levels: Levels) -> NDArray[np.uint8]:
    height, width = _size(said.get("imageHeight"), said.get("imageWidth"), name)
    labels = [str(shape["label"]) for shape in said["shapes"]]
    level_of = levels((label for label in labels if label not in _LABELME_LEVELS), name) | _LABELME_LEVELS
    picture = Image.new("L", (width, height))
    draw = ImageDraw.Draw(picture)
    for shape, label in zip(said["shapes"], labels, strict=True):
        points, kind = _points(shape["points"], (height, width), name), shape.get("shape_type") or "polygon"
        level = level_of[label]
        # X-AnyLabeling's rectangles have four corners, turned ones too.
        if kind in (*_POLYGONS, "rectangle") and len(points) >= (4 if kind == "rectangle" else 3):
            draw.polygon(points, fill=level, outline=level)
        elif kind == "rectangle" and len(points) == 2:
            (x, y), (u, v) = points
            draw.rectangle((min(x, u), min(y, v), max(x, u), max(y, v)), fill=level)
        elif kind == "circle" and len(points) == 2:
            (x, y), radius = points[0], math.dist(*points)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=level)
        elif kind == "mask" and len(points) == 2 and shape.get("mask"):
            _paste(picture, shape["mask"], points[0], level)
        else:
            raise BadFileError(
                name,
                "holds a {kind} of {num_points} points; polygons, rectangles, circles and masks are read.",
                kind=kind,
                num_points=len(points),
            )
    return np.array(picture)


def _paste(picture: Image.Image, packed: str, corner: tuple[float, float], level: int) -> None:
    """A mask of labelme's: a PNG of what lies in a box, from the corner that is its first point."""
    with Image.open(io.BytesIO(base64.b64decode(packed)), formats=["PNG"]) as part:
        if part.width > picture.width or part.height > picture.height:
            raise ValueError("a mask that is larger than its image")
        shape = Image.fromarray((np.array(part.convert("L")) > 0).astype(np.uint8) * 255)
    picture.paste(level, (round(corner[0]), round(corner[1])), shape)


def _size(height: Any, width: Any, name: str) -> tuple[int, int]:
    if not height or not width:
        raise BadFileError(name, "does not say how large its image is; export it again.")
    check_size(name, int(height), int(width))
    return int(height), int(width)


def _coco(said: dict[str, Any], name: str, levels: Levels) -> list[Outlined]:
    told = said["annotations"]  # LIVECell's are numbered
    every = _dicts(told.values() if isinstance(told, dict) else told)
    annotations: dict[str, list[dict[str, Any]]] = {}
    for annotation in every:
        annotations.setdefault(_key(annotation.get("image_id")), []).append(annotation)
    named = {_key(each.get("id")): str(each.get("name")) for each in _dicts(said.get("categories") or [])}
    if every and all(_is_crowd(each) and _label(each, named) != UNDECIDED for each in every):
        raise BadFileError(
            name, "calls all of its objects crowds, in which nothing is decided; export them with iscrowd 0."
        )
    listed = [each for each in _dicts(said["images"]) if "file_name" in each]
    numbers = [_key(image.get("id")) for image in listed]
    if len(set(numbers)) < len(numbers):
        raise BadFileError(name, "gives several images one id; give each its own and export it again.")
    own = [annotations.pop(number, []) for number in numbers]
    may_be_empty = bool(every) and not annotations  # what is of no image may be of those without
    found = [
        _one(str(image["file_name"]), name, _drawer(image, objects, named, levels))
        for image, objects in zip(listed, own, strict=True)
        if objects or (may_be_empty and image.get("height") and image.get("width"))
    ]
    for image_id, left in annotations.items():
        problem = BadFileError(
            name,
            "{num_left} outlines are of image {image_id}, which it does not list.",
            num_left=len(left),
            image_id=image_id,
        )
        found.append(Outlined(str(image_id), None, problem))
    return found


def _dicts(told: Iterable[Any]) -> list[dict[str, Any]]:
    return [each for each in told if isinstance(each, dict)]


def _key(number: Any) -> str:
    """A number of COCO's, which some write as text in one place and not in another."""
    if isinstance(number, list | dict):
        raise TypeError("no number")
    return str(number)


def _is_crowd(annotation: dict[str, Any]) -> bool:
    """Whether nobody outlined what is in it one by one; CVAT calls painted objects so, with attributes."""
    return str(annotation.get("iscrowd")) in ("1", "True") and "attributes" not in annotation


def _label(annotation: dict[str, Any], named: dict[str, str]) -> str:
    return named.get(_key(annotation.get("category_id")), "?")


def _drawer(
    image: dict[str, Any], own: list[dict[str, Any]], named: dict[str, str], levels: Levels
) -> Callable[[str], NDArray[np.uint8]]:
    def draw(name: str) -> NDArray[np.uint8]:
        height, width = _size(image.get("height"), image.get("width"), name)
        labels = [(_label(each, named), _is_crowd(each)) for each in own]
        level_of = levels((label for label, crowd in labels if (label, crowd) != (UNDECIDED, True)), name)
        mask = np.zeros((height, width), np.uint8)
        for annotation, (label, is_crowd) in zip(own, labels, strict=True):
            if not annotation.get("segmentation"):
                raise BadFileError(
                    name, "holds no outline for an object, such as a box alone; export it for segmentation."
                )
            part = _coco_part(annotation["segmentation"], (height, width), name)
            mask[part & (mask == 0) if is_crowd else part] = UNDEFINED if is_crowd else level_of[label]
        return mask

    return draw


def _coco_part(segmentation: Any, shape: tuple[int, int], name: str) -> NDArray[np.bool_]:
    if isinstance(segmentation, dict):
        if tuple(int(side) for side in segmentation["size"]) != shape:
            raise BadFileError(
                name,
                "holds run lengths of {segmentation} for an image of {shape} (height, width).",
                segmentation=segmentation["size"],
                shape=list(shape),
            )
        return from_run_lengths(segmentation["counts"], shape)
    if not isinstance(segmentation[0], list):  # one polygon, without the list round it
        segmentation = [segmentation]
    # Late: it takes long to import, and only few files are COCO's.
    from pycocotools import mask as run_lengths

    polygons = []
    for flat in segmentation:
        points = np.array(_points(list(zip(flat[::2], flat[1::2], strict=True)), shape, name))
        if len(points) < 3:
            raise BadFileError(
                name, "holds a polygon of {num_points} points; at least 3 are needed.", num_points=len(points)
            )
        # It is drawn a fifth of a pixel at a time, in memory.
        if np.abs(np.diff(points, axis=0)).sum() > _MOST_STEPS:
            raise ValueError("an outline without an end")
        polygons.append(points.ravel().tolist())
    drawn = run_lengths.decode(run_lengths.merge(run_lengths.frPyObjects(polygons, *shape)))
    return np.asarray(drawn) > 0


def _points(points: Any, shape: tuple[int, int], name: str) -> list[tuple[float, float]]:
    found = [(float(x), float(y)) for x, y in points]
    each = [value for point in found for value in point]
    if (
        min(each, default=0) >= 0
        and max(each, default=2) <= 1
        and not all(value.is_integer() for value in each)
    ):
        raise BadFileError(name, "holds corners in parts of the image's size, from 0 to 1; export pixels.")
    if not all(math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) < 1e6 for x, y in found):
        raise ValueError("points that lie nowhere")
    if found and any(
        max(side) < 0 or min(side) > size
        for side, size in zip(zip(*found, strict=True), shape[::-1], strict=True)
    ):
        raise BadFileError(
            name,
            "holds an outline beyond its {width} x {height} pixels; export it at the size of its image.",
            width=shape[1],
            height=shape[0],
        )
    return found
