"""The settings that are rarely changed, and the recipe that they make."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.config import NetConfig, TrainConfig
from core.experiments.requests.plan import Recipe, SyntheticRequest
from core.imaging.class_table import ClassTable
from core.training.presets import AUGMENT_PRESETS
from core.ui.experiments import words

_SIDES = [64, 128, 192, 256, 384, 512]
_BATCHES = [2, 4, 8, 16, 32]
_FILTERS = [8, 16, 32, 64]
_SYNTHETIC_BATCH, _SYNTHETIC_RATE = 4, 1e-2
"""With 120 images, 20 epochs come to 0.99 by these; by the usual ones to 0.94 (16 and 1e-3: 0.58)."""
_FEW_IMAGES = 64
"""With fewer, small steps: a run of a few large ones learns too little."""


def recipe_fields(kind: str, epochs: int, num_train: int, classes: ClassTable | None = None) -> Recipe:
    """How every run is trained.

    Args:
        kind: Of the experiment; what a search varies has no field.
        epochs: Of each run.
        num_train: Images to train on, for the suggested batch size.
        classes: Of the masks, None for one foreground.
    """
    net = NetConfig(input_channels=0, num_classes=1 if classes is None else len(classes))
    settings = TrainConfig(epochs=epochs, batch_size=4 if num_train < _FEW_IMAGES else 8, patience=0)
    left, right = st.columns(2)
    side = left.selectbox(
        words.IMAGE_SIZE, _SIDES, index=_SIDES.index(settings.image_size[0]), key="experiment_size"
    )
    seed = right.number_input(words.SEED, 0, 2**31 - 1, 0, help=words.SEED_HELP, key="experiment_seed")
    settings = dataclasses.replace(settings, image_size=(side, side), seed=int(seed))
    if kind == "tune":
        return Recipe(net=net, settings=settings, augment=AUGMENT_PRESETS["none"], classes=classes)
    batch = left.selectbox(
        words.BATCH_SIZE,
        _BATCHES,
        index=_BATCHES.index(settings.batch_size),
        key=f"experiment_batch_{settings.batch_size}",
    )
    filters = right.selectbox(
        words.BASE_FILTERS,
        _FILTERS,
        index=_FILTERS.index(net.base_filters),
        help=words.BASE_FILTERS_HELP,
        key="experiment_filters",
    )
    losses = [name for name in words.LOSS_FUNCTIONS if classes is None or name != "bce"]
    loss = left.selectbox(
        words.LOSS_FUNCTION,
        losses,
        index=losses.index(settings.loss),
        format_func=words.LOSS_FUNCTIONS.__getitem__,
        key="experiment_loss",
    )
    return Recipe(
        net=dataclasses.replace(net, base_filters=filters),
        settings=dataclasses.replace(settings, batch_size=batch, loss=loss),
        classes=classes,
    )


def synthetic_recipe(side: int, epochs: int, seed: int = 0) -> Recipe:
    """The recipe of the synthetic check at another size and length, for fewer images than the usual ones."""
    usual = SyntheticRequest().recipe
    settings = dataclasses.replace(
        usual.settings,
        image_size=(side, side),
        epochs=epochs,
        seed=seed,
        batch_size=_SYNTHETIC_BATCH,
        learning_rate=_SYNTHETIC_RATE,
    )
    return dataclasses.replace(usual, net=dataclasses.replace(usual.net, input_channels=0), settings=settings)
