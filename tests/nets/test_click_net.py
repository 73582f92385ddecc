import numpy as np
import pytest

from core.config import NetConfig
from core.nets import build, check_size

CONFIG = NetConfig(architecture="click", depth=2, base_filters=4, input_channels=6)


def test_it_maps_a_crop_to_probabilities_of_its_size():
    network = build(CONFIG, (32, 32))
    answer = np.asarray(network(np.zeros((2, 32, 32, 6), np.float32)))
    assert answer.shape == (2, 32, 32, 1)
    assert 0 <= answer.min() and answer.max() <= 1


def test_its_sides_are_halved_once_more_than_its_depth():
    check_size(CONFIG, (24, 32))
    with pytest.raises(ValueError, match="multiple of 8"):
        check_size(CONFIG, (28, 32))
