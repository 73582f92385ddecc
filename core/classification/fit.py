"""Train a classifier on prepared examples: the one loop behind train.py, cross-validation and fine-tuning.

Takes arrays, configs and paths; can be called from a background worker (`on_progress`, `should_stop`). Runs
on any Keras backend; knows nothing of the workspace, of jobs or of files other than the base model's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.classification.backbones import backbone_layers, build_classifier, build_on_encoder, load_imagenet
from core.classification.examples import LabelledArrays, labelled_batches
from core.classification.logits import Logits
from core.classification.losses import focal, label_weights, sparse_cross_entropy
from core.classifier_cards import ClassifyConfig
from core.config import AugmentConfig
from core.errors import BadModelError
from core.evaluation.calibration import cross_entropy, fit_temperature, softmax, threshold_for_recall
from core.evaluation.history import EpochRow
from core.inference.load import load_classifier_network
from core.training.callbacks import HistoryRows, KeepBest, Watch
from core.training.progress_report import ProgressReport
from core.watching import never, untold

# Rate of a network that was frozen, against that of its new last layer.
UNFROZEN_PART = 0.1


@dataclass(frozen=True)
class ClassifyRun:
    """What is trained, and how.

    Attributes:
        flips: Mirrorings that logits are averaged over when the temperature is fitted.
        start_from: A classifier's weights to go on from, None for ImageNet's or fresh ones.
        encoder: A segmentation U-Net's weights, whose halving side is the backbone; None for that of the
            settings.
    """

    num_labels: int
    settings: ClassifyConfig = field(default_factory=ClassifyConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    flips: tuple[str, ...] = ()
    start_from: Path | None = None
    encoder: Path | None = None


@dataclass(frozen=True)
class ClassifyResult:
    """What a run leaves.

    Attributes:
        model: The network to export, uncompiled; the weights of the lowest validation loss.
        origin: What its weights were before training, a sentence.
        best_epoch: Epoch whose weights were kept, from 1; the last one without validation.
        temperature: Fitted on validation; 1 without.
        logits_of: Gives the logits of other images, compiled already.
        validation_logits: (N, labels) float32 of the validation images, None without.
        stopped: Whether `should_stop` ended it.
    """

    model: keras.Model
    origin: str
    history: tuple[EpochRow, ...]
    best_epoch: int
    temperature: float
    logits_of: Logits
    validation_logits: NDArray[np.float32] | None
    stopped: bool


def train_classifier(
    examples: LabelledArrays,
    validation: LabelledArrays | None,
    run: ClassifyRun,
    *,
    on_progress: Callable[[ProgressReport], None] = untold,
    should_stop: Callable[[], bool] = never,
) -> ClassifyResult:
    """Train from ImageNet's weights, from a classifier's, or from scratch.

    With ImageNet's or an encoder's weights the last layer learns alone for `frozen_epochs`, then all layers
    but normalisation do at a tenth of the rate. Patience is counted on the validation loss, the plain
    cross-entropy.

    Args:
        examples: To train on; each label at least once, but for a classifier that is trained further.
        should_stop: Asked after each step; True ends the run and keeps the best so far.

    Raises:
        DivergedError: The loss stopped being finite; the message names the step.
        BadModelError: `start_from` cannot be read, or is another network.
        ValueError: Settings that make no run, or a label without an image.
    """
    settings = run.settings
    weights = label_weights(
        examples.labels,
        run.num_labels,
        balanced=settings.class_weights,
        some_missing=run.start_from is not None,
    )
    model, origin, learnt_before = _start(run, examples.images.shape[1])
    new_head = learnt_before and run.start_from is None
    frozen_epochs = min(settings.frozen_epochs, settings.epochs) if new_head else 0
    num_steps = max(1, round(len(examples) / settings.batch_size))
    best = KeepBest(settings.patience)
    logits_of = Logits(model, batch_size=settings.batch_size)
    validate = None if validation is None else ValidateLabels(logits_of, validation, best)
    watch = Watch(settings.epochs, num_steps, on_progress=on_progress, should_stop=should_stop)
    history = HistoryRows()
    trainer = keras.Model(model.inputs[0], model.get_layer("logits").output)
    for first, last, frozen in ((0, frozen_epochs, True), (frozen_epochs, settings.epochs, False)):
        if first == last or watch.stopped or best.gave_up:
            continue
        _freeze(model, backbone=frozen, norms=learnt_before)
        rate = settings.learning_rate * (UNFROZEN_PART if frozen_epochs and not frozen else 1.0)
        trainer.compile(
            optimizer=_optimizer(settings, rate, (last - first) * num_steps),
            loss=focal if settings.loss == "focal" else sparse_cross_entropy,
            metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        )
        # As in `core.training.fit`: else TensorFlow traces the first step twice.
        trainer.optimizer.build(trainer.trainable_variables)
        trainer.fit(
            labelled_batches(
                examples,
                run.augment,
                weights,
                batch_size=settings.batch_size,
                seed=settings.seed,
                first_step=first * num_steps,
            ),
            initial_epoch=first,
            epochs=last,
            steps_per_epoch=num_steps,
            callbacks=[best, *([] if validate is None else [validate]), watch, history],
            shuffle=False,
            verbose=0,
        )
    best.restore()
    _freeze(model, backbone=False, norms=False)
    logits = None if validation is None else logits_of(validation.images, run.flips)
    return ClassifyResult(
        model=model,
        origin=origin,
        history=tuple(history.rows),
        best_epoch=best.best_epoch or len(history.rows),
        temperature=1.0
        if validation is None or logits is None
        else fit_temperature(logits, validation.labels),
        logits_of=logits_of,
        validation_logits=logits,
        stopped=watch.stopped,
    )


def run_fold(
    examples: LabelledArrays,
    part_of: NDArray[np.int64],
    run: ClassifyRun,
    *,
    alert: int | None,
    on_progress: Callable[[ProgressReport], None] = untold,
    should_stop: Callable[[], bool] = never,
) -> dict[str, Any]:
    """Train on part 0, stop, calibrate and choose the threshold on part 1, predict part 2.

    Args:
        part_of: (N,) 0, 1 or 2 for each image.
        alert: Place of the label that must not be missed, None for none.

    Returns:
        What is kept of the fold, as JSON takes it: calibrated "probabilities" of part 2, the alert label's
        "threshold" (0.5 without one), "best_epoch", "origin" and "stopped", where the fold does not count.
    """
    # Dozens of networks in one process: without this Keras keeps the graphs of all.
    keras.utils.clear_session()
    train, aside, held = (examples.take(np.flatnonzero(part_of == part)) for part in range(3))
    result = train_classifier(train, aside, run, on_progress=on_progress, should_stop=should_stop)
    logits = result.logits_of(held.images, run.flips)
    threshold = 0.5
    if alert is not None:
        chosen_on = softmax(np.asarray(result.validation_logits) / result.temperature)
        threshold = threshold_for_recall(
            chosen_on[:, alert], aside.labels == alert, run.settings.alert_recall
        )
    probabilities = softmax(logits / result.temperature)
    return {
        "probabilities": probabilities.tolist(),
        "threshold": threshold,
        "best_epoch": result.best_epoch,
        "origin": result.origin,
        "stopped": result.stopped,
    }


class ValidateLabels(keras.callbacks.Callback):
    """Adds the validation's plain cross-entropy and accuracy to an epoch's logs; stands after `best`."""

    def __init__(self, logits_of: Logits, validation: LabelledArrays, best: KeepBest) -> None:
        super().__init__()
        self._logits_of = logits_of
        self._validation = validation
        self._best = best

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Validate the weights as they are now."""
        logits, labels = self._logits_of(self._validation.images), self._validation.labels
        loss = cross_entropy(softmax(logits), labels)
        self._best.judge(-loss)
        if logs is not None:
            logs |= {"val_loss": loss, "val_accuracy": float((logits.argmax(axis=1) == labels).mean())}


def _start(run: ClassifyRun, image_size: int) -> tuple[keras.Model, str, bool]:
    """The network, what its weights are, and whether its backbone has learnt from other images before."""
    settings = run.settings
    if run.start_from is not None:
        model = load_classifier_network(run.start_from)
        names = {layer.name for layer in model.layers}
        # A network on an encoder takes any size.
        size = model.inputs[0].shape[1] or image_size
        shape = (size, model.outputs[0].shape[-1])
        if not {"features", "logits"} <= names or shape != (image_size, run.num_labels):
            raise BadModelError(
                "{start_from} is another network than a classifier of {num_labels} labels and "
                "{image_size} pixels a side; choose the one that these images are prepared for.",
                start_from=run.start_from.name,
                num_labels=run.num_labels,
                image_size=image_size,
            )
        return model, f"The classifier {run.start_from.parent.name}.", True
    if run.encoder is not None:
        model = build_on_encoder(run.encoder, run.num_labels, dropout=settings.dropout, seed=settings.seed)
        name = run.encoder.parent.name if run.encoder.name == "model.keras" else run.encoder.stem
        return model, f"The encoder of the segmentation model {name}.", True
    model = build_classifier(
        settings.backbone, run.num_labels, image_size=image_size, dropout=settings.dropout, seed=settings.seed
    )
    if not settings.pretrained:
        return model, "From scratch.", False
    refused = load_imagenet(model, settings.backbone, image_size)
    return model, refused or "ImageNet weights of keras.applications.", not refused


def _freeze(model: keras.Model, *, backbone: bool, norms: bool) -> None:
    """Statistics that were learnt on very many images are kept: normalisation stays as it is then."""
    for layer in backbone_layers(model):
        is_norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = not (backbone or (is_norm and norms))


def _optimizer(settings: ClassifyConfig, rate: float, num_steps: int) -> keras.optimizers.Optimizer:
    schedule: Any = rate
    if settings.schedule == "cosine":
        schedule = keras.optimizers.schedules.CosineDecay(rate, num_steps)
    if settings.optimizer == "sgd":
        return keras.optimizers.SGD(schedule, momentum=0.9)
    return keras.optimizers.Adam(schedule)
