"""The contact sheet of augmentation."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config import AugmentConfig, NetConfig, TrainConfig
from core.errors import AppError, BadDatasetError
from core.imaging.class_table import table_of_names
from core.training.presets import AUGMENT_PRESETS
from core.workflows.learn.preview_augmentation import GAP, HEADING, preview_augmentation, tile_size
from core.workflows.learn.training_card import TrainRequest
from tests.workflows.conftest import png

SIDE = 128


@pytest.fixture
def data(tmp_path):
    for index in range(6):
        image = np.random.default_rng(index).integers(40, 200, (20, 30), dtype=np.uint8)
        mask = np.zeros((20, 30), np.uint8)
        mask[5:15, 8:20] = 1
        for folder, pixels in (("images", image), ("masks", mask)):
            path = tmp_path / "train" / folder / f"사진_{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png(pixels))
    return tmp_path


def request(data, **values):
    settings = {"net": NetConfig(input_channels=0), "settings": TrainConfig(image_size=(32, 32)), **values}
    return TrainRequest(data, **settings)


def tiles(path):
    sheet = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    step = SIDE + GAP
    rows, columns = (sheet.shape[0] - HEADING) // step, (sheet.shape[1] - GAP) // step
    return [
        [sheet[HEADING + r * step :, GAP + c * step :][:SIDE, :SIDE] for c in range(columns)]
        for r in range(rows)
    ]


def test_rows_are_images_and_columns_are_changes(data):
    path = data / "sheet.png"
    names = preview_augmentation(request(data, augment=AUGMENT_PRESETS["elastic"]), path)
    assert names == [f"사진_{index}.png" for index in (0, 2, 3, 5)]
    shown = tiles(path)
    assert len(shown) == 4 and len(shown[0]) == 6
    assert not np.array_equal(shown[0][0], shown[0][1]) and not np.array_equal(shown[0][1], shown[0][2])
    # The outline is in orange, everything else is grey.
    assert (shown[0][0] == (230, 159, 0)).all(axis=-1).any()


def test_without_changes_all_tiles_of_a_row_are_the_image(data):
    path = data / "sheet.png"
    preview_augmentation(request(data, augment=AugmentConfig(0, 0, 0, 0, 0, 0, 0)), path)
    for row in tiles(path):
        assert all(np.array_equal(row[0], tile) for tile in row)


def test_the_same_seed_gives_the_same_sheet(data):
    for name in ("first.png", "again.png"):
        preview_augmentation(request(data), data / name)
    assert (data / "first.png").read_bytes() == (data / "again.png").read_bytes()


@pytest.mark.parametrize(
    ("size", "shown"), [((32, 64), (64, 128)), ((448, 592), (194, 256)), ((200, 100), (200, 100))]
)
def test_a_rectangle_is_shown_as_one(data, size, shown):
    assert tile_size(size) == shown
    preview_augmentation(request(data, settings=TrainConfig(image_size=size)), data / "sheet.png")
    sheet = cv2.imdecode(np.fromfile(data / "sheet.png", np.uint8), cv2.IMREAD_COLOR)
    assert sheet.shape == (HEADING + 4 * (shown[0] + GAP), GAP + 6 * (shown[1] + GAP), 3)


def test_classes_are_outlined_in_their_colours(data):
    table = table_of_names(["background", "heart"])
    preview_augmentation(request(data, classes=table), data / "sheet.png")
    assert (tiles(data / "sheet.png")[0][0] == table.colours[1]).all(axis=-1).any()


def test_what_cannot_be_shown_is_one_sentence(data, tmp_path):
    with pytest.raises(AppError, match="must end in .png"):
        preview_augmentation(request(data), data / "sheet.jpg")
    with pytest.raises(BadDatasetError, match="no such folder"):
        preview_augmentation(request(tmp_path / "nothing"), data / "sheet.png")


def test_neither_keras_nor_tensorflow_is_imported():
    code = (
        "import sys, core.workflows.learn.preview_augmentation as p;"
        "print([name for name in ('keras', 'tensorflow', 'jax') if name in sys.modules])"
    )
    project = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
