"""The folder of a training run: what lies in it, what it says of itself, and where earlier files go.

NAME.keras, NAME.h5, the card, history.csv, curves.png, run.json (settings, versions and the hash of each file
that was trained on) and, while a run is not at its end, checkpoints/.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cards import ModelCard, card_path
from core.config import from_dict
from core.datasets.pairs import Pair
from core.errors import AppError
from core.evaluation.history import curves_png, history_csv
from core.files import file_hash, write_json, write_whole
from core.inference.stock_layers import weights_path
from core.workflows.learn.training_card import TrainRequest

if TYPE_CHECKING:
    from core.training.fit import TrainResult

RUN_FILE = "run.json"
CHECKPOINTS_DIR = "checkpoints"
TENSORBOARD_DIR = "tensorboard"
NUM_THREADS = 4

# SHA-256 of image and mask, by split and stem.
DataHashes = dict[str, dict[str, list[str]]]

_CONFIGS = ("net", "settings", "augment", "scaling")
_OWN_PLACE = (*_CONFIGS, "command")
# How and where a run was started, which a run from its record decides anew.
_NOT_KEPT = ("output_dir", "resume", "accelerator", "tensorboard")
_PATHS = ("data_dir", "start_from", "about")


@dataclass(frozen=True)
class RunRecord:
    """What run.json says.

    Attributes:
        request: What was trained, as it was asked for; `output_dir` is the run's own folder.
        data: SHA-256 of each image and mask, by split ("train", "val") and stem.
        start_from_hash: SHA-256 of the weights that the run started from, None for fresh ones.
    """

    request: TrainRequest
    data: DataHashes
    num_test: int
    start_from_hash: str | None


def hash_pairs(pairs_of: dict[str, Sequence[Pair]]) -> DataHashes:
    """The SHA-256 of each image and mask file, by split and stem."""
    with ThreadPoolExecutor(NUM_THREADS) as pool:
        return {
            split: dict(zip(files, pool.map(pair_hashes, files.values()), strict=True))
            # Of the slices of a volume, which have one stem, one.
            for split, files in (
                (split, {pair.file_stem: pair for pair in pairs}) for split, pairs in pairs_of.items()
            )
        }


def pair_hashes(pair: Pair) -> list[str]:
    """The SHA-256 of the image and of the mask."""
    return [file_hash(pair.image_path), file_hash(pair.mask_path)]


def run_identity(request: TrainRequest, data: DataHashes) -> dict[str, Any]:
    """What must be equal for a run to go on from its checkpoint."""
    return {
        **_configs(request),
        "remove_hair": request.remove_hair,
        "classes": None if request.classes is None else asdict(request.classes),
        **({} if request.mask_values is None else {"mask_values": asdict(request.mask_values)}),
        **({} if request.channel is None else {"channel": request.channel}),
        **({} if request.units is None else {"units": request.units}),
        "start_from": _start_hash(request),
        "data": data,
    }


def write_record(request: TrainRequest, card: ModelCard, data: DataHashes, accelerator: str) -> None:
    """Write run.json whole."""
    kept = {name: value for name, value in asdict(request).items() if name not in (*_OWN_PLACE, *_NOT_KEPT)}
    for name in _PATHS:
        kept[name] = None if kept[name] is None else str(kept[name])
    said = {
        **_configs(request),
        "seed": request.settings.seed,
        "command": request.command,
        "versions": card.versions,
        "created": card.created,
        "accelerator": accelerator,
        # The last set is the run's own, those before taught what it began from.
        "num_test": card.data[-1].num_test if card.data else 0,
        "start_from_hash": _start_hash(request),
        "request": kept,
        "data": data,
    }
    write_json(request.output_dir / RUN_FILE, said, indent=1)


def _configs(request: TrainRequest) -> dict[str, Any]:
    return {name: asdict(getattr(request, name)) for name in _CONFIGS}


def read_record(folder: Path) -> RunRecord:
    """What the run of a folder was.

    Raises:
        AppError: There is no run.json, or one that this version cannot read.
    """
    path = folder / RUN_FILE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        asked = {**said["request"], **{name: said[name] for name in _OWN_PLACE}, "output_dir": folder}
        asked.update({name: Path(asked[name]) for name in _PATHS if asked[name] is not None})
        return RunRecord(
            from_dict(TrainRequest, asked), said["data"], said["num_test"], said["start_from_hash"]
        )
    except FileNotFoundError:
        raise AppError(
            "There is no {path} to train again from; name the folder of a finished run.", path=path
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AppError("{path} is not of this version ({error}).", path=path, error=error) from None


def _files_of(request: TrainRequest) -> tuple[str, ...]:
    """The names of what a run leaves at its end."""
    weights = request.weights
    return weights.name, f"{request.name}.h5", card_path(weights).name, "history.csv", "curves.png", RUN_FILE


def move_earlier_files(folder: Path, names: Sequence[str]) -> Path | None:
    """Move what an earlier run left to `previous/`: where it is now, None where there was nothing."""
    earlier = [path for name in names if (path := folder / name).exists()]
    if not earlier:
        return None
    previous = folder / "previous" / f"{datetime.now(UTC):%Y-%m-%d_%H%M%S_%f}"
    previous.mkdir(parents=True)
    for path in earlier:
        path.rename(previous / path.name)
    return previous


def write_result(request: TrainRequest, result: TrainResult) -> Path | None:
    """Write weights, history and curves; where earlier files are now, None where there were none."""
    from core.inference.export import save_weights

    weights = request.weights
    previous = move_earlier_files(request.output_dir, _files_of(request))
    save_weights(result.model, weights)
    save_weights(result.model, weights.with_suffix(".h5"))
    write_whole(request.output_dir / "history.csv", history_csv(result.history))
    curves = curves_png(result.history, result.best_epoch, loss=request.settings.loss)
    write_whole(request.output_dir / "curves.png", curves)
    return previous


def _start_hash(request: TrainRequest) -> str | None:
    return None if request.start_from is None else file_hash(weights_path(request.start_from))
