import numpy as np
import pytest

from core.training.click_examples import ClickImage, click_examples, kept_examples
from core.training.click_mistakes import boxed, clicked_errors, distorted, inner_point, largest_part


@pytest.fixture(scope="module")
def image():
    rows, cols = np.mgrid[:90, :120]
    mask = (rows - 40) ** 2 + (cols - 50) ** 2 < 20**2
    mask |= (rows - 70) ** 2 + (cols - 100) ** 2 < 8**2
    noise = np.random.default_rng(0).integers(0, 30, mask.shape)
    return ClickImage((np.where(mask, 180, 60) + noise).astype(np.uint8), mask)


def test_an_example_is_the_same_for_the_same_place_and_another_for_others(image):
    examples = click_examples([[image]], 10)
    fed, target = examples.draw(3, 7)
    assert fed.shape == examples.image_shape == (128, 128, 6) and fed.dtype == np.uint8
    assert target.shape == (128, 128, 2) and target.dtype == np.uint8
    again = examples.draw(3, 7)
    assert np.array_equal(fed, again[0]) and np.array_equal(target, again[1])
    assert not np.array_equal(fed, examples.draw(3, 8)[0])
    assert not np.array_equal(fed, examples.draw(4, 7)[0])


def test_every_example_has_an_object_a_click_and_heavier_clicked_pixels(image):
    examples = click_examples([[image]], 10)
    heaviest = []
    for position in range(30):
        fed, target = examples.draw(0, position)
        mask, weight = target[..., 0], target[..., 1]
        assert 0 < mask.sum() < mask.size
        assert (fed[..., 4:] > 0).any()
        assert weight.min() == 1
        heaviest.append(int(weight.max()))
        # Every clicked pixel that is heavier is on the side that its click says.
        assert ((fed[..., 4] > 0) | (fed[..., 5] > 0))[weight == 5].all()
    # All but boxes around both discs, whose middle lies on neither.
    assert set(heaviest) == {2, 5} and heaviest.count(5) > 25


def test_examples_to_choose_on_are_fixed_and_weigh_nothing(image):
    kept = kept_examples([[image]], 4, seed=1)
    assert len(kept) == 4 and kept.masks.shape == (4, 128, 128) and kept.weights is None
    assert np.array_equal(kept.images, kept_examples([[image]], 4, seed=1).images)


def test_an_image_without_a_mask_still_makes_examples():
    picture = np.random.default_rng(0).integers(0, 255, (40, 40, 3)).astype(np.uint8)
    empty = ClickImage(picture, np.zeros((40, 40), bool))
    fed, target = click_examples([[empty]], 1).draw(0, 0)
    assert fed.shape == (128, 128, 6) and target.shape == (128, 128, 2)


def test_the_last_click_lies_on_what_is_still_wrong():
    target = np.zeros((64, 64), bool)
    target[10:40, 10:40] = True
    others = np.zeros_like(target)
    for seed in range(20):
        generator = np.random.default_rng(seed)
        start = distorted(target, others, generator)
        mask, clicks, rest = clicked_errors(target, start, others, generator)
        row, col, include = clicks[-1]
        assert rest[row, col] and include == target[row, col]
        assert 1 <= len(clicks) <= 8
        if (mask != target).any():
            assert mask[row, col] != target[row, col]


def test_the_largest_part_and_a_place_inside_it():
    mask = np.zeros((20, 20), bool)
    mask[2:4, 2:4] = True
    mask[8:17, 8:17] = True
    part = largest_part(mask)
    assert part.sum() == 81 and not part[2, 2]
    # At full depth only the middle of the square is left.
    assert inner_point(part, np.random.default_rng(0), spread=1.0) == (12, 12)
    assert not largest_part(np.zeros((3, 3), bool)).any()


def test_a_box_is_asked_as_a_click_in_its_middle_with_nothing_or_an_ellipse_so_far():
    target = np.zeros((64, 64), bool)
    target[10:50, 20:40] = True
    kinds = set()
    for seed in range(20):
        mask, clicks, rest = boxed(target, np.random.default_rng(seed))
        ((row, col, include),) = clicks
        # Up to 8 % too wide on each side, 3.2 rows and 1.6 columns: the middle moves by half of that.
        assert include and abs(row - 30) <= 2 and abs(col - 30) <= 1
        assert np.array_equal(rest, target ^ mask)
        kinds.add(bool(mask.any()))
        if mask.any():
            # 0.8 of a box of 40 to 46.4 rows and 20 to 23.2 columns, in whole pixels.
            rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            assert 32 <= rows[-1] - rows[0] + 1 <= 39
            assert 16 <= cols[-1] - cols[0] + 1 <= 20
            assert not mask[rows[0], cols[0]]
    assert kinds == {True, False}
