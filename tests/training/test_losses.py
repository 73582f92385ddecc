import math

import numpy as np
import pytest

from core.training.losses import (
    LOSSES,
    bce_dice,
    cross_entropy,
    dice_loss,
    dice_score,
    focal_loss,
    get_loss,
    pixel_accuracy,
    tversky_loss,
)

LOG2, LOG3 = math.log(2), math.log(3)


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
    assert float(cross_entropy(target(MASK), logits(LOGITS))[0]) == pytest.approx(expected, rel=1e-6)


def test_cross_entropy_weighs_pixels():
    # Weights 1, 0, 3, 0: (-log 3/4 - 3 log 1/4) / 4.
    expected = -(math.log(3 / 4) + 3 * math.log(1 / 4)) / 4
    loss = cross_entropy(target(MASK, [[1, 0], [3, 0]]), logits(LOGITS))
    assert float(loss[0]) == pytest.approx(expected, rel=1e-6)


def test_cross_entropy_stays_finite_for_certain_and_wrong():
    loss = cross_entropy(target([[1, 0]]), logits([[-1000.0, 1000.0]]))
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


def test_focal_loss_of_four_pixels():
    # Probability of the truth 3/4, 1/4, 1/4, 3/4: (1/4)^2 = 1/16 and (3/4)^2 = 9/16.
    expected = (2 * -math.log(3 / 4) / 16 + 2 * -math.log(1 / 4) * 9 / 16) / 4
    assert float(focal_loss(target(MASK), logits(LOGITS))[0]) == pytest.approx(expected, rel=1e-6)


def test_tversky_loss_of_four_pixels():
    # TP = 3/4 + 1/4 = 1, FP = 3/4 + 1/4 = 1, FN = 1/4 + 3/4 = 1: 1 - 1.5 / (1 + 0.3 + 0.7 + 0.5) = 0.4.
    assert float(tversky_loss(target(MASK), logits(LOGITS))[0]) == pytest.approx(0.4, rel=1e-6)


def test_tversky_loss_minds_a_miss_more_than_a_false_alarm():
    # One pixel there, sure and wrong. Missed: 1 - 0.5 / (0.7 + 0.5). False alarm: 1 - 0.5 / (0.3 + 0.5).
    missed = tversky_loss(target([[1, 0]]), logits([[-1000.0, -1000.0]]))
    false_alarm = tversky_loss(target([[0, 0]]), logits([[1000.0, -1000.0]]))
    assert float(missed[0]) == pytest.approx(1 - 0.5 / 1.2, rel=1e-6)
    assert float(false_alarm[0]) == pytest.approx(1 - 0.5 / 0.8, rel=1e-6)


def test_accuracy_is_the_weighted_part_that_is_right():
    # Right, wrong, wrong, right; then with weights 1, 0, 3, 0: 1 / 4.
    assert float(pixel_accuracy(target(MASK), logits(LOGITS))[0]) == pytest.approx(0.5)
    weighted = pixel_accuracy(target(MASK, [[1, 0], [3, 0]]), logits(LOGITS))
    assert float(weighted[0]) == pytest.approx(0.25)
    assert float(pixel_accuracy(target(MASK, np.zeros((2, 2))), logits(LOGITS))[0]) == 1.0


# Three classes. Softmax of (log 2, 0, 0) is 1/2, 1/4, 1/4.
CLASSES = [[0, 1], [2, 2]]


def class_logits():
    """Likeliest: 0, 1, 2, 0; the truth is 0, 1, 2, 2. Probability of the truth: 1/2, 1/2, 1/2, 1/4."""
    values = np.zeros((1, 2, 2, 3), np.float32)
    for pixel, likeliest in zip(((0, 0), (0, 1), (1, 0), (1, 1)), (0, 1, 2, 0), strict=True):
        values[0, *pixel, likeliest] = LOG2
    return values


def test_cross_entropy_of_three_classes():
    expected = (3 * math.log(2) + math.log(4)) / 4
    assert float(cross_entropy(target(CLASSES), class_logits())[0]) == pytest.approx(expected, rel=1e-6)


def test_dice_loss_of_three_classes_is_the_mean_over_the_foreground():
    # Class 1: sum p t = 1/2, sum p = 1/4 + 1/2 + 1/4 + 1/4 = 5/4, sum t = 1: 1 - (1 + 1) / (9/4 + 1) = 5/13.
    # Class 2: sum p t = 1/2 + 1/4, sum p = 5/4, sum t = 2: 1 - (3/2 + 1) / (13/4 + 1) = 7/17.
    loss = dice_loss(target(CLASSES), class_logits())
    assert float(loss[0]) == pytest.approx((5 / 13 + 7 / 17) / 2, rel=1e-6)


def test_bce_dice_of_three_classes_is_cross_entropy_and_dice():
    expected = (3 * math.log(2) + math.log(4)) / 4 + (5 / 13 + 7 / 17) / 2
    assert float(bce_dice(target(CLASSES), class_logits())[0]) == pytest.approx(expected, rel=1e-6)


def test_focal_loss_of_three_classes():
    expected = (3 * math.log(2) / 4 + math.log(4) * 9 / 16) / 4
    assert float(focal_loss(target(CLASSES), class_logits())[0]) == pytest.approx(expected, rel=1e-6)


def test_tversky_loss_of_three_classes():
    # Class 1: TP 1/2, FP 3/4, FN 1/2. Class 2: TP 3/4, FP 1/2, FN 5/4.
    first = 1 - 1 / (0.5 + 0.3 * 0.75 + 0.7 * 0.5 + 0.5)
    second = 1 - 1.25 / (0.75 + 0.3 * 0.5 + 0.7 * 1.25 + 0.5)
    loss = tversky_loss(target(CLASSES), class_logits())
    assert float(loss[0]) == pytest.approx((first + second) / 2, rel=1e-6)


def test_dice_score_and_accuracy_of_three_classes():
    # Class 1 is right: 1. Class 2: one of two found: 2 / 3. Three of four pixels are right.
    assert float(dice_score(target(CLASSES), class_logits())[0]) == pytest.approx((1 + 2 / 3) / 2)
    assert float(pixel_accuracy(target(CLASSES), class_logits())[0]) == pytest.approx(0.75)


def test_a_class_that_is_neither_there_nor_predicted_scores_1():
    # Only class 1 is there, and it is found; class 2 is absent.
    sure = np.full((1, 1, 2, 3), -50, np.float32)
    sure[0, 0, :, 1] = 50
    assert float(dice_score(target([[1, 1]]), sure)[0]) == 1.0
    assert float(dice_loss(target([[1, 1]]), sure)[0]) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "num_classes"),
    [*((name, 1) for name in LOSSES), *((name, 3) for name in LOSSES if name != "bce")],
)
def test_an_undefined_pixel_weighs_nothing(name, num_classes):
    # Whatever stands in the undefined column, in the mask and in the prediction, nothing changes.
    generator = np.random.default_rng(0)
    first = generator.normal(0, 2, (1, 4, 4, num_classes)).astype(np.float32)
    labels = generator.integers(0, max(2, num_classes), (4, 4))
    weight = np.ones((4, 4))
    weight[:, 0] = 0
    other, other_labels = first.copy(), labels.copy()
    other[:, :, 0] = 7 - first[:, :, 0]
    other_labels[:, 0] = 0
    for function in (get_loss(name, num_classes), dice_score, pixel_accuracy):
        expected = float(function(target(labels, weight), first)[0])
        assert float(function(target(other_labels, weight), other)[0]) == pytest.approx(expected, rel=1e-6)
        assert float(function(target(labels), first)[0]) != pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_stays_finite_for_certain_and_wrong(name):
    loss = get_loss(name, 1)(target([[1, 0]]), logits([[-1000.0, 1000.0]]))
    assert np.isfinite(float(loss[0]))


def test_an_unknown_loss_and_a_binary_one_for_classes_are_refused():
    with pytest.raises(ValueError, match="no loss 'hinge'; choose one of bce, dice"):
        get_loss("hinge", 1)
    with pytest.raises(ValueError, match='"bce" is for one foreground, got 3 classes; take "cross_entropy"'):
        get_loss("bce", 3)
