"""Dice of each image under networks of the same and of poorer recipes, for `benchmarks.promotion_rule`.

Each arm is trained on so many images of a set's training split, with several seeds, at a small size; all are
scored on the same images of training and validation split that no arm was trained on. No test image is read.
The file holds names of images and numbers only.

    python -m benchmarks.promotion_scores --data_dir DATA/chest_xray_tb DATA/skin_lesion --json OUT.json
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig
from core.datasets.pairs import Pair, find_pairs, load_pair
from core.files import write_whole
from core.training.examples import Example, ExampleArrays, prepare_examples
from core.training.quiet_start import start_keras

IMAGE_SIZE = (128, 128)
SHOWN = 1200
"""Images seen in a run."""
BATCH_SIZE = 4
THRESHOLD = 0.5

Scores = dict[str, dict[str, dict[str, float]]]
"""By arm, seed and image: Dice."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data_dir", type=Path, nargs="+", required=True, help="sets, each a folder")
    parser.add_argument("--json", type=Path, required=True, help="file to write the scores to")
    parser.add_argument(
        "--arms", nargs="+", default=["60:6", "30:3", "15:3"], help="images trained on, and number of seeds"
    )
    options = parser.parse_args(arguments)
    start_keras()
    arms = {
        int(images): range(int(seeds)) for images, _, seeds in (arm.partition(":") for arm in options.arms)
    }
    scores: dict[str, Scores] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    for data_dir in options.data_dir:
        known = scores.setdefault(data_dir.name, {})
        for _ in add_scores(known, data_dir, arms):
            # After each run: what an end in the middle leaves is gone on with.
            write_whole(options.json, (json.dumps(scores, indent=1) + "\n").encode())
    return 0


def add_scores(scores: Scores, data_dir: Path, arms: dict[int, range]) -> Iterator[None]:
    """Train every arm that is not there yet and add its scores, one run a step."""
    train = find_pairs(data_dir / "train" / "images", data_dir / "train" / "masks")
    val = find_pairs(data_dir / "val" / "images", data_dir / "val" / "masks")
    order = [train[place] for place in np.random.default_rng(0).permutation(len(train))]
    scored = [*order[max(arms) :], *val]
    channels = 3 if load_pair(train[0])[0].values.ndim == 3 else 1
    learnt, asked = prepare(order[: max(arms)], channels), prepare(scored, channels)
    for num_images, seeds in arms.items():
        examples = ExampleArrays(learnt.images[:num_images], learnt.masks[:num_images])
        for seed in seeds:
            if str(seed) in scores.get(str(num_images), {}):
                continue
            begun = time.monotonic()
            dice = dice_of(examples, asked, seed)
            rounded = [round(each, 4) for each in dice.tolist()]
            scores.setdefault(str(num_images), {})[str(seed)] = dict(
                zip((pair.stem for pair in scored), rounded, strict=True)
            )
            seconds = time.monotonic() - begun
            print(
                f"{data_dir.name} {num_images} images, seed {seed}: {dice.mean():.4f}, {seconds:.0f} s",
                flush=True,
            )
            yield


def prepare(pairs: Sequence[Pair], channels: int, image_size: tuple[int, int] = IMAGE_SIZE) -> ExampleArrays:
    """Images and masks at the network's size."""
    loads = [partial(lambda pair: Example(*load_pair(pair)), pair) for pair in pairs]
    return prepare_examples(loads, image_size=image_size, channels=channels, scaling=ScalingConfig())


def dice_of(learnt: ExampleArrays, asked: ExampleArrays, seed: int) -> NDArray[np.float64]:
    """(N,) Dice of each image that is asked about, at the network's size."""
    from core.training.fit import train

    result = train(
        learnt,
        None,
        net=NetConfig(base_filters=8, input_channels=learnt.images.shape[-1]),
        settings=TrainConfig(
            image_size=IMAGE_SIZE,
            epochs=SHOWN // len(learnt),
            batch_size=BATCH_SIZE,
            patience=0,
            seed=seed,
        ),
        augment=AugmentConfig(),
    )
    inputs = asked.images.astype(np.float32) / np.iinfo(asked.images.dtype).max
    probability = result.model.predict(inputs, batch_size=32, verbose=0)[..., 0]
    both = ((probability >= THRESHOLD) & (asked.masks == 1)).sum(axis=(1, 2))
    either = (probability >= THRESHOLD).sum(axis=(1, 2)) + asked.masks.sum(axis=(1, 2), dtype=np.int64)
    return np.where(either == 0, 1.0, 2 * both / np.maximum(either, 1))


if __name__ == "__main__":
    sys.exit(main())
