"""An image of any size -> the probability of each of its pixels.

Scale as the card says, stretch to the network's size, pad to what it can halve, run (on mirrored images
too, where the card says so), cut back, and resize the probability to the image's own size. A network of valid
convolutions gets mirrored borders and tiles instead of padding. May be called from several threads at once.
Imports no Keras, see `core.inference.running`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard, card_path, load_card
from core.config import NetConfig
from core.errors import BadModelError
from core.image_size import format_size
from core.imaging.decode import DecodedImage
from core.imaging.resample import network_input, resize_probability
from core.inference.running import Network
from core.inference.stock_layers import weights_path
from core.inference.tiling import predict_tiles
from core.language.sentence import Sentence


class Predictor:
    """A network with its card, ready to predict.

    Args:
        card: What the model says of itself; None reads the card beside the weights, and where there is none
            takes the defaults (values 0 to 255, threshold 0.5) and says so in `notes`.

    Attributes:
        card: The card in use.
        notes: Plain sentences for the person.

    Raises:
        BadModelError: Missing, damaged or unsafe weights, or an unreadable card.
    """

    def __init__(self, model_path: Path, card: ModelCard | None = None) -> None:
        self.notes: tuple[str, ...] = ()
        if card is None and card_path(model_path).is_file():
            card = load_card(card_path(model_path))
        self._network = Network(model_path, card.image_size if card else ModelCard.image_size, "segment")
        self._sizes = self._network.sizes
        if card is None:
            name, size = model_path.stem, self._sizes.answer_size
            net = NetConfig(input_channels=self._sizes.channels, num_classes=self._sizes.num_outputs)
            card = ModelCard(name=name, title=name, net=net, image_size=size)
            self.notes = (
                Sentence(
                    "{model_path} has no card beside it: values 0 to 255, {format_size} pixels and the "
                    "threshold {threshold} are assumed.",
                    model_path=model_path.name,
                    format_size=format_size(card.image_size),
                    threshold=card.threshold,
                ),
            )
        self.card = card
        self._mirrorings = mirrorings(card.flips)

    def predict(self, image: DecodedImage) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1] at the image's own size; (H, W, classes) from a softmax over classes."""
        height, width = image.values.shape[:2]
        scaled = network_input(
            image,
            self._sizes.answer_size,
            self._sizes.channels,
            self.card.scaling,
            remove_hair=self.card.remove_hair,
        )
        answers = self._answers(np.stack([np.flip(scaled, axes) for axes in self._mirrorings]))
        back = [np.flip(answer, axes) for answer, axes in zip(answers, self._mirrorings, strict=True)]
        probability = np.asarray(np.mean(back, axis=0), np.float32)
        resized = resize_probability(probability, (height, width))
        return resized[..., 0] if resized.shape[-1] == 1 else resized

    def _answers(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's probabilities at each pixel of (N, H, W, C) images of its own size."""
        if self._sizes.tiles is not None:
            return predict_tiles(lambda tiles: self._network(tiles)[0], images, self._sizes.tiles)
        (height, width), (high, wide) = self._sizes.answer_size, self._sizes.input_size
        padded = np.pad(images, ((0, 0), (0, high - height), (0, wide - width), (0, 0)), mode="symmetric")
        return self._network(padded)[0][:, :height, :width]


def load_predictor(path: Path) -> Predictor:
    """The predictor of a model folder (`model.keras` and `card.json`) or of a weights file."""
    weights = weights_path(path)
    return Predictor(weights, load_card(card_path(weights)) if path.is_dir() else None)


def mirrorings(flips: Sequence[str]) -> list[tuple[int, ...]]:
    """The axes of each mirroring that is averaged: none first, then each combination of the flips."""
    axis_of = {"vertical": 0, "horizontal": 1}
    if unknown := [flip for flip in flips if flip not in axis_of]:
        raise BadModelError(
            'The model card asks for the flips {unknown}; "horizontal" and "vertical" are known.',
            unknown=unknown,
        )
    axes = [axis_of[flip] for flip in flips]
    return [part for size in range(len(axes) + 1) for part in combinations(axes, size)]
