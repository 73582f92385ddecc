"""Pairs are found by stem, never by position."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from core.datasets.pairs import find_pairs, list_images, load_pair
from core.errors import BadDatasetError, BadFileError
from tests.datasets.making import noise_image, square_mask, write
from tests.imaging.making import dicom


def folders(root: Path) -> tuple[Path, Path]:
    for name in ("images", "masks"):
        (root / name).mkdir(exist_ok=True)
    return root / "images", root / "masks"


def test_pairs_come_by_stem_whatever_the_suffix(tmp_path: Path) -> None:
    for name in ("images/b.jpg", "images/a.png", "images/notes.txt", "images/.c.png"):
        write(tmp_path, name, b"x")
    for name in ("masks/a.tif", "masks/b.PNG"):
        write(tmp_path, name, b"x")
    pairs = find_pairs(*folders(tmp_path))
    assert [(pair.stem, pair.image_path.name, pair.mask_path.name) for pair in pairs] == [
        ("a", "a.png", "a.tif"),
        ("b", "b.jpg", "b.PNG"),
    ]


def test_dicom_files_of_an_archive_have_no_suffix(tmp_path: Path) -> None:
    slice_file = dicom(np.zeros((4, 5), np.uint16))
    for name in ("IM0001", "1.2.840.7", "1.2.840.8", ".hidden", "DICOMDIR"):
        write(tmp_path, f"images/{name}", slice_file)
        write(tmp_path, f"masks/{name}.png", b"x")
    write(tmp_path, "images/README", b"text")
    write(tmp_path, "images/S.MR.0001.IMA", slice_file)  # as Siemens calls them
    write(tmp_path, "masks/S.MR.0001.png", b"x")
    for name in (".hidden", "DICOMDIR"):
        (tmp_path / "masks" / f"{name}.png").unlink()
    assert [pair.stem for pair in find_pairs(*folders(tmp_path))] == [
        *("1.2.840.7", "1.2.840.8", "IM0001", "S.MR.0001"),
    ]


def test_korean_names_pair_in_either_form(tmp_path: Path) -> None:
    write(tmp_path, "images/" + unicodedata.normalize("NFD", "흉부") + ".png", b"x")
    write(tmp_path, "masks/" + unicodedata.normalize("NFC", "흉부") + ".png", b"x")
    (pair,) = find_pairs(*folders(tmp_path))
    assert pair.stem == unicodedata.normalize("NFC", "흉부")


def test_all_missing_mates_and_shared_stems_are_told_at_once(tmp_path: Path) -> None:
    for name in ("images/a.png", "images/b.png", "images/c.png", "images/c.jpg"):
        write(tmp_path, name, b"x")
    for name in ("masks/b.png", "masks/c.png", "masks/z.png"):
        write(tmp_path, name, b"x")
    with pytest.raises(BadDatasetError) as caught:
        find_pairs(*folders(tmp_path))
    assert caught.value.problems == (
        "c.jpg and c.png in images have the same stem; keep one or rename it.",
        "Image a.png has no mask of the same name.",
        "Mask z.png has no image of the same name.",
    )


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadDatasetError, match="There is no such folder"):
        find_pairs(tmp_path / "images", tmp_path / "masks")


def test_loading_gives_values_and_a_mask_of_zero_and_one(tmp_path: Path) -> None:
    write(tmp_path, "images/a.png", noise_image(1))
    write(tmp_path, "masks/a.png", square_mask())
    image, mask = load_pair(find_pairs(*folders(tmp_path))[0])
    np.testing.assert_array_equal(image.values, noise_image(1))
    np.testing.assert_array_equal(mask * 255, square_mask())


def test_loading_names_what_does_not_fit(tmp_path: Path) -> None:
    write(tmp_path, "images/a.png", noise_image(1))
    write(tmp_path, "masks/a.png", square_mask(30))
    pair = find_pairs(*folders(tmp_path))[0]
    with pytest.raises(BadFileError, match="^mask a.png: is 30 x 30 pixels, but its image is 24 x 24"):
        load_pair(pair)
    pair.mask_path.unlink()
    with pytest.raises(BadFileError, match="^a.png: cannot be opened"):
        load_pair(pair)


def test_links_to_nowhere_without_a_suffix_are_images_that_are_not_there(tmp_path: Path) -> None:
    for name in ("IM0001", "1.2.840.1"):
        (tmp_path / name).symlink_to("/nowhere/annex")
    write(tmp_path, "README", b"text")
    assert [path.name for path in list_images(tmp_path)] == ["1.2.840.1", "IM0001"]
