import numpy as np

from core.correction.click_crop import (
    Click,
    Window,
    click_crop,
    mask_crop,
    network_input,
    pasted,
    picture_crop,
    standardised,
    window_around,
)


def test_a_window_is_moved_into_the_picture_where_it_fits():
    assert window_around((5, 90), 40, (100, 100)) == Window(0, 60, 40)
    # No larger than the longer side; over the shorter one it stands in the middle: (60 - 100) / 2 = -20.
    assert window_around((30, 10), 500, (60, 100)) == Window(-20, 0, 100)


def test_a_mask_comes_back_from_its_crop_and_nothing_outside_of_it():
    mask = np.zeros((60, 100), bool)
    mask[20:40, 30:50] = True
    window = Window(-20, 0, 100)
    crop = mask_crop(mask, window, side=50)
    # Rows 20 to 39 lie at 40 to 59 of the window, half of that in the crop.
    assert crop[20:30, 15:25].all() and crop.sum() == 100
    flat = np.zeros(mask.shape, np.uint8)
    back = pasted(crop.astype(np.float32), window, flat)
    assert back.shape == mask.shape and (back ^ mask).sum() < 90
    assert not pasted(np.ones((50, 50), np.float32), Window(10, 10, 20), flat)[:10].any()


def test_a_border_goes_to_an_edge_of_the_picture_that_is_near_it():
    # Four pixels of the picture are one of the crop; what was found is one of these too large on each side.
    picture, truth = np.full((512, 512), 60, np.uint8), np.zeros((512, 512), bool)
    truth[124:396, 124:396] = True
    picture[truth] = 180
    picture[:, 480:] = 180  # an edge, but far from what was found
    found = np.zeros((128, 128), np.float32)
    found[30:100, 30:100] = 1
    # Without the picture 280 * 280 - 272 * 272 = 4,416 pixels are wrong.
    wrong = pasted(found, Window(0, 0, 512), picture) ^ truth
    assert wrong.sum() < 4416 / 2 and not wrong[:, 420:].any()
    flat = pasted(found, Window(0, 0, 512), np.full((512, 512), 60, np.uint8))
    square = np.zeros((512, 512), bool)
    square[120:400, 120:400] = True
    assert (flat ^ square).sum() < 280 * 280 / 100


def test_a_grey_picture_goes_on_beyond_its_edge():
    picture = np.tile(np.arange(4, dtype=np.uint8)[:, None], (1, 8))
    crop = picture_crop(picture, Window(-2, 0, 8), side=8)
    assert crop.shape == (8, 8, 3)
    assert crop[:, 0, 0].tolist() == [0, 0, 0, 1, 2, 3, 3, 3]


def test_a_crop_is_standardised_over_all_channels_together():
    crop = np.zeros((2, 2, 3), np.uint8)
    crop[..., 0] = 90
    # Mean 30, standard deviation sqrt(30 * 30 * 2 / 3 + 60 * 60 / 3) = 42.4: 128 + 50 * 60 / 42.4 = 198.7.
    assert standardised(crop)[0, 0].tolist() == [199, 93, 93]
    # A flat one stays flat.
    assert (standardised(np.full((4, 4, 3), 200, np.uint8)) == 128).all()


def test_clicks_are_discs_in_planes_of_their_own():
    window = Window(10, 20, 256)
    place = click_crop(Click(row=10 + 20, col=20 + 100, include=True), window)
    assert place == (10, 50)
    fed = network_input(
        np.zeros((128, 128, 3), np.uint8), np.ones((128, 128), bool), [(*place, True), (90, 90, False)]
    )
    assert fed.shape == (128, 128, 6)
    assert (fed[..., 3] == 255).all()
    assert fed[10, 50, 4] == 255 and fed[90, 90, 4] == 0
    assert fed[90, 90, 5] == 255 and fed[10, 50, 5] == 0
    # A disc of radius 4: about 3.14 * 16 = 50 pixels.
    assert 40 < (fed[..., 4] > 0).sum() < 65
