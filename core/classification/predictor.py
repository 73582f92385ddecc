"""An image and its mask -> calibrated probabilities of the labels, and where the network looked.

The network of a classifier folder ends in a feature map, its mean over the map, and one dense layer; what it
sees of the image, and how its logits become probabilities, says the card.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.classifier_cards import ClassifierCard, load_classifier_card
from core.errors import AppError, BadModelError
from core.evaluation.calibration import softmax
from core.imaging.decode import DecodedImage
from core.imaging.lesion_view import Square, lesion_view, put_back
from core.imaging.resample import network_input
from core.inference.load import load_classifier_network
from core.inference.predictor import mirrorings

CHANNELS = 3


class Classifier:
    """A network with its card, ready to classify.

    Args:
        model: As `core.classification.backbones.build_classifier` makes it.
        card: What the classifier says of itself.

    Attributes:
        card: The card in use.
        model: The network.

    Raises:
        BadModelError: The network has another number of outputs than the card has labels, or other layers at
            its end than this project's classifiers.
    """

    def __init__(self, model: keras.Model, card: ClassifierCard) -> None:
        if model.outputs[0].shape[-1] != len(card.labels):
            raise BadModelError(
                f"The classifier {card.name} has {model.outputs[0].shape[-1]} outputs and {len(card.labels)} "
                "labels in its card; keep the card that training wrote beside the weights."
            )
        self.card = card
        self.model = model
        names = {layer.name for layer in model.layers}
        if not {"features", "logits"} <= names:
            raise BadModelError(
                f"The classifier {card.name} does not end as this project's do; train one with "
                "train.py --task classify."
            )
        head = model.get_layer("logits")
        self._features = keras.Model(model.inputs[0], [model.get_layer("features").output, head.output])
        self._weights = np.asarray(head.get_weights()[0], np.float32)
        self._mirrorings = mirrorings(card.flips)

    def classify(self, image: DecodedImage, mask: NDArray[Any] | None = None) -> dict[str, float]:
        """The calibrated probability of each label, in the card's order; they add up to 1.

        Args:
            image: A decoded colour image of any size.
            mask: (H, W), the lesion where it is not 0. Not looked at by a classifier of whole images; where
                it is None or empty, the others see the whole image.

        Raises:
            AppError: A grey image.
            ValueError: A mask of another size.
        """
        return dict(zip(self.card.labels, map(float, self.probabilities(image, mask)), strict=True))

    def probabilities(self, image: DecodedImage, mask: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """As `classify`, as an array (labels,)."""
        scaled, _ = self._input(image, mask)
        return softmax(self._run(scaled)[1] / self.card.temperature)

    def explain(self, image: DecodedImage, mask: NDArray[Any] | None, label: str) -> NDArray[np.float32]:
        """Where the network found what speaks for a label: Grad-CAM (Selvaraju et al. 2017).

        relu(sum_k a_k A_k) with feature maps A_k and a_k the mean over the map of d logit / d A_k. Since the
        logit is a dense layer on the maps' means, a_k is that layer's weight divided by the number of places
        (their section 3.1), so no gradient has to be computed.

        Args:
            image: A decoded colour image of any size.
            mask: As for `classify`.
            label: One of the card's.

        Returns:
            (H, W) float32 in [0, 1] at the image's own size, its largest value 1; all 0 where nothing speaks
            for the label, and outside of what the network saw.

        Raises:
            AppError: A grey image.
            ValueError: Another label, or a mask of another size.
        """
        if label not in self.card.labels:
            raise ValueError(f"{label!r} is none of the labels {', '.join(self.card.labels)}")
        scaled, square = self._input(image, mask)
        features = self._run(scaled)[0]
        heat = np.maximum(features @ self._weights[:, self.card.labels.index(label)], 0)
        whole = put_back(heat, square, (image.values.shape[0], image.values.shape[1]))
        largest = float(whole.max())
        return whole / np.float32(largest) if largest > 0 else whole

    def _input(self, image: DecodedImage, mask: NDArray[Any] | None) -> tuple[NDArray[np.float32], Square]:
        check_colour(image)
        return classifier_input(image, mask, self.card)

    def _run(self, scaled: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Feature map (h, w, K) and logits (labels,), both averaged over the mirrorings."""
        images = np.stack([np.flip(scaled, axes) for axes in self._mirrorings])
        maps, logits = (np.asarray(each) for each in self._features(images, training=False))
        back = [np.flip(each, axes) for each, axes in zip(maps, self._mirrorings, strict=True)]
        return np.mean(back, axis=0, dtype=np.float32), np.mean(logits, axis=0, dtype=np.float32)


def load_classifier(folder: Path) -> Classifier:
    """The classifier of a folder with `model.keras` and `card.json`.

    Raises:
        BadModelError: Missing, damaged or unsafe; one sentence.
    """
    card = load_classifier_card(folder / "card.json")
    return Classifier(load_classifier_network(folder / "model.keras"), card)


def classifier_input(
    image: DecodedImage, mask: NDArray[Any] | None, card: ClassifierCard
) -> tuple[NDArray[np.float32], Square]:
    """What the network sees, (S, S, 3) float32 in [0, 1], and where in the image it lies."""
    view, square = lesion_view(image, mask, card.input, margin=card.margin)
    size = (card.image_size, card.image_size)
    scaled = network_input(view, size, CHANNELS, card.scaling, remove_hair=card.remove_hair)
    return scaled, square


def check_colour(image: DecodedImage) -> None:
    """Refuse a grey image.

    Raises:
        AppError: It has no colour.
    """
    if image.values.ndim == 2:
        raise AppError(
            "The image is grey, and this classifier tells its labels from colours; give a colour image."
        )
