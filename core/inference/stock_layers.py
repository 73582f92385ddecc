"""What a weights file may be made of. Read before Keras sees the file, with nothing but JSON and h5py.

Keras builds whatever class a file names, and some of them (Lambda layers, functions by name, registered
classes) run code that the file brings along. Its own safe mode has been got round more than once, so a file
is only let in when every class in it is on a list of stock layers that hold no code. Knows nothing of Keras.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py

from core.errors import BadModelError

STOCK = frozenset(
    """
    Functional Model Sequential InputLayer __keras_tensor__ DTypePolicy
    Conv2D Conv2DTranspose SeparableConv2D DepthwiseConv2D Dense
    MaxPooling2D AveragePooling2D GlobalAveragePooling2D GlobalMaxPooling2D UpSampling2D
    ZeroPadding2D Cropping2D Concatenate Add Subtract Multiply Average Maximum Minimum
    BatchNormalization LayerNormalization GroupNormalization UnitNormalization
    Activation ReLU LeakyReLU PReLU ELU Softmax Dropout SpatialDropout2D GaussianNoise GaussianDropout
    Rescaling Normalization Flatten Reshape Permute
    Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal GlorotNormal GlorotUniform
    HeNormal HeUniform LecunNormal LecunUniform VarianceScaling Orthogonal
    L1 L2 L1L2 MaxNorm NonNeg UnitNorm
    """.split()
)
MAX_UNPACKED_BYTES = 4_000_000_000
WEIGHTS_NAME = "model.weights.h5"
ZIP_NAMES = frozenset({"config.json", "metadata.json", WEIGHTS_NAME})
HDF5_START = b"\x89HDF\r\n\x1a\n"


def weights_path(path: Path) -> Path:
    """The weights file of a model: the file itself, or `model.keras` in a folder, or its only .keras."""
    if not path.is_dir():
        return path
    usual = path / "model.keras"
    found = [] if usual.exists() else list(path.glob("*.keras"))  # train.py writes it under --name
    return found[0] if len(found) == 1 else usual


def check_stock(path: Path) -> Any:
    """The network's configuration in a weights file, which must hold stock layers and numbers only.

    Raises:
        BadModelError: Missing, of another kind, damaged, or made of more than stock layers; one sentence.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError:
        raise BadModelError(
            "There is no model at {path}; train one with train.py, or choose one under models/.", path=path
        ) from None
    except OSError as error:
        raise BadModelError(
            "The model {path} cannot be read ({strerror}).", path=path, strerror=error.strerror
        ) from None
    try:
        if start.startswith(b"PK"):
            config = _keras_config(path)
        elif start == HDF5_START:
            config = _h5_config(path)
        else:
            raise BadModelError(
                "{path} is no Keras model file (.keras or .h5); choose the one that training wrote.",
                path=path.name,
            )
    except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
        raise BadModelError(
            "{path} is cut off or damaged ({error}); copy or train it again.", path=path.name, error=error
        ) from None
    if isinstance(config, dict):
        # How the whole was compiled is never read: models are loaded uncompiled. A model inside would be.
        config.pop("compile_config", None)
    _check_classes(config, path.name)
    return config


def _keras_config(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        odd = [name for name in names if name not in ZIP_NAMES]
        if odd or len(set(names)) != len(names):
            raise BadModelError(
                "{path} holds {odd}, which no plain Keras model has, so it is not opened.",
                path=path.name,
                odd=odd[0] if odd else "a file twice",
            )
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise BadModelError("{path} unpacks to more than 4 GB, so it is not opened.", path=path.name)
        with h5py.File(io.BytesIO(archive.read(WEIGHTS_NAME)), "r") as file:
            _check_own_data(file, path.name)
        return json.loads(archive.read("config.json"))


def _h5_config(path: Path) -> Any:
    with h5py.File(path, "r") as file:
        _check_own_data(file, path.name)
        config = file.attrs.get("model_config")
    if config is None:
        raise BadModelError(
            "{path} holds weights without their network; save the whole model (model.save).", path=path.name
        )
    return json.loads(config)


def _check_own_data(file: h5py.File, name: str) -> None:
    """Refuse links and data sets whose bytes lie in another file, or are Python objects."""

    def check_group(group: h5py.Group) -> None:
        for key in group:
            if isinstance(group.get(key, getlink=True), h5py.ExternalLink | h5py.SoftLink):
                raise BadModelError(
                    "{name} points to other files ({key}), so it is not opened.", name=name, key=key
                )
            item = group[key]
            if isinstance(item, h5py.Group):
                check_group(item)
            elif item.is_virtual or item.external or item.dtype.hasobject:
                raise BadModelError(
                    "{name} holds {key}, which is not plain numbers, so it is not opened.", name=name, key=key
                )

    check_group(file)


def _check_classes(config: Any, name: str) -> None:
    """Every class anywhere in the configuration must be on the list and of Keras' own."""
    if isinstance(config, list):
        for each in config:
            _check_classes(each, name)
    if not isinstance(config, dict):
        return
    if "class_name" in config:
        _check_class(config, name)
    for value in config.values():
        _check_classes(value, name)


def _check_class(config: dict[str, Any], name: str) -> None:
    kind = config["class_name"]
    module = config.get("module") or "keras"
    registered = config.get("registered_name")
    from_keras = kind == "__keras_tensor__" or str(module).split(".")[0] == "keras"
    if kind not in STOCK or not from_keras or registered not in (None, kind):
        what = "a Lambda layer" if kind == "Lambda" else f"{kind!r}"
        raise BadModelError(
            "{name} holds {what}, which is not one of Keras' plain layers and could run code, so "
            "it is not opened; export the model with stock layers only.",
            name=name,
            what=what,
        )
