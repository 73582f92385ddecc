"""The state of a run after each epoch, in one file, so that an ended run can go on as if it had not ended.

Order and augmentation are arithmetic on a position (`core.training.stream`), so the epoch's number brings
them back. Kept are the weights with the moving statistics and the states of dropout's random numbers, the
optimiser with the averaged weights, the best weights so far and the history. The file is written whole: where
that fails, the one of the epoch before stays and the run goes on.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.config import from_dict
from core.errors import AppError
from core.evaluation.history import EpochRow
from core.files import write_whole
from core.training.callbacks import HistoryRows, KeepBest, Watch
from core.watching import untold

CHECKPOINT = "last.npz"

PARTS = ("model", "optimizer", "best")

Arrays = list[NDArray[Any]]


@dataclass(frozen=True)
class Checkpoints:
    """Where a run keeps its state, and what the run is.

    Attributes:
        identity: Settings and data as plain JSON types; a run goes on only with the same.
        resume: Go on from the file that is there.
        on_saved: Called after each file that was written.
        on_problem: Told in one sentence that a file could not be written.
    """

    folder: Path
    identity: dict[str, Any] = field(default_factory=dict)
    resume: bool = False
    on_saved: Callable[[], None] = untold
    on_problem: Callable[[str], None] = untold


@dataclass(frozen=True)
class RunState:
    """A run between two epochs.

    Attributes:
        epoch: Epochs that are done.
        ended: Whether the run is over: all epochs, or no better for too long.
        best_epoch: From 1; 0 before the first validation.
        best_dice: Of that epoch.
        best: The best weights; empty before the first validation.
    """

    epoch: int
    ended: bool
    identity: dict[str, Any]
    rows: tuple[EpochRow, ...]
    best_epoch: int
    best_dice: float
    model: Arrays
    optimizer: Arrays
    best: Arrays


class SaveCheckpoint(keras.callbacks.Callback):
    """Writes the state after each whole epoch.

    Stands last in the list: after validation, with the weights that are trained rather than their average in
    the network, and after the others have counted the epoch.

    Args:
        watch: Knows whether the run was stopped within an epoch; such an epoch is trained anew.
    """

    def __init__(self, checkpoints: Checkpoints, watch: Watch, best: KeepBest, history: HistoryRows) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._watch = watch
        self._best = best
        self._history = history

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write, unless the epoch was cut short."""
        if not self._watch.epoch_is_whole:
            return
        state = RunState(
            epoch=epoch + 1,
            ended=epoch + 1 == self._watch.num_epochs or self._best.gave_up,
            identity=self._checkpoints.identity,
            rows=tuple(self._history.rows),
            best_epoch=self._best.best_epoch,
            best_dice=self._best.best_score if self._best.weights else -1.0,
            model=_values(self.model.variables),
            optimizer=_values(self.model.optimizer.variables),
            best=self._best.weights or [],
        )
        try:
            save_state(state, self._checkpoints.folder)
        except OSError as error:
            self._checkpoints.on_problem(
                f"Epoch {epoch + 1} could not be kept for --resume ({error.strerror or error}); "
                "the run goes on, and the last epoch that was kept is still there."
            )
            return
        try:
            self._checkpoints.on_saved()
        except AppError as error:
            # Such as an address that cannot be reached for a while.
            self._checkpoints.on_problem(str(error))


def save_state(state: RunState, folder: Path) -> None:
    """Write a state whole, in place of the one before.

    Raises:
        OSError: The disk is full or the folder cannot be written; the file of before is untouched.
    """
    arrays = {
        f"{part}_{number:05d}": value for part in PARTS for number, value in enumerate(getattr(state, part))
    }
    said = {name: getattr(state, name) for name in ("epoch", "ended", "identity", "best_epoch", "best_dice")}
    said["rows"] = [dataclasses.asdict(row) for row in state.rows]
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, said=np.frombuffer(json.dumps(said).encode(), np.uint8), **arrays)
    write_whole(folder / CHECKPOINT, content.getvalue())


def load_state(folder: Path) -> RunState:
    """The state of a run that can go on.

    Raises:
        AppError: There is none, or it cannot be read.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        raise AppError(
            "There is no checkpoint at {path} to go on from; leave --resume out, or name the run's folder.",
            path=path,
        )
    try:
        # From memory: NumPy leaves a damaged file open.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            said = json.loads(file["said"].tobytes())
            model, optimizer, best = (
                [file[name] for name in sorted(file.files) if name.startswith(f"{part}_")] for part in PARTS
            )
        rows = tuple(from_dict(EpochRow, row) for row in said.pop("rows"))
        return RunState(rows=rows, model=model, optimizer=optimizer, best=best, **said)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise AppError(
            "The checkpoint {path} cannot be read ({error}); train without --resume.",
            path=path,
            error=str(error).splitlines()[0],
        ) from None


def check_identity(state: RunState, identity: dict[str, Any], *, are_bytes: bool = False) -> None:
    """Refuse to go on with other settings or data than the run's.

    Args:
        are_bytes: Whether all images are of 8 bits, which no percentiles change.

    Raises:
        AppError: They differ; the message names the first difference.
    """
    before, now = (_flat(json.loads(json.dumps(each))) for each in (state.identity, identity))
    if isinstance(side := before.get("settings.image_size"), int):
        # A size was one side once.
        before["settings.image_size"] = [side, side]
    if are_bytes or now.get("scaling.kind") == "per_image":
        # Not told before it could be another one, and then it was the same where it meant anything.
        before.setdefault("scaling.percentiles", now.get("scaling.percentiles"))
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            raise AppError(
                "The run cannot go on with other settings: {name} was {name_2} and is now {name_3}; "
                "give those of before, or train without --resume.",
                name=name,
                name_2=before.get(name),
                name_3=now.get(name),
            )


def restore_state(state: RunState, network: keras.Model) -> None:
    """Put the variables back into a network whose optimizer is built; those of another one are refused."""
    for variables, values in (
        (network.variables, state.model),
        (network.optimizer.variables, state.optimizer),
    ):
        if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
            raise AppError("The checkpoint belongs to another network; train without --resume.")
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def _values(variables: list[keras.Variable]) -> Arrays:
    return [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables]


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat
