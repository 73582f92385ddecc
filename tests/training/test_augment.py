from dataclasses import replace

import numpy as np
import pytest

from core.config import AugmentConfig
from core.training.augment import Change, change_image, change_labels, draw_change
from core.training.elastic import elastic_maps
from core.training.presets import AUGMENT_PRESETS

NOTHING = AugmentConfig(0, 0, 0, 0, 0, 0, 0)
EVERYTHING = AugmentConfig(0.5, 0.5, 180, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.05)


def change(matrix=((1, 0, 0), (0, 1, 0)), **values):
    settings = {
        "exponent": 1.0,
        "contrast": 1.0,
        "brightness": 0.0,
        "colour": np.ones(3),
        "noise": 0.0,
        "noise_seed": 0,
    }
    return Change(np.array(matrix, np.float64), **{**settings, **values})


def image(rows, dtype=np.uint8):
    return np.array(rows, dtype)[..., None]


def test_nothing_to_change_leaves_the_image():
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8, 1)
    drawn = draw_change(NOTHING, (8, 8), (0, 0, 0))
    np.testing.assert_array_equal(change_image(pixels, drawn), pixels)


def test_a_certain_flip_mirrors_left_and_right():
    drawn = draw_change(AugmentConfig(1, 0, 0, 0, 0, 0, 0), (2, 2), (0, 0, 0))
    np.testing.assert_array_equal(change_image(image([[1, 2], [3, 4]]), drawn), image([[2, 1], [4, 3]]))


def test_a_certain_vertical_flip_mirrors_up_and_down():
    drawn = draw_change(AugmentConfig(0, 1, 0, 0, 0, 0, 0), (2, 2), (0, 0, 0))
    np.testing.assert_array_equal(
        change_labels(np.array([[1, 0], [0, 0]], np.uint8), drawn), [[0, 0], [1, 0]]
    )


@pytest.mark.parametrize("elastic", [0.0, 0.04])
def test_a_crop_is_a_part_of_the_whole_changed_image(elastic):
    pixels = np.arange(96 * 64, dtype=np.uint16).reshape(96, 64, 1)
    settings = replace(EVERYTHING, noise=0.0, elastic=elastic)
    for seed in range(8):
        whole = draw_change(settings, (96, 64), (seed, 0, 0))
        cut = draw_change(replace(settings, crop=0.5), (96, 64), (seed, 0, 0))
        # A half of 96 is 48, which becomes 64: a crop's sides are multiples of 32.
        part = change_image(pixels, cut)
        assert part.shape == (64, 32, 1)
        left, top = np.rint(whole.matrix[:, 2] - cut.matrix[:, 2]).astype(int)
        assert 0 <= top <= 32 and 0 <= left <= 32
        same = np.s_[top : top + 64, left : left + 32]
        # OpenCV interpolates at 32 places of a pixel; a row is 64 higher than the one above it.
        np.testing.assert_allclose(part, change_image(pixels, whole)[same], atol=5)
        labels = (pixels[..., 0] > 3000).astype(np.uint8)
        differ = change_labels(labels, cut) != change_labels(labels, whole)[same]
        assert differ.mean() < 0.01


def test_crops_lie_anywhere_in_the_image():
    pixels = np.indices((96, 96)).sum(axis=0).astype(np.uint8)[..., None]
    corners = {
        int(
            change_image(pixels, draw_change(replace(NOTHING, crop=1 / 3), (96, 96), (0, number, 0)))[0, 0, 0]
        )
        for number in range(300)
    }
    # The sum of row and column of the upper left corner, each from 0 to 96 - 32.
    assert min(corners) < 10 and max(corners) > 118 and len(corners) > 60


def test_a_shift_mirrors_the_border():
    # One pixel to the right; column 0 is column 1 of before (the edge itself is not repeated).
    moved = change_image(image([[10, 20, 30]] * 3), change(((1, 0, 1), (0, 1, 0))))
    np.testing.assert_array_equal(moved[0, :, 0], [20, 10, 20])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # 51 / 255 = 0.2 and 204 / 255 = 0.8.
        ({"brightness": 0.2}, [102, 255]),
        ({"contrast": 0.5}, [89, 166]),  # 0.5 +- 0.15: 89.25 and 165.75
        ({"exponent": 2.0}, [10, 163]),  # 0.04 and 0.64: 10.2 and 163.2
    ],
)
def test_values_change_as_worked_out(values, expected):
    np.testing.assert_array_equal(change_image(image([[51, 204]] * 2), change(**values))[0, :, 0], expected)


def test_colour_scales_each_channel_of_rgb_and_leaves_grey():
    tint = change(colour=np.array([1.0, 0.5, 2.0]))
    rgb = np.full((2, 2, 3), 100, np.uint8)
    np.testing.assert_array_equal(change_image(rgb, tint)[0, 0], [100, 50, 200])
    np.testing.assert_array_equal(change_image(image([[100]]), tint), image([[100]]))


def test_sixteen_bits_stay_sixteen_bits():
    brighter = change_image(image([[0, 65535]] * 2, np.uint16), change(brightness=0.5))
    assert brighter.dtype == np.uint16
    np.testing.assert_array_equal(brighter[0, :, 0], [32768, 65535])


def test_image_and_mask_move_together():
    # The image is its own mask: bright where the mask is. Colour is left alone, so the two must agree but for
    # the pixels at the edge, where the image is interpolated and the mask is not.
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 10:50] = 1
    geometry = AugmentConfig(0.5, 0.5, 180, 0.1, 0.2, 0, 0)
    for index in range(10):
        drawn = draw_change(geometry, (64, 64), (0, 0, index))
        moved = change_image((mask * 255)[..., None], drawn)[..., 0]
        sure = (moved < 5) | (moved > 250)
        np.testing.assert_array_equal((moved > 127)[sure], change_labels(mask, drawn)[sure] == 1)


def test_a_bent_image_and_its_mask_move_together():
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 10:50] = 1
    bent = AugmentConfig(0.5, 0.5, 180, 0.1, 0.2, 0, 0, elastic=0.1)
    for index in range(10):
        drawn = draw_change(bent, (64, 64), (0, 0, index))
        moved = change_image((mask * 255)[..., None], drawn)[..., 0]
        sure = (moved < 5) | (moved > 250)
        np.testing.assert_array_equal((moved > 127)[sure], change_labels(mask, drawn)[sure] == 1)


def test_on_a_rectangle_image_and_mask_move_together():
    mask = np.zeros((48, 80), np.uint8)
    mask[10:30, 10:60] = 1
    for elastic in (0, 0.1):
        geometry = AugmentConfig(0.5, 0.5, 180, 0.1, 0.2, 0, 0, elastic=elastic)
        for index in range(10):
            drawn = draw_change(geometry, (48, 80), (0, 0, index))
            moved = change_image((mask * 255)[..., None], drawn)[..., 0]
            assert moved.shape == (48, 80)
            sure = (moved < 5) | (moved > 250)
            np.testing.assert_array_equal((moved > 127)[sure], change_labels(mask, drawn)[sure] == 1)


def test_a_turn_on_a_rectangle_is_about_its_middle_and_leaves_a_circle_a_circle():
    row, column = np.mgrid[:48, :80]
    # 12 pixels from the middle (23.5, 39.5), upwards, with a radius of 8.
    circle = ((row - 11.5) ** 2 + (column - 39.5) ** 2 <= 64).astype(np.uint8)
    turns = [draw_change(replace(NOTHING, rotation=180.0), (48, 80), (0, 0, index)) for index in range(40)]
    # cos and sin of the turn stand in the first row.
    near_a_quarter = min(turns, key=lambda each: abs(each.matrix[0, 0]))
    assert abs(near_a_quarter.matrix[0, 0]) < 0.05
    # Beyond 24 columns from the middle lies what came in at the border, mirrored.
    rows, columns = np.nonzero(change_labels(circle, near_a_quarter)[:, 16:64])
    assert abs(rows.mean() - 23.5) < 1 and abs(abs(columns.mean() + 16 - 39.5) - 12) < 0.5
    # The standard deviation of a disc along any axis is half its radius.
    assert rows.std() == pytest.approx(4, abs=0.2) and columns.std() == pytest.approx(4, abs=0.2)


def test_a_rectangle_is_flipped_in_place_and_shifted_by_a_part_of_each_side():
    pixels = image([[1, 2, 3, 4], [5, 6, 7, 8]])
    flipped = draw_change(AugmentConfig(1, 1, 0, 0, 0, 0, 0), (2, 4), (0, 0, 0))
    np.testing.assert_array_equal(change_image(pixels, flipped), pixels[::-1, ::-1])
    square, wide = (
        draw_change(replace(NOTHING, shift=0.1), size, (0, 0, 0)) for size in ((32, 32), (32, 96))
    )
    np.testing.assert_allclose(wide.matrix[:, 2], square.matrix[:, 2] * (3, 1))


def test_bends_of_a_rectangle_are_as_wide_one_way_as_the_other():
    flat = np.array([[1, 0, 0], [0, 1, 0]], np.float64)
    steep = []
    for seed in range(20):
        map_x, _ = elastic_maps(flat, (64, 256), largest=2.0, generator=np.random.default_rng(seed))
        moved = map_x - np.arange(256)
        steep.append([np.abs(np.diff(moved, axis=axis)).mean() for axis in (0, 1)])
    down, across = np.mean(steep, axis=0)
    assert across == pytest.approx(down, rel=0.2)


def test_bending_comes_on_top_of_the_same_other_changes():
    bent = draw_change(replace(EVERYTHING, elastic=0.1), (32, 32), (7, 2, 5))
    straight = draw_change(EVERYTHING, (32, 32), (7, 2, 5))
    assert straight.maps is None
    np.testing.assert_array_equal(bent.matrix, straight.matrix)
    assert (bent.noise_seed, bent.contrast) == (straight.noise_seed, straight.contrast)
    again = draw_change(replace(EVERYTHING, elastic=0.1), (32, 32), (7, 2, 5))
    np.testing.assert_array_equal(bent.maps, again.maps)


def test_changes_drawn_before_there_was_bending_are_what_they_were():
    drawn = draw_change(EVERYTHING, (32, 32), (7, 2, 5))
    assert drawn.noise_seed == 8767915726245756643
    assert drawn.matrix[0, 0] == pytest.approx(-0.46710671050417946, rel=1e-12)


def test_the_field_is_smooth_as_large_as_asked_for_and_no_larger():
    flat = np.array([[1, 0, 0], [0, 1, 0]], np.float64)
    map_x, map_y = elastic_maps(flat, (128, 128), largest=5.0, generator=np.random.default_rng(0))
    column, row = np.meshgrid(np.arange(128), np.arange(128))
    for moved in (map_x - column, map_y - row):
        assert 2.5 < np.abs(moved).max() <= 5.0 + 1e-4
        # Neighbours differ by far less than a pixel: nothing tears.
        assert max(np.abs(np.diff(moved, axis=axis)).max() for axis in (0, 1)) < 1


def test_the_preset_never_folds_an_image_over_itself():
    flat = np.array([[1, 0, 0], [0, 1, 0]], np.float64)
    for seed in range(20):
        largest = AUGMENT_PRESETS["elastic"].elastic * 64
        map_x, map_y = elastic_maps(flat, (64, 64), largest=largest, generator=np.random.default_rng(seed))
        (x_down, x_right), (y_down, y_right) = np.gradient(map_x), np.gradient(map_y)
        assert (x_right * y_down - x_down * y_right > 0).all()


def test_a_field_of_nothing_is_the_affine_map_alone():
    # One pixel to the right: (x, y) comes from (x - 1, y).
    right = np.array([[1, 0, 1], [0, 1, 0]], np.float64)
    map_x, map_y = elastic_maps(right, (4, 4), largest=0.0, generator=np.random.default_rng(0))
    np.testing.assert_allclose(map_x, [[-1, 0, 1, 2]] * 4, atol=1e-6)
    np.testing.assert_allclose(map_y.T, [[0, 1, 2, 3]] * 4, atol=1e-6)
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 1), dtype=np.uint8)
    maps = elastic_maps(right, (8, 8), largest=0.0, generator=np.random.default_rng(0))
    np.testing.assert_array_equal(
        change_image(pixels, change(right, maps=maps)), change_image(pixels, change(right))
    )


def test_labels_stay_labels():
    mask = (np.arange(32 * 32).reshape(32, 32) % 3).astype(np.uint8)
    moved = change_labels(mask, draw_change(EVERYTHING, (32, 32), (0, 0, 0)))
    assert set(np.unique(moved)) <= {0, 1, 2}


def test_the_same_seed_gives_the_same_pixels():
    pixels = np.arange(32 * 32 * 3, dtype=np.uint32).reshape(32, 32, 3).astype(np.uint8)
    first, again = (change_image(pixels, draw_change(EVERYTHING, (32, 32), (7, 2, 5))) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("seed", [(8, 2, 5), (7, 3, 5), (7, 2, 6)])
def test_another_run_pass_or_image_gives_another_change(seed):
    assert not np.allclose(
        draw_change(EVERYTHING, (32, 32), seed).matrix, draw_change(EVERYTHING, (32, 32), (7, 2, 5)).matrix
    )


def test_switching_one_change_off_leaves_the_others():
    without = AugmentConfig(0.5, 0.5, 180, 0.1, 0.2, 0.0, 0.2, 0.2, 0.2, 0.05)
    first, second = (draw_change(config, (32, 32), (0, 0, 0)) for config in (EVERYTHING, without))
    np.testing.assert_array_equal(first.matrix, second.matrix)
    assert first.contrast == second.contrast and second.brightness == 0


def test_hair_is_drawn_over_colour_images_and_changes_nothing_else():
    pixels = np.full((64, 64, 3), 200, np.uint8)
    without = draw_change(EVERYTHING, (64, 64), (1, 2, 3))
    certain = draw_change(replace(EVERYTHING, hair=1.0), (64, 64), (1, 2, 3))
    assert without.hair_seed is None and certain.hair_seed is not None
    np.testing.assert_array_equal(without.matrix, certain.matrix)
    assert (without.noise, without.noise_seed) == (certain.noise, certain.noise_seed)
    assert (change_image(pixels, certain) < change_image(pixels, without)).any()
    grey = np.ascontiguousarray(pixels[..., :1])
    np.testing.assert_array_equal(change_image(grey, certain), change_image(grey, without))
