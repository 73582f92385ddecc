"""What a training tells while it runs; known without Keras, so that who watches need not import it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProgressReport:
    """Where a run is, told after each step and at the end of each epoch.

    Attributes:
        epoch: Running epoch, from 1.
        num_epochs: Most epochs.
        step: Steps done in this epoch.
        val_loss: Of the last epoch that was validated, None before.
        seconds_left: Until the last epoch ends, at the pace so far.
        epoch_done: Whether the epoch is over, validation included.
        dice: Mean training Dice of this epoch so far, in [0, 1]; None where labels are learnt.
        val_dice: Of the last epoch that was validated, None before.
        accuracy: Mean part of the training pixels, or of the labels, of this epoch so far that are right.
        val_accuracy: Of the last epoch that was validated, None before.
    """

    epoch: int
    num_epochs: int
    step: int
    num_steps: int
    loss: float
    val_loss: float | None
    seconds_left: float
    epoch_done: bool = False
    dice: float | None = None
    val_dice: float | None = None
    accuracy: float | None = None
    val_accuracy: float | None = None
