"""Augmentation and scaling by name, as train.py offers them. Knows nothing of Keras."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace

from core.config import AugmentConfig, ScalingConfig
from core.language.sentence import Sentence

AUGMENT_PRESETS = {
    "none": AugmentConfig(0, 0, 0, 0, 0, 0, 0),
    "light": AugmentConfig(rotation=5, shift=0.03, zoom=0.05, brightness=0.05, contrast=0.05),
    "standard": AugmentConfig(),
    "strong": AugmentConfig(rotation=15, shift=0.1, zoom=0.2, brightness=0.15, contrast=0.3, gamma=0.3),
    "turns": AugmentConfig(
        flip_vertical=0.5, rotation=180, shift=0.1, zoom=0.2, contrast=0.2, gamma=0.2, colour=0.1
    ),
    "elastic": AugmentConfig(elastic=0.04),
}

SCALINGS = {
    "range": ScalingConfig(),
    "per_image": ScalingConfig("per_image"),
    "hu_window": ScalingConfig("hu_window", -1000.0, 400.0),
}


def augment_config(words: Sequence[str]) -> AugmentConfig:
    """A preset with changes, such as ["standard", "rotation=30"].

    Raises:
        ValueError: An unknown preset or name, or a value that is no number of 0 or more; one sentence.
    """
    preset, *changes = words
    if preset not in AUGMENT_PRESETS:
        presets = ", ".join(AUGMENT_PRESETS)
        raise ValueError(
            Sentence("--augment begins with one of {known}, got {preset!r}", known=presets, preset=preset)
        )
    known = [field.name for field in fields(AugmentConfig)]
    values: dict[str, float] = {}
    for change in changes:
        name, _, text = change.partition("=")
        if name not in known:
            told = Sentence(
                "--augment knows no {change!r}; names are {known}", change=change, known=", ".join(known)
            )
            raise ValueError(told)
        values[name] = _number(change, text)
        if name == "crop" and values[name] > 1:
            raise ValueError(
                Sentence("--augment {change!r} must be a part of each side, 0 to 1", change=change)
            )
    return replace(AUGMENT_PRESETS[preset], **values)


def _number(change: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 360:
        raise ValueError(Sentence("--augment {change!r} must give a number from 0 to 360", change=change))
    return value
