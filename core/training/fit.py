"""Train a network on prepared examples: the one loop behind train.py, experiments and fine-tuning.

Takes arrays, configs and paths; can be called from a background worker (`on_progress`, `should_stop`). Knows
nothing of the workspace, of jobs or of files other than the base model's, the checkpoint's and TensorBoard's.
Runs on TensorFlow and, without it, on JAX.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from core.config import AugmentConfig, NetConfig, TrainConfig
from core.errors import AppError
from core.evaluation.history import EpochRow
from core.evaluation.scores import best_threshold
from core.imaging.masks import quantise
from core.inference.load import load_network
from core.nets import border
from core.training.accelerator import Accelerator
from core.training.callbacks import IMAGE_LOSS, HistoryRows, KeepBest, UnhurriedCallbacks, Watch
from core.training.checkpoint import (
    Checkpoints,
    RunState,
    SaveCheckpoint,
    check_identity,
    load_state,
    restore_state,
)
from core.training.devices import one_device
from core.training.examples import DrawnExamples, ExampleArrays, in_one_type
from core.training.losses import Loss, dice_score, get_loss, pixel_accuracy
from core.training.networks import copy_weights, exported_network, training_network
from core.training.optimizer import make_optimizer, steps_of_epoch
from core.training.pipeline import training_batches, validation_batches
from core.training.plain_batches import to_float
from core.training.progress_report import ProgressReport
from core.training.stream import Share
from core.watching import never, untold

CALLS_BETWEEN_LOOKS = 20
"""Calls of the compiled step that an accelerator may run ahead before its numbers are fetched."""


@dataclass(frozen=True)
class TrainResult:
    """What a run leaves.

    Attributes:
        model: The network to export: float32, stock layers, probabilities, uncompiled; the best weights.
        best_epoch: Epoch whose weights were kept, from 1; the last one without validation.
        threshold: The best on validation at the network's size; None without validation or with several
            classes.
        stopped: Whether `should_stop` ended it.
    """

    model: keras.Model
    history: tuple[EpochRow, ...]
    best_epoch: int
    threshold: float | None
    stopped: bool


@dataclass(frozen=True)
class Surroundings:
    """What a run has around it.

    Attributes:
        accelerator: What it computes on; None for the device that the backend takes by itself.
        checkpoints: Where its state is kept after each epoch; None for nowhere.
        tensorboard: Folder for TensorBoard's logs (TensorFlow only); None for none.
    """

    accelerator: Accelerator | None = None
    checkpoints: Checkpoints | None = None
    tensorboard: Path | None = None


def train(
    examples: ExampleArrays | DrawnExamples,
    validation: ExampleArrays | None,
    *,
    net: NetConfig,
    settings: TrainConfig,
    augment: AugmentConfig,
    start_from: Path | None = None,
    on_progress: Callable[[ProgressReport], None] = untold,
    should_stop: Callable[[], bool] = never,
    surroundings: Surroundings | None = None,
) -> TrainResult:
    """Train from scratch, go on from a model's weights, or go on with a run that ended early.

    With validation images the weights of the best validation Dice are kept and `settings.patience` ends the
    run early; without, as in fine-tuning on a handful of images, the averaged weights at the end of the
    schedule are. A resumed run takes the same steps that the ended one would have taken, dropout included.

    Args:
        examples: To train on, at `settings.image_size`; fewer than a batch will do. Drawn ones are not
            augmented.
        validation: To choose on, None for none.
        net: The network; that of the base model when going on from one.
        start_from: Weights file (.keras or .h5) to go on from, None for fresh weights.
        on_progress: Told after each call of the compiled step (`settings.steps_per_execution` steps), on
            accelerators after every 20th, since to be told is to wait for the device.
        should_stop: Asked after each call; True ends the run and keeps the best so far.
        surroundings: Devices, checkpoints and logs; None for one device and neither of these.

    Raises:
        DivergedError: The loss stopped being finite; the message names the step.
        BadModelError: `start_from` cannot be read, or is another network than `net`.
        AppError: A batch that the replicas do not divide, or a checkpoint of another run.
        ValueError: Settings that make no run.
    """
    around = surroundings or Surroundings()
    accelerator = around.accelerator or one_device()
    _check(settings, around)
    accelerator.check_batch(settings.batch_size)
    state = _state_to_go_on_from(around.checkpoints, are_bytes=examples.image_type == np.uint8)
    training, validation = in_one_type(examples, validation)
    num_steps = steps_of_epoch(len(examples), settings)
    first_epoch = 0 if state is None else (settings.epochs if state.ended else state.epoch)
    best = KeepBest(settings.patience)
    watch = Watch(
        settings.epochs,
        num_steps,
        on_progress=on_progress,
        should_stop=should_stop,
        first_epoch=first_epoch,
        look_every=1 if accelerator.kind == "cpu" else CALLS_BETWEEN_LOOKS,
    )
    history = HistoryRows(() if state is None else state.rows)
    share = Share(accelerator.process, accelerator.num_processes)
    with accelerator.scope():
        network = training_network(
            net,
            # Crops are learnt from, whole images validated.
            None if augment.crop else settings.image_size,
            precision=settings.precision,
            seed=settings.seed,
            accelerator=accelerator,
            largest=int(np.iinfo(training.image_type).max),
        )
        if start_from is not None:
            copy_weights(load_network(start_from, (1, 3, net.input_channels)), network)
        _compile(network, net, settings, num_steps, weighs_images=accelerator.pads_evaluation)
        if state is not None:
            restore_state(state, network)
            best.take_up(state.best, state.best_epoch, state.best_dice)
        network.fit(
            training_batches(
                training,
                augment,
                batch_size=settings.batch_size,
                seed=settings.seed,
                first_step=first_epoch * num_steps,
                border=border(net),
                share=share,
            ),
            initial_epoch=first_epoch,
            epochs=settings.epochs,
            steps_per_epoch=num_steps,
            validation_data=None
            if validation is None
            else validation_batches(
                validation,
                batch_size=settings.batch_size,
                border=border(net),
                fill=accelerator.pads_evaluation,
                share=share,
            ),
            callbacks=UnhurriedCallbacks(
                [
                    best,
                    watch,
                    history,
                    *([keras.callbacks.SwapEMAWeights()] if network.optimizer.use_ema else []),
                    *_writers(around, accelerator, watch, best, history),
                ],
                add_history=True,
                model=network,
                epochs=settings.epochs,
                steps=num_steps,
            ),
            shuffle=False,
            verbose=0,
        )
        best.restore()
    model = exported_network(network, net)
    return TrainResult(
        model=model,
        history=tuple(history.rows),
        best_epoch=best.best_epoch or len(history.rows),
        threshold=None
        if validation is None or net.num_classes > 1
        else _choose_threshold(model, validation, settings.batch_size, border(net)),
        stopped=watch.stopped,
    )


def _compile(
    network: keras.Model, net: NetConfig, settings: TrainConfig, num_steps: int, *, weighs_images: bool
) -> None:
    loss = get_loss(settings.loss, net.num_classes)
    measured: dict[str, Loss] = {"dice": dice_score, "accuracy": pixel_accuracy}
    if weighs_images:
        measured[IMAGE_LOSS] = loss
    metrics = [keras.metrics.MeanMetricWrapper(function, name=name) for name, function in measured.items()]
    network.compile(
        optimizer=make_optimizer(settings, num_steps),
        loss=loss,
        steps_per_execution=settings.steps_per_execution,
        **{"weighted_metrics" if weighs_images else "metrics": metrics},
    )
    # Where the first step makes these variables itself, TensorFlow traces it twice, half the time until then.
    network.optimizer.build(network.trainable_variables)


def _state_to_go_on_from(checkpoints: Checkpoints | None, *, are_bytes: bool) -> RunState | None:
    if checkpoints is None or not checkpoints.resume:
        return None
    state = load_state(checkpoints.folder)
    check_identity(state, checkpoints.identity, are_bytes=are_bytes)
    return state


def _writers(
    around: Surroundings, accelerator: Accelerator, watch: Watch, best: KeepBest, history: HistoryRows
) -> list[keras.callbacks.Callback]:
    """What writes files while the run goes on; of several processes the first one does."""
    writers: list[keras.callbacks.Callback] = []
    if accelerator.process > 0:
        return writers
    if around.tensorboard is not None:
        writers.append(keras.callbacks.TensorBoard(around.tensorboard, write_graph=False))
    if around.checkpoints is not None:
        writers.append(SaveCheckpoint(around.checkpoints, watch, best, history))
    return writers


def _choose_threshold(model: keras.Model, validation: ExampleArrays, batch_size: int, margin: int) -> float:
    # With the network that is exported, which is on one device whatever it was trained on.
    batches = validation_batches(validation, batch_size=batch_size, border=margin)
    probabilities = (
        np.asarray(model.predict_on_batch(to_float(np.asarray(batch[0]))))[..., 0] for batch in batches
    )
    return best_threshold(zip(quantise(np.concatenate(list(probabilities))), validation.masks, strict=True))


def _check(settings: TrainConfig, around: Surroundings) -> None:
    counts = (settings.epochs, settings.batch_size, settings.steps_per_execution)
    if min(counts) < 1 or settings.learning_rate <= 0:
        raise ValueError("epochs, batch size, steps per execution and learning rate must be above 0")
    if not 0 <= settings.warmup < 1 or not 0 <= settings.weight_averaging < 1:
        raise ValueError("warm-up and weight averaging are parts in [0, 1)")
    if settings.optimizer not in ("adam", "sgd") or settings.schedule not in ("cosine", "constant"):
        raise ValueError(
            'the optimizer is "adam" or "sgd" and the schedule "cosine" or "constant", '
            f"got {settings.optimizer!r} and {settings.schedule!r}"
        )
    if around.tensorboard is not None and keras.backend.backend() != "tensorflow":
        raise AppError(
            "TensorBoard's logs are written by TensorFlow; leave --tensorboard out on other backends."
        )
