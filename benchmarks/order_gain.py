"""Whether correcting the least certain images first teaches a network more than correcting in random order.

A simulated person corrects images of a set by giving them their true masks. Both orders begin from the same
ten images and the network trained on them; then ten more of a pool are corrected, those whose map is least
certain (as the review's queue has them) or the next ones at random, and a network is trained anew on all
twenty. Both are scored on the same images, which neither order can choose. No test image is read. The
networks are small and short: what is compared are the orders, not the networks.

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

from benchmarks.promotion_scores import prepare
from core.config import AugmentConfig, NetConfig, TrainConfig
from core.datasets.pairs import find_pairs, load_pair
from core.files import write_whole
from core.imaging.masks import propose
from core.review.quality import soft_dice
from core.training.examples import ExampleArrays
from core.training.quiet_start import start_keras

ORDERS = ("unsure", "random")
FIRST, ADDED, POOL, SCORED = 10, 10, 60, 100
IMAGE_SIZE, THRESHOLD = (64, 64), 0.5
SHOWN = 400
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
        of_set = found.setdefault(data_dir.name, {"seeds": {}})
        folders = (data_dir / part for part in ("train", "val"))
        pairs = [pair for each in folders for pair in find_pairs(each / "images", each / "masks")]
        chosen = np.random.default_rng(0).permutation(len(pairs))[: POOL + SCORED]
        channels = 3 if load_pair(pairs[0])[0].values.ndim == 3 else 1
        arrays = prepare([pairs[place] for place in chosen], channels, IMAGE_SIZE)
        for seed in range(options.seeds):
            if str(seed) not in of_set["seeds"]:
                begun = time.monotonic()
                of_set["seeds"][str(seed)] = dices = both_orders(arrays, seed)
                print(f"{data_dir.name}, seed {seed}: {dices}, {time.monotonic() - begun:.0f} s", flush=True)
            of_set["gain"] = gain(list(of_set["seeds"].values()))
            # After each: what an end in the middle leaves is gone on with.
            write_whole(options.json, (json.dumps(found, indent=1) + "\n").encode())
        print(data_dir.name, of_set["gain"], flush=True)
    return 0


def both_orders(arrays: ExampleArrays, seed: int) -> dict[str, float]:
    """Mean Dice of the network that both orders begin with ("first"), and of each one's own."""
    order = np.random.default_rng(seed).permutation(len(arrays)).tolist()
    pool, scored = order[:POOL], order[POOL:]
    maps = _probabilities(arrays, pool[:FIRST], seed)
    # At random is as drawn: the pool was shuffled.
    at_random = pool[FIRST:]
    unsure = sorted(at_random, key=lambda each: soft_dice(propose(maps[each]), THRESHOLD))
    dices = {"first": _dice(maps, arrays, scored)}
    for name, rest in zip(ORDERS, (unsure, at_random), strict=True):
        learnt = _probabilities(arrays, [*pool[:FIRST], *rest[:ADDED]], seed)
        dices[name] = _dice(learnt, arrays, scored)
    return {name: round(each, 4) for name, each in dices.items()}


def gain(seeds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of "unsure" less "random" over seeds, with its paired 95 % t interval."""
    mean, low, high = over_seeds([each["unsure"] - each["random"] for each in seeds])
    means = {name: float(np.mean([each[name] for each in seeds])) for name in ("first", *ORDERS)}
    return {**means, "gain": mean, "low": low, "high": high}


def over_seeds(differences: Sequence[float]) -> tuple[float, float, float]:
    """The mean of paired differences and its 95 % t interval, low and high; of one seed the mean alone."""
    values = np.array(differences)
    mean, reach = float(values.mean()), 0.0
    if len(values) > 1:
        reach = float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5)
    return mean, mean - reach, mean + reach


def _probabilities(arrays: ExampleArrays, learnt: Sequence[int], seed: int) -> NDArray[np.float32]:
    """(N, H, W) of all images, by a network trained on some of them."""
    from core.training.fit import train

    chosen = np.asarray(learnt)
    result = train(
        ExampleArrays(arrays.images[chosen], arrays.masks[chosen]),
        None,
        net=NetConfig(base_filters=8, depth=3, input_channels=arrays.images.shape[-1]),
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
