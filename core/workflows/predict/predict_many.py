"""Image files -> mask, overlay and areas on disk: what predict.py does. A bad file stops no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config import ScalingConfig
from core.datasets.matching import read_bytes
from core.errors import AppError, BadFileError
from core.files import write_whole
from core.imaging.channels import of_channel
from core.imaging.class_table import ClassTable, table_of_card
from core.imaging.decode import DecodedImage, open_file, read_frame, to_image
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png, likeliest, quantise, threshold_mask
from core.imaging.overlay import overlay, overlay_classes
from core.inference.predictor import Predictor, load_predictor
from core.inference.stock_layers import check_stock, weights_path
from core.language.sentence import Sentence
from core.workflows.predict.predict_files import (
    Targets,
    csv_file,
    find_inputs,
    names_in_tables,
    plan_targets,
)
from core.workflows.predict.predict_volumes import SeriesMasks, predict_volume


@dataclass(frozen=True)
class PredictRequest:
    """What is to be predicted.

    Attributes:
        image_path: A file, a folder or a glob pattern.
        model_path: Weights file or model folder.
        output_path: A folder; with a single image also the mask's own file name, ending in .png.
        threshold: In [0, 1]; None for that of the card.
        channel: Of images that have several (`core.imaging.channels`), None for the first.
    """

    image_path: str
    model_path: Path
    output_path: Path
    threshold: float | None = None
    channel: int | None = None


@dataclass(frozen=True)
class PredictedImage:
    """One row of the areas: an image, or a slice of a volume.

    Attributes:
        image: The image file.
        height: In pixels.
        width: In pixels.
        foreground_pixels: Pixels of the mask that are not background.
        foreground_percent: Part of the image, 0 to 100.
        class_pixels: Of each class, background first; empty for one foreground.
        threshold: That made the mask, None for the likeliest of several classes.
        mask: The mask's file.
        overlay: The overlay's file, None of a slice.
        slice: Its number from 1, None for an image of one picture.
    """

    image: Path
    height: int
    width: int
    foreground_pixels: int
    foreground_percent: float
    class_pixels: tuple[int, ...]
    threshold: float | None
    mask: Path
    overlay: Path | None
    slice: int | None = None


@dataclass(frozen=True)
class PredictOutcome:
    """What was written.

    Attributes:
        predicted: One entry an image or slice, in the order of the input.
        problems: A sentence for each file that could not be used.
        notes: Plain sentences for the person.
        areas: The CSV, None where no image could be used.
    """

    predicted: tuple[PredictedImage, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    areas: Path | None


def predict_many(
    request: PredictRequest, *, on_progress: Callable[[int, int], None] | None = None
) -> PredictOutcome:
    """Predict each image and write its files; the masks of a volume's slices are one volume.

    The mask of one foreground is 0 and 255; of several classes it holds the index of the likeliest one, and
    the overlay and the areas show each.

    Args:
        request: What is to be predicted.
        on_progress: Called with (images done, all images), first with 0.

    Raises:
        AppError: No image is found, the output cannot take them, or a threshold for several classes.
        BadModelError: The model is missing, damaged or unsafe.
    """
    check_stock(weights_path(request.model_path))
    images = find_inputs(request.image_path)
    targets, areas = plan_targets(images, request.output_path)

    predictor = load_predictor(request.model_path)
    classes = table_of_card(predictor.card)
    if classes is not None and request.threshold is not None:
        raise AppError(
            "{model_path} tells {num_classes} classes, of which the likeliest is taken; leave out "
            "--threshold.",
            model_path=request.model_path,
            num_classes=len(classes),
        )
    threshold = predictor.card.threshold if request.threshold is None else request.threshold
    predicted: list[PredictedImage] = []
    problems: list[str] = []
    notes = [*predictor.notes, *(target.note for target in targets if target.note)]
    if on_progress is not None:
        on_progress(0, len(images))
    maker = _Maker(predictor, classes, threshold, request.channel)
    for number, (path, target) in enumerate(zip(images, targets, strict=True), start=1):
        try:
            rows, said = maker.predict(path, target)
        except BadFileError as error:
            problems.append(error.sentence)
        else:
            predicted.extend(rows)
            notes.extend(said)
        if on_progress is not None:
            on_progress(number, len(images))
    notes.extend(maker.series.write())
    if predicted:
        write_whole(areas, _areas_csv(predicted, () if classes is None else classes.names))
    return PredictOutcome(tuple(predicted), tuple(problems), tuple(notes), areas if predicted else None)


class _Maker:
    """Makes the files of each image; remembers the masks of DICOM slices until their series is whole."""

    def __init__(
        self, predictor: Predictor, classes: ClassTable | None, threshold: float, channel: int | None
    ) -> None:
        self.series = SeriesMasks()
        self._predictor = predictor
        self._classes = classes
        self._threshold = threshold
        self._channel = channel

    def predict(self, path: Path, target: Targets) -> tuple[list[PredictedImage], list[str]]:
        """The rows of an image, one for each slice, and what is to be said."""
        data, name = read_bytes(path), path.name
        file = of_channel(open_file(data, name), name, self._channel)
        if file.masks_only:
            raise BadFileError(name, file.masks_only)
        asked = file.channels and self._channel is None
        notes = [Sentence("{name}: --read_channel chooses another one.", name=name)] if asked else []
        if len(file.order) > 1:
            volume, masks, said = predict_volume(file, name, data, target.mask, self._labels)
            rows = [self._row(path, mask, place, volume, None) for place, mask in enumerate(masks, start=1)]
            return rows, [*said, *notes]
        image = to_image(read_frame(file, name, file.order[0]))
        labels = self._labels(image)
        write_whole(target.mask, encode_png(labels if self._classes is not None else labels != 0))
        write_whole(target.overlay, encode_png(self._overlay(image, labels)))
        self.series.add(data, name, target.mask, labels)
        return [self._row(path, labels, None, target.mask, target.overlay)], [
            *image.notes,
            *file.notes,
            *notes,
        ]

    def _labels(self, image: DecodedImage) -> NDArray[np.uint8]:
        """(H, W) uint8, 0 and 1 or the likeliest class."""
        found = self._predictor.predict(image)
        if self._classes is not None:
            return likeliest(found)
        return threshold_mask(quantise(found), self._threshold).astype(np.uint8)

    def _overlay(self, image: DecodedImage, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        display = _display(image, self._predictor.card.scaling)
        if self._classes is None:
            return overlay(display, labels != 0)
        return overlay_classes(display, labels, self._classes.colours)

    def _row(
        self, path: Path, labels: NDArray[np.uint8], place: int | None, mask: Path, over: Path | None
    ) -> PredictedImage:
        several = self._classes is not None
        num_classes = 2 if self._classes is None else len(self._classes)
        counts = tuple(np.bincount(labels.ravel(), minlength=num_classes).tolist())
        height, width = labels.shape
        pixels = labels.size - counts[0]
        return PredictedImage(
            image=path,
            height=height,
            width=width,
            foreground_pixels=pixels,
            foreground_percent=100 * pixels / labels.size,
            class_pixels=counts if several else (),
            threshold=None if several else self._threshold,
            mask=mask,
            overlay=over,
            slice=place,
        )


def _display(image: DecodedImage, scaling: ScalingConfig) -> NDArray[np.uint8]:
    if scaling.kind == "hu_window" and image.kind == "hu":
        return to_display(image, (scaling.low, scaling.high))
    return to_display(image)


def _areas_csv(predicted: Sequence[PredictedImage], class_names: Sequence[str]) -> bytes:
    # A column that is there where volumes are, so that the tables of plain images stay as they were.
    of_slices = any(row.slice is not None for row in predicted)
    header = [
        *(
            "image",
            *(["slice"] if of_slices else []),
            "height",
            "width",
            "foreground_pixels",
            "foreground_percent",
        ),
        *(f"{name}_pixels" for name in class_names),
        *("threshold", "mask", "overlay"),
    ]
    names = names_in_tables([row.image for row in predicted])
    rows = [
        [
            *(
                name,
                *([row.slice or ""] if of_slices else []),
                row.height,
                row.width,
                row.foreground_pixels,
                f"{row.foreground_percent:.4f}",
            ),
            *row.class_pixels,
            *("" if row.threshold is None else row.threshold, row.mask.name),
            "" if row.overlay is None else row.overlay.name,
        ]
        for name, row in zip(names, predicted, strict=True)
    ]
    return csv_file(header, rows)
