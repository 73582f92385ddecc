"""Everything that is wrong with a data set is told at once."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.datasets.checks import examine_dataset
from core.datasets.pairs import check_dataset, load_pair
from core.errors import BadDatasetError
from core.imaging.class_table import table_of_names
from core.imaging.mask_files.mask_values import MaskValues
from tests.datasets.making import noise_image, square_mask, write, write_split
from tests.imaging.making import saved, tiff


def problems(root: Path, splits: tuple[str, ...] | None = None) -> tuple[str, ...]:
    with pytest.raises(BadDatasetError) as caught:
        check_dataset(root, splits)
    return caught.value.problems


def test_a_good_set_gives_its_pairs_and_tells_how_far_it_is(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(3))
    write_split(tmp_path, "test", range(3, 5))
    told: list[tuple[int, int]] = []
    pairs_of = check_dataset(tmp_path, on_progress=lambda done, total: told.append((done, total)))
    assert {split: [pair.stem for pair in pairs] for split, pairs in pairs_of.items()} == {
        "train": ["case_000", "case_001", "case_002"],
        "test": ["case_003", "case_004"],
    }
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_only_the_splits_asked_for_are_read(tmp_path: Path) -> None:
    write_split(tmp_path, "test", range(2))
    assert list(check_dataset(tmp_path, ("test",))) == ["test"]
    assert problems(tmp_path) == ("There is no folder train/images.", "There is no folder train/masks.")


def test_every_problem_is_listed(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(2))
    write(tmp_path, "train/images/alone.png", noise_image(10))
    write(tmp_path, "train/images/size.png", noise_image(11))
    write(tmp_path, "train/masks/size.png", square_mask(25))
    write(tmp_path, "train/images/photo.png", noise_image(12))
    write(tmp_path, "train/masks/photo.png", noise_image(13))
    write(tmp_path, "train/images/text.png", b"no image")
    write(tmp_path, "train/masks/text.png", square_mask())
    write(tmp_path, "val/images/copy.png", noise_image(0))
    write(tmp_path, "val/masks/copy.png", square_mask())
    found = problems(tmp_path)
    expected = [
        "train: Image alone.png has no mask of the same name.",
        "train: mask photo.png: is no mask: it has",
        "train: mask size.png: is 25 x 25 pixels, but its image is 24 x 24; they must be the same.",
        "train: image text.png: is no image that can be read",
        "train/case_000.png and val/copy.png are the same file; keep it in one split.",
    ]
    assert len(found) == len(expected)
    for sentence, beginning in zip(found, expected, strict=True):
        assert sentence.startswith(beginning)


def test_the_same_pixels_in_other_bytes_are_the_same_picture(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(2))
    _, as_bitmap = cv2.imencode(".bmp", noise_image(1))
    write(tmp_path, "test/images/other.bmp", bytes(as_bitmap))
    write(tmp_path, "test/masks/other.png", square_mask())
    assert problems(tmp_path) == (
        "train/case_001.png and test/other.bmp are the same picture; keep it in one split.",
    )


def test_the_same_image_twice_in_one_split_is_allowed(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(2))
    write(tmp_path, "train/images/again.png", noise_image(1))
    write(tmp_path, "train/masks/again.png", square_mask())
    assert len(check_dataset(tmp_path)["train"]) == 3


def test_an_empty_split_is_told(tmp_path: Path) -> None:
    (tmp_path / "train/images").mkdir(parents=True)
    (tmp_path / "train/masks").mkdir()
    assert problems(tmp_path) == ("train: There are no images.",)


def test_limits_hold_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_split(tmp_path, "train", range(1))
    monkeypatch.setenv("LIMIT_MAX_PIXELS", "100")
    with pytest.raises(BadDatasetError, match="at most 100 pixels"):
        check_dataset(tmp_path)


def test_empty_masks_and_black_images_are_fine_beside_others(tmp_path: Path) -> None:
    write(tmp_path, "train/images/black.png", np.zeros((5, 5), np.uint8))
    write(tmp_path, "train/masks/black.png", np.zeros((5, 5), np.uint8))
    write_split(tmp_path, "train", range(1))
    assert len(check_dataset(tmp_path)["train"]) == 2


def test_a_split_without_any_foreground_is_refused(tmp_path: Path) -> None:
    for seed in range(2):
        write(tmp_path, f"train/images/{seed}.png", noise_image(seed))
        write(tmp_path, f"train/masks/{seed}.png", np.zeros((24, 24), np.uint8))
    write_split(tmp_path, "val", range(2, 3))
    assert problems(tmp_path) == (
        "train: All 2 masks are empty; at least one must have foreground, "
        "so look whether these are the masks.",
    )
    write(tmp_path, "test/images/5.png", noise_image(5))
    write(tmp_path, "test/masks/5.png", np.zeros((24, 24), np.uint8))
    assert problems(tmp_path, ("test",)) == (
        "test: The only mask is empty; at least one must have foreground, "
        "so look whether these are the masks.",
    )


def test_links_to_nowhere_are_told(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(2))
    (tmp_path / "train/images/gone.png").symlink_to("/nowhere/annex")
    (tmp_path / "train/masks/gone.png").symlink_to("/nowhere/annex")
    told = "is a link to nowhere (/nowhere/annex); fetch what it points to (git annex, dvc)."
    assert problems(tmp_path) == (f"train: gone.png: {told}",) * 2


def test_what_icloud_keeps_elsewhere_is_told(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(2))
    (tmp_path / "train/images/.gone.png.icloud").write_bytes(b"bplist00")
    told = "train/images also holds .gone.png.icloud; only image files directly in it are read."
    assert examine_dataset(tmp_path).notes == (told,)


@pytest.mark.parametrize("lost", ["val", "val/images", "val/masks"])
def test_folders_that_are_links_to_nowhere_are_told(tmp_path: Path, lost: str) -> None:
    for split, seeds in (("train", range(1)), ("val", range(1, 2))):
        write_split(tmp_path, split, seeds)
    shutil.rmtree(tmp_path / lost)
    (tmp_path / lost).symlink_to("/nowhere/annex")
    told = "is a link to nowhere (/nowhere/annex); fetch what it points to (git annex, dvc)."
    assert problems(tmp_path) == (f"{lost}: {told}",)


def test_what_was_assumed_of_images_is_told(tmp_path: Path) -> None:
    four = np.dstack([noise_image(0), noise_image(1), noise_image(2), noise_image(3)])
    write(tmp_path, "train/images/a.tif", tiff(four, photometric="rgb", extrasamples=[0]))
    write(tmp_path, "train/masks/a.png", square_mask())
    told = "image a.tif: its fourth channel is not explained and taken as alpha."
    assert examine_dataset(tmp_path).notes == (told,)


def test_a_mask_that_is_its_image_s_own_file_is_told(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(1))
    for folder in ("images", "masks"):
        write(tmp_path, f"train/{folder}/a.png", square_mask())
    assert problems(tmp_path) == ("train: image a.png and its mask are the same file.",)


def test_masks_without_background_are_told(tmp_path: Path) -> None:
    for seed in range(2):
        write(tmp_path, f"train/images/{seed}.png", noise_image(seed))
        write(tmp_path, f"train/masks/{seed}.png", np.full((24, 24), 255, np.uint8))
    told = "train: No mask has background, so look whether these are the masks."
    assert examine_dataset(tmp_path).notes == (told,)
    write(tmp_path, "train/masks/1.png", square_mask())
    assert examine_dataset(tmp_path).notes == ()


def test_undefined_pixels_of_one_foreground_are_kept(tmp_path: Path) -> None:
    mask = square_mask() // 255
    mask[0] = 255
    write(tmp_path, "train/images/a.png", noise_image(0))
    write(tmp_path, "train/masks/a.png", mask)
    (pair,) = check_dataset(tmp_path)["train"]
    np.testing.assert_array_equal(load_pair(pair)[1], mask)


@pytest.mark.parametrize(("numbers", "is_told"), [((1, 255), False), ((1, 2), True), ((255, 38), True)])
def test_masks_whose_foreground_is_not_one_number_are_told(
    tmp_path: Path, numbers: tuple[int, int], is_told: bool
) -> None:
    for seed, number in enumerate(numbers):
        write(tmp_path, f"train/images/{seed}.png", noise_image(seed))
        write(tmp_path, f"train/masks/{seed}.png", square_mask() // 255 * np.uint8(number))
    told = examine_dataset(tmp_path).notes
    listed = ", ".join(map(str, sorted(numbers)))
    assert [f"not the same number in all masks ({listed})" in note for note in told] == [True] * is_told
    assert examine_dataset(tmp_path, values=MaskValues()).notes == ()


def coloured(colour: tuple[int, int, int]) -> np.ndarray:
    return (square_mask()[..., None] // 255) * np.array(colour, np.uint8)


def palette(colour: tuple[int, int, int]) -> bytes:
    picture = Image.fromarray(square_mask() // 255).convert("P")
    picture.putpalette([0, 0, 0, *colour])
    return saved(picture, "PNG")


RED, GREEN = (255, 0, 0), (0, 255, 0)


@pytest.mark.parametrize(
    ("masks", "listed"),
    [
        ((coloured(RED), coloured(GREEN)), "#ff0000, #00ff00"),
        ((palette(RED), palette(GREEN)), "#ff0000, #00ff00"),
        ((square_mask(), coloured(RED)), "#ffffff, #ff0000"),
        ((coloured(RED), coloured((250, 4, 0))), ""),
        ((square_mask() // 255, palette(RED)), ""),
    ],
)
def test_masks_whose_foreground_is_not_one_colour_are_told(
    tmp_path: Path, masks: Sequence[np.ndarray | bytes], listed: str
) -> None:
    for seed, mask in enumerate(masks):
        write(tmp_path, f"train/images/{seed}.png", noise_image(seed))
        write(tmp_path, f"train/masks/{seed}.png", mask)
    told = examine_dataset(tmp_path).notes
    assert [f"not the same colour in all masks ({listed})" in note for note in told] == [True] * bool(listed)
    assert examine_dataset(tmp_path, values=MaskValues()).notes == ()


def test_what_a_person_says_of_the_values_goes_with_the_pairs(tmp_path: Path) -> None:
    mask = square_mask() // 255 * 2
    mask[0], mask[1] = 1, 7
    write(tmp_path, "train/images/a.png", noise_image(0))
    write(tmp_path, "train/masks/a.png", mask)
    assert "say which are foreground (--mask_values" in problems(tmp_path)[0]
    (pair,) = examine_dataset(tmp_path, values=MaskValues((2,), (7,))).pairs_of["train"]
    expected = square_mask() // 255
    expected[0], expected[1] = 0, 255
    np.testing.assert_array_equal(load_pair(pair)[1], expected)


def test_masks_of_classes_are_checked_against_their_table(tmp_path: Path) -> None:
    table = table_of_names(["background", "left", "right", "undefined"])
    labels = np.zeros((24, 24), np.uint8)
    labels[2:5, 3:9] = 2
    labels[0] = 255
    write(tmp_path, "train/images/a.png", noise_image(0))
    write(tmp_path, "train/masks/a.png", labels)
    pairs = check_dataset(tmp_path, classes=table)["train"]
    np.testing.assert_array_equal(load_pair(pairs[0], classes=table)[1], labels)
    write(tmp_path, "train/masks/a.png", np.where(labels == 2, 3, labels).astype(np.uint8))
    with pytest.raises(
        BadDatasetError, match="mask a.png: is no mask: the value 3, in 18 pixels, is no class"
    ):
        check_dataset(tmp_path, classes=table)


def test_undefined_pixels_are_no_foreground(tmp_path: Path) -> None:
    write(tmp_path, "train/images/a.png", noise_image(0))
    write(tmp_path, "train/masks/a.png", np.full((24, 24), 255, np.uint8))
    with pytest.raises(BadDatasetError, match="The only mask is empty"):
        check_dataset(tmp_path, classes=table_of_names(["background", "lung", "undefined"]))


def test_what_is_no_image_by_its_name_is_told(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(2))
    for name in ("p1/x.png", "n.nrrd", "a.png.dvc", "array.npy", "outlines.json", "Thumbs.db"):
        write(tmp_path, f"train/images/{name}", b"x")
    write(tmp_path, "train/masks/p1/x.png", square_mask())
    write_split(tmp_path, "valid", range(2, 4))
    (tmp_path / "TRAIN").symlink_to("train")  # as where case means nothing
    assert examine_dataset(tmp_path).notes == (
        "train/images also holds a.png.dvc, array.npy, n.nrrd ...; only image files directly in it are read.",
        "train/masks also holds p1; only image files directly in it are read.",
        f"{tmp_path.name} also holds valid; only its folders train, val and test are read.",
    )


def test_images_in_folders_of_their_own_are_told_where_there_are_no_others(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(2))
    write(tmp_path, "val/images/p1/x.png", noise_image(7))
    write(tmp_path, "val/masks/p1/x.png", square_mask())
    assert problems(tmp_path)[:2] == (
        "val: There are no images.",
        "val/images also holds p1; only image files directly in it are read.",
    )
