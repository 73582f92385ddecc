"""Pixel accuracy and cross-entropy of a model on images as they are, means over images.

python -m benchmarks.results.pixel_scores --data_dir DATA --model_path MODEL --splits train val
--output_dir OUT
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.pairs import find_pairs, load_pair
from core.evaluation.scores import bootstrap_interval
from core.files import write_whole

# Cross-entropy of a probability that is 0 in float32 would be infinite.
LEAST = 1e-7


def pixel_scores(probability: NDArray[np.float32], mask: NDArray[np.uint8]) -> tuple[float, float]:
    """Accuracy at the likelier class, and mean -log of the true class's probability.

    Args:
        probability: (H, W) of the foreground, or (H, W, 2) of background and foreground.
        mask: (H, W) uint8 in {0, 1}.
    """
    foreground = probability if probability.ndim == 2 else probability[..., 1]
    of_truth = np.where(mask == 1, foreground, 1 - foreground)
    return float(np.mean(of_truth > 0.5)), float(np.mean(-np.log(np.maximum(of_truth, LEAST))))


def main() -> None:
    """Score and write `results.json`: a row for each split."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data_dir", type=Path, required=True)
    parser.add_argument("--model_path", type=Path, required=True)
    parser.add_argument("--splits", nargs="+", default=["train", "val"])
    parser.add_argument("--output_dir", type=Path, required=True)
    options = parser.parse_args()

    from core.inference.predictor import load_predictor

    predictor = load_predictor(options.model_path)
    rows = []
    for split in options.splits:
        folder = options.data_dir / split
        loaded = [load_pair(pair) for pair in find_pairs(folder / "images", folder / "masks")]
        scored = [pixel_scores(predictor.predict(image), mask) for image, mask in loaded]
        row: dict[str, str | int | float] = {"arm": split, "images": len(scored)}
        for name, values in zip(("accuracy", "cross_entropy"), zip(*scored, strict=True), strict=True):
            low, high = bootstrap_interval(values)
            row |= {name: float(np.mean(values)), f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
        print(f"{split}: accuracy {row['accuracy']:.4f}, cross-entropy {row['cross_entropy']:.4f}")
    content = {"columns": ["arm", "images", "accuracy", "cross_entropy"], "rows": rows}
    write_whole(options.output_dir / "results.json", json.dumps(content, indent=2).encode())


if __name__ == "__main__":
    main()
