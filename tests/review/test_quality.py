import numpy as np
import pytest

from core.imaging.masks import Proposal
from core.review.quality import FEWEST, calibrate, soft_dice, unsure_outline


def proposal(levels):
    levels = np.asarray(levels, np.uint8)
    return Proposal(np.ones_like(levels), levels)


def test_soft_dice_by_hand():
    # Mask: 255 and 204. 2 (1 + 0.8) / ((1 + 0.8 + 0.2) + 2) = 3.6 / 4; the 10 is too faint to count.
    assert soft_dice(proposal([[255, 204, 51, 10]]), 0.5) == pytest.approx(0.9)


def test_what_is_empty():
    assert soft_dice(proposal([[0, 3, 12]]), 0.5) == 1.0
    # Nothing reaches the threshold, yet something is there: the worst of all.
    assert soft_dice(proposal([[100, 100, 0]]), 0.5) == 0.0
    assert unsure_outline(proposal([[0, 3, 12]]), 0.5) == 0.0


def test_an_outline_is_unsure_where_the_map_is_slow():
    # 60 x 80: the diagonal is 100, so more than 2 pixels of way is slow. Foreground begins at column 40; in
    # the upper 30 rows at once, in the lower 30 rows over six columns.
    levels = np.zeros((60, 80))
    levels[:, 40:] = 255
    levels[30:, 38:44] = [60, 100, 130, 150, 180, 200]
    found = unsure_outline(proposal(levels), 0.5)
    # The outline runs round the mask's four sides; the slow part is the lower half of its left side.
    outline_length = 2 * 40 + 2 * 60 - 4
    assert found == pytest.approx(30 / outline_length, abs=3 / outline_length)
    levels[30:, 38:44] = [0, 0, 255, 255, 255, 255]
    assert unsure_outline(proposal(levels), 0.5) == 0.0


def test_few_truths_give_no_interval():
    calibration = calibrate([0.9] * (FEWEST - 1), [0.5] * (FEWEST - 1))
    assert calibration.guess(0.8) == (0.8, None, None)
    assert calibration.num_known == FEWEST - 1


def test_a_line_between_log_odds():
    # Dice that are the scores moved by log 3 in log odds: 0.5 -> 0.75, 0.75 -> 0.9.
    scores = [0.5, 0.6, 0.75, 0.8, 0.9]
    dices = [3 * s / (1 - s) / (1 + 3 * s / (1 - s)) for s in scores]
    guess, low, high = calibrate(scores, dices).guess(0.5)
    assert (guess, low, high) == pytest.approx((0.75, 0.75, 0.75), abs=0.01)


def test_guesses_stand_in_the_order_of_scores_whatever_the_truths():
    calibration = calibrate([0.5, 0.6, 0.7, 0.8, 0.9, 0.95], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    guesses = [calibration.guess(score)[0] for score in (0.4, 0.6, 0.8, 0.99)]
    assert guesses == sorted(guesses)
    assert len(set(guesses)) == 4


def test_the_interval_holds_for_four_of_five_new_images():
    random = np.random.default_rng(0)
    held = []
    for _ in range(200):
        scores = random.uniform(0.3, 0.98, 24)
        odds = np.log(scores / (1 - scores)) + random.normal(0, 0.7, 24)
        dices = 1 / (1 + np.exp(-odds))
        calibration = calibrate(scores[:20].tolist(), dices[:20].tolist())
        for score, dice in zip(scores[20:], dices[20:], strict=True):
            _, low, high = calibration.guess(float(score))
            held.append(low <= dice <= high)
    assert np.mean(held) == pytest.approx(0.8, abs=0.03)


def test_the_ends_of_the_scale_are_within_reach():
    calibration = calibrate([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [0.1, 1.0, 0.2, 0.9, 0.8, 0.05])
    _, low, high = calibration.guess(0.7)
    assert (low, high) == (0.0, 1.0)


def test_each_score_needs_its_dice():
    with pytest.raises(ValueError, match="needs its Dice"):
        calibrate([0.5], [0.5, 0.6])
