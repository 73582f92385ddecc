"""The folders of the training layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.datasets.checks import check_dataset
from core.datasets.layout import find_split, find_splits, images_dir, masks_dir
from core.errors import BadDatasetError
from tests.datasets.making import write_split


def test_splits_are_found_by_their_images(tmp_path: Path) -> None:
    write_split(tmp_path, "test", range(1))
    write_split(tmp_path, "train", range(1, 2))
    (tmp_path / "val").mkdir()
    assert find_splits(tmp_path) == ("train", "test")
    assert find_split(tmp_path, "train") == tmp_path / "train"
    assert find_split(tmp_path, "val") is None


def test_where_images_and_masks_lie(tmp_path: Path) -> None:
    assert images_dir(tmp_path, "val") == tmp_path / "val" / "images"
    assert masks_dir(tmp_path, "val") == tmp_path / "val" / "masks"


@pytest.mark.parametrize("lost", ["val", "val/images"])
def test_a_split_that_is_a_link_to_nowhere_does_not_vanish(tmp_path: Path, lost: str) -> None:
    (tmp_path / "train/images").mkdir(parents=True)
    (tmp_path / lost).parent.mkdir(exist_ok=True)
    (tmp_path / lost).symlink_to(tmp_path / "nowhere")
    assert find_splits(tmp_path) == ("train", "val")
    with pytest.raises(BadDatasetError, match=f"- {lost}: is a link to nowhere"):
        check_dataset(tmp_path)
