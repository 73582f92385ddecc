"""Which files predict.py takes and where their results go; no network is needed to find that out."""

import os

import numpy as np
import pytest

from core.datasets.matching import read_bytes
from core.errors import AppError, BadFileError
from core.workflows.predict.predict_files import find_inputs, names_in_tables, not_read_of, plan_targets


@pytest.fixture
def folder(tmp_path):
    for name in ("b.png", "a.JPG", "notes.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.png").write_bytes(b"1")
    return tmp_path


def names(paths):
    return [path.name for path in paths]


def test_a_file_is_taken_whatever_its_ending(folder):
    assert names(find_inputs(str(folder / "notes.txt"))) == ["notes.txt"]


def test_a_folder_gives_its_images_in_order(folder):
    assert names(find_inputs(str(folder))) == ["a.JPG", "b.png"]


def test_a_pattern_gives_what_it_finds(folder):
    assert names(find_inputs(str(folder / "*.png"))) == ["b.png"]
    assert names(find_inputs(str(folder / "**" / "*.png"))) == ["b.png", "c.png"]


def test_a_name_with_brackets_that_is_there_is_no_pattern(folder):
    (folder / "scan[1].png").write_bytes(b"1")
    assert names(find_inputs(str(folder / "scan[1].png"))) == ["scan[1].png"]


@pytest.mark.parametrize("name", ["none.png", "*.dcm", "deeper/empty"])
def test_nothing_found_is_one_sentence(folder, name):
    (folder / "deeper" / "empty").mkdir()
    with pytest.raises(AppError, match="give an image, a folder"):
        find_inputs(str(folder / name))


def test_a_folder_gets_a_mask_an_overlay_and_the_areas(folder):
    targets, areas = plan_targets([folder / "b.png"], folder / "out")
    assert [(target.mask.name, target.overlay.name) for target in targets] == [
        ("b_mask.png", "b_overlay.png")
    ]
    assert areas == folder / "out" / "areas.csv"


def test_one_image_can_have_a_file_name(folder):
    (target,), areas = plan_targets([folder / "b.png"], folder / "mask.png")
    assert (target.mask.name, target.overlay.name, areas.name) == (
        "mask.png",
        "mask_overlay.png",
        "mask_areas.csv",
    )


def test_images_of_the_same_name_do_not_overwrite_each_other(folder):
    images = [folder / "b.png", folder / "deeper" / "b.png", folder / "b.jpg", folder / "a.JPG"]
    targets, _ = plan_targets(images, folder / "out")
    assert names(target.mask for target in targets) == [
        "b_png_mask.png",
        "b_2_mask.png",
        "b_jpg_mask.png",
        "a_mask.png",
    ]


@pytest.mark.parametrize(
    ("num_images", "output", "sentence"),
    [
        (2, "mask.png", "one file for 2 images"),
        (1, "mask.jpg", "must end in .png"),
        (1, "b.png", "would overwrite the image"),
        (2, ".", "the images' own folder"),
        (1, "deeper/file", "is a file"),
    ],
)
def test_an_output_that_cannot_take_them_is_one_sentence(folder, num_images, output, sentence):
    (folder / "deeper" / "file").write_bytes(b"1")
    images = [folder / "b.png", folder / "a.JPG"][:num_images]
    with pytest.raises(AppError, match=sentence):
        plan_targets(images, folder / output)


def test_a_mask_that_lies_beside_its_image_is_not_overwritten(folder):
    (folder / "b_mask.png").write_bytes(b"by hand")
    with pytest.raises(AppError, match="b_mask.png lies beside the image already"):
        plan_targets([folder / "b.png"], folder)
    (folder / "areas.csv").write_bytes(b"of an earlier run")
    targets, _ = plan_targets([folder / "b.png"], folder)
    assert targets[0].mask == folder / "b_mask.png"


def test_a_threshold_is_chosen_and_scored_at_the_images_own_size(tmp_path):
    import cv2

    from core.datasets.pairs import Pair
    from core.workflows.measure.score_model import choose_threshold, score_pairs
    from tests.workflows.conftest import Brightness

    # Brightness is the probability: pixels of 200 and 100 are foreground, 90 is not.
    cv2.imwrite(str(tmp_path / "i.png"), np.array([[200, 100], [90, 0]], np.uint8))
    cv2.imwrite(str(tmp_path / "m.png"), np.array([[255, 255], [0, 0]], np.uint8))
    pairs = [Pair("i", tmp_path / "i.png", tmp_path / "m.png")]
    threshold = choose_threshold(Brightness(None), pairs)
    assert 90 < threshold * 255 <= 100
    told = []
    (result,) = score_pairs(Brightness(None), pairs, threshold, on_progress=lambda *now: told.append(now))
    assert result.scores["dice"] == 1.0 and result.name == "i.png" and told == [(0, 1), (1, 1)]
    (strict,) = score_pairs(Brightness(None), pairs, 0.5)
    assert strict.scores["recall"] == 0.5


def test_names_that_differ_by_case_alone_do_not_overwrite_each_other_on_windows(folder):
    images = [folder / "p1" / "IMG.png", folder / "p2" / "img.png", folder / "p3" / "Img.png"]
    targets, _ = plan_targets(images, folder / "out")
    assert [target.mask.name for target in targets] == [
        "IMG_png_mask.png",
        "img_2_mask.png",
        "Img_3_mask.png",
    ]


def test_photos_of_a_phone_are_not_passed_over(folder):
    for name in ("phone.HEIC", "saved.jfif", "notes.txt"):
        (folder / name).write_bytes(b"x")
    found = [path.name for path in find_inputs(str(folder))]
    assert "phone.HEIC" in found and "saved.jfif" in found and "notes.txt" not in found


def test_a_link_to_nowhere_is_told_and_not_passed_over(folder):
    (folder / "gone.png").symlink_to("/nowhere/x.png")
    assert names(find_inputs(str(folder))) == ["a.JPG", "b.png", "gone.png"]
    assert names(find_inputs(str(folder / "g*.png"))) == ["gone.png"]
    with pytest.raises(BadFileError, match="^gone.png: is a link to nowhere"):
        read_bytes(folder / "gone.png")


def test_a_name_too_long_for_its_results_is_cut_and_told(folder):
    long, korean = folder / ("a" * 245 + ".png"), folder / ("폐" * 80 + ".png")
    targets, _ = plan_targets([long, folder / "b.png", korean], folder / "out")
    assert [bool(target.note) for target in targets] == [True, False, True]
    assert targets[0].note.startswith(long.name + ": its name is too long for its results")
    assert all(len(target.overlay.name.encode()) <= 255 for target in targets)
    assert targets[2].mask.name.startswith("폐폐")


def test_a_name_that_is_no_text_does_not_cost_the_others(folder):
    odd = [folder / os.fsdecode(b"\xc6\xf3" * length + b".png") for length in (1, 110)]
    targets, _ = plan_targets([*odd, folder / "b.png"], folder / "out")
    assert targets[2].mask.name == "b_mask.png"


def test_a_table_tells_images_of_two_folders_apart(folder):
    assert names_in_tables([folder / "a.JPG", folder / "b.png"]) == ["a.JPG", "b.png"]
    assert names_in_tables([folder / "p1" / "i.png", folder / "p2" / "i.png"]) == ["p1/i.png", "p2/i.png"]
    assert names_in_tables([folder / "i.png", folder / "p2" / "i.png"]) == ["i.png", "p2/i.png"]


def test_what_lies_in_the_folder_and_is_no_image_is_told(folder):
    (folder / "scan.nrrd").write_bytes(b"x")
    (folder / "day 2").mkdir()
    assert not_read_of(str(folder)) == (
        f"{folder.name} also holds day 2, deeper, scan.nrrd; only image files directly in it are read.",
    )
    assert not_read_of(str(folder / "*.png")) == not_read_of(str(folder / "b.png")) == ()
