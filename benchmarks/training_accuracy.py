"""Whether this project's loop learns as well as stock Keras in float32: Dice on validation, equal epochs.

    python -m benchmarks.training_accuracy ours DATA/chest_xray_tb --epochs 15 --seed 0

Both see the same pictures in the same order with the same changes, start from the same weights, and take
Adam, the schedule, the loss and the averaged weights of `TrainConfig`; the best epoch on validation counts.
`keras` has float32 arithmetic and Keras' own batch normalisation and `fit`. Each runs in its own process.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.turns import Program, Turns
from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig
from core.datasets.layout import find_split
from core.datasets.pairs import find_pairs, load_pair

NET = NetConfig()


def compare_accuracy(data_dir: Path, epochs: int, seeds: list[int]) -> dict[str, Any]:
    """The best validation Dice of both for every seed, and the difference of their means."""
    dice: dict[str, list[float]] = {"ours": [], "keras": []}
    for seed in seeds:
        for name, scores in dice.items():
            arguments = (name, str(data_dir), "--epochs", str(epochs), "--seed", str(seed))
            program = Program("benchmarks.training_accuracy", *arguments)
            program.end()
            scores.append(program.notes["dice"])
    means = {name: statistics.mean(scores) for name, scores in dice.items()}
    difference = means["ours"] - means["keras"]
    print(f"\nValidation Dice on {data_dir.name} after {epochs} epochs, mean of {len(seeds)} runs:")
    print(f"  this loop {means['ours']:.4f}, stock Keras float32 {means['keras']:.4f}: {difference:+.4f}")
    return {"data": data_dir.name, "epochs": epochs, "seeds": seeds, "dice": dice, "difference": difference}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("ours", "keras"))
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    turns = Turns(options.name)
    from core.training.quiet_start import start_keras

    start_keras()
    settings = TrainConfig(epochs=options.epochs, batch_size=8, patience=0, seed=options.seed)
    train, val = (prepared(options.data_dir, split, settings.image_size) for split in ("train", "val"))
    best = best_of_ours if options.name == "ours" else best_of_keras
    turns.answer({"name": options.name, "dice": best(train, val, settings)})
    return 0


def best_of_ours(train: Any, val: Any, settings: TrainConfig) -> float:
    """Best validation Dice of `core.training.fit.train`."""
    from core.training import fit

    result = fit.train(
        train, val, net=NET, settings=settings, augment=AugmentConfig(), on_progress=print_epoch
    )
    return max(row.val_dice or 0.0 for row in result.history)


def best_of_keras(train: Any, val: Any, settings: TrainConfig) -> float:
    """Best validation Dice of stock layers in float32 and `fit`."""
    import keras

    from core.nets import build
    from core.training.losses import dice_score, get_loss
    from core.training.optimizer import make_optimizer, steps_of_epoch
    from core.training.pipeline import training_batches, validation_batches

    num_steps = steps_of_epoch(len(train), settings)
    model = build(NET, settings.image_size, logits=True, seed=settings.seed, largest=255)
    model.compile(
        optimizer=make_optimizer(settings, num_steps),
        loss=get_loss(settings.loss, NET.num_classes),
        metrics=[keras.metrics.MeanMetricWrapper(dice_score, name="dice")],
    )
    history = model.fit(
        training_batches(train, AugmentConfig(), batch_size=settings.batch_size, seed=settings.seed),
        epochs=settings.epochs,
        steps_per_epoch=num_steps,
        validation_data=validation_batches(val, batch_size=settings.batch_size),
        callbacks=[keras.callbacks.SwapEMAWeights()] if model.optimizer.use_ema else [],
        shuffle=False,
        verbose=2,
    )
    return float(max(history.history["val_dice"]))


def prepared(data_dir: Path, split: str, image_size: tuple[int, int]) -> Any:
    """The pairs of a split at the network's size."""
    from core.training.examples import Example, prepare_examples

    folder = find_split(data_dir, split)
    if folder is None:
        raise SystemExit(f"{data_dir} has no {split}/images and {split}/masks")
    loads = [
        lambda pair=pair: Example(*load_pair(pair))
        for pair in find_pairs(folder / "images", folder / "masks")
    ]
    return prepare_examples(loads, image_size=image_size, channels=1, scaling=ScalingConfig())


def print_epoch(report: Any) -> None:
    """A line an epoch."""
    if report.epoch_done:
        print(f"epoch {report.epoch}: dice {report.dice:.4f}, val_dice {report.val_dice:.4f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
