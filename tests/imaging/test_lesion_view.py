import numpy as np
import pytest

from core.imaging.decode import DecodedImage
from core.imaging.lesion_view import Square, lesion_view, put_back


def image(height=4, width=6):
    values = np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3) + 1
    return DecodedImage(values)


def mask_at(rows, columns, shape=(4, 6)):
    mask = np.zeros(shape, np.uint8)
    mask[rows, columns] = 1
    return mask


def test_outside_of_the_mask_becomes_black():
    seen, square = lesion_view(image(), mask_at(slice(1, 3), slice(2, 4)), "masked")
    assert square == Square(0, 0, 4, 6)
    np.testing.assert_array_equal(seen.values[1:3, 2:4], image().values[1:3, 2:4])
    assert seen.values.sum() == image().values[1:3, 2:4].sum()


def test_a_crop_is_the_square_around_the_mask():
    # Two rows and two columns, a margin of half of two on each side: rows 0 to 3, columns 1 to 4.
    seen, square = lesion_view(image(), mask_at(slice(1, 3), slice(2, 4)), "crop", margin=0.5)
    assert square == Square(0, 1, 4, 4)
    np.testing.assert_array_equal(seen.values, image().values[:, 1:5])


def test_what_a_crop_has_beyond_the_image_is_mirrored():
    # One row of six columns: a square of six from row -2 on, rows 1 and 0 of the image first.
    seen, square = lesion_view(image(), mask_at(0, slice(0, 6)), "crop", margin=0.0)
    assert square == Square(-2, 0, 6, 6)
    np.testing.assert_array_equal(seen.values, image().values[[1, 0, 0, 1, 2, 3]])


@pytest.mark.parametrize("kind", ["masked", "crop"])
def test_without_a_lesion_the_whole_image_is_seen(kind):
    for mask in (None, np.zeros((4, 6), np.uint8)):
        seen, square = lesion_view(image(), mask, kind)
        np.testing.assert_array_equal(seen.values, image().values)
        assert square == Square(0, 0, 4, 6)


def test_a_crop_of_one_pixel_and_a_grey_image_pass():
    seen, square = lesion_view(
        DecodedImage(np.eye(3, dtype=np.uint8)), mask_at(1, 1, (3, 3)), "crop", margin=0
    )
    np.testing.assert_array_equal(seen.values, [[1]])
    assert square == Square(1, 1, 1, 1)


def test_values_of_a_view_go_back_to_their_place():
    back = put_back(np.array([[0.5]], np.float32), Square(-1, 1, 3, 3), (4, 5))
    expected = np.zeros((4, 5), np.float32)
    expected[0:2, 1:4] = 0.5
    np.testing.assert_array_equal(back, expected)


def test_another_view_and_another_size_are_refused():
    with pytest.raises(ValueError, match="got 'round'"):
        lesion_view(image(), None, "round")
    with pytest.raises(ValueError, match="must agree"):
        lesion_view(image(), np.ones((2, 2)), "crop")
