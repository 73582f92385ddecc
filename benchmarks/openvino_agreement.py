"""Masks by OpenVINO beside those of Keras, on a split of a data set: pixels that agree, and both mean Dice.

    python -m benchmarks.openvino_agreement --data_dir ../shared/data/lung_ct --model_path models/lung_ct

Both sides prepare the image and its answer in the same way; Keras computes in float32 in a child process.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from core.datasets.pairs import check_dataset, load_pair
from core.evaluation.scores import score_mask
from core.imaging.masks import quantise, threshold_mask
from core.inference.child_network import ChildNetwork
from core.inference.predictor import load_predictor
from core.inference.stock_layers import weights_path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data_dir", type=Path, required=True, help="data set with masks")
    parser.add_argument("--model_path", type=Path, required=True, help="model folder")
    parser.add_argument("--split", default="test", help="which split is looked at")
    options = parser.parse_args()
    openvino, keras = load_predictor(options.model_path), load_predictor(options.model_path)
    card = openvino.card
    # The one difference: what runs the network.
    keras._network._run = ChildNetwork(weights_path(options.model_path), card.image_size, "segment")
    agreeing, dice = [], []
    largest = 0.0
    for pair in check_dataset(options.data_dir, [options.split])[options.split]:
        image, reference = load_pair(pair)
        first, second = (predictor.predict(image) for predictor in (openvino, keras))
        largest = max(largest, float(np.abs(first - second).max()))
        masks = [threshold_mask(quantise(each), card.threshold) for each in (first, second)]
        agreeing.append(float((masks[0] == masks[1]).mean()))
        dice.append([score_mask(mask, reference)["dice"] for mask in masks])
    means = np.mean(dice, axis=0)
    result = {
        "images": len(agreeing),
        "agreeing_percent": round(100 * float(np.mean(agreeing)), 4),
        "lowest_agreeing_percent": round(100 * min(agreeing), 4),
        "dice_openvino": round(float(means[0]), 5),
        "dice_keras": round(float(means[1]), 5),
        "largest_difference_of_probabilities": largest,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
