"""Train a network on prepared examples: the one loop behind train.py and fine-tuning.

Takes arrays, configs and paths; can be called from a background worker (`on_progress`, `should_stop`). Knows
nothing of the workspace, of jobs or of files other than the base model's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from core.config import AugmentConfig, NetConfig, TrainConfig
from core.evaluation.history import EpochRow
from core.evaluation.scores import best_threshold
from core.imaging.masks import quantise
from core.inference.load import load_network
from core.training.callbacks import KeepBest, ProgressReport, Watch
from core.training.examples import ExampleArrays
from core.training.losses import bce_dice, dice_score
from core.training.pipeline import training_batches, validation_batches
from core.training.twins import copy_weights, exported_twin, training_twin


@dataclass(frozen=True)
class TrainResult:
    """What a run leaves.

    Attributes:
        model: The network to export: float32, stock layers, probabilities, uncompiled; the best weights.
        history: One row an epoch.
        best_epoch: Epoch whose weights were kept, from 1; the last one without validation.
        threshold: The best on validation at the network's size; None without validation.
        stopped: Whether `should_stop` ended it.
    """

    model: keras.Model
    history: tuple[EpochRow, ...]
    best_epoch: int
    threshold: float | None
    stopped: bool


def train(
    examples: ExampleArrays,
    validation: ExampleArrays | None,
    *,
    net: NetConfig,
    settings: TrainConfig,
    augment: AugmentConfig,
    start_from: Path | None = None,
    on_progress: Callable[[ProgressReport], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainResult:
    """Train from scratch or go on from a model's weights.

    Adam with a cosine schedule after a linear warm-up, BCE + Dice, averaged weights. With validation images
    the weights of the best validation Dice are kept and `settings.patience` ends the run early; without, as
    in fine-tuning on a handful of images, the averaged weights at the end of the schedule are.

    Args:
        examples: To train on, at `settings.image_size`; fewer than a batch will do.
        validation: To choose on, None for none.
        net: The network; that of the base model when going on from one.
        settings: The run.
        augment: How far training images are changed.
        start_from: Weights file (.keras or .h5) to go on from, None for fresh weights.
        on_progress: Told after each step.
        should_stop: Asked after each step; True ends the run and keeps the best so far.

    Returns:
        The network, ready for `core.inference.export.save_weights`, and how it went.

    Raises:
        DivergedError: The loss stopped being finite; the message names the step.
        BadModelError: `start_from` cannot be read, or is another network than `net`.
        ValueError: Settings that make no run.
    """
    _check(settings)
    twin = training_twin(net, settings.image_size, precision=settings.precision, seed=settings.seed)
    if start_from is not None:
        copy_weights(load_network(start_from), twin)
    num_steps = max(1, round(len(examples) / settings.batch_size))
    schedule = learning_rate(settings, num_steps)
    averaging = averaging_momentum(settings, num_steps)
    twin.compile(
        optimizer=keras.optimizers.Adam(schedule, use_ema=averaging > 0, ema_momentum=averaging),
        loss=bce_dice,
        metrics=[keras.metrics.MeanMetricWrapper(dice_score, name="dice")],
    )
    best = KeepBest(settings.patience)
    watch = Watch(settings.epochs, num_steps, on_progress=on_progress, should_stop=should_stop)
    rows = _Rows(schedule, num_steps)
    swap = [keras.callbacks.SwapEMAWeights()] if averaging > 0 else []
    twin.fit(
        training_batches(examples, augment, batch_size=settings.batch_size, seed=settings.seed),
        epochs=settings.epochs,
        steps_per_epoch=num_steps,
        validation_data=None
        if validation is None
        else validation_batches(validation, batch_size=settings.batch_size),
        callbacks=[best, watch, rows, *swap],
        shuffle=False,
        verbose=0,
    )
    best.restore()
    model = exported_twin(twin, net)
    return TrainResult(
        model=model,
        history=tuple(rows.rows),
        best_epoch=best.best_epoch or len(rows.rows),
        threshold=None if validation is None else _choose_threshold(twin, validation, settings.batch_size),
        stopped=watch.stopped,
    )


def learning_rate(settings: TrainConfig, num_steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Linear from 0 to the peak, then a cosine to 0 at the last step (Loshchilov and Hutter 2017).

    Args:
        settings: The run.
        num_steps: Steps of an epoch.
    """
    all_steps = settings.epochs * num_steps
    warmup_steps = int(all_steps * settings.warmup)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup_steps else settings.learning_rate,
        decay_steps=max(1, all_steps - warmup_steps),
        warmup_target=settings.learning_rate if warmup_steps else None,
        warmup_steps=warmup_steps,
    )


def averaging_momentum(settings: TrainConfig, num_steps: int) -> float:
    """The momentum of the averaged weights: as set, but over a tenth of the run at the most.

    A short run would otherwise end with an average of weights that had hardly begun to learn.

    Args:
        settings: The run.
        num_steps: Steps of an epoch.
    """
    return max(0.0, min(settings.weight_averaging, 1 - 10 / (settings.epochs * num_steps)))


class _Rows(keras.callbacks.Callback):
    """Collects the history."""

    def __init__(self, schedule: keras.optimizers.schedules.LearningRateSchedule, num_steps: int) -> None:
        super().__init__()
        self.rows: list[EpochRow] = []
        self._schedule = schedule
        self._num_steps = num_steps
        self._started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.rows.append(
            EpochRow(
                epoch=epoch + 1,
                loss=values["loss"],
                dice=values["dice"],
                val_loss=values.get("val_loss"),
                val_dice=values.get("val_dice"),
                learning_rate=float(self._schedule((epoch + 1) * self._num_steps)),
                seconds=time.monotonic() - self._started,
            )
        )


def _choose_threshold(twin: keras.Model, validation: ExampleArrays, batch_size: int) -> float:
    images = validation_batches(validation, batch_size=batch_size).map(lambda image, target: image)
    # Clipped where a sigmoid is 0 or 255 in 8 bit anyway.
    logits = np.clip(twin.predict(images, verbose=0)[..., 0], -20, 20)
    return best_threshold(zip(quantise(1 / (1 + np.exp(-logits))), validation.masks, strict=True))


def _check(settings: TrainConfig) -> None:
    if min(settings.epochs, settings.batch_size) < 1 or settings.learning_rate <= 0:
        raise ValueError("epochs, batch size and learning rate must be above 0")
    if not 0 <= settings.warmup < 1 or not 0 <= settings.weight_averaging < 1:
        raise ValueError("warm-up and weight averaging are parts in [0, 1)")
