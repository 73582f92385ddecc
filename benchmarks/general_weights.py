"""Whether a model of something new begins better from `models/general` than from fresh weights.

A few images of a set teach the usual U-Net from fresh weights and the network of `models/general` from its
weights, with the same images and seed, each shown as often as the app does it, which takes about as long.
Both are scored on the set's validation split; no test image is read.

    python -m benchmarks.general_weights --data DATA --json FILE [--sets nuclei]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
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
from core.workflows.learn.fine_tune_recipe import (
    BATCH_SIZE,
    GENERAL_DIR,
    GENERAL_IMAGES,
    SCRATCH_IMAGES,
    general_weights,
)

SETS = ("nuclei", "skin_lesion", "em_membrane")
THRESHOLD = 0.5
FRESH = NetConfig(input_channels=3)


@dataclass(frozen=True)
class Beginning:
    """What a network begins from, and how many images it is shown then, over all epochs."""

    net: NetConfig
    weights: Path | None
    shown: int


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of(__doc__)
    add = parser.add_argument
    add("--images", type=int, default=20, help="images of a set that are learnt from")
    add("--seeds", type=int, default=5, help="repetitions on each set")
    add("--side", type=int, default=256, help="of the images in pixels")
    add("--shown", nargs=2, type=int, default=(SCRATCH_IMAGES, GENERAL_IMAGES), metavar=("FRESH", "GENERAL"))
    options = parser.parse_args(arguments)
    start_keras()
    found: dict[str, Any] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    fresh, general = options.shown
    beginnings = {
        "fresh": Beginning(FRESH, None, fresh),
        "general": Beginning(load_card(GENERAL_DIR / "card.json").net, general_weights(), general),
    }
    for name in options.sets:
        of_set = found.setdefault(f"{name}, {options.images} images, {options.side} pixels", {"seeds": {}})
        learnt, scored = (arrays_of(options.data / name / part, options.side) for part in ("train", "val"))
        for seed in range(options.seeds):
            if str(seed) in of_set["seeds"]:
                continue
            begun = time.monotonic()
            chosen = np.random.default_rng(seed).permutation(len(learnt))[: options.images]
            few = ExampleArrays(learnt.images[chosen], learnt.masks[chosen])
            dices = {
                key: round(dice_of(learn(few, each, seed), scored), 4) for key, each in beginnings.items()
            }
            of_set["seeds"][str(seed)] = dices
            of_set["gain"] = gain(list(of_set["seeds"].values()))
            write_whole(options.json, (json.dumps(found, indent=1) + "\n").encode())
            print(f"{name}, seed {seed}: {dices}, {time.monotonic() - begun:.0f} s", flush=True)
        print(name, json.dumps(of_set.get("gain")), flush=True)
    return 0


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """Which sets are learnt from a few images of, and where the scores go."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with the data sets")
    add("--json", type=Path, required=True, help="file to write the scores to")
    add("--sets", nargs="+", choices=SETS, default=SETS)
    return parser


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


def learn(
    examples: ExampleArrays, beginning: Beginning, seed: int, augment: AugmentConfig | None = None
) -> Any:
    """The network that a few images made."""
    from core.training.fit import train

    settings = TrainConfig(
        image_size=examples.images.shape[1:3],
        epochs=beginning.shown // len(examples),
        batch_size=BATCH_SIZE,
        patience=0,
        seed=seed,
    )
    return train(
        examples,
        None,
        net=beginning.net,
        settings=settings,
        augment=augment or AugmentConfig(),
        start_from=beginning.weights,
    ).model


if __name__ == "__main__":
    sys.exit(main())
