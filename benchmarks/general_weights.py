"""Whether a U-Net begins better from weights that learnt other sets than from fresh ones.

For each set that is left out, one network learns the masks of all other sets, each set as often as the
others. Then a few images of the set left out teach a network from fresh weights and one from those, with the
same images, steps and seed; both are scored on its validation split. No test image is read. Sizes are small
so that a processor gets through: what is compared are the beginnings, not the networks.

    python -m benchmarks.general_weights --data DATA --json docs/results/general_weights.json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.order_gain import over_seeds
from benchmarks.promotion_scores import prepare
from core.config import AugmentConfig, NetConfig, TrainConfig
from core.datasets.pairs import find_pairs
from core.files import write_whole
from core.training.examples import ExampleArrays
from core.training.quiet_start import start_keras

SETS = ("chest_xray", "chest_xray_tb", "em_membrane", "lung_ct", "nuclei", "skin_lesion")
FEW = {"nuclei": 20, "skin_lesion": 20, "em_membrane": 8}
"""Images of a set left out that are learnt from."""
IMAGE_SIZE, THRESHOLD = (128, 128), 0.5
OF_EACH = 60
"""Images of a set in an epoch of the general training; smaller sets are seen more often."""
GENERAL_EPOCHS, EPOCHS_SHOW = 40, 1600
NET = NetConfig(base_filters=16, depth=4, input_channels=3)
AUGMENT = AugmentConfig()
BEGINNINGS = ("fresh", "general")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--json", type=Path, required=True, help="file to write the scores to")
    parser.add_argument("--left_out", nargs="+", choices=tuple(FEW), default=tuple(FEW))
    parser.add_argument("--seeds", type=int, default=5, help="repetitions on each set")
    options = parser.parse_args(arguments)
    start_keras()
    found: dict[str, Any] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.left_out:
            weights = Path(folder) / f"without_{name}.keras"
            of_set = found.setdefault(name, {"images": FEW[name], "seeds": {}})
            learnt, scored = (arrays_of(options.data / name / part) for part in ("train", "val"))
            for seed in map(str, range(options.seeds)):
                if seed in of_set["seeds"]:
                    continue
                if not weights.is_file():
                    learn_others(options.data, name, weights)
                begun = time.monotonic()
                of_set["seeds"][seed] = dices = both(learnt, scored, name, int(seed), weights)
                print(f"{name}, seed {seed}: {dices}, {time.monotonic() - begun:.0f} s", flush=True)
                of_set["gain"] = gain(list(of_set["seeds"].values()))
                # After each: what an end in the middle leaves is gone on with.
                write_whole(options.json, (json.dumps(found, indent=1) + "\n").encode())
            print(name, of_set.get("gain"), flush=True)
    return 0


def arrays_of(folder: Path) -> ExampleArrays:
    """A split; of membranes the membrane, not the cells, is wanted."""
    arrays = prepare(find_pairs(folder / "images", folder / "masks"), NET.input_channels, IMAGE_SIZE)
    if folder.parent.name != "em_membrane":
        return arrays
    return ExampleArrays(arrays.images, 1 - arrays.masks)


def learn_others(data: Path, left_out: str, weights: Path) -> None:
    """Train on the other sets and write the weights."""
    generator = np.random.default_rng(0)
    parts = [arrays_of(data / name / "train") for name in SETS if name != left_out]
    chosen = [generator.permutation(max(OF_EACH, len(part)))[:OF_EACH] % len(part) for part in parts]
    together = ExampleArrays(
        *(
            np.concatenate([getattr(part, kind)[which] for part, which in zip(parts, chosen, strict=True)])
            for kind in ("images", "masks")
        )
    )
    begun = time.monotonic()
    result = _train(together, epochs=GENERAL_EPOCHS, batch_size=16, seed=0)
    result.model.save(weights)
    print(f"without {left_out}: {len(together)} images, {time.monotonic() - begun:.0f} s", flush=True)


def both(
    learnt: ExampleArrays, scored: ExampleArrays, name: str, seed: int, weights: Path
) -> dict[str, float]:
    """Mean Dice of the network from fresh weights and of the one from those."""
    chosen = np.random.default_rng(seed).permutation(len(learnt))[: FEW[name]]
    few = ExampleArrays(learnt.images[chosen], learnt.masks[chosen])
    dices = {}
    for beginning, start_from in zip(BEGINNINGS, (None, weights), strict=True):
        epochs = EPOCHS_SHOW // len(few)
        result = _train(few, epochs=epochs, batch_size=4, seed=seed, start_from=start_from)
        inputs = scored.images.astype(np.float32) / np.iinfo(scored.images.dtype).max
        maps = np.asarray(result.model.predict(inputs, batch_size=32, verbose=0)[..., 0])
        dices[beginning] = round(_dice(maps >= THRESHOLD, scored.masks == 1), 4)
    return dices


def gain(seeds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The means, and that of "general" less "fresh" over seeds with its paired 95 % t interval."""
    mean, low, high = over_seeds([each["general"] - each["fresh"] for each in seeds])
    means = {name: float(np.mean([each[name] for each in seeds])) for name in BEGINNINGS}
    return {**means, "gain": mean, "low": low, "high": high}


def _train(
    examples: ExampleArrays, *, epochs: int, batch_size: int, seed: int, start_from: Path | None = None
) -> Any:
    from core.training.fit import train

    settings = TrainConfig(image_size=IMAGE_SIZE, epochs=epochs, batch_size=batch_size, patience=0, seed=seed)
    return train(examples, None, net=NET, settings=settings, augment=AUGMENT, start_from=start_from)


def _dice(found: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    either = found.sum(axis=(1, 2)) + true.sum(axis=(1, 2))
    both = (found & true).sum(axis=(1, 2))
    return float(np.where(either == 0, 1.0, 2 * both / np.maximum(either, 1)).mean())


if __name__ == "__main__":
    sys.exit(main())
