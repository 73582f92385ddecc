"""How a fine-tuning run is set up: the network, what is changed at random, and for how long.

Chosen on the training and validation images of a chest X-ray set from other hospitals than the base model's,
by `benchmarks/fine_tune_gain.py`; `docs/decisions/` says what was tried.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

from core.cards import ModelCard, load_card
from core.config import MODELS_DIR, AugmentConfig, NetConfig, ScalingConfig
from core.workspace.truth import LearntFrom

BATCH_SIZE = 4
FINE_TUNE_IMAGES = 1000
"""Images seen in a run from a base model that has learnt from more; with 16 images that is 63 epochs."""
SCRATCH_IMAGES = 3200
"""Images seen in a run from scratch, or from a model that has learnt from fewer images than there are now."""
GENERAL_FROM = 80
"""Corrected colour images from which on a first network begins from the general weights (decision 062)."""
GENERAL_IMAGES = 1600
"""Images seen in a run from scratch where it began there; each takes it twice as long."""
MAX_EPOCHS = 100
SCRATCH_EPOCHS = 400
"""Most epochs of such a run on masks: eight images make two steps an epoch."""
MIN_FOR_VALIDATION = 40
"""From this many images on a part is set aside to choose the best epoch; below, every image is worth more."""
VALIDATION_PART = 0.15
SCRATCH_IMAGE_SIZE = (256, 256)
"""Larger where objects are thin, see `core.training.detail`."""
MOST_PREPARED_PIXELS = 2**30
"""Of all images of such a run, which are in memory at the network's size."""
SCRATCH_NET = NetConfig()
GENERAL_DIR = MODELS_DIR / "general"
"""What ImageNet taught (decision 062)."""
LUNG_WINDOW = (-1000.0, 400.0)


def epochs_to_show(num_shown: int, num_train: int, most: int = MAX_EPOCHS) -> int:
    """Epochs that show that many images, each as often as the others; 1 to `most`."""
    return max(1, min(most, math.ceil(num_shown / max(num_train, 1))))


def num_validation(num_images: int) -> int:
    """Images that are set aside to choose on, 0 for small sets."""
    return round(num_images * VALIDATION_PART) if num_images >= MIN_FOR_VALIDATION else 0


def general_weights() -> Path | None:
    """The file of the general weights, None where they are not shipped."""
    weights = GENERAL_DIR / "model.keras"
    return weights if weights.is_file() else None


def begins_from_general(there: LearntFrom) -> bool:
    """Whether a first network begins from the general weights, which pays for many images in colour."""
    return there.has_colour and sum(there.groups) >= GENERAL_FROM and general_weights() is not None


def in_detail(card: ModelCard, doublings: int) -> ModelCard:
    """The card of a network that sees images that many times twice as large, and learns from parts of them.

    A part has the pixels that it, or the whole image, had before, so training takes as long; below 0 the same
    is taken back.
    """
    if doublings == 0:
        return card
    times = 2.0**doublings
    augment = card.augmentation or AugmentConfig()
    part = (augment.crop or 1.0) / times
    height, width = (round(times * side) for side in card.image_size)
    augment = dataclasses.replace(augment, crop=part if part < 1 else 0.0)
    return dataclasses.replace(card, image_size=(height, width), augmentation=augment)


def within_memory(card: ModelCard, num_images: int) -> ModelCard:
    """The card of a network that learns from parts of images no larger than memory holds all of them."""
    while card.augmentation is not None and card.augmentation.crop:
        height, width = card.image_size
        if num_images * height * width <= MOST_PREPARED_PIXELS:
            break
        card = in_detail(card, -1)
    return card


def scratch_card(name: str, there: LearntFrom) -> ModelCard:
    """The card of a model that does not exist yet: channels and intensity scaling as the images are.

    Raises:
        BadModelError: The card of the general weights cannot be read.
    """
    if begins_from_general(there):
        general = load_card(GENERAL_DIR / "card.json")
        return ModelCard(
            name=name,
            net=general.net,
            image_size=SCRATCH_IMAGE_SIZE,
            data=general.data,
            licence=general.licence,
            parent=general.title,
        )
    channels = 3 if there.has_colour else 1
    scaling = ScalingConfig("hu_window", *LUNG_WINDOW) if there.has_hounsfield else ScalingConfig()
    net = dataclasses.replace(SCRATCH_NET, input_channels=channels)
    return ModelCard(name=name, net=net, scaling=scaling, image_size=SCRATCH_IMAGE_SIZE)
