"""How a run that teaches a classifier is set up, and for how long.

Set by analogy with the recipe of masks and the classifier's own training. Measured on real images by
`benchmarks/label_fine_tune_gain.py`: no gain beyond chance (`docs/decisions/015-how-labels-are-learnt.md`).
"""

from __future__ import annotations

import dataclasses

from core.classifier_cards import ClassifierCard, ClassifyConfig
from core.workflows.learn.fine_tune_recipe import epochs_to_show

FINE_TUNE_IMAGES = 1200
"""Images seen in a run from a classifier; with 16 images that is 75 epochs."""
SCRATCH_IMAGES = 6000
"""Images seen in a run from scratch."""
FINE_TUNE_RATE = 1e-4
"""A tenth of the usual rate, so that what the classifier knows already is not unlearnt from a few images."""
FINE_TUNE_BATCH_SIZE = 8


def default_epochs(num_train: int, *, from_scratch: bool) -> int:
    """Epochs that show about as many images whatever the number of different ones; at most 100."""
    return epochs_to_show(SCRATCH_IMAGES if from_scratch else FINE_TUNE_IMAGES, num_train)


def settings_of(card: ClassifierCard, epochs: int, seed: int, *, from_scratch: bool) -> ClassifyConfig:
    """The run; what is not said here is as when the classifier was trained."""
    before = card.training or ClassifyConfig()
    same = dataclasses.replace(
        before, backbone=card.backbone, image_size=card.image_size, epochs=epochs, patience=0, seed=seed
    )
    if from_scratch:
        return same
    return dataclasses.replace(
        same,
        pretrained=False,
        frozen_epochs=0,
        optimizer="adam",
        learning_rate=FINE_TUNE_RATE,
        batch_size=FINE_TUNE_BATCH_SIZE,
    )


def work_of(card: ClassifierCard) -> float:
    """Arithmetic of one image, in multiples of 224x224."""
    return (card.image_size / 224) ** 2
