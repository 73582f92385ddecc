import argparse

import pytest

from core.image_size import format_size, parse_size


@pytest.mark.parametrize(
    ("text", "size"), [("256", (256, 256)), ("448x592", (448, 592)), ("8x4096", (8, 4096))]
)
def test_a_size_is_height_by_width_and_one_number_a_square(text, size):
    assert parse_size(text) == size
    assert parse_size(format_size(size)) == size


def test_a_square_is_written_with_both_sides():
    assert format_size((256, 256)) == "256x256"


@pytest.mark.parametrize(
    "text", ["448x", "x448", "0x3", "7", "4097", "448x592x3", "-8x16", "a", "", "16 x 16", "²²"]
)
def test_anything_else_is_told_in_one_sentence(text):
    with pytest.raises(argparse.ArgumentTypeError, match="height x width such as 448x592") as error:
        parse_size(text)
    assert repr(text) in str(error.value)
