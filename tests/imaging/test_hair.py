import cv2
import numpy as np
import pytest

from core.config import ScalingConfig
from core.imaging.decode import DecodedImage
from core.imaging.hair import draw_hair, hair_mask, remove_hair
from core.imaging.resample import network_input


def skin(side=120):
    """Even skin with a round lesion of a quarter of the side, far wider than a hair."""
    image = np.full((side, side, 3), (220, 170, 150), np.uint8)
    cv2.circle(image, (side // 2, side // 2), side // 8, (110, 60, 50), -1)
    return image


def with_hair(image):
    """One hair, two pixels wide, across the lesion; and where it lies."""
    hairy = image.copy()
    side = len(image)
    cv2.line(hairy, (5, 10), (side - 10, side - 20), (40, 25, 20), 2)
    return hairy, np.any(hairy != image, axis=-1)


def test_hair_is_found_and_a_lesion_is_not():
    assert not hair_mask(skin()).any()
    hairy, hair = with_hair(skin())
    found = hair_mask(hairy)
    assert found.shape == hair.shape and found.dtype == bool
    assert (found & hair).sum() >= 0.8 * hair.sum()
    near = cv2.dilate(hair.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert not (found & ~near).any()


def test_removing_brings_the_skin_back():
    clean = skin()
    hairy, hair = with_hair(clean)
    removed = remove_hair(hairy)
    before, after = (np.abs(each.astype(int) - clean)[hair].mean() for each in (hairy, removed))
    assert after < 0.15 * before


def test_what_has_no_hair_and_what_is_grey_stays_as_it_is():
    np.testing.assert_array_equal(remove_hair(skin()), skin())
    grey = with_hair(skin())[0][..., 0]
    np.testing.assert_array_equal(remove_hair(grey), grey)
    assert not hair_mask(grey).any()


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (7, 3, 3)])
def test_the_smallest_images_pass(shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert remove_hair(image).shape == shape


def test_a_short_dark_dot_is_no_hair():
    dotted = skin()
    cv2.line(dotted, (20, 20), (26, 20), (40, 25, 20), 2)
    assert not hair_mask(dotted).any()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_drawn_hair_is_dark_thin_and_repeatable(kind):
    image = np.full((96, 96, 3), np.iinfo(kind).max * 0.8, kind)
    drawn = draw_hair(image, np.random.default_rng(4))
    assert drawn.shape == image.shape and drawn.dtype == kind
    changed = np.any(drawn != image, axis=-1)
    assert 0.005 < changed.mean() < 0.4
    assert (drawn <= image).all()
    np.testing.assert_array_equal(drawn, draw_hair(image, np.random.default_rng(4)))


def test_hair_that_was_drawn_is_found_again():
    image = np.full((200, 200, 3), 200, np.uint8)
    drawn = draw_hair(image, np.random.default_rng(1))
    dark = (image.astype(int) - drawn).max(axis=-1) > 60
    assert (hair_mask(drawn) & dark).sum() > 0.7 * dark.sum()


def test_a_network_sees_the_image_without_hair_where_its_card_says_so():
    clean = skin()
    hairy, _ = with_hair(clean)
    inputs = [
        network_input(DecodedImage(image), (120, 120), 3, ScalingConfig(), remove_hair=wanted)
        for image, wanted in ((clean, False), (hairy, False), (hairy, True))
    ]
    assert np.abs(inputs[2] - inputs[0]).mean() < 0.2 * np.abs(inputs[1] - inputs[0]).mean()
    grey = DecodedImage(hairy[..., 0])
    np.testing.assert_array_equal(
        network_input(grey, (60, 60), 1, ScalingConfig(), remove_hair=True),
        network_input(grey, (60, 60), 1, ScalingConfig()),
    )
