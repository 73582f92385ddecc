"""Labelled images on disk -> arrays that a classifier learns from; everything that is wrong told at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.classifier_cards import ClassifierCard, ClassifyConfig
from core.config import AugmentConfig
from core.datasets.labels import LabelledImage, find_labelled
from core.datasets.matching import read_bytes
from core.errors import BadDatasetError, BadFileError
from core.imaging.decode import decode_image
from core.language.sentence import Sentence
from core.watching import OnProgress, untold
from core.workflows.learn.lesion_masks import MaskSource

if TYPE_CHECKING:
    from core.classification.examples import LabelledArrays

NUM_THREADS = 4


@dataclass(frozen=True)
class LabelSource:
    """Where labelled images come from.

    Attributes:
        data_dir: Folder in the training layout.
        labels_path: Table of labels, None for `labels.csv` in the split's or the data folder.
        merged: Labels that count as another, such as {"SK": "Other_SC"}.
        masks_from: Segmentation model or folder of masks, None for the masks of the data set.
    """

    data_dir: Path
    labels_path: Path | None = None
    merged: dict[str, str] = field(default_factory=dict)
    masks_from: Path | None = None

    def images(self, split: str, known: Sequence[str] | None = None) -> list[LabelledImage]:
        """The images of a split, see `core.datasets.labels.find_labelled`."""
        return find_labelled(
            self.data_dir, split, labels_path=self.labels_path, merged=self.merged, known=known
        )


@dataclass(frozen=True)
class LabelRequest:
    """Labelled images, and how classifiers are trained on them: what every command that trains one is told.

    Attributes:
        margin: Of a crop, see `ClassifierCard.margin`.
        alert_label: The label that must not be missed; None for MEL where there is one.
        encoder: Segmentation model whose halving side is the backbone (folder or weights file), or None.
    """

    source: LabelSource
    output_dir: Path = Path("saved_classifier")
    margin: float = 0.2
    settings: ClassifyConfig = field(default_factory=ClassifyConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    remove_hair: bool = False
    flips: tuple[str, ...] = ()
    alert_label: str | None = None
    encoder: Path | None = None
    command: str = ""


Read = tuple[NDArray[np.uint8] | None, str, str]
"""What reading an image told: (S, S, 3) as the classifier sees it, the file's SHA-256, what is wrong."""


def read_labelled(
    splits: dict[str, list[LabelledImage]],
    card: ClassifierCard,
    masks: MaskSource,
    *,
    on_progress: OnProgress = untold,
) -> tuple[dict[str, LabelledArrays], dict[str, dict[str, str]]]:
    """The arrays of each split as a classifier with this card sees them.

    Args:
        masks: Where masks come from; not asked by a classifier of whole images.

    Returns:
        Arrays by split, and the SHA-256 of each image file by split and stem.

    Raises:
        BadDatasetError: Files that cannot be read, grey images, missing masks, images that stand in two
            splits; all in one list.
    """
    from core.classification.examples import LabelledArrays
    from core.classification.predictor import classifier_input

    def read(item: LabelledImage) -> Read:
        try:
            data = read_bytes(item.image_path)
            image = decode_image(data, item.image_path.name)
            whole = card.input == "whole"
            mask = None if whole else masks.mask(image, item.image_path.name, item.mask_path)
        except BadFileError as error:
            return None, "", error.sentence
        if image.values.ndim == 2:
            name = item.image_path.name
            return None, "", Sentence("{image_path} is grey; labels are told from colours.", image_path=name)
        scaled, _ = classifier_input(image, mask, card)
        pixels = np.rint(scaled * np.float32(255)).astype(np.uint8)
        return pixels, hashlib.sha256(data).hexdigest(), ""

    everything = [(split, item) for split, items in splits.items() for item in items]
    results: list[Read] = []
    with ThreadPoolExecutor(NUM_THREADS) as pool:
        for result in pool.map(lambda each: read(each[1]), everything):
            results.append(result)
            on_progress(len(results), len(everything))
    problems: list[str] = [
        Sentence("{split}: {problem}", split=split, problem=problem)
        for (split, _), (_, _, problem) in zip(everything, results, strict=True)
        if problem
    ]
    problems += _in_two_splits(everything, results)
    if problems:
        raise BadDatasetError("The labelled images", problems)
    arrays: dict[str, LabelledArrays] = {}
    hashes: dict[str, dict[str, str]] = {}
    for split, items in splits.items():
        own = [r for (s, _), r in zip(everything, results, strict=True) if s == split]
        pixels = np.stack([each for each, _, _ in own if each is not None])
        labels = np.array([card.labels.index(item.label) for item in items], np.int64)
        arrays[split] = LabelledArrays(pixels, labels)
        hashes[split] = {item.stem: seal for item, (_, seal, _) in zip(items, own, strict=True)}
    return arrays, hashes


def _in_two_splits(everything: Sequence[tuple[str, LabelledImage]], results: Sequence[Read]) -> list[str]:
    first: dict[str, tuple[str, str]] = {}
    problems: list[str] = []
    for (split, item), (_, seal, _) in zip(everything, results, strict=True):
        if not seal:
            continue
        earlier_split, earlier = first.setdefault(seal, (split, item.image_path.name))
        if earlier_split != split:
            twins = f"{earlier_split}/{earlier} and {split}/{item.image_path.name}"
            problems.append(Sentence("{twins} are the same file; keep it in one split.", twins=twins))
    return problems
