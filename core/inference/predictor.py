"""An image of any size -> the probability of each of its pixels.

Scale as the card says, stretch to the network's size, pad to what it can halve, run (on mirrored images
too, where the card says so), cut back, and resize the probability to the image's own size. A network of valid
convolutions gets mirrored borders and tiles instead of padding. May be called from several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard, card_path, load_card
from core.config import NetConfig
from core.errors import BadModelError
from core.image_size import format_size
from core.imaging.decode import DecodedImage
from core.imaging.resample import network_input, resize_probability
from core.inference.anatomy import multiple, tiles_of
from core.inference.load import load_network
from core.inference.stock_layers import weights_path
from core.inference.tiling import Tiles, predict_tiles


class Predictor:
    """A network with its card, ready to predict.

    Args:
        model_path: Weights, `.keras` or `.h5`.
        card: What the model says of itself; None reads the card beside the weights, and where there is none
            takes the defaults (values 0 to 255, threshold 0.5) and says so in `notes`.

    Attributes:
        card: The card in use.
        notes: Plain sentences for the person.

    Raises:
        BadModelError: Missing, damaged or unsafe weights, or an unreadable card.
    """

    def __init__(self, model_path: Path, card: ModelCard | None = None) -> None:
        model = load_network(model_path)
        self.notes: tuple[str, ...] = ()
        if card is None and card_path(model_path).is_file():
            card = load_card(card_path(model_path))
        if card is None:
            card = _default_card(model_path, model)
            self.notes = (
                f"{model_path.name} has no card beside it: values 0 to 255, {format_size(card.image_size)} "
                f"pixels and the threshold {card.threshold} are assumed.",
            )
        self.card = card
        self.channels = int(model.inputs[0].shape[-1])
        self._multiple = multiple(model)
        self._tiles = tiles_of(model, card.image_size)
        self._size = _network_size(model, card.image_size, self._tiles)
        self._mirrorings = mirrorings(card.flips)
        self._run = _compiled(model)

    def predict(self, image: DecodedImage) -> NDArray[np.float32]:
        """The probability of the foreground at each pixel of the image.

        Args:
            image: A decoded image of any size, 1x1 included.

        Returns:
            (H, W) float32 in [0, 1] at the image's own size; (H, W, classes) from a softmax over classes.
        """
        height, width = image.values.shape[:2]
        scaled = network_input(
            image, self._size, self.channels, self.card.scaling, remove_hair=self.card.remove_hair
        )
        answers = self._answers(np.stack([np.flip(scaled, axes) for axes in self._mirrorings]))
        back = [np.flip(answer, axes) for answer, axes in zip(answers, self._mirrorings, strict=True)]
        probability = np.asarray(np.mean(back, axis=0), np.float32)
        resized = resize_probability(probability, (height, width))
        return resized[..., 0] if resized.shape[-1] == 1 else resized

    def _answers(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's probabilities at each pixel of (N, H, W, C) images of its own size."""
        if self._tiles is not None:
            return predict_tiles(self._run, images, self._tiles)
        padded = np.stack([pad_to_multiple(image, self._multiple) for image in images])
        return self._run(padded)[:, : self._size[0], : self._size[1]]


def load_predictor(path: Path) -> Predictor:
    """The predictor of a model folder (`model.keras` and `card.json`) or of a weights file.

    Raises:
        BadModelError: Missing, damaged or unsafe; one sentence.
    """
    return Predictor(weights_path(path), load_card(path / "card.json") if path.is_dir() else None)


def mirrorings(flips: Sequence[str]) -> list[tuple[int, ...]]:
    """The axes of each mirroring that is averaged: none first, then every combination of the flips.

    Args:
        flips: Of "horizontal" and "vertical".

    Raises:
        BadModelError: Another word.
    """
    axis_of = {"vertical": 0, "horizontal": 1}
    if unknown := [flip for flip in flips if flip not in axis_of]:
        raise BadModelError(
            f'The model card asks for the flips {unknown}; "horizontal" and "vertical" are known.'
        )
    axes = [axis_of[flip] for flip in flips]
    return [part for size in range(len(axes) + 1) for part in combinations(axes, size)]


def pad_to_multiple(image: NDArray[np.float32], multiple: int) -> NDArray[np.float32]:
    """The image with its last rows and columns mirrored on until both sides are multiples.

    Args:
        image: (H, W, C); mirrored again and again where it is smaller than what is added.
        multiple: 2**depth of the network.
    """
    rows, columns = (-side % multiple for side in image.shape[:2])
    if not rows and not columns:
        return image
    return np.pad(image, ((0, rows), (0, columns), (0, 0)), mode="symmetric")


def _compiled(model: keras.Model) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """The network as one function of arrays; traced on TensorFlow, a third of the time of plain calls."""
    if keras.backend.backend() != "tensorflow":
        return lambda images: np.asarray(model(images, training=False), np.float32)
    import tensorflow as tf

    shape = (None, *model.inputs[0].shape[1:])

    run = tf.function(
        lambda images: model(images, training=False),
        input_signature=[tf.TensorSpec(shape, tf.float32)],
        autograph=False,
    )

    def predict(images: NDArray[np.float32]) -> NDArray[np.float32]:
        probabilities: NDArray[np.float32] = run(tf.constant(images)).numpy()
        return probabilities

    return predict


def _network_size(
    model: keras.Model, image_size: tuple[int, int], tiles: Tiles | None = None
) -> tuple[int, int]:
    """(height, width) of the network's answer: the card's, or what the network itself insists on."""
    lost = 0 if tiles is None else 2 * tiles.border
    fixed = model.inputs[0].shape[1:3]
    height, width = (side - lost if side else wanted for side, wanted in zip(fixed, image_size, strict=True))
    return int(height), int(width)


def _default_card(model_path: Path, model: keras.Model) -> ModelCard:
    channels, num_classes = (int(end.shape[-1]) for end in (model.inputs[0], model.outputs[0]))
    net = NetConfig(input_channels=channels, num_classes=num_classes)
    size = _network_size(model, ModelCard.image_size)
    return ModelCard(name=model_path.stem, title=model_path.stem, net=net, image_size=size)
