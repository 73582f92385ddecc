from dataclasses import replace

import numpy as np
import pytest

from core.classification.examples import LabelledExample, prepare_labelled
from core.errors import AppError
from core.imaging.decode import DecodedImage


def test_examples_are_what_the_classifier_sees(card, lesion):
    image, mask = lesion
    whole = prepare_labelled(
        [LabelledExample(image, None, "NV"), lambda: LabelledExample(image, mask, "MEL")], card
    )
    assert whole.images.shape == (2, 32, 32, 3) and whole.images.dtype == np.uint8
    assert whole.labels.tolist() == [1, 0]
    np.testing.assert_array_equal(whole.images[0], whole.images[1])
    crop = prepare_labelled([LabelledExample(image, mask, "NV")], replace(card, input="crop", margin=0.0))
    # 12 x 16 pixels of spot in a square of 16: darker than the whole, most of which is skin.
    assert crop.images.mean() < whole.images.mean() - 40
    np.testing.assert_array_equal(whole.take(np.array([1])).labels, [0])


def test_what_cannot_be_learnt_from_is_refused(card, lesion):
    image, _ = lesion
    with pytest.raises(ValueError, match="'SK' is none of the labels"):
        prepare_labelled([LabelledExample(image, None, "SK")], card)
    with pytest.raises(AppError, match="grey"):
        prepare_labelled([LabelledExample(DecodedImage(image.values[..., 0]), None, "NV")], card)
    with pytest.raises(ValueError, match="at least one"):
        prepare_labelled([], card)
