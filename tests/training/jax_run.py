"""A run on JAX where importing TensorFlow fails; run as a process of its own, or as one of several.

Prints JSON: the first batches' sums and the history's rows.
"""

import json
import os
import sys
from dataclasses import replace

os.environ["KERAS_BACKEND"] = "jax"
sys.modules["tensorflow"] = None

from core.training.quiet_start import start_keras  # noqa: E402

start_keras("cpu")

import numpy as np  # noqa: E402

from core.config import AugmentConfig, NetConfig, TrainConfig  # noqa: E402
from core.training.devices import find_accelerator  # noqa: E402
from core.training.fit import Surroundings, train  # noqa: E402
from core.training.pipeline import training_batches  # noqa: E402
from tests.training.conftest import discs  # noqa: E402

# A rectangle, so that an axis taken for the other fails here too.
SIZE = (16, 24)
SETTINGS = TrainConfig(
    image_size=SIZE, epochs=4, batch_size=8, learning_rate=0.05, optimizer="sgd", precision="float32"
)


def main():
    accelerator = find_accelerator("auto")
    batches = training_batches(discs(16, seed=0, size=SIZE), AugmentConfig(), batch_size=4, seed=3)
    drawn = [[float(np.sum(part, dtype=np.float64)) for part in next(batches)] for _ in range(5)]
    rows, *two_steps = (
        [
            (row.loss, row.dice, row.val_loss, row.val_dice)
            for row in train(
                discs(32, seed=0, size=SIZE),
                discs(5, seed=1, size=SIZE),
                net=NetConfig(depth=1, base_filters=4),
                settings=replace(SETTINGS, steps_per_execution=steps),
                augment=AugmentConfig(),
                surroundings=Surroundings(accelerator=accelerator),
            ).history
        ]
        # Compiling takes longest: among several processes what steps are taken at once is not asked.
        for steps in ((1, 2) if "KERAS_DISTRIBUTION_NUM_PROCESSES" not in os.environ else (1,))
    )
    print(json.dumps({"line": accelerator.line, "batches": drawn, "rows": rows, "two_steps": two_steps}))


if __name__ == "__main__":
    main()
