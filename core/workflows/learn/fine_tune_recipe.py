"""How a fine-tuning run is set up: the network, what is changed at random, and for how long.

Chosen on the training and validation images of a chest X-ray set from other hospitals than the base model's,
by `benchmarks/fine_tune_gain.py`; `docs/decisions/` says what was tried.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

from core.cards import ModelCard, load_card
from core.config import MODELS_DIR, NetConfig, ScalingConfig
from core.workspace.truth import LearntFrom

BATCH_SIZE = 4
FINE_TUNE_IMAGES = 1200
"""Images seen in a run from a base model that has learnt from more; with 16 images that is 75 epochs."""
SCRATCH_IMAGES = 3200
"""Images seen in a run from scratch, or from a model that has learnt from fewer images than there are now."""
GENERAL_IMAGES = 1600
"""The same where the network began from the general weights; each takes it twice as long."""
MAX_EPOCHS = 100
SCRATCH_EPOCHS = 400
"""Most epochs of such a run on masks: eight images make two steps an epoch."""
MIN_FOR_VALIDATION = 40
"""From this many images on a part is set aside to choose the best epoch; below, every image is worth more."""
VALIDATION_PART = 0.15
SCRATCH_IMAGE_SIZE = (256, 256)
SCRATCH_NET = NetConfig()
GENERAL_DIR = MODELS_DIR / "general"
"""What a model of something new begins from (decision 062); without it from fresh weights."""
LUNG_WINDOW = (-1000.0, 400.0)


def epochs_to_show(num_shown: int, num_train: int, most: int = MAX_EPOCHS) -> int:
    """Epochs that show that many images, each as often as the others; 1 to `most`."""
    return max(1, min(most, math.ceil(num_shown / max(num_train, 1))))


def num_validation(num_images: int) -> int:
    """Images that are set aside to choose on, 0 for small sets."""
    return round(num_images * VALIDATION_PART) if num_images >= MIN_FOR_VALIDATION else 0


def general_weights() -> Path | None:
    """The weights file that a run without a base model begins from, None where none is shipped."""
    weights = GENERAL_DIR / "model.keras"
    return weights if weights.is_file() else None


def scratch_card(name: str, there: LearntFrom) -> ModelCard:
    """The card of a model that does not exist yet: channels and intensity scaling as the images are.

    The network of the general weights has three channels, which grey images fill alike.

    Raises:
        BadModelError: The card of the general weights cannot be read.
    """
    scaling = ScalingConfig("hu_window", *LUNG_WINDOW) if there.has_hounsfield else ScalingConfig()
    if general_weights() is None:
        net = dataclasses.replace(SCRATCH_NET, input_channels=3 if there.has_colour else 1)
        return ModelCard(name=name, net=net, scaling=scaling, image_size=SCRATCH_IMAGE_SIZE)
    general = load_card(GENERAL_DIR / "card.json")
    return dataclasses.replace(
        general, name=name, scaling=scaling, image_size=SCRATCH_IMAGE_SIZE, parent=general.title
    )
