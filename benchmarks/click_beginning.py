"""Write what "Smart click" begins from: the way down of `models/general`, which sees clicks as well.

The colours' filters of the first convolution are those that ImageNet taught, those of the mask so far and of
the clicks are small and random, and so is the way up. It halves four times: at 128 pixels a fifth halving
would leave four.

    python -m benchmarks.click_beginning FOLDER
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.cards import load_card, save_card
from core.correction.click_crop import CHANNELS
from core.training.quiet_start import start_keras
from core.workflows.learn.fine_tune_recipe import GENERAL_DIR

HALVINGS = 4
OF_CLICKS = 0.3
"""Deviation of the new filters, of that of the colours'."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="model.keras and card.json are written there")
    options = parser.parse_args(arguments)
    start_keras()
    import keras

    from core.inference.export import save_weights
    from core.nets import build

    card = load_card(GENERAL_DIR / "card.json")
    net = replace(card.net, depth=HALVINGS, input_channels=CHANNELS, dropout=0.0)
    general = keras.models.load_model(GENERAL_DIR / "model.keras", compile=False)
    model, generator = build(net), np.random.default_rng(0)
    for layer in model.layers:
        if not layer.name.startswith(("stem", "stage")) or not layer.weights:
            continue
        weights = general.get_layer(layer.name).get_weights()
        if layer.name == "stem":
            (colours,) = weights
            shape = (*colours.shape[:2], CHANNELS - colours.shape[2], colours.shape[3])
            clicks = generator.normal(0, OF_CLICKS * colours.std(), shape)
            weights = [np.concatenate([colours, clicks.astype(np.float32)], axis=2)]
        layer.set_weights(weights)
    options.folder.mkdir(parents=True, exist_ok=True)
    save_weights(model, options.folder / "model.keras")
    save_card(replace(card, net=net), options.folder / "card.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
