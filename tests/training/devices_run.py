"""One processor as two devices against one, at equal global batches; run as a process of its own.

Prints JSON: of each optimiser the largest difference of a weight, and the history's rows of both.
"""

import json
import sys

from core.training.quiet_start import NOT_NEEDED

sys.modules.update(dict.fromkeys((*NOT_NEEDED, "jax")))

import tensorflow as tf  # noqa: E402

NUM_DEVICES = 2
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * NUM_DEVICES
)

import numpy as np  # noqa: E402

from core.config import AugmentConfig, NetConfig, TrainConfig  # noqa: E402
from core.training.accelerator import Accelerator  # noqa: E402
from core.training.devices import find_accelerator  # noqa: E402
from core.training.fit import Surroundings, train  # noqa: E402
from tests.training.conftest import discs  # noqa: E402

# 5 epochs of 32 / 8 = 4 steps: 20 steps. The validation set of 9 images fills one batch of 8 and no second.
COMMON = {"image_size": (16, 16), "epochs": 5, "batch_size": 8, "precision": "float32", "weight_averaging": 0}
SETTINGS = {
    "sgd": TrainConfig(**COMMON, optimizer="sgd", learning_rate=0.05),
    "adam": TrainConfig(**COMMON, optimizer="adam", learning_rate=0.002),
}


def run(settings, accelerator):
    # Validation is compiled once: with Adam it would only take time.
    validation = discs(9, seed=1) if settings.optimizer == "sgd" else None
    return train(
        discs(32, seed=0),
        validation,
        net=NetConfig(depth=1, base_filters=4),
        settings=settings,
        augment=AugmentConfig(0, 0, 0, 0, 0, 0, 0),
        surroundings=Surroundings(accelerator=accelerator),
    )


def main():
    several = find_accelerator("cpu")
    said = {"line": several.line}
    for name, settings in SETTINGS.items():
        one, two = run(settings, Accelerator()), run(settings, several)
        differences = [
            float(np.abs(a - b).max())
            for a, b in zip(one.model.get_weights(), two.model.get_weights(), strict=True)
        ]
        said[name] = {
            "weights": max(differences),
            "one": [(row.loss, row.val_loss, row.val_dice) for row in one.history],
            "two": [(row.loss, row.val_loss, row.val_dice) for row in two.history],
        }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
