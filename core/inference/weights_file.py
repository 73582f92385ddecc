"""The numbers in a weights file and the network they belong to, read without Keras."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadModelError
from core.inference.stock_layers import WEIGHTS_NAME, check_stock


@dataclass(frozen=True)
class WeightsFile:
    """A `.keras` or `.h5` file of stock layers.

    Attributes:
        config: Its network's configuration, as Keras writes it.
        values: Each data set by its name in the file.
    """

    path: Path
    config: Any
    values: dict[str, NDArray[Any]]


def read_weights(path: Path) -> WeightsFile:
    """Everything in a weights file that is let in.

    Raises:
        BadModelError: Missing, damaged or unsafe; one sentence.
    """
    config = check_stock(path)
    try:
        content: Any = path
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                content = io.BytesIO(archive.read(WEIGHTS_NAME))
        with h5py.File(content, "r") as file:
            return WeightsFile(path, config, data_sets(file))
    except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
        raise BadModelError(
            "{path} is cut off or damaged ({error}); copy or train it again.", path=path.name, error=error
        ) from None


def data_sets(file: h5py.File) -> dict[str, NDArray[Any]]:
    """The values of each data set by its name."""
    found: dict[str, NDArray[Any]] = {}

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = np.asarray(item[()])

    file.visititems(visit)
    return found
