"""Whether thin objects are learnt better where the network sees images larger, from parts of them.

A few images of a set teach the usual U-Net, as the app does it for a new task: at 256 pixels, and at 512 from
parts of 256 pixels; as many are shown. What `core.training.detail` chooses for a set is told beside.
Both are scored on the set's validation images at their own size; no test image is read.

    python -m benchmarks.thin_objects --data DATA --json FILE [--sets nuclei] [--seeds 2]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.general_weights import FRESH, THRESHOLD, Beginning, arrays_of, learn, parser_of
from benchmarks.order_gain import over_seeds
from core.cards import ModelCard
from core.config import AugmentConfig
from core.datasets.pairs import find_pairs, load_pair
from core.files import write_whole
from core.training.detail import doublings
from core.training.examples import ExampleArrays
from core.training.quiet_start import start_keras
from core.workflows.learn.fine_tune_recipe import SCRATCH_IMAGE_SIZE, SCRATCH_IMAGES, in_detail

IMAGES = {"em_membrane": 8}
"""Images of a set that are learnt from, where it has few."""
USUAL_IMAGES = 20


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    options = parser.parse_args(arguments)
    start_keras()
    found: dict[str, Any] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    for name in options.sets:
        usual = SCRATCH_IMAGE_SIZE[0]
        chosen = usual * 2 ** doublings(truths(options.data / name / "train"), usual)
        larger = in_detail(ModelCard("first", image_size=SCRATCH_IMAGE_SIZE), 1)
        of_set = found.setdefault(name, {"chosen side": chosen, "seeds": {}})
        for seed in options.seeds:
            if str(seed) in of_set["seeds"]:
                continue
            begun = time.monotonic()
            ways = {
                "usual": (usual, AugmentConfig()),
                "in detail": (larger.image_size[0], larger.augmentation or AugmentConfig()),
            }
            of_set["seeds"][str(seed)] = {
                way: round(dice_of(options.data / name, side, augment, seed), 4)
                for way, (side, augment) in ways.items()
            }
            of_set["gain"] = gain(list(of_set["seeds"].values()))
            write_whole(options.json, (json.dumps(found, indent=1) + "\n").encode())
            print(
                f"{name}, seed {seed}: {of_set['seeds'][str(seed)]}, {time.monotonic() - begun:.0f} s",
                flush=True,
            )
        print(name, json.dumps(of_set.get("gain")), flush=True)
    return 0


def truths(folder: Path) -> list[NDArray[np.uint8]]:
    """The masks of a split, each (H, W) at its own size; of membranes the membrane is wanted."""
    masks = [load_pair(pair)[1] for pair in find_pairs(folder / "images", folder / "masks")]
    return [1 - mask for mask in masks] if folder.parent.name == "em_membrane" else masks


def dice_of(data: Path, side: int, augment: AugmentConfig, seed: int) -> float:
    """Mean Dice on validation of what a few images taught; two empty masks are alike."""
    learnt, scored = (arrays_of(data / part, side) for part in ("train", "val"))
    chosen = np.random.default_rng(seed).permutation(len(learnt))[: IMAGES.get(data.name, USUAL_IMAGES)]
    few = ExampleArrays(learnt.images[chosen], learnt.masks[chosen])
    model = learn(few, Beginning(FRESH, None, SCRATCH_IMAGES), seed, augment)
    dices = []
    for image, true in zip(scored.images, truths(data / "val"), strict=True):
        inputs = image[None].astype(np.float32) / np.iinfo(image.dtype).max
        probability = np.asarray(model.predict_on_batch(inputs))[0, ..., 0]
        found = cv2.resize(probability, true.shape[::-1], interpolation=cv2.INTER_LINEAR) >= THRESHOLD
        total = int(found.sum()) + int((true == 1).sum())
        dices.append(1.0 if total == 0 else 2 * int((found & (true == 1)).sum()) / total)
    return float(np.mean(dices))


def gain(seeds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of "in detail" less "usual" over seeds with its paired 95 % t interval."""
    paired = [each["in detail"] - each["usual"] for each in seeds]
    mean, low, high = over_seeds(paired)
    return {"gain": mean, "low": low, "high": high}


if __name__ == "__main__":
    sys.exit(main())
