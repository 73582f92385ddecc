"""One contestant of `benchmarks.training` in its own process: this project's loop, or Keras as it comes.

    python -m benchmarks.training_steps ours --base 16

`ours` is `core.training.fit.train` with its defaults on one batch again and again; `ours_pipeline` the same
with loading and augmentation; `pipeline` the batches alone; `keras` stock layers, Adam and `fit` in float32.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from benchmarks.turns import Done, Turns
from core.config import AugmentConfig, NetConfig, TrainConfig
from core.training.quiet_start import start_keras

SIDE, BATCH = 256, 8
NUM_EXAMPLES = 64
ENDLESS = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("ours", "ours_pipeline", "pipeline", "keras"))
    parser.add_argument("--base", type=int, default=16)
    options = parser.parse_args()
    turns = Turns(options.name)
    start_keras()
    net = NetConfig(base_filters=options.base)
    try:
        if options.name == "keras":
            stock_keras(net, turns)
        elif options.name == "pipeline":
            batches_alone(turns)
        else:
            this_loop(net, turns, one_batch=options.name == "ours")
    except Done:
        return 0
    raise SystemExit("the run ended before its orders did")


def this_loop(net: NetConfig, turns: Turns, *, one_batch: bool) -> None:
    """Training as train.py does it, callbacks and averaged weights included; no validation."""
    from core.training import fit
    from core.training.devices import compute_dtype

    settings = TrainConfig(image_size=(SIDE, SIDE), batch_size=BATCH, epochs=ENDLESS)
    turns.notes |= {"dtype": compute_dtype(settings.precision), "optimizer": settings.optimizer}
    turns.notes |= {"weight_averaging": settings.weight_averaging, "loss": settings.loss}
    if one_batch:
        fixed = fixed_batch()
        # The loop itself, with nothing to load: what the other frameworks are timed on as well.
        fit.training_batches = lambda *positional, **named: fixed
    fit.train(
        examples(),
        None,
        net=net,
        settings=settings,
        augment=AugmentConfig(),
        on_progress=lambda report: None if report.epoch_done else turns.step_done(),
    )


def stock_keras(net: NetConfig, turns: Turns) -> None:
    """The same U-Net of stock layers in float32, Adam, the same loss, `fit`; no metrics, no averaging."""
    import keras

    from core.nets import build
    from core.training.losses import bce_dice

    class StepDone(keras.callbacks.Callback):
        """Tells each step."""

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            """Tell it."""
            turns.step_done()

    model = build(net, (SIDE, SIDE), logits=True, largest=255)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=bce_dice)
    turns.notes |= {"dtype": "float32", "loss": "bce_dice", "optimizer": "adam"}
    model.fit(
        fixed_batch(),
        steps_per_epoch=ENDLESS,
        epochs=ENDLESS,
        callbacks=[StepDone()],
        shuffle=False,
        verbose=0,
    )


def batches_alone(turns: Turns) -> None:
    """What loading and augmentation cost by themselves, in as many threads as they like."""
    from core.training.pipeline import training_batches

    for _ in training_batches(examples(), AugmentConfig(), batch_size=BATCH, seed=0):
        turns.step_done()


def examples() -> Any:
    """Noise with half of each picture as its mask; what a step costs does not hang on what is seen."""
    from core.training.examples import ExampleArrays

    images = np.random.default_rng(0).integers(0, 256, (NUM_EXAMPLES, SIDE, SIDE, 1), dtype=np.uint8)
    masks = np.zeros((NUM_EXAMPLES, SIDE, SIDE), np.uint8)
    masks[:, :, SIDE // 2 :] = 1
    return ExampleArrays(images, masks)


def fixed_batch() -> Any:
    """A tf.data.Dataset of the same augmented batch for ever."""
    from core.training.pipeline import training_batches

    batches = training_batches(examples(), AugmentConfig(), batch_size=BATCH, seed=0)
    return batches.take(1).cache().repeat()


if __name__ == "__main__":
    sys.exit(main())
