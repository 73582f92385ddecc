"""Whole image, lesion on black or square around it: compared by the same repeated, stratified folds.

Of train and val together; test is not opened. A run that is there from an earlier, interrupted call is taken
as it is, so that a long comparison can be made in parts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.classifier_cards import VIEWS, ClassifierCard, View
from core.datasets.label_folds import label_folds, set_aside
from core.datasets.labels import LabelledImage, labels_of
from core.datasets.layout import find_splits
from core.errors import AppError
from core.files import write_json
from core.inference.stock_layers import weights_path
from core.workflows.learn.classify_data import LabelRequest, read_labelled
from core.workflows.learn.label_card import alert_label
from core.workflows.learn.lesion_masks import MaskSource
from core.workflows.learn.train_model import NOBODY, Watchers
from core.workflows.measure.classify_comparison import (
    ASIDE,
    HELD,
    TRAINED,
    ClassifyComparison,
    compare_views,
    run_name,
)

if TYPE_CHECKING:
    from core.classification.examples import LabelledArrays


@dataclass(frozen=True)
class ClassifyCrossValidateRequest(LabelRequest):
    """What is compared; runs that are there already are not made again.

    Attributes:
        views: Inputs that are compared, each once; all see the same folds.
        folds: Number of folds, from 2.
        repeats: How often all folds are drawn anew, with the next seed.
    """

    views: tuple[View, ...] = VIEWS
    folds: int = 5
    repeats: int = 3


def classify_cross_validate(
    request: ClassifyCrossValidateRequest, watchers: Watchers = NOBODY
) -> ClassifyComparison:
    """Train every fold of every repeat on every input, and compare; whole runs are kept where it is stopped.

    Raises:
        BadDatasetError: Everything that is wrong with the images or their labels.
        AppError: Too few images for the folds, an unknown input, runs of other settings in the folder, or
            nothing finished.
    """
    if not request.views or len(set(request.views)) < len(request.views) or set(request.views) - set(VIEWS):
        raise AppError(
            "The inputs {views} must be of {views_2}, each once.",
            views=", ".join(request.views),
            views_2=", ".join(VIEWS),
        )
    images = _images(request)
    labels = labels_of(images)
    card = _card(request, labels)
    _check_settings(request, images)

    from core.training.quiet_start import start_keras

    start_keras()
    parts = _parts(request, images)
    kept: dict[str, dict[str, Any]] = {}
    hashes: dict[str, str] = {}
    names = [run_name(view, *each) for view in request.views for each in parts]
    stopped = False
    for view in request.views:
        view_card = replace(card, input=view)
        masks = MaskSource(request.source.masks_from if view != "whole" else None)
        everything = {"train and val": images}
        arrays, found = read_labelled(everything, view_card, masks, on_progress=watchers.on_check)
        hashes = found["train and val"]
        for place, part_of in parts.items():
            if stopped:
                break
            name = run_name(view, *place)
            watchers.on_run(name, names.index(name) + 1, len(names))
            path = request.output_dir / "runs" / f"{name}.json"
            if path.is_file():
                run = json.loads(path.read_text(encoding="utf-8"))
            else:
                run = _run(request, card, arrays["train and val"], (place, part_of), watchers)
                stopped = bool(run.pop("stopped"))
                if stopped:
                    break
                write_json(path, run, indent=None)
            kept[name] = run
    truth = np.array([labels.index(image.label) for image in images], np.int64)
    return compare_views(request.views, card, truth, (parts, kept), hashes)


def _images(request: ClassifyCrossValidateRequest) -> list[LabelledImage]:
    splits = [split for split in find_splits(request.source.data_dir) if split != "test"]
    if "train" not in splits:
        splits = ["train"]
    return [image for split in splits for image in request.source.images(split)]


def _card(request: ClassifyCrossValidateRequest, labels: tuple[str, ...]) -> ClassifierCard:
    return ClassifierCard(
        "cross_validation",
        labels=labels,
        margin=request.margin,
        image_size=request.settings.image_size,
        remove_hair=request.remove_hair,
        flips=request.flips,
        backbone=request.settings.backbone,
        alert_label=alert_label(request.alert_label, labels),
    )


def _check_settings(request: ClassifyCrossValidateRequest, images: Sequence[LabelledImage]) -> None:
    """Runs that are there must be of these settings and images; else they would be mixed."""
    table = "\n".join(f"{image.stem} {image.label} {image.group}" for image in images)
    masks = request.source.masks_from
    now = {
        "settings": asdict(request.settings),
        "augment": asdict(request.augment),
        "folds": request.folds,
        "margin": request.margin,
        "remove_hair": request.remove_hair,
        "flips": list(request.flips),
        "alert_label": request.alert_label,
        "encoder": None if request.encoder is None else request.encoder.name,
        "masks_from": None if masks is None else masks.name,
        "images": hashlib.sha256(table.encode()).hexdigest(),
    }
    path = request.output_dir / "runs" / "settings.json"
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != now:
        raise AppError(
            "{output_dir} holds runs of other settings or images; give another folder.",
            output_dir=request.output_dir,
        )
    write_json(path, now)


def _parts(
    request: ClassifyCrossValidateRequest, images: Sequence[LabelledImage]
) -> dict[tuple[int, int], NDArray[np.int64]]:
    """For each (repeat, fold) what each image is there for: trained on, set aside, held out."""
    labels, groups = [image.label for image in images], [image.group for image in images]
    parts: dict[tuple[int, int], NDArray[np.int64]] = {}
    for repeat in range(request.repeats):
        fold_of = label_folds(labels, groups, request.folds, seed=request.settings.seed + repeat)
        for fold in range(request.folds):
            rest = np.flatnonzero(fold_of != fold)
            aside = set_aside(
                [labels[i] for i in rest],
                [groups[i] for i in rest],
                request.settings.val_part or 0.15,
                seed=repeat,
            )
            part_of = np.full(len(images), HELD, np.int64)
            part_of[rest] = np.where(aside, ASIDE, TRAINED)
            parts[repeat, fold] = part_of
    return parts


def _run(
    request: ClassifyCrossValidateRequest,
    card: ClassifierCard,
    examples: LabelledArrays,
    place: tuple[tuple[int, int], NDArray[np.int64]],
    watchers: Watchers,
) -> dict[str, Any]:
    from core.classification.fit import ClassifyRun, run_fold

    (repeat, fold), part_of = place
    seed = request.settings.seed + repeat * request.folds + fold
    run = ClassifyRun(
        len(card.labels),
        replace(request.settings, seed=seed),
        request.augment,
        request.flips,
        encoder=None if request.encoder is None else weights_path(request.encoder),
    )
    return run_fold(
        examples,
        part_of,
        run,
        alert=card.labels.index(card.alert_label) if card.alert_label else None,
        on_progress=watchers.on_progress,
        should_stop=watchers.should_stop,
    )
