"""COCO annotations: one object for each connected part of each class, as run lengths that keep holes.

The format of Lin et al. 2014, "Microsoft COCO", as pycocotools reads it. A part is 8-connected.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as run_lengths

from core.imaging.class_table import UNDEFINED
from core.imaging.mask_files.outlines import UNDECIDED


class CocoWriter:
    """Gathers masks and writes them as one COCO file.

    Args:
        class_names: Foreground classes, class 1 first.
    """

    def __init__(self, class_names: Sequence[str]) -> None:
        self._names = tuple(class_names)
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []

    def add(self, file_name: str, mask: NDArray[np.uint8]) -> None:
        """Add an image with its mask; an empty mask is an image without annotations.

        Pixels that nobody decided become a crowd region of a category of their own, which scorers leave out.

        Args:
            file_name: As the image is called in the export.
            mask: (H, W) uint8 of class indices, 255 where nobody decided.

        Raises:
            ValueError: A class without a name.
        """
        height, width = mask.shape
        image_id = len(self._images) + 1
        self._images.append({"id": image_id, "file_name": file_name, "height": height, "width": width})
        for index in np.unique(mask[mask != 0]).tolist():
            if index == UNDEFINED:
                self._annotate(image_id, index, mask == index, is_crowd=True)
                continue
            if index > len(self._names):
                raise ValueError(f"{file_name} has class {index}, but only {len(self._names)} have names")
            num_parts, parts = cv2.connectedComponents((mask == index).astype(np.uint8), connectivity=8)
            for part in range(1, num_parts):
                self._annotate(image_id, index, parts == part, is_crowd=False)

    def to_json(self) -> str:
        """The whole file, UTF-8 text."""
        names = dict(enumerate(self._names, start=1))
        if any(each["category_id"] == UNDEFINED for each in self._annotations):
            names[UNDEFINED] = UNDECIDED
        categories = [{"id": index, "name": name, "supercategory": ""} for index, name in names.items()]
        content = {"images": self._images, "annotations": self._annotations, "categories": categories}
        return json.dumps(content, ensure_ascii=False)

    def _annotate(self, image_id: int, category: int, region: NDArray[np.bool_], *, is_crowd: bool) -> None:
        encoded = run_lengths.encode(np.asfortranarray(region, np.uint8))
        size, counts = encoded["size"], encoded["counts"].decode("ascii")
        self._annotations.append(
            {
                "id": len(self._annotations) + 1,
                "image_id": image_id,
                "category_id": category,
                "segmentation": {"size": [int(each) for each in size], "counts": counts},
                "area": int(run_lengths.area(encoded)),
                "bbox": [float(each) for each in run_lengths.toBbox(encoded)],
                "iscrowd": int(is_crowd),
            }
        )
