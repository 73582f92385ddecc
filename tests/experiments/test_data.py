"""What is said of a folder's files reaches every image and mask that an experiment reads."""

from types import SimpleNamespace

import numpy as np
import tifffile
from PIL import Image

from core.datasets.loading import load_pair
from core.experiments.requests.data import read_data
from core.experiments.requests.plan import CompareRequest


def test_the_channel_and_the_values_of_masks_are_read_as_said(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / "train" / folder).mkdir(parents=True)
    channels = np.stack([np.full((8, 8), 10, np.uint8), np.full((8, 8), 20, np.uint8)])
    tifffile.imwrite(tmp_path / "train/images/a.tif", channels, imagej=True, metadata={"axes": "CYX"})
    mask = np.zeros((8, 8), np.uint8)
    mask[:4], mask[4], mask[5] = 1, 2, 9
    Image.fromarray(mask).save(tmp_path / "train/masks/a.png")
    request = CompareRequest(str(tmp_path), mask_values=("2", "undefined=9"), read_channel=1)
    watchers = SimpleNamespace(on_check=lambda *_: None)
    experiment = SimpleNamespace(say=lambda _: None, keep_hashes=lambda _: None, watchers=watchers)
    (pair,) = read_data(experiment, request).pairs_of["train"]
    image, read = load_pair(pair)
    assert (image.values == 20).all()
    assert [sorted(set(row.tolist())) for row in read[[0, 4, 5, 7]]] == [[0], [1], [255], [0]]
