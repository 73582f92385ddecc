import numpy as np
import pytest

from benchmarks.human_minutes.correcting import Scene, by_brush, by_clicks, regions
from benchmarks.human_minutes.hand import Hand, Page

HAND = Hand()
TRUTH = np.zeros((400, 400), bool)
TRUTH[100:300, 100:300] = True
SCENE = Scene(np.where(TRUTH, 200, 40).astype(np.uint8), TRUTH)
NOTHING = np.zeros_like(TRUTH)


def test_drawing_from_nothing_follows_the_whole_outline_carefully():
    # 400 pixels are shown on 800, so the outline of 4 * 199 pixels has 1592 on the screen: at 0.08 s for each
    # 10 (twice the precision) 12.7 s, and a movement of less than a second before.
    mask, seconds = by_brush(SCENE, NOTHING, HAND)
    assert (mask == TRUTH).all()
    assert 1592 * 0.08 / 10 < seconds < 1592 * 0.08 / 10 + 1


def test_what_is_thinner_than_the_slack_stands():
    # 3 pixels are 6 on the screen, below 10.
    narrow = NOTHING.copy()
    narrow[100:300, 103:300] = True
    assert regions(SCENE, narrow, HAND) == []
    mask, seconds = by_brush(SCENE, narrow, HAND)
    assert (mask == narrow).all() and seconds == 0


def test_a_missing_half_costs_its_own_border_and_the_way_back_fast():
    half = NOTHING.copy()
    half[100:300, 100:200] = True
    (region,) = regions(SCENE, half, HAND)
    # Three sides along the border, and the fourth, of about 400 screen pixels, where nothing is to be met.
    assert region.along_border == pytest.approx(800, rel=0.05)
    assert region.elsewhere == pytest.approx(400, rel=0.05)


def test_a_click_that_finds_all_saves_the_brush_and_one_that_finds_nothing_costs_only_time():
    generator = np.random.default_rng(0)
    found, seconds = by_clicks(
        SCENE, NOTHING, HAND, Page(), lambda fed: (fed[..., 0] > 128).astype(np.float32), generator
    )
    assert (found ^ TRUTH).mean() < 0.02 and seconds < by_brush(SCENE, NOTHING, HAND)[1] / 2
    blind = by_clicks(
        SCENE, NOTHING, HAND, Page(), lambda fed: np.zeros(fed.shape[:2], np.float32), generator
    )
    assert (blind[0] == TRUTH).all() and blind[1] > by_brush(SCENE, NOTHING, HAND)[1]
