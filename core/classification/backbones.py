"""Networks that tell labels: a backbone, the mean of its feature map, one dense layer.

All take (N, S, S, 3) in [0, 1], scale it themselves as their backbone wants it, and are made of stock layers,
so that a saved one opens anywhere. Since the head is a mean and a dense layer, its weights say where in the
feature map a label was seen (`core.classification.predictor`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core.errors import BadModelError
from core.inference.load import load_network

# Means of ImageNet's blue, green and red, which the weights of Keras' ResNet-50 expect to be taken off.
CAFFE_MEANS = (103.939, 116.779, 123.68)
# Keras' 0.99 and MobileNetV3's 0.999 are for runs of a hundred thousand steps; with some hundred, the
# statistics would still be those of the beginning.
NORM_MOMENTUM = 0.9
# The last layer of the halving side of `core.nets.lite_unet` and of `core.nets.unet`.
ENCODER_ENDS = ("stage6_0_project_norm", "bottom_relu_b")
SMALL_FILTERS = (16, 32, 64, 96, 128)


def build_classifier(
    backbone: str, num_labels: int, *, image_size: int, dropout: float = 0.0, seed: int = 0
) -> keras.Model:
    """A classifier with fresh weights.

    Args:
        backbone: One of `BACKBONES`.
        num_labels: Two or more.
        image_size: Side of the input in pixels, 32 or more ("small": 16 or more).
        seed: The same seed gives the same weights. Sets Keras' own seed, since `keras.applications` knows no
            other way.

    Returns:
        A model of (N, S, S, 3) in [0, 1] -> (N, num_labels) float32, which add up to 1. Its layers "features"
        (N, h, w, K) and "logits" (N, num_labels) are where predictions are explained from.

    Raises:
        ValueError: Another backbone, or numbers that make no network.
    """
    if backbone not in BACKBONES:
        raise ValueError(f"there is no backbone {backbone!r}; choose one of {', '.join(BACKBONES)}")
    smallest = 16 if backbone == "small" else 32
    if num_labels < 2 or image_size < smallest:
        raise ValueError(
            f"{backbone} needs two labels and {smallest} pixels a side at least, got {num_labels} and "
            f"{image_size}"
        )
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((image_size, image_size, 3), name="image")
    model = _with_head(inputs, BACKBONES[backbone](inputs), num_labels, dropout=dropout, seed=seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = NORM_MOMENTUM
    return model


def build_on_encoder(path: Path, num_labels: int, *, dropout: float = 0.0, seed: int = 0) -> keras.Model:
    """A classifier on the halving side of a U-Net, which ImageNet taught or masks of the same kind of images.

    Args:
        path: A segmentation model of this project's U-Net (weights file), three channels.

    Raises:
        BadModelError: The file cannot be used, or is another network.
    """
    network = load_network(path)
    names = {layer.name for layer in network.layers}
    end = next((each for each in ENCODER_ENDS if each in names), None)
    if end is None or network.inputs[0].shape[-1] != 3:
        raise BadModelError(
            "{path} is no U-Net of colour images that train.py made, so it cannot be the encoder "
            "of a classifier.",
            path=path,
        )
    keras.utils.set_random_seed(seed)
    features = network.get_layer(end).output
    return _with_head(network.inputs[0], features, num_labels, dropout=dropout, seed=seed)


def _with_head(inputs: Any, x: Any, num_labels: int, *, dropout: float, seed: int) -> keras.Model:
    x = keras.layers.Activation("linear", name="features")(x)
    x = keras.layers.GlobalAveragePooling2D(name="mean")(x)
    if dropout:
        x = keras.layers.Dropout(dropout, seed=seed, name="dropout")(x)
    x = keras.layers.Dense(num_labels, dtype="float32", name="logits")(x)
    x = keras.layers.Activation("softmax", dtype="float32", name="probability")(x)
    return keras.Model(inputs, x, name="classifier")


def load_imagenet(model: keras.Model, backbone: str, image_size: int) -> str:
    """Put ImageNet's weights into a classifier's backbone, where Keras can load them.

    They come from Keras' cache or by a download; without either the network stays as it is.

    Returns:
        An empty text when they are in, else a sentence that says why they are not.
    """
    if backbone not in PRETRAINED:
        return f"There are no ImageNet weights for the backbone {backbone}, so it was trained from scratch."
    try:
        source = PRETRAINED[backbone](
            weights="imagenet", include_top=False, input_shape=(image_size,) * 2 + (3,)
        )
    # Keras raises a bare Exception where its download fails; a cached file may be damaged in any way.
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return f"ImageNet weights could not be loaded ({reason[:160]}), so it was trained from scratch."
    own = {layer.name: layer for layer in model.layers}
    for layer in source.layers:
        if layer.weights:
            own[layer.name].set_weights(layer.get_weights())
    return ""


def backbone_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers before the head that have weights and may learn."""
    return [
        layer for layer in model.layers if layer.weights and layer.name not in ("logits", "imagenet_scaling")
    ]


def _resnet50(inputs: Any) -> Any:
    """ResNet-50 (He et al. 2015, arXiv:1512.03385), in the form of `keras.applications`."""
    # RGB in [0, 1] to BGR in [0, 255] less the means, as one 1x1 convolution: a stock layer.
    scaling = keras.layers.Conv2D(3, 1, trainable=False, name="imagenet_scaling")
    x = scaling(inputs)
    scaling.set_weights([255.0 * np.eye(3)[::-1][None, None], -np.array(CAFFE_MEANS)])
    return keras.applications.ResNet50(weights=None, include_top=False, input_tensor=x).output


def _mobilenet(inputs: Any) -> Any:
    """MobileNetV3-Small (Howard et al. 2019, arXiv:1905.02244), in the form of `keras.applications`."""
    x = keras.layers.Rescaling(255.0, name="imagenet_scaling")(inputs)
    return keras.applications.MobileNetV3Small(weights=None, include_top=False, input_tensor=x).output


def _small(inputs: Any) -> Any:
    """Blocks of a 3x3 convolution, normalisation, ReLU and 2x2 maximum: 0.2 million weights.

    For sets of a few hundred images without ImageNet weights, which larger networks only learn by heart.
    """
    x = keras.layers.Rescaling(2.0, offset=-1.0, name="imagenet_scaling")(inputs)
    for number, filters in enumerate(SMALL_FILTERS):
        if number:
            # At 16 pixels the last block still has one place.
            x = keras.layers.MaxPooling2D(2, name=f"block{number}_pool")(x)
        x = keras.layers.Conv2D(
            filters,
            3,
            padding="same",
            use_bias=False,
            kernel_initializer="he_normal",
            name=f"block{number}_conv",
        )(x)
        x = keras.layers.BatchNormalization(name=f"block{number}_norm")(x)
        x = keras.layers.Activation("relu", name=f"block{number}_relu")(x)
    return x


BACKBONES: dict[str, Callable[[Any], Any]] = {
    "mobilenet_v3_small": _mobilenet,
    "resnet50": _resnet50,
    "small": _small,
}
PRETRAINED: dict[str, Callable[..., keras.Model]] = {
    "mobilenet_v3_small": keras.applications.MobileNetV3Small,
    "resnet50": keras.applications.ResNet50,
}
