import math

import numpy as np
import pytest

from core.training.losses import bce_dice, binary_cross_entropy, dice_loss, dice_score

LOG3 = math.log(3)


def target(mask, weight=None):
    mask = np.array(mask, np.float32)
    weight = np.ones_like(mask) if weight is None else np.array(weight, np.float32)
    return np.stack([mask, weight], axis=-1)[None]


def logits(values):
    return np.array(values, np.float32)[None, ..., None]


# sigmoid(log 3) = 3 / 4 and sigmoid(-log 3) = 1 / 4.
MASK = [[1, 1], [0, 0]]
LOGITS = [[LOG3, -LOG3], [LOG3, -LOG3]]


def test_cross_entropy_of_four_pixels():
    # -log of the probability of the truth: 3/4, 1/4, 1/4, 3/4.
    expected = -(2 * math.log(3 / 4) + 2 * math.log(1 / 4)) / 4
    assert float(binary_cross_entropy(target(MASK), logits(LOGITS))[0]) == pytest.approx(expected, rel=1e-6)


def test_cross_entropy_weighs_pixels():
    # Weights 1, 0, 3, 0: (-log 3/4 - 3 log 1/4) / 4.
    expected = -(math.log(3 / 4) + 3 * math.log(1 / 4)) / 4
    loss = binary_cross_entropy(target(MASK, [[1, 0], [3, 0]]), logits(LOGITS))
    assert float(loss[0]) == pytest.approx(expected, rel=1e-6)


def test_cross_entropy_stays_finite_for_certain_and_wrong():
    loss = binary_cross_entropy(target([[1, 0]]), logits([[-1000.0, 1000.0]]))
    assert float(loss[0]) == pytest.approx(1000)


def test_dice_loss_of_four_pixels():
    # sum p t = 3/4 + 1/4 = 1, sum p = 2, sum t = 2: 1 - (2 + 1) / (4 + 1) = 0.4.
    assert float(dice_loss(target(MASK), logits(LOGITS))[0]) == pytest.approx(0.4, rel=1e-6)


def test_dice_loss_weighs_pixels():
    # First row only: sum p t = 1, sum p = 1, sum t = 2: 1 - (2 + 1) / (3 + 1) = 0.25.
    loss = dice_loss(target(MASK, [[1, 1], [0, 0]]), logits(LOGITS))
    assert float(loss[0]) == pytest.approx(0.25, rel=1e-6)


def test_dice_loss_of_an_empty_mask_predicted_empty_is_0():
    assert float(dice_loss(target([[0, 0]]), logits([[-1000.0, -1000.0]]))[0]) == pytest.approx(0, abs=1e-6)


def test_bce_dice_is_the_sum_and_one_number_an_image():
    targets = np.concatenate([target(MASK), target([[0, 0], [0, 0]])])
    both = np.concatenate([logits(LOGITS), logits([[-1000.0, -1000.0], [-1000.0, -1000.0]])])
    first = -(2 * math.log(3 / 4) + 2 * math.log(1 / 4)) / 4 + 0.4
    np.testing.assert_allclose(np.asarray(bce_dice(targets, both)), [first, 0], rtol=1e-5, atol=1e-6)


def test_an_image_that_nobody_decided_has_no_loss():
    loss = bce_dice(target(MASK, [[0, 0], [0, 0]]), logits(LOGITS))
    assert float(loss[0]) == pytest.approx(0, abs=1e-6)


def test_dice_score_counts_pixels_above_one_half():
    # Predicted: first column. Both: 1 pixel, predicted 2, mask 2: 2 / 4.
    assert float(dice_score(target(MASK), logits(LOGITS))[0]) == pytest.approx(0.5)


def test_dice_score_leaves_undecided_pixels_out():
    # Without the two errors: predicted 1, mask 1, both 1.
    score = dice_score(target(MASK, [[1, 0], [0, 1]]), logits(LOGITS))
    assert float(score[0]) == pytest.approx(1.0)


def test_dice_score_of_two_empty_masks_is_1():
    assert float(dice_score(target([[0, 0]]), logits([[-1.0, -1.0]]))[0]) == 1.0
