"""Two images with a hair and two without, judged by a model that takes everything for lesion."""

import csv

import cv2
import numpy as np
import pytest

from core.cards import ModelCard, save_card
from core.config import AugmentConfig, NetConfig
from core.experiments.kinds.hair import hair, markdown
from core.inference.export import save_weights
from core.nets import build
from core.workflows.measure.hair_table import hair_table


@pytest.fixture
def data(tmp_path):
    for number in range(4):
        image = np.full((100, 100, 3), (150, 170, 220), np.uint8)
        mask = np.zeros((100, 100), np.uint8)
        # A lesion of a quarter with hair, of a half without.
        mask[:, : 25 if number < 2 else 50] = 255
        if number < 2:
            cv2.line(image, (5, 10 + number), (95, 80), (20, 25, 40), 3)
        image[0, 0] = number
        for folder, pixels in (("images", image), ("masks", mask)):
            path = tmp_path / "val" / folder / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), pixels)
    return tmp_path


def save_model(folder, **card):
    net = NetConfig(depth=1, base_filters=2, input_channels=3)
    save_weights(build(net), folder / "model.keras")
    save_card(
        ModelCard(folder.name, net=net, image_size=(16, 16), threshold=0.0, **card), folder / "card.json"
    )
    return folder


def test_images_with_and_without_hair_are_scored_apart(data, tmp_path):
    plain = save_model(tmp_path / "plain")
    other = save_model(tmp_path / "other", remove_hair=True, augmentation=AugmentConfig(hair=0.3))
    table = hair_table(data, "val", [plain, other])
    assert (table.num_with_hair, table.num_without_hair) == (2, 2)
    first, second = table.rows
    # At the threshold 0 all pixels are lesion: IoU is the lesion's part of the image.
    assert (first.with_hair.mean, first.without_hair.mean, first.all_images.mean) == (0.25, 0.5, 0.375)
    assert first.against_first is None and second.against_first.mean_difference == 0
    text = markdown(table)
    assert "| plain | no | no | 0.00 | 0.2500 (0.2500 to 0.2500) |" in text
    assert "| other | yes | 0.3 |" in text


def test_a_scoring_of_test_is_logged_for_each_model(data, tmp_path):
    (data / "val").rename(data / "test")
    models = [str(save_model(tmp_path / name)) for name in ("plain", "other")]
    arguments = ["--data_dir", str(data), "--split", "test", "--models", *models]
    hair([*arguments, "--output_dir", str(tmp_path / "out"), "--test_log", str(tmp_path / "log.csv")])
    for path in (tmp_path / "out" / "test_scorings.csv", tmp_path / "log.csv"):
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["network"], row["score"], row["mean"]) for row in rows] == [
            (model, "iou", "0.3750") for model in models
        ]


def test_without_a_hairy_image_nothing_is_compared(data, tmp_path):
    plain = save_model(tmp_path / "plain")
    table = hair_table(data, "val", [plain, plain], part=0.9)
    assert (table.num_with_hair, table.rows[1].against_first) == (0, None)
    assert "| – | 0.3750" in markdown(table)
