"""What a classifier says of itself: its labels, its input, its calibration, data, scores and limits of use.

A classifier is a folder with `model.keras` and `card.json`, like a segmentation model. Knows nothing of
Keras, Streamlit or the workspace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.cards import Card, read_card_values
from core.config import from_dict
from core.errors import BadModelError

View = Literal["whole", "masked", "crop"]
VIEWS: tuple[View, ...] = ("whole", "masked", "crop")


@dataclass(frozen=True)
class ClassifyConfig:
    """One training run of a classifier.

    Attributes:
        backbone: One of `core.classification.backbones.BACKBONES`.
        pretrained: Start from ImageNet weights where they can be loaded; else from scratch, as the card says.
        image_size: Side of the square that the network sees, in pixels.
        epochs: Most epochs, those with a frozen backbone included.
        frozen_epochs: First epochs in which only the last layer learns; only with ImageNet weights.
        learning_rate: Its rate at the start; a tenth of it once frozen layers begin to learn.
        loss: "cross_entropy" or "focal" (Lin et al. 2017, gamma 2).
        class_weights: Weigh each label by the inverse of its number of training images.
        patience: Epochs without a lower validation loss before the run ends; 0 for never.
        alert_recall: Part of the alert label's validation images that its threshold must find.
        val_part: Part of train taken as validation where there is no val folder.
    """

    backbone: str = "mobilenet_v3_small"
    pretrained: bool = True
    image_size: int = 224
    epochs: int = 60
    frozen_epochs: int = 5
    batch_size: int = 16
    optimizer: Literal["adam", "sgd"] = "adam"
    learning_rate: float = 1e-3
    schedule: Literal["cosine", "constant"] = "cosine"
    loss: Literal["cross_entropy", "focal"] = "cross_entropy"
    class_weights: bool = True
    dropout: float = 0.2
    patience: int = 15
    alert_recall: float = 0.88
    seed: int = 0
    val_part: float = 0.15


@dataclass(frozen=True)
class ClassifierCard(Card):
    """What a classifier says of itself; its scores are those of `core.evaluation.classes`.

    Attributes:
        labels: In the order of the network's outputs.
        label_titles: What people read for each label; a label without one is shown as it is.
        input: What the network sees: the whole image, the image with everything outside the mask black, or a
            square around the mask.
        margin: Of the square, as a part of the mask's larger side, on each side.
        image_size: Side of the square that the network sees, in pixels.
        backbone: One of `core.classification.backbones.BACKBONES`, or "encoder" for a segmentation model's.
        origin: What the weights were before training, a sentence.
        temperature: Logits are divided by it before the softmax; fitted on validation.
        alert_label: The label that must not be missed (melanoma), empty for none.
        confusion: Rows of the confusion matrix of the last scored split: true label by predicted label.
    """

    labels: tuple[str, ...] = ()
    label_titles: dict[str, str] = field(default_factory=dict)
    input: View = "whole"
    margin: float = 0.2
    image_size: int = 224
    backbone: str = "mobilenet_v3_small"
    origin: str = ""
    temperature: float = 1.0
    alert_label: str = ""
    confusion: tuple[tuple[int, ...], ...] = ()
    training: ClassifyConfig | None = None


def load_classifier_card(path: Path) -> ClassifierCard:
    """Read a card.

    Raises:
        BadModelError: No card there, or one that this version cannot read.
    """
    try:
        card = from_dict(ClassifierCard, read_card_values(path))
    except (TypeError, ValueError) as error:
        raise BadModelError(
            "{path} is no classifier's card of this version ({error}).", path=path, error=error
        ) from None
    _check(card, path)
    return card


def _check(card: ClassifierCard, path: Path) -> None:
    if len(card.labels) < 2 or len(set(card.labels)) != len(card.labels):
        raise BadModelError(
            "{path} must name two or more different labels, got {labels}.",
            path=path,
            labels=list(card.labels),
        )
    if card.input not in VIEWS:
        raise BadModelError(
            "{path} has the input {input!r}; one of {views} is known.",
            path=path,
            input=card.input,
            views=", ".join(VIEWS),
        )
    if card.temperature <= 0 or card.image_size < 1 or card.margin < 0:
        raise BadModelError(
            "{path} needs a temperature and an image size above 0 and a margin from 0 on.", path=path
        )
