"""Why a model of lesions misses some: each validation image with what might be to blame, the worst first.

    python -m benchmarks.skin_misses --data_dir DATA/skin_lesion

What might be: a lesion that touches the border, dark corners, a colour cast, a lesion that is no darker than
the skin. Beside it what might mend it without training: each channel moved to the mean and deviation of usual
images, skin added around, the threshold that is best for that image alone.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from core.config import MODELS_DIR
from core.datasets.pairs import find_pairs, load_pair
from core.evaluation.scores import score_mask
from core.imaging.decode import DecodedImage
from core.inference.predictor import load_predictor

CORNER = 40
"""Side in pixels of the squares in the corners."""
USUAL_MEAN, USUAL_DEVIATION = (180.0, 140.0, 130.0), 40.0
ADDED = 128
"""Pixels of skin that are added on each side."""
MISSED = 0.1
"""IoU below which a lesion counts as not found."""


def main() -> None:
    """Print a line for each image, then the correlations and means."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data_dir", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=MODELS_DIR / "skin_lesion")
    options = parser.parse_args()
    predictor = load_predictor(options.model)
    folder = options.data_dir / "val"
    rows = []
    for pair in find_pairs(folder / "images", folder / "masks"):
        image, mask = load_pair(pair)
        rows.append({"image": pair.stem, **_row(predictor, image, mask == 1)})
    rows.sort(key=lambda row: float(row["iou"]))
    for row in rows:
        print("  ".join(f"{name} {value:.2f}" if name != "image" else value for name, value in row.items()))
    for name in list(rows[0])[1:]:
        values, iou = [row[name] for row in rows], [row["iou"] for row in rows]
        missed = [row[name] for row in rows if row["iou"] < MISSED]
        print(
            f"{name:18} mean {np.mean(values):.3f}  of the missed {np.mean(missed):.3f}"
            f"  correlation with IoU {spearmanr(values, iou).statistic:+.2f}"
        )


def _row(predictor: Any, image: DecodedImage, truth: NDArray[np.bool_]) -> dict[str, float]:
    cut = predictor.card.threshold
    probability = predictor.predict(image)
    grey = image.values.astype(float).mean(axis=-1)
    ends = slice(None, CORNER), slice(-CORNER, None)
    corners = np.mean([grey[rows, cols].mean() for rows in ends for cols in ends])
    edge = np.concatenate([truth[0], truth[-1], truth[:, 0], truth[:, -1]])
    channels = image.values.reshape(-1, 3).astype(float)
    usual = (image.values - channels.mean(axis=0)) / channels.std(axis=0) * USUAL_DEVIATION + USUAL_MEAN
    skin = [int(value) for value in np.percentile(channels, 90, axis=0)]
    around = cv2.copyMakeBorder(image.values, *[ADDED] * 4, cv2.BORDER_CONSTANT, value=skin)
    inner = np.s_[ADDED:-ADDED, ADDED:-ADDED]

    def changed(values: NDArray[Any]) -> NDArray[Any]:
        found: NDArray[Any] = predictor.predict(replace(image, values=values.astype(np.uint8)))
        return found

    return {
        "iou": _iou(probability >= cut, truth),
        "area": float(truth.mean()),
        "on the border": float(edge.mean()),
        "corners": float(corners / grey.mean()),
        "darker than skin": float(grey[~truth].mean() - grey[truth].mean()),
        "red over blue": float(channels[:, 0].mean() / channels[:, 2].mean()),
        "best threshold": max(_iou(probability >= each, truth) for each in np.arange(0.05, 1, 0.05)),
        "usual colours": _iou(changed(np.clip(usual, 0, 255)) >= cut, truth),
        "skin around": _iou(changed(around)[inner] >= cut, truth),
    }


def _iou(mask: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return score_mask(mask.astype(np.uint8), truth.astype(np.uint8))["iou"] or 0.0


if __name__ == "__main__":
    main()
