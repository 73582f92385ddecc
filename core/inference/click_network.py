"""The network behind "Smart click", run without Keras: shipped with the program, loaded when first asked."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config import MODELS_DIR
from core.correction.click_crop import CHANNELS, SIDE
from core.errors import BadModelError
from core.inference.running import Network
from core.inference.stock_layers import weights_path

CLICK_MODEL = MODELS_DIR / "smart_click"


class ClickNetwork:
    """Answers crops with clicks; may be called from several threads at once.

    Args:
        folder: With the weights.

    Raises:
        BadModelError: Missing, damaged, unsafe, or another kind of network; one sentence.
    """

    def __init__(self, folder: Path = CLICK_MODEL) -> None:
        self._network = Network(weights_path(folder), (SIDE, SIDE), "click")
        sizes = self._network.sizes
        if (sizes.channels, sizes.num_outputs, sizes.answer_size) != (CHANNELS, 1, (SIDE, SIDE)):
            raise BadModelError(
                "{folder} is no network that follows clicks; train one with train.py --task click.",
                folder=folder,
            )

    def __call__(self, fed: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The probability of each pixel of a crop, (SIDE, SIDE) float32; see `click_crop.network_input`."""
        image = fed.astype(np.float32)[None] / np.float32(255)
        return np.asarray(self._network(image)[0][0, ..., 0])


click_network = functools.lru_cache(maxsize=4)(ClickNetwork)
"""The network of a folder, kept once it is loaded."""
