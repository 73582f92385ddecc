"""Whether a U-Net begins better from weights that learnt other sets than from fresh ones.

For each set that is left out, two networks learn the masks of all other sets, each set as often as the
others: `one` with one foreground, whatever a picture shows, `kinds` with a class for each kind of object.
Then a few images of the set left out teach a network from fresh weights and one from each of those, with the
same images, steps and seed; all are scored on its validation split. No test image is read.

    KERAS_BACKEND=jax python -m benchmarks.general_weights --data DATA --json FILE [--left_out nuclei]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
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
from core.training.presets import augment_config
from core.training.quiet_start import start_keras

KINDS = {
    "chest_xray": 1,
    "chest_xray_tb": 1,
    "lung_ct": 1,
    "em_membrane": 2,
    "nuclei": 3,
    "skin_lesion": 4,
}
"""The sets, and the class of what their masks show."""
FEW = {"nuclei": 20, "skin_lesion": 20, "em_membrane": 8}
"""Images of a set left out that are learnt from."""
IMAGE_SIZE, THRESHOLD = (256, 256), 0.5
NET = NetConfig(base_filters=16, depth=4, input_channels=3)
BEGINNINGS = ("fresh", "one", "kinds")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with the data sets")
    add("--json", type=Path, required=True, help="file to write the scores to")
    add("--left_out", nargs="+", choices=tuple(FEW), default=tuple(FEW))
    add("--seeds", type=int, default=5, help="repetitions on each set")
    add("--of_each", type=int, default=60, help="images of a set in an epoch of the general training")
    add("--general_epochs", type=int, default=60)
    add("--shown", type=int, default=1600, help="images shown while the few are learnt, over all epochs")
    options = parser.parse_args(arguments)
    start_keras()
    found: dict[str, Any] = json.loads(options.json.read_text()) if options.json.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.left_out:
            measure(name, options, found.setdefault(name, {"images": FEW[name], "seeds": {}}), Path(folder))
            write_whole(options.json, (json.dumps(found, indent=1) + "\n").encode())
    return 0


def measure(name: str, options: argparse.Namespace, of_set: dict[str, Any], folder: Path) -> None:
    """Add the scores of the seeds that are not there yet."""
    learnt, scored = (arrays_of(options.data / name / part) for part in ("train", "val"))
    begun = time.monotonic()
    general = {each: learn_others(options, name, each, folder) for each in BEGINNINGS[1:]}
    print(f"without {name}: {time.monotonic() - begun:.0f} s", flush=True)
    for seed in range(options.seeds):
        if str(seed) in of_set["seeds"]:
            continue
        begun = time.monotonic()
        chosen = np.random.default_rng(seed).permutation(len(learnt))[: FEW[name]]
        few = ExampleArrays(learnt.images[chosen], learnt.masks[chosen])
        dices = {}
        for each in BEGINNINGS:
            start_from = general.get(each)
            model = _train(few, epochs=options.shown // len(few), batch_size=4, seed=seed, start=start_from)
            dices[each] = round(dice_of(model, scored), 4)
        of_set["seeds"][str(seed)] = dices
        of_set["gains"] = {each: gain(list(of_set["seeds"].values()), each) for each in general}
        print(f"{name}, seed {seed}: {dices}, {time.monotonic() - begun:.0f} s", flush=True)
    print(name, json.dumps(of_set.get("gains")), flush=True)


def arrays_of(folder: Path) -> ExampleArrays:
    """A split; of membranes the membrane, not the cells, is wanted."""
    arrays = prepare(find_pairs(folder / "images", folder / "masks"), NET.input_channels, IMAGE_SIZE)
    if folder.parent.name != "em_membrane":
        return arrays
    return ExampleArrays(arrays.images, 1 - arrays.masks)


def learn_others(options: argparse.Namespace, left_out: str, beginning: str, folder: Path) -> Path:
    """Train on the other sets; the file of the weights, for one foreground."""
    generator = np.random.default_rng(0)
    images, masks = [], []
    for name, kind in KINDS.items():
        if name == left_out:
            continue
        part = arrays_of(options.data / name / "train")
        which = generator.permutation(max(options.of_each, len(part)))[: options.of_each] % len(part)
        images.append(part.images[which])
        masks.append(part.masks[which] * np.uint8(kind if beginning == "kinds" else 1))
    together = ExampleArrays(np.concatenate(images), np.concatenate(masks))
    num_classes = 1 + max(KINDS.values()) if beginning == "kinds" else 1
    augment = augment_config(("strong",))
    model = _train(
        together,
        epochs=options.general_epochs,
        batch_size=16,
        seed=0,
        num_classes=num_classes,
        augment=augment,
    )
    weights = folder / f"{beginning}_without_{left_out}.keras"
    (model if num_classes == 1 else with_fresh_head(model)).save(weights)
    return weights


def with_fresh_head(model: Any) -> Any:
    """A network for one foreground with all weights of another but the last layer's."""
    from core.nets import build
    from core.training.networks import LAST_LAYER

    fresh = build(NET)
    for layer in model.layers:
        if layer.weights and layer.name != LAST_LAYER:
            fresh.get_layer(layer.name).set_weights(layer.get_weights())
    return fresh


def gain(seeds: Sequence[dict[str, float]], beginning: str) -> dict[str, float]:
    """The means, and that of a beginning less "fresh" over seeds with its paired 95 % t interval."""
    mean, low, high = over_seeds([each[beginning] - each["fresh"] for each in seeds])
    means = {name: float(np.mean([each[name] for each in seeds])) for name in ("fresh", beginning)}
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
    examples: ExampleArrays,
    *,
    epochs: int,
    batch_size: int,
    seed: int,
    num_classes: int = 1,
    augment: AugmentConfig | None = None,
    start: Path | None = None,
) -> Any:
    from core.training.fit import train

    settings = TrainConfig(image_size=IMAGE_SIZE, epochs=epochs, batch_size=batch_size, patience=0, seed=seed)
    return train(
        examples,
        None,
        net=replace(NET, num_classes=num_classes),
        settings=settings,
        augment=augment or AugmentConfig(),
        start_from=start,
    ).model


if __name__ == "__main__":
    sys.exit(main())
