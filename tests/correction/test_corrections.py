import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from core.correction.corrections import apply_layer, decode_layer, encode_layer
from core.errors import BadFileError
from core.imaging.masks import Proposal, threshold_mask

LAYER = np.array([[0, 1, 2, 0, 1], [2, 2, 0, 0, 0], [1, 0, 1, 2, 2]], np.uint8)
PROBABILITY = np.array([[0, 255, 10, 128, 127], [0, 0, 128, 127, 255], [200, 200, 0, 0, 255]], np.uint8)
PROPOSAL = Proposal(np.ones_like(PROBABILITY), PROBABILITY)


def png_of(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    """A PNG written by hand, so that what no library writes can be tested."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(range(12))) if colour == 3 else b""
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + palette + data + chunk(b"IEND", b"")


def test_a_layer_comes_back_as_it_went():
    np.testing.assert_array_equal(decode_layer(encode_layer(LAYER), (3, 5)), LAYER)


def test_any_reader_sees_the_values_themselves():
    png = encode_layer(LAYER)
    np.testing.assert_array_equal(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE), LAYER)
    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(png)).convert("RGB"))[..., 0], LAYER)


def test_an_empty_layer_of_2048_is_small():
    assert len(encode_layer(np.zeros((2048, 2048), np.uint8))) < 5000


def test_two_bit_palette_as_the_editor_writes_it():
    # Pixels 2, 1, 0, 2 and then 1, as bits 10 01 00 10, 01 (and padding); first byte: no filter.
    png = png_of(5, 1, 2, 3, bytes([0, 0b10010010, 0b01000000]))
    np.testing.assert_array_equal(decode_layer(png, (1, 5)), [[2, 1, 0, 2, 1]])


def test_eight_bit_grey_is_taken_too():
    content = io.BytesIO()
    Image.fromarray(LAYER).save(content, format="PNG")
    np.testing.assert_array_equal(decode_layer(content.getvalue(), (3, 5)), LAYER)


@pytest.mark.parametrize(
    ("png", "reason"),
    [
        (b"", "expected a PNG"),
        (b"GIF89a" + bytes(40), "expected a PNG"),
        (b"\x89PNG\r\n\x1a\n", "expected a PNG"),
        (encode_layer(LAYER[:2]), "5 x 2 pixels, but the image is 5 x 3"),
        (encode_layer(LAYER)[:60], "broken"),
        (encode_layer(LAYER)[:-28], "broken"),
        (png_of(5, 3, 8, 0, bytes(17)), "broken"),
        (png_of(5, 3, 8, 0, bytes([0, 0, 0, 3, 0, 0] * 3)), "0 (untouched), 1 (background)"),
        (png_of(5, 3, 2, 3, bytes([0, 0b00110000, 0] * 3)), "0 (untouched), 1 (background)"),
        (png_of(5, 3, 2, 0, bytes(9)), "grey one of 8 bits"),
        (png_of(5, 3, 8, 2, bytes(48)), "grey one of 8 bits"),
        (png_of(5, 3, 16, 0, bytes(33)), "grey one of 8 bits"),
        (encode_layer(LAYER) + bytes(70_000), "more than a layer of this size can need"),
    ],
)
def test_what_is_no_layer_is_refused(png, reason):
    with pytest.raises(BadFileError, match="correction layer") as caught:
        decode_layer(png, (3, 5))
    assert reason in str(caught.value)


def test_a_bomb_is_refused_by_its_size_alone():
    bomb = png_of(60_000, 60_000, 8, 0, bytes(1000))
    with pytest.raises(BadFileError, match="60000 x 60000 pixels"):
        decode_layer(bomb, (3, 5))


@pytest.mark.parametrize("layer", [LAYER.astype(int), LAYER[0], np.full((1, 1), 255, np.uint8)])
def test_encode_takes_layers_only(layer):
    with pytest.raises(ValueError, match="a layer is"):
        encode_layer(layer)


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.5, 128 / 255, 0.9999, 1.0])
def test_an_empty_layer_is_the_thresholded_prediction_bit_for_bit(threshold):
    probability = np.arange(256, dtype=np.uint8).reshape(16, 16)
    proposal = Proposal(np.ones_like(probability), probability)
    expected = threshold_mask(probability, threshold)
    np.testing.assert_array_equal(apply_layer(proposal, threshold, None), expected)
    np.testing.assert_array_equal(apply_layer(proposal, threshold, np.zeros((16, 16), np.uint8)), expected)


def test_decisions_win_over_the_prediction():
    # At 0.5 a pixel needs 128 (255 * 0.5 = 127.5, rounded up).
    expected = [[0, 0, 1, 1, 0], [1, 1, 1, 0, 1], [0, 1, 0, 1, 1]]
    mask = apply_layer(PROPOSAL, 0.5, LAYER)
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, expected)


def test_decisions_stay_whatever_the_threshold():
    for threshold in (0.0, 1.0):
        mask = apply_layer(PROPOSAL, threshold, LAYER)
        assert not mask[LAYER == 1].any()
        assert mask[LAYER == 2].all()


def test_a_layer_need_only_touch_what_differs():
    mask = np.array([[0, 1, 1, 1, 0], [0, 0, 1, 0, 1], [0, 1, 0, 0, 1]], np.uint8)
    # Differs from the thresholded prediction at (0, 2), added, and (2, 0), removed.
    layer = np.zeros((3, 5), np.uint8)
    layer[0, 2], layer[2, 0] = 2, 1
    np.testing.assert_array_equal(apply_layer(PROPOSAL, 0.5, layer), mask)


def test_of_several_classes_a_decision_names_its_class():
    # Proposed are classes 2, 3, 1 and 2, the third too unsure; decided: nothing, background, class 3, 1.
    proposal = Proposal(np.array([[2, 3, 1, 2]], np.uint8), np.array([[200, 200, 100, 200]], np.uint8))
    layer = np.array([[0, 1, 4, 2]], np.uint8)
    np.testing.assert_array_equal(apply_layer(proposal, 0.5, None), [[2, 3, 0, 2]])
    np.testing.assert_array_equal(apply_layer(proposal, 0.5, layer), [[2, 0, 3, 1]])


def test_layers_of_all_classes_come_back_and_no_class_more():
    layer = np.arange(255, dtype=np.uint8).reshape(15, 17)
    np.testing.assert_array_equal(decode_layer(encode_layer(layer), (15, 17), 253), layer)
    with pytest.raises(BadFileError, match="up to 253"):
        decode_layer(encode_layer(layer), (15, 17), 252)
    four = np.array([[0, 1, 4, 2]], np.uint8)
    np.testing.assert_array_equal(decode_layer(encode_layer(four), (1, 4), 3), four)
    with pytest.raises(BadFileError, match="up to 3"):
        decode_layer(encode_layer(four), (1, 4), 2)


def test_sizes_must_agree():
    with pytest.raises(ValueError, match="the layer has"):
        apply_layer(PROPOSAL, 0.5, LAYER[:2])
