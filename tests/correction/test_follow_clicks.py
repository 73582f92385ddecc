import numpy as np
import pytest

from core.correction.click_crop import SIDE, Click
from core.correction.follow_clicks import follow_clicks


@pytest.fixture
def picture():
    """Two bright squares, one of 60 pixels a side and one of 8, on black."""
    grey = np.zeros((200, 300), np.uint8)
    grey[100:160, 40:100] = 200
    grey[30:38, 250:258] = 200
    return grey


def bright(fed):
    """A network that finds what is brighter than the mean of its crop, whatever is clicked."""
    return (fed[..., 0] > 128).astype(np.float32)


def nothing(fed):
    return np.zeros((SIDE, SIDE), np.float32)


EMPTY = np.zeros((200, 300), bool)


def test_a_click_finds_the_object_and_only_that_one(picture):
    mask = follow_clicks(picture, EMPTY, [Click(120, 60, True)], bright)
    assert mask[100:160, 40:100].mean() > 0.95
    assert mask.sum() == pytest.approx(60 * 60, rel=0.1)
    assert not mask[:60].any()


def test_a_small_object_is_looked_at_from_near(picture):
    seen = []

    def answer(fed):
        seen.append((fed[..., 0] > 128).mean())
        return bright(fed)

    mask = follow_clicks(picture, EMPTY, [Click(33, 253, True)], answer)
    assert mask.sum() == pytest.approx(64, abs=30)
    # At last it fills a good part of what the network sees.
    assert len(seen) > 2 and seen[-1] > 0.05


def test_of_what_is_found_at_several_sizes_the_surest_that_is_found_again_is_taken(picture):
    """From afar a field around it is found, and not again by itself."""

    def answer(fed):
        lit = fed[..., 0] > 128
        if lit.mean() < 0.02:
            return np.full((SIDE, SIDE), 0.9, np.float32)
        return np.where(lit, 0.8, 0.1).astype(np.float32)

    mask = follow_clicks(picture, EMPTY, [Click(33, 253, True)], answer)
    assert mask.sum() == pytest.approx(64, abs=30)
    # Nothing is nearer than the object itself.
    assert not mask[:20].any()


def test_only_the_region_that_the_click_touches_changes(picture):
    start = EMPTY.copy()
    start[100:160, 40:100] = True
    start[100:120, 80:100] = False
    start[150:190, 150:190] = True
    mask = follow_clicks(picture, start, [Click(110, 90, True)], bright)
    assert mask[102:118, 82:98].all()
    # The wrong square elsewhere is not what was clicked.
    assert mask[150:190, 150:190].all()


def test_excluding_takes_a_region_away(picture):
    start = EMPTY.copy()
    start[100:160, 40:110] = True
    start[120:140, 110:130] = True
    mask = follow_clicks(picture, start, [Click(130, 118, False)], bright)
    assert not mask[122:138, 107:128].any()
    assert mask[105:155, 45:95].all()


def test_excluding_takes_a_piece_where_the_network_drops_the_whole_object(picture):
    start = EMPTY.copy()
    start[100:160, 40:100] = True
    mask = follow_clicks(picture, start, [Click(130, 60, False)], nothing)
    gone = np.argwhere(start & ~mask)
    # The nearest window has 45 pixels, half of which is its margin.
    assert 0 < np.hypot(*(gone - (130, 60)).T).max() <= 15


def test_much_of_an_object_goes_only_once_a_click_has_said_what_it_is(picture):
    start = EMPTY.copy()
    start[100:160, 40:100] = True

    def without_two_fifths(fed):
        there = fed[..., 3] > 0
        left, *_, right = np.flatnonzero(there.any(axis=0))
        there[:, round(left + 0.6 * (right - left)) :] = False
        return there.astype(np.float32)

    by_one = follow_clicks(picture, start, [Click(130, 90, False)], without_two_fifths)
    clicks = [Click(130, 50, True), Click(130, 90, False)]
    by_two = follow_clicks(picture, start, clicks, without_two_fifths)
    assert by_one[106, 90] and not by_one[130, 90]
    assert not by_two[106:154, 90].any()
    assert by_one[:, :70].sum() == by_two[:, :70].sum() == start[:, :70].sum()


def test_clicked_pixels_obey_where_the_network_does_not(picture):
    clicks = [Click(120, 60, True), Click(10, 10, False), Click(199, 299, True)]
    mask = follow_clicks(picture, EMPTY, clicks, nothing)
    assert mask[120, 60] and mask[199, 299] and not mask[10, 10]
    full = np.ones_like(EMPTY)
    assert not follow_clicks(picture, full, [Click(10, 10, False)], lambda fed: 1 - nothing(fed))[10, 10]


def test_a_click_on_what_is_excluded_already_changes_nothing(picture):
    start = EMPTY.copy()
    start[100:160, 40:100] = True
    assert np.array_equal(follow_clicks(picture, start, [Click(5, 5, False)], bright), start)


def test_two_hundred_clicks_on_one_pixel(picture):
    clicks = [Click(120, 60, number % 2 == 0) for number in range(200)]
    mask = follow_clicks(picture, EMPTY, clicks, bright)
    assert not mask[120, 60]


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (30, 30, 3)])
def test_any_size(shape):
    picture = np.zeros(shape, np.uint8)
    mask = follow_clicks(picture, np.zeros(shape[:2], bool), [Click(0, 0, True)], bright)
    assert mask.shape == shape[:2] and mask[0, 0]


def test_a_scribble_takes_every_region_that_it_crosses(picture):
    clicks = [Click(120, 60, True), Click(10, 10, True)]
    mask = follow_clicks(picture, EMPTY, clicks, nothing, num_new=2)
    # The network finds nothing, so each place of the scribble counts by itself.
    assert mask[120, 60] and mask[10, 10]


def test_a_piece_is_excluded_though_the_network_lets_go_of_the_whole_object(picture):
    picture[125:135, 65:75] = 120

    def answer(fed):
        """From afar nothing is left of what was there; from near the piece is seen to be another thing."""
        there, lit = fed[..., 3] > 0, fed[..., 0] > 128
        return (there & lit if there.all() else np.zeros_like(there)).astype(np.float32)

    mask = EMPTY.copy()
    mask[100:160, 40:100] = True
    after = follow_clicks(picture, mask, [Click(130, 70, False)], answer)
    gone = mask & ~after
    assert not (after & ~mask).any()
    assert gone[126:134, 66:74].all() and gone.sum() == pytest.approx(100, rel=0.3)
