"""Pictures: drawn without a warning also from little, and the images that tell something are chosen."""

import numpy as np
import pytest

from core.datasets.pairs import Pair
from core.experiments.reports import pictures
from core.experiments.reports.predictions_picture import predictions_picture, telling_images
from tests.experiments.making import make_set

EPOCH = {"epoch": 1.0, "loss": 0.9, "dice": 0.1, "val_loss": None, "val_dice": None}


def is_png(content):
    return content.startswith(b"\x89PNG")


def test_curves_of_one_epoch_without_validation_are_drawn():
    assert is_png(pictures.curves_picture({"unet": [EPOCH], "fcn": [EPOCH | {"val_loss": 0.8}]}, "bce"))


def test_folds_thresholds_trials_and_importance_are_drawn():
    steps = np.linspace(0, 1, 101)
    curve = {name: steps for name in ("threshold", "dice", "iou", "precision", "recall")}
    assert is_png(pictures.folds_picture({"U-Net": [0.5], "FCN": [0.4, 0.6]}))
    assert is_png(pictures.threshold_picture(curve, 40, 50))
    assert is_png(pictures.trials_picture([(1, 0.0, False), (2, 0.5, True)]))
    assert is_png(pictures.importance_picture({"learning_rate": 0.9, "dropout": 0.1}))


def test_the_images_where_networks_differ_most_come_first_and_typical_ones_after():
    # Spreads 0.0, 0.5, 0.1, 0.3; means 0.8, 0.55, 0.45, 0.65 with the median 0.6.
    dice = {"unet": [0.8, 0.8, 0.5, 0.8], "fcn": [0.8, 0.3, 0.4, 0.5]}
    # Apart: 1, then 3. Of the others 2 is 0.15 from the median, 0 is 0.2.
    assert telling_images(dice, 2, 1) == ([1, 3], [2])


def test_one_network_has_typical_images_only():
    assert telling_images({"unet": [0.1, 0.5, 0.9]}, 2, 1) == ([], [1])


@pytest.mark.parametrize("stem", ["사진", "a$b$c"])
def test_predictions_of_any_name_are_drawn(tmp_path, stem):
    data = make_set(tmp_path, train=1, val=0) / "train"
    pair = Pair(stem, data / "images" / "t0.png", data / "masks" / "t0.png")
    (tmp_path / f"{stem}.png").write_bytes(pair.mask_path.read_bytes())
    assert is_png(
        predictions_picture([pair], {"U-Net": {stem: (tmp_path / f"{stem}.png", 1.0)}}, {"typical": [0]})
    )
