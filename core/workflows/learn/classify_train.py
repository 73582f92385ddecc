"""Labelled images on disk -> a classifier's folder: what `train.py --task classify` does."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cards import Card, card_path, save_card
from core.classifier_cards import ClassifierCard, View, load_classifier_card
from core.config import ScalingConfig
from core.datasets.label_folds import set_aside
from core.datasets.labels import LabelledImage, labels_of
from core.datasets.layout import find_splits
from core.evaluation.history import history_csv
from core.files import write_json, write_whole
from core.inference.stock_layers import weights_path
from core.workflows.learn.classify_data import LabelRequest, read_labelled
from core.workflows.learn.label_card import alert_label, validated_card
from core.workflows.learn.lesion_masks import MaskSource
from core.workflows.learn.run_folder import move_earlier_files
from core.workflows.learn.train_model import NOBODY, TrainOutcome, Watchers
from core.workflows.learn.training_card import read_about, read_base_card, run_fields

if TYPE_CHECKING:
    from core.classification.fit import ClassifyResult

FILES = ("model.keras", "card.json", "history.csv", "run.json")
ENCODER = "encoder"
"""The backbone of a card whose network stands on a segmentation model's encoder."""


@dataclass(frozen=True)
class ClassifyTrainRequest(LabelRequest):
    """What is to be trained; earlier files of the folder go to `previous/` there.

    Attributes:
        view: What the network sees, see `ClassifierCard.input`.
        start_from: A classifier's folder to go on from: its labels, view, size and network; None for none.
        about: JSON for the card (title, data, licence, limits_of_use, label_titles), None for none.
    """

    view: View = "whole"
    start_from: Path | None = None
    about: Path | None = None


def classify_train(
    request: ClassifyTrainRequest, watchers: Watchers = NOBODY
) -> TrainOutcome[ClassifierCard]:
    """Read, train, calibrate and score on validation, write everything. Test images are not opened.

    Raises:
        BadDatasetError: Everything that is wrong with the images or their labels.
        BadModelError: `start_from` or `masks_from` cannot be used.
        DivergedError: The loss stopped being finite.
        AppError: The table of labels or `about` cannot be used.
    """
    about = read_about(request.about, ("label_titles",))
    base = None if request.start_from is None else load_classifier_card(request.start_from / "card.json")
    splits = _splits(request, base)
    card = _card(request, about, base, splits)
    masks = MaskSource(request.source.masks_from if card.input != "whole" else None)

    from core.training.quiet_start import start_keras

    start_keras()
    from core.classification.fit import ClassifyRun, train_classifier

    arrays, hashes = read_labelled(splits, card, masks, on_progress=watchers.on_check)
    validation = arrays.get("val")
    result = train_classifier(
        arrays["train"],
        validation,
        ClassifyRun(
            len(card.labels),
            request.settings,
            request.augment,
            card.flips,
            None if request.start_from is None else request.start_from / "model.keras",
            None if request.encoder is None else weights_path(request.encoder),
        ),
        on_progress=watchers.on_progress,
        should_stop=watchers.should_stop,
    )
    card = replace(card, origin=result.origin)
    if validation is not None:
        card = validated_card(card, validation.labels, result, request.settings.alert_recall)
    previous = move_earlier_files(request.output_dir, FILES)
    _write(request, card, result, hashes)
    weights = request.output_dir / "model.keras"
    return TrainOutcome(
        weights, card, len(result.history), result.best_epoch, previous, stopped=result.stopped
    )


def _splits(request: ClassifyTrainRequest, base: ClassifierCard | None) -> dict[str, list[LabelledImage]]:
    """Train and validation images; without a val folder a part of train, the same for the same seed."""
    known = None if base is None else base.labels
    train = request.source.images("train", known)
    labels = labels_of(train)
    if "val" in find_splits(request.source.data_dir):
        return {"train": train, "val": request.source.images("val", known or labels)}
    if request.settings.val_part <= 0:
        return {"train": train}
    aside = set_aside(
        [image.label for image in train],
        [image.group for image in train],
        request.settings.val_part,
        seed=request.settings.seed,
    )
    return {
        "train": [image for image, away in zip(train, aside, strict=True) if not away],
        "val": [image for image, away in zip(train, aside, strict=True) if away],
    }


def _card(
    request: ClassifyTrainRequest,
    about: dict[str, Any],
    base: ClassifierCard | None,
    splits: dict[str, list[LabelledImage]],
) -> ClassifierCard:
    labels = base.labels if base is not None else labels_of(splits["train"])
    counts = {"train": len(splits["train"]), "val": len(splits.get("val", ()))}
    name = request.output_dir.resolve().name
    backbone = request.settings.backbone
    taught_by: Card | None = base
    if request.encoder is not None:
        backbone = ENCODER
        # Weights alone will do; what taught them is then not known.
        if card_path(weights_path(request.encoder)).is_file():
            taught_by = read_base_card(request.encoder)
    return ClassifierCard(
        name=name,
        title=about.get("title", name),
        **run_fields(about, request.about, request.source.data_dir, counts, taught_by),
        labels=labels,
        label_titles=about.get("label_titles", {}),
        input=request.view if base is None else base.input,
        margin=request.margin if base is None else base.margin,
        image_size=request.settings.image_size if base is None else base.image_size,
        scaling=ScalingConfig() if base is None else base.scaling,
        remove_hair=request.remove_hair if base is None else base.remove_hair,
        flips=request.flips,
        backbone=backbone if base is None else base.backbone,
        alert_label=alert_label(request.alert_label, labels),
        command=request.command,
        training=request.settings,
        augmentation=request.augment,
        parent=None if base is None else base.name,
    )


def _write(
    request: ClassifyTrainRequest,
    card: ClassifierCard,
    result: ClassifyResult,
    hashes: dict[str, dict[str, str]],
) -> None:
    from core.inference.export import save_weights

    save_weights(result.model, request.output_dir / "model.keras")
    write_whole(request.output_dir / "history.csv", history_csv(result.history))
    run = {
        "settings": asdict(request.settings),
        "augment": asdict(request.augment),
        "merged": request.source.merged,
        "command": request.command,
        "versions": card.versions,
        "data": hashes,
    }
    write_json(request.output_dir / "run.json", run)
    # Last, so that a folder with a card is a whole one.
    save_card(card, request.output_dir / "card.json")
