import pytest

from core.review.progress import CorrectedImage, changes, running_mean, summarise


def corrected(dice, version=1, seconds=10.0, guess=None, low=None, high=None):
    return CorrectedImage(1, "a.png", version, dice, seconds, guess, low, high)


def test_a_summary_by_hand():
    images = [
        corrected(0.5, seconds=30),
        corrected(0.7, seconds=50, guess=0.8, low=0.75, high=0.9),
        corrected(1.0, 2, seconds=2, guess=0.9, low=0.8, high=1.0),
        corrected(1.0, 2, seconds=4, guess=0.9),
    ]
    found = summarise(images)
    assert (found.num_images, found.unchanged.count, found.unchanged.total) == (4, 2, 4)
    assert found.first_dice == found.last_dice == pytest.approx(0.8)
    assert found.first_seconds == 17
    # The last has no interval.
    assert (found.held.total, found.held.count) == (2, 1)
    assert found.guess_error == pytest.approx(0.1)
    assert changes(images) == [3]


def test_whether_the_lowest_guesses_are_the_worst_predictions():
    dices = [place / 20 for place in range(20)]
    right = summarise([corrected(dice, guess=dice) for dice in dices]).worst_first
    # One way of 20! / (4! 16!) = 4845 has all four.
    assert (right.num_images, right.fifth, right.found) == (20, 4, 4)
    assert right.chance == pytest.approx(1 / 4845)
    assert not right.is_chance
    wrong = summarise([corrected(dice, guess=1 - dice) for dice in dices]).worst_first
    assert (wrong.found, wrong.chance, wrong.is_chance) == (0, 1.0, True)
    # 6 * 120 ways have two of the four, 4 * 16 three: (720 + 64 + 1) / 4845.
    two = summarise([corrected(dice, guess=dice if dice < 0.1 else 1 - dice) for dice in dices]).worst_first
    assert two.chance == pytest.approx(785 / 4845)
    assert summarise([corrected(0.5, guess=0.5)] * 14).worst_first is None


def test_first_and_last_are_ten_each():
    found = summarise([corrected(0.5, seconds=60)] * 15 + [corrected(1.0, seconds=5)] * 10)
    assert (found.first_dice, found.last_dice) == (0.5, 1.0)
    assert (found.first_seconds, found.last_seconds) == (60, 5)


def test_a_running_mean_goes_back_ten():
    assert running_mean([1.0, 0.0, 0.5]) == [1.0, 0.5, 0.5]
    assert running_mean([0.0] * 3 + [1.0] * 10)[-1] == 1.0


def test_without_images_there_is_nothing_to_say():
    with pytest.raises(ValueError, match="at least one"):
        summarise([])
