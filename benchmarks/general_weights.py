"""Whether a model of something new begins better from `models/general` than from fresh weights.

A few images of a set teach the usual U-Net from fresh weights and the network of `models/general` from its
weights, with the same images, number of images shown and seed; both are scored on the set's validation split.
No test image is read.

    python -m benchmarks.general_weights --data DATA --json FILE [--sets nuclei]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.order_gain import over_seeds
from benchmarks.promotion_scores import prepare
from core.cards import load_card
from core.config import AugmentConfig, NetConfig, TrainConfig
from core.datasets.pairs import find_pairs
from core.files import write_whole
from core.training.examples import ExampleArrays
from core.training.quiet_start import start_keras
from core.workflows.learn.fine_tune_recipe import BATCH_SIZE, GENERAL_DIR

FEW = {"nuclei": 20, "skin_lesion": 20, "em_membrane": 8}
"""Images of a set that are learnt from."""
THRESHOLD = 0.5
FRESH = NetConfig(input_channels=3)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with the data sets")
    add("--json", type=Path, required=True, help="file to write the scores to")
    add("--sets", nargs="+", choices=tuple(FEW), default=tuple(FEW))
    add("--seeds", type=int, default=5, help="repetitions on each set")
    add("--side", type=int, default=256, help="of the images in pixels")
    add("--shown", type=int, default=1600, help="images shown while the few are learnt, over all epochs")
    options = parser.parse_args(arguments)
    start_keras()
    found: dict[str, Any] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    for name in options.sets:
        of_set = found.setdefault(name, {"images": FEW[name], "side": options.side, "seeds": {}})
        measure(name, options, of_set)
        write_whole(options.json, (json.dumps(found, indent=1) + "\n").encode())
    return 0


def measure(name: str, options: argparse.Namespace, of_set: dict[str, Any]) -> None:
    """Add the scores of the seeds that are not there yet."""
    beginnings = {
        "fresh": (FRESH, None),
        "general": (load_card(GENERAL_DIR / "card.json").net, GENERAL_DIR / "model.keras"),
    }
    learnt, scored = (arrays_of(options.data / name / part, options.side) for part in ("train", "val"))
    for seed in range(options.seeds):
        if str(seed) in of_set["seeds"]:
            continue
        begun = time.monotonic()
        chosen = np.random.default_rng(seed).permutation(len(learnt))[: FEW[name]]
        few = ExampleArrays(learnt.images[chosen], learnt.masks[chosen])
        dices = {
            each: round(dice_of(_train(few, options, net, start, seed), scored), 4)
            for each, (net, start) in beginnings.items()
        }
        of_set["seeds"][str(seed)] = dices
        of_set["gain"] = gain(list(of_set["seeds"].values()))
        print(f"{name}, seed {seed}: {dices}, {time.monotonic() - begun:.0f} s", flush=True)
    print(name, json.dumps(of_set.get("gain")), flush=True)


def arrays_of(folder: Path, side: int) -> ExampleArrays:
    """A split; of membranes the membrane, not the cells, is wanted."""
    arrays = prepare(find_pairs(folder / "images", folder / "masks"), FRESH.input_channels, (side, side))
    if folder.parent.name != "em_membrane":
        return arrays
    return ExampleArrays(arrays.images, 1 - arrays.masks)


def gain(seeds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The means, and that of "general" less "fresh" over seeds with its paired 95 % t interval."""
    mean, low, high = over_seeds([each["general"] - each["fresh"] for each in seeds])
    means = {name: float(np.mean([each[name] for each in seeds])) for name in ("fresh", "general")}
    return {**means, "gain": mean, "low": low, "high": high}


def dice_of(model: Any, scored: ExampleArrays) -> float:
    """Mean Dice of the images; two empty masks are alike."""
    inputs = scored.images.astype(np.float32) / np.iinfo(scored.images.dtype).max
    found = np.asarray(model.predict(inputs, batch_size=32, verbose=0)[..., 0]) >= THRESHOLD
    true = scored.masks == 1
    both, either = ((each).sum(axis=(1, 2)) for each in (found & true, found))
    total: NDArray[np.int64] = either + true.sum(axis=(1, 2))
    return float(np.where(total == 0, 1.0, 2 * both / np.maximum(total, 1)).mean())


def _train(
    examples: ExampleArrays, options: argparse.Namespace, net: NetConfig, start: Path | None, seed: int
) -> Any:
    from core.training.fit import train

    settings = TrainConfig(
        image_size=(options.side, options.side),
        epochs=options.shown // len(examples),
        batch_size=BATCH_SIZE,
        patience=0,
        seed=seed,
    )
    return train(examples, None, net=net, settings=settings, augment=AugmentConfig(), start_from=start).model


if __name__ == "__main__":
    sys.exit(main())
