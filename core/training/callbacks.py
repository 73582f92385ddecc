"""What watches a run: progress and stopping, a loss that is no number, the best weights, the history.

The same for masks and labels; which scores there are beside the loss, a run's metrics say.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import DivergedError
from core.evaluation.history import EpochRow
from core.training.progress_report import ProgressReport

# A metric of the same numbers as the loss, where an evaluation weighs its images.
IMAGE_LOSS = "image_loss"


def validation_loss(logs: dict[str, float]) -> float | None:
    """The mean validation loss over images, None without validation.

    Keras divides a loss by the images of a batch whatever their weights, so that of a batch filled up with
    images of weight 0 would be too small; the metric is right.
    """
    return logs.get(f"val_{IMAGE_LOSS}", logs.get("val_loss"))


class UnhurriedCallbacks(keras.callbacks.CallbackList):
    """Callbacks that get a step's numbers as they are on the device: to make floats of them is to wait."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras' own list makes floats of all of them at every step."""
        for callback in self.callbacks:
            callback.on_train_batch_end(batch, logs)


class Watch(keras.callbacks.Callback):
    """Reports progress, asks whether to stop, and ends a run whose loss is no longer a number.

    Args:
        on_progress: Told whenever the loss is looked at.
        should_stop: Asked after each call of the compiled step.
        first_epoch: Epochs that an earlier process has done.
        look_every: Calls of the compiled step from one look at the loss to the next; the last one of an epoch
            is always looked at.
    """

    def __init__(
        self,
        num_epochs: int,
        num_steps: int,
        *,
        on_progress: Callable[[ProgressReport], None],
        should_stop: Callable[[], bool],
        first_epoch: int = 0,
        look_every: int = 1,
    ) -> None:
        super().__init__()
        self._look_every = look_every
        self._calls = 0
        self.num_epochs = num_epochs
        self.num_steps = num_steps
        self.on_progress = on_progress
        self.should_stop = should_stop
        self.stopped = False
        self._first_step = first_epoch * num_steps
        self._epoch = first_epoch
        self._step = 0
        self._validated: dict[str, float] = {}
        self._started: float | None = None

    @property
    def epoch_is_whole(self) -> bool:
        """Whether all steps of the running epoch were done."""
        return self._step == self.num_steps

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Remember which epoch runs."""
        self._epoch = epoch
        self._step = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Check the loss, report, ask.

        Raises:
            DivergedError: The loss is not finite.
        """
        # The clock starts after the first step, which compiles.
        if self._started is None:
            self._started = time.monotonic()
        self._step = batch + 1
        self._calls += 1
        if self._calls % self._look_every == 0 or self._step == self.num_steps:
            self._look(logs or {})
        if self.should_stop():
            self.stopped = True
            self.model.stop_training = True

    def _look(self, logs: dict[str, float]) -> None:
        # The mean of an epoch stays without a number once one of its losses was none.
        if not math.isfinite(float(logs["loss"])):
            at = "at" if self._look_every == 1 else "by"
            raise DivergedError(
                "The loss stopped being finite {at} step {step} of epoch {epoch}; train with a "
                "smaller learning rate or in float32, and look for odd values in the images.",
                at=at,
                step=self._step,
                epoch=self._epoch + 1,
            )
        self._report(self._step, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Report the epoch with its validation."""
        logs = logs or {}
        self._validated.update(
            {name: float(value) for name, value in logs.items() if name.startswith("val_")}
        )
        self._report(self.num_steps, logs, epoch_done=True)

    def _report(self, step: int, logs: dict[str, float], *, epoch_done: bool = False) -> None:
        done = self._epoch * self.num_steps + step
        here = done - self._first_step
        elapsed = 0.0 if self._started is None else time.monotonic() - self._started
        left = elapsed / max(here - 1, 1) * (self.num_epochs * self.num_steps - done)
        self.on_progress(
            ProgressReport(
                epoch=self._epoch + 1,
                num_epochs=self.num_epochs,
                step=step,
                num_steps=self.num_steps,
                loss=float(logs["loss"]),
                val_loss=validation_loss(self._validated),
                seconds_left=left,
                epoch_done=epoch_done,
                **_scores({**logs, **self._validated}),
            )
        )


class KeepBest(keras.callbacks.Callback):
    """Keeps the weights of the highest validation score in memory, and ends a run that no longer gets better.

    Stands before `keras.callbacks.SwapEMAWeights` in the list, so that it sees the averaged weights that were
    validated; Keras' own `EarlyStopping` looks at the end of an epoch, when these are gone again.

    Args:
        patience: Epochs without a better score before the run ends; 0 for never.
    """

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience
        self.best_score = -math.inf
        self.best_epoch = 0
        self.weights: list[NDArray[Any]] | None = None
        self.gave_up = False
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Remember which epoch runs."""
        self._epoch = epoch

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        """Judge by the Dice of Keras' own validation."""
        self.judge(float((logs or {})["dice"]))

    def judge(self, score: float) -> None:
        """Keep the weights that were just validated if they are the best so far; higher is better."""
        if score > self.best_score:
            self.best_score = score
            self.best_epoch = self._epoch + 1
            self.weights = [np.array(weight) for weight in self.model.get_weights()]
        elif self.patience and self._epoch + 1 - self.best_epoch >= self.patience:
            self.gave_up = True
            self.model.stop_training = True

    def take_up(self, weights: list[NDArray[Any]], epoch: int, score: float) -> None:
        """Begin with the best of an earlier process; nothing where it had validated nothing."""
        if weights:
            self.weights, self.best_epoch, self.best_score = weights, epoch, score

    def restore(self) -> None:
        """Put the best weights back; without validation the last ones stay."""
        if self.weights is not None:
            self.model.set_weights(self.weights)


class HistoryRows(keras.callbacks.Callback):
    """Collects the history, a row an epoch, after the rows of an earlier process."""

    def __init__(self, earlier: Sequence[EpochRow] = ()) -> None:
        super().__init__()
        self.rows = list(earlier)
        self._started = time.monotonic() - (earlier[-1].seconds if earlier else 0.0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the epoch's row."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.rows.append(
            EpochRow(
                epoch=epoch + 1,
                loss=values["loss"],
                val_loss=validation_loss(values),
                learning_rate=float(self.model.optimizer.learning_rate),
                seconds=time.monotonic() - self._started,
                **_scores(values),
            )
        )


def _scores(logs: dict[str, float]) -> dict[str, Any]:
    """Dice and accuracy, on training and validation, None where they are not measured."""
    names = ("dice", "val_dice", "accuracy", "val_accuracy")
    return {name: None if logs.get(name) is None else float(logs[name]) for name in names}
