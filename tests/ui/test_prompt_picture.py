import cv2
import numpy as np
import pytest

from core.correction.prompts import Prompts, Scribble
from core.ui.prompts.picture import canvas_size_for, prompt_picture


def decoded(picture):
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


@pytest.mark.parametrize(
    ("image", "canvas"),
    [
        ((1000, 2000), (300, 600)),  # wide: the width decides
        ((2000, 1000), (500, 250)),  # tall: the height decides
        ((50, 60), (500, 600)),  # small ones are enlarged
        ((1, 5000), (1, 600)),
    ],
)
def test_the_canvas_has_the_shape_of_the_image(image, canvas):
    assert canvas_size_for(image, 500, 600) == canvas


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3), (900, 1350)])
def test_the_picture_fills_the_canvas(shape):
    picture = decoded(prompt_picture(np.full(shape, 80, np.uint8), (200, 300), Prompts()))
    assert picture.shape == (200, 300, 3)
    np.testing.assert_allclose(picture, 80, atol=2)


def test_the_proposed_mask_is_orange_and_the_rest_stays():
    mask = np.zeros((40, 60), bool)
    mask[:, 30:] = True
    picture = decoded(prompt_picture(np.full((40, 60), 80, np.uint8), (200, 300), Prompts(), mask))
    np.testing.assert_allclose(picture[:, :140], 80, atol=6)
    # 0.55 * 80 + 0.45 * (230, 159, 0)
    np.testing.assert_allclose(picture[50:150, 170:280].mean(axis=(0, 1)), (147.5, 115.6, 44), atol=4)


def signs(prompts):
    """One channel of a grey picture of 200 x 300 with the signs of these prompts."""
    picture = decoded(prompt_picture(np.full((400, 600), 128, np.uint8), (200, 300), prompts))[..., 0]
    return picture.astype(int)


def test_scribbles_get_a_plus_and_a_minus_beside_their_start():
    plus = signs(Prompts(foreground=(Scribble(((200.0, 300.0), (300.0, 300.0)), 5.0),)))
    # The line starts at canvas row 100, column 150; the sign stands 15 above.
    assert plus[85, 150] > 200
    assert plus[81, 150] > 200
    minus = signs(Prompts(background=(Scribble(((200.0, 300.0), (300.0, 300.0)), 5.0),)))
    assert minus[85, 150] > 200
    assert minus[85, 146] > 200
    assert minus[81, 150] < 60


def test_signs_stay_inside_the_picture():
    corner = signs(Prompts(foreground=(Scribble(((-50.0, -50.0),), 5.0),)))
    assert corner[9, 9] > 200
    tiny = prompt_picture(
        np.zeros((2, 2), np.uint8), (3, 3), Prompts(foreground=(Scribble(((1.0, 1.0),), 1.0),))
    )
    assert decoded(tiny).shape == (3, 3, 3)
