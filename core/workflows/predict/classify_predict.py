"""Image files -> labels and probabilities on disk, beside the masks: `predict.py --task classify`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.classification.predictor import load_classifier
from core.classifier_cards import ClassifierCard, load_classifier_card
from core.datasets.matching import read_bytes
from core.errors import AppError, BadFileError
from core.files import csv_bytes, write_whole
from core.imaging.decode import DecodedImage, decode_image, decode_mask
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png
from core.imaging.spotlight import spotlight
from core.watching import OnProgress, untold
from core.workflows.learn.lesion_masks import MaskSource
from core.workflows.predict.predict_files import (
    Targets,
    find_inputs,
    names_in_tables,
    not_read_of,
    plan_targets,
)
from core.workflows.predict.predict_many import PredictRequest, predict_many


@dataclass(frozen=True)
class ClassifyPredictRequest:
    """What is to be classified.

    Attributes:
        image_path: A file, a folder or a glob pattern.
        model_path: The classifier's folder.
        output_path: A folder; with a single image also a file name ending in .png, which files lie beside.
        masks_from: Segmentation model, whose masks are written too, or folder of masks; None for none.
        threshold: Of the alert label, in [0, 1]; None for that of the card.
        explain: Write a picture of what spoke for the most probable label.
    """

    image_path: str
    model_path: Path
    output_path: Path
    masks_from: Path | None = None
    threshold: float | None = None
    explain: bool = False


@dataclass(frozen=True)
class ClassifiedImage:
    """One row of the labels.

    Attributes:
        label: The most probable one.
        probabilities: By label.
        alert: Whether the alert label reaches its threshold; None without an alert label.
        mask: The mask's file, None where there is none.
    """

    image: Path
    label: str
    probabilities: dict[str, float]
    alert: bool | None
    mask: Path | None


@dataclass(frozen=True)
class ClassifyPredictOutcome:
    """What was written.

    Attributes:
        classified: One entry an image, in the order of the input.
        problems: A sentence for each file that could not be used.
        notes: Plain sentences for the person.
        table: The CSV, None where no image could be used.
    """

    card: ClassifierCard
    classified: tuple[ClassifiedImage, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    table: Path | None


def classify_predict(
    request: ClassifyPredictRequest, *, on_progress: OnProgress = untold
) -> ClassifyPredictOutcome:
    """Classify each image and write `labels.csv`; with a segmentation model masks and overlays too.

    Args:
        on_progress: Called with (images done, all images), first with 0.

    Raises:
        AppError: No image is found, the output cannot take them, or masks are needed and not given.
        BadModelError: A model is missing, damaged or unsafe.
    """
    card = load_classifier_card(request.model_path / "card.json")
    if card.input != "whole" and request.masks_from is None:
        raise AppError(
            "{model_path} looks at the lesion alone; give --masks_from, a segmentation model or a "
            "folder of masks.",
            model_path=request.model_path,
        )
    images = find_inputs(request.image_path)
    targets, areas = plan_targets(images, request.output_path)
    notes: list[str] = []
    masks = MaskSource(request.masks_from)
    # Masks that a model predicts are written first and then read: what is classified is what is on disk.
    if masks.is_model and request.masks_from is not None:
        segment = PredictRequest(request.image_path, request.masks_from, request.output_path)
        notes += predict_many(segment).notes
    else:
        notes += not_read_of(request.image_path)

    classifier = load_classifier(request.model_path)
    threshold = card.threshold if request.threshold is None else request.threshold
    classified: list[ClassifiedImage] = []
    problems: list[str] = []
    on_progress(0, len(images))
    for number, (path, target) in enumerate(zip(images, targets, strict=True), start=1):
        try:
            image = decode_image(read_bytes(path), path.name)
            mask, mask_path = _mask(masks, request.masks_from, image, path, target)
            try:
                probabilities = classifier.classify(image, mask)
            except AppError as error:
                raise BadFileError(path.name, error.sentence) from None
        except BadFileError as error:
            problems.append(error.sentence)
        else:
            notes += image.notes
            label = max(card.labels, key=lambda each: probabilities[each])
            alert = probabilities[card.alert_label] >= threshold if card.alert_label else None
            classified.append(ClassifiedImage(path, label, probabilities, alert, mask_path))
            if request.explain:
                picture = spotlight(to_display(image), classifier.explain(image, mask, label), mask)
                name = target.overlay.name.replace("_overlay.png", "_explained.png")
                write_whole(target.overlay.with_name(name), encode_png(picture))
        on_progress(number, len(images))
    table = areas.with_name(areas.name.replace("areas", "labels"))
    if classified:
        write_whole(table, _table(classified, card))
    return ClassifyPredictOutcome(
        card, tuple(classified), tuple(problems), tuple(notes), table if classified else None
    )


def _mask(
    masks: MaskSource, given: Path | None, image: DecodedImage, path: Path, target: Targets
) -> tuple[NDArray[np.uint8] | None, Path | None]:
    if given is None:
        return None, None
    if masks.is_model:
        shape = (image.values.shape[0], image.values.shape[1])
        return decode_mask(read_bytes(target.mask), target.mask.name, shape), target.mask
    return masks.mask(image, path.name, None), masks.path_of(path.name)


def _table(rows: list[ClassifiedImage], card: ClassifierCard) -> bytes:
    alert = [f"alert_{card.alert_label}"] if card.alert_label else []
    header = ["image", "label", *(f"p_{label}" for label in card.labels), *alert, "mask"]
    lines = []
    for name, row in zip(names_in_tables([row.image for row in rows]), rows, strict=True):
        called = [] if row.alert is None else ["yes" if row.alert else "no"]
        shares = [f"{row.probabilities[label]:.4f}" for label in card.labels]
        lines.append([name, row.label, *shares, *called, row.mask.name if row.mask else ""])
    return csv_bytes([header, *lines])
