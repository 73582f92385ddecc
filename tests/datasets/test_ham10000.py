"""On a small folder of the download's shape, made here."""

import csv

import cv2
import numpy as np
import pytest

from core.datasets.ham10000 import divide, main, read_download, write_dataset
from core.datasets.pairs import check_dataset
from core.errors import AppError, BadDatasetError

# lesion, image, dx; lesion HAM_0 was photographed three times.
ROWS = [
    ("HAM_0", "ISIC_0024300", "nv"),
    ("HAM_0", "ISIC_0024301", "nv"),
    ("HAM_0", "ISIC_0024302", "nv"),
    *((f"HAM_{n}", f"ISIC_00243{n:02}", "nv") for n in range(3, 12)),
    *((f"HAM_{n}", f"ISIC_00243{n:02}", "mel") for n in range(12, 18)),
    *(
        (f"HAM_{n}", f"ISIC_00243{n:02}", dx)
        for n, dx in enumerate(("akiec", "bcc", "bkl", "df", "vasc"), 18)
    ),
]


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())


def make_download(root, rows=ROWS, delimiter=",", metadata="HAM10000_metadata.csv"):
    generator = np.random.default_rng(0)
    for number, (_, image, _) in enumerate(rows):
        part = "HAM10000_images_part_1" if number % 2 else "HAM10000_images_part_2"
        write(root / part / f"{image}.jpg", generator.integers(0, 256, (18, 24, 3), dtype=np.uint8))
        mask = np.zeros((18, 24), np.uint8)
        mask[4:12, 5:15] = 255
        folder = root / "HAM10000_segmentations_lesion_tschandl"
        write(folder / f"{image}_segmentation.png", mask)
    lines = [
        delimiter.join(("lesion_id", "image_id", "dx", "dx_type")),
        *(delimiter.join((*row, "histo")) for row in rows),
    ]
    (root / metadata).write_text("\n".join(lines) + "\n")
    return root


def test_the_command_makes_a_data_set_that_passes_the_check(tmp_path, capsys):
    source = make_download(tmp_path / "download")
    output = tmp_path / "dataset"
    assert (
        main(
            ["--source", str(source), "--output_dir", str(output), "--val_part", "0.2", "--test_part", "0.2"]
        )
        == 0
    )
    pairs = check_dataset(output)
    assert {split: len(each) for split, each in pairs.items()}.keys() == {"train", "val", "test"}
    assert sum(map(len, pairs.values())) == len(ROWS)
    with (output / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["image"]: row["label"] for row in rows}["ISIC_0024312"] == "MEL"
    # akiec, bcc, bkl, df and vasc became one label.
    assert sum(row["label"] == "Other_SC" for row in rows) == 5
    splits_of = {}
    for row in rows:
        splits_of.setdefault(row["lesion_id"], set()).add(row["split"])
        assert (output / row["split"] / "images" / f"{row['image']}.jpg").is_file()
        assert (output / row["split"] / "masks" / f"{row['image']}.png").is_file()
    assert all(len(splits) == 1 for splits in splits_of.values())
    assert "train:" in capsys.readouterr().out


def test_each_label_has_its_part_and_the_seed_decides(tmp_path):
    lesions = read_download(make_download(tmp_path))
    divided = divide(lesions, {"test": 1 / 3, "val": 1 / 3}, seed=4)
    # Six melanomas of six lesions: two, two, two.
    assert {split: sum(each.label == "MEL" for each in held) for split, held in divided.items()} == {
        "train": 2,
        "val": 2,
        "test": 2,
    }
    assert divided == divide(lesions[::-1], {"test": 1 / 3, "val": 1 / 3}, seed=4)
    assert divided != divide(lesions, {"test": 1 / 3, "val": 1 / 3}, seed=5)
    with pytest.raises(ValueError, match="below 1 together"):
        divide(lesions, {"test": 0.5, "val": 0.5})


def test_tabs_and_one_folder_of_images_will_do(tmp_path):
    source = make_download(tmp_path, delimiter="\t", metadata="HAM10000_metadata.tab")
    for path in list(source.glob("HAM10000_images_part_*/*.jpg")):
        path.rename(source / path.name)
    assert len(read_download(source)) == len(ROWS)


def problems_of(source):
    """Everything that is wrong with a download, a sentence each."""
    with pytest.raises(BadDatasetError) as caught:
        read_download(source)
    return "\n".join(caught.value.problems)


def test_what_is_missing_is_one_sentence_each(tmp_path):
    source = make_download(tmp_path)
    (source / "HAM10000_segmentations_lesion_tschandl" / "ISIC_0024305_segmentation.png").unlink()
    write(source / "extra" / "ISIC_9999998.jpg", np.zeros((4, 4, 3), np.uint8))
    write(source / "extra" / "ISIC_9999999.jpg", np.zeros((4, 4, 3), np.uint8))
    problems = problems_of(source)
    assert "2 images, ISIC_9999998 the first of them, have no row in the metadata" in problems
    assert "3 images, ISIC_0024305 the first" in problems


def test_an_unknown_diagnosis_no_metadata_and_an_empty_folder_are_told(tmp_path):
    odd = make_download(tmp_path / "odd", [*ROWS, ("HAM_99", "ISIC_0024399", "scc")])
    assert "unknown dx 'scc'" in problems_of(odd)
    (odd / "HAM10000_metadata.csv").write_text("image_id,dx\nISIC_0024399,nv\n")
    assert "no column lesion_id" in problems_of(odd)
    (odd / "HAM10000_metadata.csv").unlink()
    assert "no HAM10000_metadata.csv" in problems_of(odd)
    (tmp_path / "empty").mkdir()
    assert "no images" in problems_of(tmp_path / "empty")
    assert "no such folder" in problems_of(tmp_path / "nowhere")


def test_a_folder_with_files_is_left_alone(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(AppError, match="not empty"):
        write_dataset({}, tmp_path)
    assert main(["--source", str(tmp_path / "none"), "--output_dir", str(tmp_path / "out")]) == 2
    assert "no such folder" in capsys.readouterr().err
