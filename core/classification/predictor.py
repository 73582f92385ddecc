"""An image and its mask -> calibrated probabilities of the labels, and where the network looked.

The network of a classifier folder ends in a feature map, its mean over the map, and one dense layer; what it
sees of the image, and how its logits become probabilities, says the card. Imports no Keras, see
`core.inference.running`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classifier_cards import ClassifierCard, load_classifier_card
from core.errors import AppError, BadModelError
from core.evaluation.calibration import softmax
from core.image_size import format_size
from core.imaging.decode import DecodedImage
from core.imaging.lesion_view import Square, lesion_view, put_back
from core.imaging.resample import network_input
from core.inference.predictor import mirrorings
from core.inference.running import Network

CHANNELS = 3


class Classifier:
    """A network with its card, ready to classify.

    Raises:
        BadModelError: Missing, damaged or unsafe weights, another number of outputs than the card has labels,
            or other layers at the end than this project's classifiers.
    """

    def __init__(self, model_path: Path, card: ClassifierCard) -> None:
        self._network = Network(model_path, (card.image_size, card.image_size), "classify")
        num_outputs = self._network.sizes.num_outputs
        if num_outputs != len(card.labels):
            raise BadModelError(
                "The classifier {card} has {num_outputs} outputs and {num_labels} labels in its card; "
                "keep the card that training wrote beside the weights.",
                card=card.name,
                num_outputs=num_outputs,
                num_labels=len(card.labels),
            )
        if self._network.sizes.input_size != (card.image_size, card.image_size):
            raise BadModelError(
                "The classifier {card} sees {format_size} pixels and its card says {image_size}; keep "
                "the card that training wrote beside the weights.",
                card=card.name,
                format_size=format_size(self._network.sizes.input_size),
                image_size=card.image_size,
            )
        self.card = card
        self._mirrorings = mirrorings(card.flips)

    def classify(self, image: DecodedImage, mask: NDArray[Any] | None = None) -> dict[str, float]:
        """The calibrated probability of each label, in the card's order; they add up to 1.

        Args:
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
        return self.probabilities_of(scaled[None])[0]

    def probabilities_of(self, seen: NDArray[np.float32]) -> NDArray[np.float64]:
        """The same of several images, (N, labels), from what the network sees of each, (N, S, S, 3)."""
        logits = [np.mean(self._run(each)[1], axis=0) for each in seen]
        return softmax(np.stack(logits) / self.card.temperature)

    def explain(self, image: DecodedImage, mask: NDArray[Any] | None, label: str) -> NDArray[np.float32]:
        """Where the network found what speaks for a label: its class activation map (Zhou et al. 2016).

        relu(sum_k w_k A_k) with feature maps A_k and w_k the last layer's weight of the map's mean. Since the
        logit is a dense layer on these means, d logit / d A_k is w_k divided by the number of places
        (Selvaraju et al. 2017, section 3.1): this is Grad-CAM, and no gradient has to be computed.

        Returns:
            (H, W) float32 in [0, 1] at the image's own size, its largest value 1; all 0 where nothing speaks
            for the label, and outside of what the network saw.

        Raises:
            ValueError: Another label, or a mask of another size.
        """
        if label not in self.card.labels:
            raise ValueError(f"{label!r} is none of the labels {', '.join(self.card.labels)}")
        scaled, square = self._input(image, mask)
        maps = self._run(scaled)[0][..., self.card.labels.index(label)]
        back = [np.flip(each, axes) for each, axes in zip(maps, self._mirrorings, strict=True)]
        heat = np.maximum(np.mean(back, axis=0, dtype=np.float32), 0)
        whole = put_back(heat, square, (image.values.shape[0], image.values.shape[1]))
        largest = float(whole.max())
        return whole / np.float32(largest) if largest > 0 else whole

    def _input(self, image: DecodedImage, mask: NDArray[Any] | None) -> tuple[NDArray[np.float32], Square]:
        check_colour(image)
        return classifier_input(image, mask, self.card)

    def _run(self, scaled: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Activation maps (mirrorings, h, w, labels) and logits (mirrorings, labels) of what is seen."""
        return self._network(np.stack([np.flip(scaled, axes) for axes in self._mirrorings]))


def load_classifier(folder: Path) -> Classifier:
    """The classifier of a folder with `model.keras` and `card.json`."""
    card = load_classifier_card(folder / "card.json")
    return Classifier(folder / "model.keras", card)


def classifier_input(
    image: DecodedImage, mask: NDArray[Any] | None, card: ClassifierCard
) -> tuple[NDArray[np.float32], Square]:
    """What the network sees, (S, S, 3) float32 in [0, 1], and where in the image it lies."""
    view, square = lesion_view(image, mask, card.input, margin=card.margin)
    size = (card.image_size, card.image_size)
    scaled = network_input(view, size, CHANNELS, card.scaling, remove_hair=card.remove_hair)
    return scaled, square


def check_colour(image: DecodedImage) -> None:
    """Refuse a grey image."""
    if image.values.ndim == 2:
        raise AppError(
            "The image is grey, and this classifier tells its labels from colours; give a colour image."
        )
