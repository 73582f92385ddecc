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
    assert (found.num_guessed, found.held.count) == (2, 1)
    assert found.guess_error == pytest.approx(0.1)
    assert changes(images) == [3]


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
