"""Whether correcting the least certain images first teaches a network more than correcting in random order.

A simulated person corrects images of a set by giving them their true masks. Both orders begin from the same
ten images and the network trained on them; then, in each round, ten more of a pool are corrected, those whose
map is least certain (as the review's queue has them) or the next ones at random, and a network is trained
anew on all that are corrected. Both are scored on the same images, which neither order can choose. No test
image is read. The networks are small and short: what is compared are the orders, not the networks.

    python -m benchmarks.order_gain --data_dir DATA/chest_xray_tb DATA/skin_lesion --json OUT.json
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
from scipy.stats import t as student

from benchmarks.promotion_scores import IMAGE_SIZE, THRESHOLD, prepare
from core.config import AugmentConfig, NetConfig, TrainConfig
from core.datasets.pairs import find_pairs, load_pair
from core.files import write_whole
from core.imaging.masks import propose
from core.review.quality import soft_dice
from core.training.examples import ExampleArrays
from core.training.quiet_start import start_keras

ORDERS = ("unsure", "random")
FIRST, ADDED, ROUNDS, POOL = 10, 10, 2, 80
SHOWN = 900
"""Images seen in a training, whatever it learns from."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data_dir", type=Path, nargs="+", required=True, help="sets, each a folder")
    parser.add_argument("--json", type=Path, required=True, help="file to write the scores to")
    parser.add_argument("--seeds", type=int, default=5, help="repetitions of each order and set")
    options = parser.parse_args(arguments)
    start_keras()
    found: dict[str, Any] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    for data_dir in options.data_dir:
        seeds = found.setdefault(data_dir.name, {"seeds": {}})["seeds"]
        train, val = (
            find_pairs(data_dir / part / "images", data_dir / part / "masks") for part in ("train", "val")
        )
        arrays = prepare([*train, *val], 3 if load_pair(train[0])[0].values.ndim == 3 else 1)
        for seed in range(options.seeds):
            if str(seed) not in seeds:
                begun = time.monotonic()
                seeds[str(seed)] = both_orders(arrays, len(train), seed)
                print(
                    f"{data_dir.name}, seed {seed}: {seeds[str(seed)]}, {time.monotonic() - begun:.0f} s",
                    flush=True,
                )
            found[data_dir.name]["gain"] = gain(list(seeds.values()))
            # After each: what an end in the middle leaves is gone on with.
            write_whole(options.json, (json.dumps(found, indent=1) + "\n").encode())
        print(data_dir.name, found[data_dir.name]["gain"], flush=True)
    return 0


def both_orders(arrays: ExampleArrays, num_train: int, seed: int) -> dict[str, list[float]]:
    """Mean Dice after each round, of each order; the first one is that of the network both begin with.

    The pool is drawn from the training images; what is left of them and the others are scored.
    """
    order = np.random.default_rng(seed).permutation(num_train)
    pool, scored = order[:POOL], [*order[POOL:], *range(num_train, len(arrays))]
    first = _probabilities(arrays, pool[:FIRST], seed)
    dices = {}
    for name in ORDERS:
        learnt, maps = list(pool[:FIRST]), first
        dices[name] = [_dice(maps, arrays, scored)]
        for _ in range(ROUNDS):
            # At random is as drawn: the pool was shuffled.
            rest = [each for each in pool if each not in learnt]
            if name == "unsure":
                rest.sort(key=lambda each: soft_dice(propose(maps[each]), THRESHOLD))
            learnt += rest[:ADDED]
            maps = _probabilities(arrays, learnt, seed)
            dices[name].append(_dice(maps, arrays, scored))
    return {name: [round(each, 4) for each in values] for name, values in dices.items()}


def gain(seeds: Sequence[dict[str, list[float]]]) -> list[dict[str, float]]:
    """After each round the mean of "unsure" less "random" over seeds, with its paired 95 % t interval."""
    told = []
    for place in range(1, ROUNDS + 1):
        differences = np.array([each["unsure"][place] - each["random"][place] for each in seeds])
        reach = 0.0
        if len(seeds) > 1:
            reach = float(student.ppf(0.975, len(seeds) - 1) * differences.std(ddof=1) / len(seeds) ** 0.5)
        mean = float(differences.mean())
        told.append(
            {"images": FIRST + place * ADDED, "gain": mean, "low": mean - reach, "high": mean + reach}
        )
    return told


def _probabilities(arrays: ExampleArrays, learnt: Sequence[int], seed: int) -> NDArray[np.float32]:
    """(N, H, W) of all images, by a network trained on some of them."""
    from core.training.fit import train

    chosen = np.asarray(learnt)
    result = train(
        ExampleArrays(arrays.images[chosen], arrays.masks[chosen]),
        None,
        net=NetConfig(base_filters=8, input_channels=arrays.images.shape[-1]),
        settings=TrainConfig(
            image_size=IMAGE_SIZE, epochs=SHOWN // len(chosen), batch_size=5, patience=0, seed=seed
        ),
        augment=AugmentConfig(),
    )
    inputs = arrays.images.astype(np.float32) / np.iinfo(arrays.images.dtype).max
    return np.asarray(result.model.predict(inputs, batch_size=32, verbose=0)[..., 0])


def _dice(maps: NDArray[np.float32], arrays: ExampleArrays, scored: Sequence[int]) -> float:
    found, true = maps[scored] >= THRESHOLD, arrays.masks[scored] == 1
    either = found.sum(axis=(1, 2)) + true.sum(axis=(1, 2))
    both = (found & true).sum(axis=(1, 2))
    return float(np.where(either == 0, 1.0, 2 * both / np.maximum(either, 1)).mean())


if __name__ == "__main__":
    sys.exit(main())
