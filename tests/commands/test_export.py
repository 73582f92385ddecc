"""What a person made leaves by a command too."""

import zipfile

import numpy as np
import pytest

from core.commands.export import main
from core.errors import AppError
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import NewRevision, Workspace

IMAGE = np.arange(20, dtype=np.uint8).reshape(4, 5)


@pytest.fixture
def folder(tmp_path):
    """A workspace with one saved mask."""
    with Workspace.open(tmp_path / "workspace") as workspace:
        task = workspace.tasks.get("lung_xray")
        (outcome,) = add_images(workspace, task.id, [("a.png", encode_png(IMAGE))])
        new = NewRevision(encode_png(np.eye(4, 5, dtype=np.uint8)), None, 0.5, None, "Kim", 1.0, 0.2)
        workspace.masks.save(outcome.image_id, new)
    return tmp_path


def test_masks_leave_as_a_zip(folder, capsys):
    out = folder / "masks.zip"
    where = ["--workspace", str(folder / "workspace"), "--out", str(out)]
    assert main(["masks", "lung_xray", "--format", "tiff", *where]) == 0
    assert "1 mask(s) are in" in capsys.readouterr().out
    with zipfile.ZipFile(out) as archive:
        assert "lung_xray_tiff/masks/a.tif" in archive.namelist()


def test_what_cannot_leave_is_told_in_one_sentence(folder):
    where = ["--workspace", str(folder / "workspace"), "--out", str(folder / "x.zip")]
    with pytest.raises(AppError, match="is approved yet"):
        main(["masks", "lung_xray", "--approved", *where])
    with pytest.raises(AppError, match="There is no workspace at"):
        main(["masks", "lung_xray", "--workspace", str(folder / "none")])
    with pytest.raises(AppError, match="There is no task"):
        main(["masks", "spleen", *where])
    with pytest.raises(AppError, match="There is no model at"):
        main(["model", str(folder / "nothing"), *where])
    assert not (folder / "x.zip").exists()
