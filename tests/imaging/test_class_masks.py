"""Masks of several classes: by index, by colour, and what is said of a value that is no class."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from core.cards import MaskClass, ModelCard
from core.config import NetConfig
from core.errors import AppError, BadFileError
from core.imaging.class_table import class_table, read_class_table, table_of_card, table_of_names
from core.imaging.decode import decode_mask, read_mask
from core.imaging.mask_files.class_masks import split_undefined
from tests.imaging.making import saved, tiff

LABELS = np.array([[0, 1, 2], [2, 2, 255]], np.uint8)
NAMES = ["background", "left", "right", "undefined"]
BLACK, RED, BLUE, WHITE = (0, 0, 0), (255, 0, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture
def coloured(tmp_path):
    """Black background, red left, blue right, white undefined."""
    entries = [
        {"name": name, "colour": colour}
        for name, colour in zip(NAMES, (BLACK, RED, BLUE, WHITE), strict=True)
    ]
    path = tmp_path / "classes.json"
    path.write_text(json.dumps(entries))
    return read_class_table(path)


def png(values):
    return saved(Image.fromarray(np.asarray(values, np.uint8)), "PNG")


def painted(labels):
    colours = np.zeros((256, 3), np.uint8)
    colours[:3], colours[255] = (BLACK, RED, BLUE), WHITE
    return colours[labels]


@pytest.mark.parametrize("data", [png(LABELS), tiff(LABELS), tiff(LABELS.astype(np.float32))])
def test_grey_counts_by_index(data):
    np.testing.assert_array_equal(decode_mask(data, "m", classes=table_of_names(NAMES)), LABELS)


def test_colours_are_mapped_exactly(coloured):
    np.testing.assert_array_equal(decode_mask(png(painted(LABELS)), "m", classes=coloured), LABELS)
    rgba = np.dstack([painted(LABELS), np.full(LABELS.shape, 255, np.uint8)])
    rgba[0, 1, 3] = 0  # what is transparent is background
    expected = LABELS.copy()
    expected[0, 1] = 0
    np.testing.assert_array_equal(decode_mask(png(rgba), "m", classes=coloured), expected)


def test_a_palette_goes_by_its_colours_or_without_them_by_index(coloured):
    # Stored as 0 blue, 1 red, 2 black.
    indexed = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    indexed.putpalette([*BLUE, *RED, *BLACK])
    data = saved(indexed, "PNG")
    assert decode_mask(data, "m", classes=coloured).tolist() == [[2, 1, 0]]
    assert decode_mask(data, "m", classes=table_of_names(NAMES)).tolist() == [[0, 1, 2]]


def test_a_palette_is_read_by_the_card_as_it_was_by_the_names():
    indexed = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    indexed.putpalette([*WHITE, *RED, *BLUE])
    names = table_of_names(NAMES[:3])
    card = ModelCard("m", net=NetConfig(num_classes=3), classes=names.classes)
    for table in (names, table_of_card(card)):
        assert decode_mask(saved(indexed, "PNG"), "m", classes=table).tolist() == [[0, 1, 2]]


def test_a_strange_palette_is_refused_where_colours_are_given(coloured):
    indexed = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    indexed.putpalette([*BLACK, 1, 2, 3])
    with pytest.raises(BadFileError, match=r"the colour \(1, 2, 3\), in 1 pixel, is no class"):
        decode_mask(saved(indexed, "PNG"), "m", classes=coloured)


def test_a_table_with_colours_takes_masks_of_indices_too(coloured):
    np.testing.assert_array_equal(decode_mask(png(LABELS), "m", classes=coloured), LABELS)


def test_two_classes_take_black_and_white():
    two = table_of_names(["background", "lung"])
    assert decode_mask(png([[0, 255]]), "m", classes=two).tolist() == [[0, 1]]
    # With undefined pixels 255 is theirs.
    three = table_of_names(["background", "lung", "undefined"])
    assert decode_mask(png([[0, 255]]), "m", classes=three).tolist() == [[0, 255]]


def test_an_unknown_index_is_named_with_its_pixels():
    with pytest.raises(BadFileError) as caught:
        decode_mask(png([[0, 7, 7, 9]]), "m.png", classes=table_of_names(NAMES[:3]))
    assert str(caught.value) == (
        "m.png: is no mask: the value 7, in 2 pixels, is no class (and 1 other unknown ones elsewhere); "
        'known are 0 background, 1 left, 2 right, and an entry "undefined" in --classes marks pixels that '
        "are not to count."
    )


def test_an_unknown_colour_is_named_with_its_pixels(coloured):
    strange = painted(LABELS)
    strange[0, 2] = (1, 2, 3)
    with pytest.raises(
        BadFileError, match=r"^m: is no mask: the colour \(1, 2, 3\), in 1 pixel, is no class;"
    ):
        decode_mask(png(strange), "m", classes=coloured)


def test_a_colour_mask_needs_colours():
    with pytest.raises(BadFileError, match="the classes have no colours"):
        decode_mask(png(painted(LABELS)), "m", classes=table_of_names(NAMES))


def test_undefined_pixels_become_weights():
    labels, weight = split_undefined(LABELS)
    assert labels.tolist() == [[0, 1, 2], [2, 2, 0]] and weight.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert split_undefined(labels)[1] is None


def test_names_are_coloured_by_a_palette_without_repeats():
    table = table_of_names([f"class {index}" for index in range(40)])
    assert len(set(table.colours)) == 40 and table.colours[0] == BLACK and not table.has_undefined
    assert class_table(["a", "b", "undefined"]).names == ("a", "b")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "cannot be read as JSON"),
        ('{"name": "a"}', "expected a list of .* background first, got dict"),
        ('["a", "b"]', "expected a list of .* got 'a'"),
        ('[{"name": "a"}]', "expected 2 to 254 classes, background first, got 1"),
        ('[{"name": "a"}, {"name": "A "}]', "two classes are called 'a'"),
        ('[{"name": "a", "colour": [0, 0, 0]}, {"name": "b"}]', "give every class a colour or none; 1 of 2"),
        (
            '[{"name": "a", "colour": [0, 0, 0]}, {"name": "b", "colour": [0, 0, 0]}]',
            r"two classes have the colour \[0, 0, 0\]",
        ),
        ('[{"name": "a", "colour": [0, 0, 256]}, {"name": "b", "colour": [0, 0, 1]}]', r"got \[0, 0, 256\]"),
    ],
)
def test_what_makes_no_table_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "classes.json"
    path.write_text(text)
    with pytest.raises(AppError, match=sentence) as caught:
        class_table([str(path)])
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_the_classes_of_a_model_come_from_its_card():
    classes = (MaskClass("background", BLACK), MaskClass("left", RED))
    assert table_of_card(ModelCard("m")) is None
    named = table_of_card(ModelCard("m", net=NetConfig(num_classes=2), classes=classes))
    assert named.classes == classes and named.by_colour
    assert table_of_card(ModelCard("m", net=NetConfig(num_classes=3))).names == (
        *("background", "class 1", "class 2"),
    )


def test_a_codec_does_not_keep_numbers_of_classes():
    labels = np.zeros((16, 16), np.uint8)
    empty = saved(Image.fromarray(labels), "JPEG")
    labels[8:, 8:] = 2  # a whole block of the codec, which by chance keeps it
    table = class_table(NAMES)
    with pytest.raises(BadFileError, match="its values end at 2, and JPEG does not keep values so close"):
        decode_mask(saved(Image.fromarray(labels), "JPEG", quality=100), "m.jpg", classes=table)
    assert not decode_mask(empty, "m.jpg", classes=table).any()
    assert np.array_equal(decode_mask(png(labels), "m.png", classes=table), labels)


@pytest.mark.parametrize("values", [[[0, 1, 255, 255]], [[0, 2, 2, 0]], [[0, 2, 255, 0]], [[2, 2, 2, 2]]])
def test_grey_numbers_that_a_writer_put_into_a_palette_stay_these(values: list[list[int]]) -> None:
    # Pillow's GIF has a table of the greys that are there: their place in it is no class.
    mask = np.array(values * 4, np.uint8)
    data = saved(Image.fromarray(mask), "GIF")
    of_names = table_of_names(["background", "lung", "heart", "undefined"])
    colours = dataclasses.replace(of_names, by_colour=True, palette_by_index=False)
    for table in (of_names, colours):
        np.testing.assert_array_equal(read_mask(data, "m", meaning=table), mask)


def test_a_palette_of_greys_to_look_at_counts_by_index() -> None:
    mask = np.array([[0, 1, 2, 1]] * 4, np.uint8)
    picture = Image.fromarray(mask, "P")
    picture.putpalette([0, 0, 0, 127, 127, 127, 255, 255, 255])
    table = table_of_names(["background", "lung", "heart", "undefined"])
    np.testing.assert_array_equal(read_mask(saved(picture, "PNG"), "m", meaning=table), mask)
