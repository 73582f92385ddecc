"""Who learns from which images, and which are scored: for `benchmarks.label_fine_tune_gain`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from core.datasets.label_folds import label_folds, set_aside
from core.datasets.labels import LabelledImage, parse_merged
from core.workflows.learn.classify_data import LabelSource

NUM_FOLDS = 5


@dataclass(frozen=True)
class Draw:
    """Which images are there for what.

    Attributes:
        seed: Of the base part, the training runs and their order.
        base: That the base classifier is trained on.
        corrected: That the person corrects.
        scored: That neither sees.
    """

    seed: int
    base: list[LabelledImage]
    corrected: list[LabelledImage]
    scored: list[LabelledImage]


def draws(options: argparse.Namespace) -> Iterator[Draw]:
    """The parts of each run; the same for the same options."""
    source = LabelSource(options.data_dir, merged=parse_merged(options.merge))
    train, val = source.images("train"), source.images("val")
    for seed in options.seeds:
        if options.score == "val":
            yield Draw(seed, *base_and_rest(train, options.base_part, seed), val)
            continue
        pool = [*train, *val]
        fold_of = label_folds([i.label for i in pool], [i.group for i in pool], NUM_FOLDS, seed=seed)
        for fold in range(NUM_FOLDS):
            seen = [image for image, own in zip(pool, fold_of, strict=True) if own != fold]
            held = [image for image, own in zip(pool, fold_of, strict=True) if own == fold]
            yield Draw(seed, *base_and_rest(seen, options.base_part, seed), held)


def base_and_rest(
    images: list[LabelledImage], part: float, seed: int
) -> tuple[list[LabelledImage], list[LabelledImage]]:
    """A part with each label in its share, and the others."""
    chosen = set_aside([i.label for i in images], [i.group for i in images], part, seed=seed)
    base = [image for image, own in zip(images, chosen, strict=True) if own]
    return base, [image for image, own in zip(images, chosen, strict=True) if not own]
