"""What a task's classifier says of an image with the mask that is shown now; and the person's own label.

A corrected mask feeds a classifier of masked images or crops at once: answers are kept by image, classifier
and what the mask is made of, so that looking one up predicts nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.classifier_cards import ClassifierCard, load_classifier_card
from core.errors import StoreError
from core.image_size import within
from core.imaging.intensity import to_display
from core.imaging.mask_files.class_masks import foreground
from core.imaging.masks import encode_png
from core.imaging.overlay import thumbnail
from core.imaging.spotlight import spotlight
from core.language import say
from core.language.sentence import Sentence
from core.registry.decoded import decode
from core.registry.predictions import prediction_key
from core.registry.predictors import Classifiers, Predictors
from core.registry.shipped import CARD_NAME
from core.workflows.correct.blind import reads_gold
from core.workflows.correct.open_image import OpenedImage
from core.workflows.correct.save_mask import mask_as_shown
from core.workspace import DraftContent, ImageRow, LabelRow, NewLabel, VersionRow, Workspace
from core.workspace.rows import LabelOrigin

LOOKED_AT_SIDE = 400
"""Longest side of the picture of what the network looked at."""


@dataclass(frozen=True)
class TaskClassifier:
    """The classifier that a task uses."""

    version: VersionRow
    card: ClassifierCard

    def title_of(self, label: str) -> str:
        """What people read for a label."""
        return say(self.card.label_titles.get(label, label))


@dataclass(frozen=True)
class Question:
    """An image with the mask that is shown of it, for a classifier.

    Attributes:
        content: Threshold, layer and version that make the mask.
        key: Names the answer in the cache of the image.
    """

    image: ImageRow
    content: DraftContent
    classifier: TaskClassifier
    key: str


def classifier_of(workspace: Workspace, task_id: int) -> TaskClassifier | None:
    """The classifier that a task uses, None where it has none; quick, loads no weights.

    Raises:
        BadModelError: Its card cannot be read.
    """
    version = workspace.versions.current(task_id, "classify")
    return None if version is None else TaskClassifier(version, classifier_card(workspace, version))


def classifier_card(workspace: Workspace, version: VersionRow) -> ClassifierCard:
    """What a version that classifies says of itself.

    Raises:
        BadModelError: It cannot be read.
    """
    return load_classifier_card(workspace.versions.open(version) / CARD_NAME)


def question_of(workspace: Workspace, opened: OpenedImage, classifier: TaskClassifier) -> Question:
    """The open image with its newest mask: that of the person's draft on disk, else the prediction shown."""
    image = opened.image
    content = workspace.drafts.get(image.id, opened.who) or opened.content
    weights = classifier.version.weights_sha256[:20]
    return Question(image, content, classifier, f"{weights}-{_mask_key(workspace, content, classifier.card)}")


def known_answer(workspace: Workspace, question: Question) -> dict[str, float] | None:
    """The probabilities where they are in the cache, None where the classifier has to be asked."""
    kept = workspace.cache.get(question.image.sha256, question.image.cache_kind(f"labels-{question.key}"))
    return None if kept is None else json.loads(kept)


def answer(
    workspace: Workspace, question: Question, predictors: Predictors, classifiers: Classifiers
) -> dict[str, float]:
    """The probability of each label, in the card's order; they add up to 1.

    Args:
        predictors: Loaded models, asked where the prediction under the mask is not in the cache.

    Raises:
        AppError: A grey image, or a model that is missing or broken.
    """

    def classify() -> bytes:
        classifier = classifiers.get(workspace.versions.open(question.classifier.version))
        decoded = decode(workspace, question.image)
        found = classifier.classify(decoded, _mask(workspace, question, predictors))
        return json.dumps(found).encode()

    kept = workspace.cache.get_or_make(
        question.image.sha256, question.image.cache_kind(f"labels-{question.key}"), classify
    )
    found: dict[str, float] = json.loads(kept)
    return found


def looked_at_png(
    workspace: Workspace, question: Question, label: str, predictors: Predictors, classifiers: Classifiers
) -> bytes:
    """A picture of what spoke for a label (Grad-CAM): bright where the network found it, dark elsewhere.

    Args:
        label: One of the card's.

    Returns:
        An RGB PNG whose longest side is at most `LOOKED_AT_SIDE`, with the outline of the mask.

    Raises:
        AppError: A grey image, or a model that is missing or broken.
        ValueError: Another label.
    """
    number = question.classifier.card.labels.index(label)

    def explain() -> bytes:
        classifier = classifiers.get(workspace.versions.open(question.classifier.version))
        decoded = decode(workspace, question.image)
        mask = _mask(workspace, question, predictors)
        heat = classifier.explain(decoded, mask, label)
        return encode_png(spotlight(*_small(to_display(decoded), heat, mask)))

    return workspace.cache.get_or_make(
        question.image.sha256, question.image.cache_kind(f"looked-at-{question.key}-{number}"), explain
    )


def save_label(
    workspace: Workspace, image_id: int, label: str | None, *, who: str, shown: dict[str, float] | None = None
) -> LabelRow:
    """Keep what a person calls an image, beside what the classifier had said; of gold it does not count.

    Args:
        label: One of the labels of the task's classifier; None takes the one before back.
        shown: Probabilities that stood beside it, None where there were none.

    Raises:
        StoreError: The task's classifier does not know the label, or the image is gone.
    """
    image = workspace.images.get(image_id)
    classifier = classifier_of(workspace, image.task_id)
    known = () if classifier is None else classifier.card.labels
    if label is not None and label not in known:
        expected = (
            Sentence("one of {known}", known=", ".join(known))
            if known
            else Sentence("none, since this task has no classifier")
        )
        raise StoreError(
            '"{label}" is no label of this task; expected {expected}.', label=label, expected=expected
        )
    version_id = None if classifier is None or shown is None else classifier.version.id
    origin: LabelOrigin = "gold" if reads_gold(workspace, image, who) else "person"
    return workspace.labels.save(image_id, NewLabel(label, who, origin, version_id, shown))


def _mask_key(workspace: Workspace, content: DraftContent, card: ClassifierCard) -> str:
    if card.input == "whole":
        return "whole"
    version = None if content.version_id is None else workspace.versions.get(content.version_id)
    predicted = prediction_key(workspace, version) if version else ""
    seal = hashlib.sha256(f"{predicted} {content.threshold!r} ".encode())
    seal.update(content.layer_png or b"")
    return seal.hexdigest()[:20]


def _mask(workspace: Workspace, question: Question, predictors: Predictors) -> NDArray[np.uint8]:
    return foreground(mask_as_shown(workspace, question.image, question.content, predictors))


def _small(
    display: NDArray[np.uint8], heat: NDArray[np.float32], mask: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    height, width = within(mask.shape, LOOKED_AT_SIDE)
    size = (width, height)
    return (
        thumbnail(display, LOOKED_AT_SIDE),
        np.asarray(cv2.resize(heat, size, interpolation=cv2.INTER_AREA), np.float32),
        np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8),
    )
