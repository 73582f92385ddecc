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
from core.imaging.class_table import ClassTable, table_of_card
from core.imaging.decode import DecodedImage, decode_image
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png, likeliest, quantise, threshold_mask
from core.imaging.overlay import overlay, overlay_classes
from core.inference.predictor import Predictor, load_predictor
from core.inference.stock_layers import check_stock, weights_path
from core.workflows.predict.predict_files import (
    Targets,
    csv_file,
    find_inputs,
    names_in_tables,
    plan_targets,
)


@dataclass(frozen=True)
class PredictRequest:
    """What is to be predicted.

    Attributes:
        image_path: A file, a folder or a glob pattern.
        model_path: Weights file or model folder.
        output_path: A folder; with a single image also the mask's own file name, ending in .png.
        threshold: In [0, 1]; None for that of the card.
    """

    image_path: str
    model_path: Path
    output_path: Path
    threshold: float | None = None


@dataclass(frozen=True)
class PredictedImage:
    """One row of the areas.

    Attributes:
        image: The image file.
        height: In pixels.
        width: In pixels.
        foreground_pixels: Pixels of the mask that are not background.
        foreground_percent: Part of the image, 0 to 100.
        class_pixels: Of each class, background first; empty for one foreground.
        threshold: That made the mask, None for the likeliest of several classes.
        mask: The mask's file.
        overlay: The overlay's file.
    """

    image: Path
    height: int
    width: int
    foreground_pixels: int
    foreground_percent: float
    class_pixels: tuple[int, ...]
    threshold: float | None
    mask: Path
    overlay: Path


@dataclass(frozen=True)
class PredictOutcome:
    """What was written.

    Attributes:
        predicted: One entry an image, in the order of the input.
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
    """Predict each image and write its files.

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
    for number, (path, target) in enumerate(zip(images, targets, strict=True), start=1):
        try:
            image = decode_image(read_bytes(path), path.name)
        except BadFileError as error:
            problems.append(error.sentence)
        else:
            notes.extend(image.notes)
            if classes is None:
                predicted.append(_predict(predictor, path, image, threshold, target))
            else:
                predicted.append(_predict_classes(predictor, path, image, classes, target))
        if on_progress is not None:
            on_progress(number, len(images))
    if predicted:
        write_whole(areas, _areas_csv(predicted, () if classes is None else classes.names))
    return PredictOutcome(tuple(predicted), tuple(problems), tuple(notes), areas if predicted else None)


def _predict(
    predictor: Predictor, path: Path, image: DecodedImage, threshold: float, target: Targets
) -> PredictedImage:
    mask = threshold_mask(quantise(predictor.predict(image)), threshold)
    write_whole(target.mask, encode_png(mask))
    write_whole(target.overlay, encode_png(overlay(_display(image, predictor.card.scaling), mask)))
    height, width = mask.shape
    pixels = int(mask.sum())
    percent = 100 * pixels / mask.size
    return PredictedImage(path, height, width, pixels, percent, (), threshold, target.mask, target.overlay)


def _predict_classes(
    predictor: Predictor, path: Path, image: DecodedImage, classes: ClassTable, target: Targets
) -> PredictedImage:
    labels = likeliest(predictor.predict(image))
    write_whole(target.mask, encode_png(labels))
    display = _display(image, predictor.card.scaling)
    write_whole(target.overlay, encode_png(overlay_classes(display, labels, classes.colours)))
    counts = tuple(np.bincount(labels.ravel(), minlength=len(classes)).tolist())
    height, width = labels.shape
    pixels = labels.size - counts[0]
    percent = 100 * pixels / labels.size
    return PredictedImage(path, height, width, pixels, percent, counts, None, target.mask, target.overlay)


def _display(image: DecodedImage, scaling: ScalingConfig) -> NDArray[np.uint8]:
    if scaling.kind == "hu_window" and image.kind == "hu":
        return to_display(image, (scaling.low, scaling.high))
    return to_display(image)


def _areas_csv(predicted: Sequence[PredictedImage], class_names: Sequence[str]) -> bytes:
    header = [
        *("image", "height", "width", "foreground_pixels", "foreground_percent"),
        *(f"{name}_pixels" for name in class_names),
        *("threshold", "mask", "overlay"),
    ]
    names = names_in_tables([row.image for row in predicted])
    rows = [
        [
            *(name, row.height, row.width, row.foreground_pixels, f"{row.foreground_percent:.4f}"),
            *row.class_pixels,
            *("" if row.threshold is None else row.threshold, row.mask.name, row.overlay.name),
        ]
        for name, row in zip(names, predicted, strict=True)
    ]
    return csv_file(header, rows)
