import numpy as np
import pytest

from core.config import NetConfig
from core.nets import border, build, check_size
from core.nets.sizes import cropping

PAPER = NetConfig(depth=4, base_filters=2, padding="valid")


@pytest.mark.parametrize(
    "config",
    [
        NetConfig(depth=2, base_filters=1),
        NetConfig(architecture="fcn", depth=2, base_filters=1),
        NetConfig(architecture="fcn8s", base_filters=1),
        NetConfig(depth=2, base_filters=1, padding="valid"),
    ],
)
def test_every_network_takes_a_rectangle_of_height_and_width(config):
    lost = 2 * border(config)
    model = build(config, (32, 96))
    assert model.input_shape == (None, 32 + lost, 96 + lost, 1)
    assert model.output_shape == (None, 32, 96, 1)


def test_the_papers_network_turns_572_pixels_into_388():
    assert border(PAPER) == (572 - 388) // 2
    model = build(PAPER, (388, 388))
    assert model.input_shape == (None, 572, 572, 1)
    assert model.output_shape == (None, 388, 388, 1)


def test_its_skips_are_cut_as_in_figure_1_of_the_paper():
    # 568 to 392, 280 to 200, 136 to 104, 64 to 56, half of it on each side.
    assert [cropping(PAPER, level) for level in range(4)] == [88, 40, 16, 4]


@pytest.mark.parametrize(("depth", "side"), [(1, 6), (2, 8), (3, 12)])
def test_a_valid_network_of_open_size_loses_its_border(depth, side):
    config = NetConfig(depth=depth, base_filters=1, padding="valid")
    image = np.zeros((1, side + 2 * border(config), side + 2 * border(config), 1), np.float32)
    assert np.asarray(build(config)(image)).shape == (1, side, side, 1)


@pytest.mark.parametrize("architecture", ["unet", "fcn", "fcn8s", "lite_unet"])
def test_padded_networks_lose_nothing(architecture):
    assert border(NetConfig(architecture=architecture)) == 0


@pytest.mark.parametrize(
    ("config", "size"),
    [(NetConfig(depth=3), 24), (NetConfig(architecture="fcn8s", depth=1), 96), (PAPER, 388)],
)
def test_good_sizes_pass_and_one_pixel_less_does_not(config, size):
    check_size(config, (size, size))
    with pytest.raises(ValueError, match=f"take .*{size}"):
        check_size(config, (size, size - 1))


@pytest.mark.parametrize(
    ("config", "size", "message"),
    [
        (
            NetConfig(depth=3),
            (30, 30),
            "30 is not a multiple of 8, since the network halves it 3 times; take 24 or 32",
        ),
        (
            NetConfig(architecture="fcn8s", depth=1),
            (80, 96),
            "size 80x96, 80 is not a multiple of 32.*take 64 or 96",
        ),
        (PAPER, (388, 256), "256 is not 4 more than a multiple of .* = 16, .*take 244 or 260"),
        (NetConfig(depth=3), (16, 5), "take 8$"),
        (NetConfig(depth=3), (0, 8), "take 8$"),
    ],
)
def test_wrong_sizes_are_told_with_the_next_good_ones(config, size, message):
    with pytest.raises(ValueError, match=message):
        check_size(config, size)
