"""Where the masks of a classifier's input come from."""

import numpy as np
import pytest

from core.errors import AppError, BadFileError
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.workflows.learn.lesion_masks import MaskSource

HEADER = "arm,fold,stem,group,image,mask,threshold\n"


@pytest.fixture
def image():
    return decode_image(encode_png(np.zeros((4, 6, 3), np.uint8)), "mole.png")


def cross_validation(folder, rows):
    """A folder as `cross_validate` leaves it, with a mask whose left half is lesion."""
    masks = folder / "runs" / "unet_fold2" / "masks"
    masks.mkdir(parents=True)
    mask = np.zeros((4, 6), np.uint8)
    mask[:, :3] = 255
    (masks / "mole.png").write_bytes(encode_png(mask))
    (folder / "out_of_fold.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    return folder


def test_out_of_fold_masks_are_found_by_the_images_name(tmp_path, image):
    row = "U-Net,2,mole,mole,train/images/mole.jpg,runs/unet_fold2/masks/mole.png,0.5\n"
    source = MaskSource(cross_validation(tmp_path, [row]))
    mask = source.mask(image, "mole.jpg", own=None)
    assert mask.tolist() == [[1, 1, 1, 0, 0, 0]] * 4
    with pytest.raises(BadFileError, match="has no mask"):
        source.mask(image, "other.jpg", own=None)


def test_a_cross_validation_of_two_networks_is_refused(tmp_path):
    rows = [f"{arm},2,mole,mole,a.jpg,runs/unet_fold2/masks/mole.png,0.5\n" for arm in ("U-Net", "FCN")]
    with pytest.raises(AppError, match="masks of 2 networks"):
        MaskSource(cross_validation(tmp_path, rows))
