"""What watches the training of a classifier: progress and stopping, the best weights, the history."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import DivergedError


@dataclass(frozen=True)
class ClassifyRow:
    """One epoch.

    Attributes:
        epoch: From 1.
        loss: Mean training loss, weighted as the run weighs labels.
        accuracy: Training accuracy on augmented images, in [0, 1].
        val_loss: Validation cross-entropy, None without validation.
        val_accuracy: Validation accuracy, None without validation.
        seconds: Since the run began.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class ClassifyProgress:
    """Where a run is, told after each step and at the end of each epoch.

    Attributes:
        epoch: Running epoch, from 1.
        num_epochs: Most epochs.
        step: Steps done in this epoch.
        num_steps: Steps of an epoch.
        loss: Mean training loss of this epoch so far.
        accuracy: Training accuracy of this epoch so far.
        val_loss: Of the last epoch that was validated, None before.
        val_accuracy: Of the last epoch that was validated, None before.
        seconds_left: Until the last epoch ends, at the pace so far.
        epoch_done: Whether the epoch is over, validation included.
    """

    epoch: int
    num_epochs: int
    step: int
    num_steps: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds_left: float
    epoch_done: bool = False


class KeepBest:
    """Keeps the weights of the lowest validation loss in memory.

    Args:
        patience: Epochs without a lower loss before the run should end; 0 for never.
        model: Whose weights.
    """

    def __init__(self, patience: int, model: keras.Model) -> None:
        self.patience = patience
        self.best_loss = math.inf
        self.best_epoch = 0
        self._model = model
        self._weights: list[NDArray[Any]] | None = None

    def see(self, epoch: int, loss: float) -> bool:
        """Keep the weights if they are the best so far; whether patience has run out."""
        if loss < self.best_loss:
            self.best_loss = loss
            self.best_epoch = epoch
            self._weights = [np.array(weight) for weight in self._model.get_weights()]
            return False
        return bool(self.patience) and epoch - self.best_epoch >= self.patience

    def restore(self) -> None:
        """Put the best weights back; without validation the last ones stay."""
        if self._weights is not None:
            self._model.set_weights(self._weights)


class Watch(keras.callbacks.Callback):
    """Validates, reports, asks whether to stop, and ends a run whose loss is no longer a number.

    Args:
        length: (most epochs, steps of an epoch).
        validate: Gives validation loss and accuracy, None without validation.
        best: Keeps the best weights.
        on_progress: Told after each step, None for nobody.
        should_stop: Asked after each step, None for never.
    """

    def __init__(
        self,
        length: tuple[int, int],
        validate: Callable[[], tuple[float, float]] | None,
        best: KeepBest,
        *,
        on_progress: Callable[[ClassifyProgress], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        super().__init__()
        self.num_epochs, self.num_steps = length
        self.rows: list[ClassifyRow] = []
        self.stopped = False
        self.ended = False
        self._validate = validate
        self._best = best
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._epoch = 0
        self._validated: tuple[float | None, float | None] = (None, None)
        self._started = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Remember which epoch runs."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Check the loss, report, ask.

        Raises:
            DivergedError: The loss is not finite.
        """
        logs = logs or {}
        if not math.isfinite(float(logs["loss"])):
            raise DivergedError(
                f"The loss stopped being finite at step {batch + 1} of epoch {self._epoch + 1}; "
                "train with a smaller learning rate."
            )
        self._report(batch + 1, logs)
        if self._should_stop is not None and self._should_stop():
            self.stopped = self.ended = True
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Validate, keep the row, and end the run where patience has run out."""
        logs = logs or {}
        if self._validate is not None:
            loss, accuracy = self._validate()
            self._validated = (loss, accuracy)
            if self._best.see(epoch + 1, loss):
                self.ended = True
                self.model.stop_training = True
        seconds = time.monotonic() - self._started
        self.rows.append(
            ClassifyRow(epoch + 1, float(logs["loss"]), float(logs["accuracy"]), *self._validated, seconds)
        )
        self._report(self.num_steps, logs, epoch_done=True)

    def _report(self, step: int, logs: dict[str, float], *, epoch_done: bool = False) -> None:
        if self._on_progress is None:
            return
        done = self._epoch * self.num_steps + step
        left = (time.monotonic() - self._started) / done * (self.num_epochs * self.num_steps - done)
        self._on_progress(
            ClassifyProgress(
                epoch=self._epoch + 1,
                num_epochs=self.num_epochs,
                step=step,
                num_steps=self.num_steps,
                loss=float(logs["loss"]),
                accuracy=float(logs["accuracy"]),
                val_loss=self._validated[0],
                val_accuracy=self._validated[1],
                seconds_left=left,
                epoch_done=epoch_done,
            )
        )
