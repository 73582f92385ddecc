"""Rows of scores against numbers worked out by hand."""

import pytest

from core.evaluation.scores import Counts
from core.experiments.reports.differences import difference_rows, difference_sentence
from core.experiments.reports.tables import cell_text, fold_rows, mean_row, pooled_row
from core.experiments.runs.scoring import SCORES, ImageScores


def image(stem, dice, *, hd95=1.0, counts=None):
    scores = dict.fromkeys(SCORES, dice) | {"hd95": hd95}
    return ImageScores(stem, scores, counts or Counts(1, 0, 0, 1))


def test_a_mean_has_its_interval_and_leaves_undefined_out():
    row = mean_row([image("a", 0.6), image("b", 0.8, hd95=None)])
    assert row["images"] == 2
    assert row["dice"] == pytest.approx(0.7)
    # Of two values every resample's mean is 0.6, 0.7 or 0.8, the outer ones a quarter of the time each.
    assert (row["dice_low"], row["dice_high"]) == (0.6, 0.8)
    assert row["hd95"] == 1.0


def test_pooled_scores_count_pixels_and_not_images():
    # 3 hits and 1 miss in one image, 0 hits and 4 false alarms in the other: Dice 2*3 / (2*3 + 4 + 1) = 6/11.
    row = pooled_row([image("a", 0, counts=Counts(3, 0, 1, 0)), image("b", 0, counts=Counts(0, 4, 0, 0))])
    assert row["f1"] == pytest.approx(6 / 11, abs=1e-6)
    assert row["precision"] == pytest.approx(3 / 7, abs=1e-6)


def test_mean_and_deviation_over_folds():
    # Fold means 0.5 and 0.8: mean 0.65, sd = sqrt((0.15^2 + 0.15^2) / 1) = 0.212132; images count per fold.
    means, spreads = fold_rows([[image("a", 0.4), image("b", 0.6)], [image("c", 0.8)]])
    assert means["images"] == 3
    assert means["dice"] == pytest.approx(0.65)
    assert spreads["dice"] == pytest.approx(0.212132)


def test_one_fold_has_no_deviation():
    assert fold_rows([[image("a", 0.4)]])[1]["dice"] is None


def test_differences_are_first_minus_other_over_the_same_images():
    # Dice differences 0.1, 0.2 and 0.3: mean 0.2. All three are positive: of the 8 ways to put signs, one is
    # as extreme on each side, so p = 2 / 8.
    images_of = {
        "unet": [image("a", 0.8), image("b", 0.8), image("c", 0.9, hd95=None)],
        "fcn": [image("a", 0.7), image("b", 0.6), image("c", 0.6)],
    }
    rows = {row["score"]: row for row in difference_rows(images_of)}
    assert rows["dice"]["difference"] == pytest.approx(0.2)
    assert rows["dice"]["p"] == pytest.approx(0.25)
    assert rows["hd95"]["images"] == 2


@pytest.mark.parametrize(
    ("score", "interval", "p", "verdict"),
    [
        ("dice", (0.2, 0.1, 0.3), 0.01, "U-Net is better."),
        ("dice", (-0.2, -0.3, -0.1), 0.01, "FCN (no skips) is better."),
        # A smaller distance is the better one.
        ("hd95", (2.0, 1.0, 3.0), 0.01, "FCN (no skips) is better."),
        ("dice", (0.2, -0.1, 0.4), 0.01, "no clear difference."),
        # Of two images no test gives less.
        ("dice", (0.2, 0.1, 0.3), 0.5, "no clear difference."),
    ],
)
def test_a_difference_says_who_is_better(score, interval, p, verdict):
    keys = ("difference", "difference_low", "difference_high")
    row = {
        "first": "unet",
        "second": "fcn",
        "score": score,
        "p": p,
        "images": 9,
        **dict(zip(keys, interval, strict=True)),
    }
    assert difference_sentence(row).endswith(verdict)


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        ({"dice": 0.91234, "dice_low": 0.9, "dice_high": 0.95}, "dice", "0.9123 (0.9000 to 0.9500)"),
        ({"dice": None}, "dice", "–"),
        ({"parameters": 1234567}, "parameters", "1,234,567"),
        ({"hd95": 3.14159}, "hd95", "3.14"),
        ({"learning_rate": 0.000312}, "learning_rate", "0.000312"),
        ({"arm": "U-Net"}, "arm", "U-Net"),
    ],
)
def test_cells_read_well(row, column, text):
    assert cell_text(row, column) == text
