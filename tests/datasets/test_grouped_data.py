"""Groups of a set on disk: what its table, its names and its files say, and folders that part them."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.datasets.grouped_data import read_grouped, with_validation
from core.datasets.groups import GroupRule
from core.errors import AppError, BadDatasetError
from tests.datasets.making import noise_image, square_mask, write
from tests.imaging.making import dicom


def picture(seed: int) -> np.ndarray:
    """Smooth, as pictures are: a JPEG of it is nearly the same."""
    return cv2.resize(noise_image(seed, 8), (64, 64), interpolation=cv2.INTER_CUBIC)


def add(root: Path, split: str, name: str, image: np.ndarray | bytes) -> None:
    write(root, f"{split}/images/{name}", image)
    write(root, f"{split}/masks/{Path(name).stem}.png", square_mask(64))


def jpeg(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(values).save(file, "JPEG", quality=60)
    return file.getvalue()


def groups(root: Path, rule: GroupRule | None = None) -> dict[str, int]:
    data = read_grouped(root, rule)
    return {
        pair.stem: group
        for split, pairs in data.pairs_of.items()
        for pair, group in zip(pairs, data.group_of[split], strict=True)
    }


def together(of: dict[str, int]) -> list[set[str]]:
    """The groups of several images."""
    found = [{stem for stem in of if of[stem] == number} for number in sorted(set(of.values()))]
    return [each for each in found if len(each) > 1]


def test_a_png_and_a_jpeg_of_one_picture_are_one_group(tmp_path: Path) -> None:
    for seed in range(3):
        add(tmp_path, "train", f"{seed}.png", picture(seed))
    add(tmp_path, "train", "again.jpg", jpeg(picture(1)))
    assert together(groups(tmp_path)) == [{"1", "again"}]


def test_three_near_duplicates_are_one_group(tmp_path: Path) -> None:
    for seed in range(4):
        add(tmp_path, "train", f"{seed}.png", picture(seed))
    darker = (picture(2) * 0.8).astype(np.uint8)
    smaller = cv2.resize(picture(2), (48, 48), interpolation=cv2.INTER_AREA)
    add(tmp_path, "train", "darker.png", darker)
    write(tmp_path, "train/images/smaller.png", smaller)
    write(tmp_path, "train/masks/smaller.png", square_mask(48))
    assert together(groups(tmp_path)) == [{"2", "darker", "smaller"}]


def test_dicom_files_of_one_patient_are_one_group(tmp_path: Path) -> None:
    for number, patient in enumerate(["1007", "1007", "2001", "ANONYMOUS", "Anonymous"]):
        add(tmp_path, "train", f"s{number}.dcm", dicom(picture(number), PatientID=patient))
    assert together(groups(tmp_path)) == [{"s0", "s1"}]


def test_slices_of_one_volume_are_one_group_by_their_study(tmp_path: Path) -> None:
    for number, study in enumerate(["1.2.3", "1.2.3", "1.2.4"]):
        add(tmp_path, "train", f"s{number}.dcm", dicom(picture(number), PatientID="", StudyInstanceUID=study))
    assert together(groups(tmp_path)) == [{"s0", "s1"}]


def test_the_patients_column_is_found_and_may_be_refused(tmp_path: Path) -> None:
    for seed in range(4):
        add(tmp_path, "train", f"{seed}.png", picture(seed))
    (tmp_path / "metadata.csv").write_text("id,patientid,site\n0,a,x\n1,a,x\n2,b,y\n3,,y\n")
    assert together(groups(tmp_path)) == [{"0", "1"}]
    assert together(groups(tmp_path, GroupRule("none"))) == []
    assert together(groups(tmp_path, GroupRule("site"))) == [{"0", "1"}, {"2", "3"}]
    with pytest.raises(AppError, match="no column 'doctor'; it has id, patientid, site"):
        groups(tmp_path, GroupRule("doctor"))


def test_a_column_without_a_table_is_one_sentence(tmp_path: Path) -> None:
    add(tmp_path, "train", "a.png", picture(0))
    with pytest.raises(AppError, match="No CSV in .* names its images"):
        groups(tmp_path, GroupRule("patient"))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            "id,patient\n0,p\n1,p\n",
            "1 of 3 images have no 'patient' in t.csv, so it keeps these with no others.",
        ),
        ("id,patient\n0,p\n1,p\n2,NaN\n", "1 of 3 images have no 'patient' in t.csv"),
        ("id,patient\n00,p\n01,p\n", "t.csv has a column 'patient', but names none of the images"),
        (
            "id,patient\n0,P1\n1,p 1\n2, p1 \n",
            "In t.csv these are taken as one 'patient': P1 = p 1, P1 = p1.",
        ),
        ("id,site\n00,p\n01,p\n", ""),
        ("id,patient\n0,p\n1,p\n2,q\n", ""),
    ],
)
def test_images_that_a_table_of_patients_does_not_know_are_told(
    tmp_path: Path, table: str, told: str
) -> None:
    for seed in range(3):
        add(tmp_path, "train", f"{seed}.png", picture(seed))
    (tmp_path / "t.csv").write_text(table)
    notes = [note for note in read_grouped(tmp_path).notes if "t.csv" in note]
    assert [note[: len(told)] for note in notes] == [told] * bool(told)
    assert not any("t.csv" in note for note in read_grouped(tmp_path, GroupRule("none")).notes)


def test_a_spreadsheet_is_told_to_be_not_read(tmp_path: Path) -> None:
    for seed in range(2):
        add(tmp_path, "train", f"{seed}.png", picture(seed))
    (tmp_path / "patients.xlsx").write_bytes(b"PK")
    told = "patients.xlsx is not read; if it names patients, save it as CSV, to keep their images together."
    assert told in read_grouped(tmp_path).notes
    (tmp_path / "t.csv").write_text("id,patient\n0,p\n1,p\n")
    assert told not in read_grouped(tmp_path).notes


def test_tables_in_the_folders_of_splits_are_one_whatever_the_case_of_their_endings(tmp_path: Path) -> None:
    for split, names in (("train", "012"), ("val", "34")):
        for name in names:
            add(tmp_path, split, f"{name}.png", picture(int(name)))
    (tmp_path / "train" / "Metadata.CSV").write_text("file_name,patient\n0.png,p\n1.png,p\n2.png,q\n")
    (tmp_path / "val" / "Metadata.CSV").write_text("file_name,patient\n3.png,r\n4.png,r\n")
    assert together(groups(tmp_path)) == [{"0", "1"}, {"3", "4"}]


def test_names_are_taken_together_by_a_pattern(tmp_path: Path) -> None:
    for seed, name in enumerate(["p1_a", "p1_b", "p2_a"]):
        add(tmp_path, "train", f"{name}.png", picture(seed))
    assert together(groups(tmp_path, GroupRule(pattern="_"))) == [{"p1_a", "p1_b"}]


def test_folders_that_part_what_the_person_named_are_refused(tmp_path: Path) -> None:
    for seed, (split, name) in enumerate([("train", "p1_a"), ("train", "p2_a"), ("val", "p1_b")]):
        add(tmp_path, split, f"{name}.png", picture(seed))
    with pytest.raises(BadDatasetError, match="train/p1_a.png and val/p1_b.png are of one group"):
        read_grouped(tmp_path, GroupRule(pattern="_"))


def test_folders_that_part_what_looks_alike_are_told(tmp_path: Path) -> None:
    for seed in range(4):
        add(tmp_path, "train", f"{seed}.png", picture(seed))
    add(tmp_path, "test", "again.jpg", jpeg(picture(1)))
    (grouped, parted) = read_grouped(tmp_path).notes
    assert grouped == "5 images in 4 groups that are never parted."
    assert parted.startswith("train/1.png and test/again.jpg look alike or are of one patient, so scores")


def test_validation_takes_whole_groups_of_train(tmp_path: Path) -> None:
    for seed in range(12):
        add(tmp_path, "train", f"p{seed // 3}_{seed}.png", picture(seed))
    data = read_grouped(tmp_path, GroupRule(pattern="_"))
    train, val = with_validation(data, 0.25, 1)
    assert len({pair.stem[:2] for pair in val}) == 1
    assert (len(train), len(val)) == (9, 3)


def test_a_single_group_cannot_be_divided(tmp_path: Path) -> None:
    for seed in range(3):
        add(tmp_path, "train", f"p_{seed}.png", picture(seed))
    with pytest.raises(AppError, match="all images belong to one group.*add a val folder"):
        with_validation(read_grouped(tmp_path, GroupRule(pattern="_")), 0.3, 0)
