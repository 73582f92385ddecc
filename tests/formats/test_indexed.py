"""Pictures of class indices, read back by Pillow and tifffile."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from core.formats.indexed import UNDECIDED_COLOUR, indexed_png, mask_tiff
from tests.formats.shapes import MASKS

COLOURS = ((0, 0, 0), (230, 159, 0), (86, 180, 233), (0, 158, 115))


@pytest.mark.parametrize("name", MASKS)
def test_a_png_keeps_indices_and_shows_colours(name):
    picture = Image.open(io.BytesIO(indexed_png(MASKS[name], COLOURS)))
    assert picture.mode == "P"
    assert np.array_equal(np.asarray(picture), MASKS[name])
    seen = np.asarray(picture.convert("RGB"))
    table = np.zeros((256, 3), np.uint8)
    table[:4], table[255] = COLOURS, UNDECIDED_COLOUR
    assert np.array_equal(seen, table[MASKS[name]])


@pytest.mark.parametrize("name", MASKS)
def test_a_tiff_keeps_indices(name):
    content = mask_tiff(MASKS[name], spacing_mm=(0.5, 0.25))
    assert np.array_equal(tifffile.imread(io.BytesIO(content)), MASKS[name])
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        # 0.25 mm from column to column are 40 columns in a centimetre.
        assert file.pages[0].tags["XResolution"].value == (40, 1)
        assert file.pages[0].tags["YResolution"].value == (20, 1)
