"""COCO files, read back by pycocotools."""

import json

import numpy as np
import pytest
from pycocotools import mask as run_lengths
from pycocotools.coco import COCO

from core.formats.coco import UNDECIDED, CocoWriter
from tests.formats.shapes import MASKS, NAMES


def written(masks):
    writer = CocoWriter(NAMES)
    for name, mask in masks.items():
        writer.add(f"{name}.png", mask)
    return json.loads(writer.to_json())


@pytest.mark.parametrize("name", MASKS)
def test_every_pixel_comes_back(name):
    content = written({name: MASKS[name]})
    found = np.zeros(MASKS[name].shape, np.uint8)
    for each in content["annotations"]:
        region = run_lengths.decode(each["segmentation"]) > 0
        assert not found[region].any()
        found[region] = each["category_id"]
        assert each["area"] == region.sum()
        rows, cols = np.nonzero(region)
        box = [cols.min(), rows.min(), np.ptp(cols) + 1, np.ptp(rows) + 1]
        assert each["bbox"] == box
    assert np.array_equal(found, MASKS[name])


def test_a_part_is_an_object_and_an_empty_mask_an_image_without_any(tmp_path, capsys):
    path = tmp_path / "all.json"
    path.write_text(json.dumps(written({"lines": MASKS["lines"], "empty": MASKS["empty"]})), encoding="utf-8")
    coco = COCO(path)
    assert "index created" in capsys.readouterr().out
    by_name = {each["file_name"]: each["id"] for each in coco.loadImgs(coco.getImgIds())}
    assert len(coco.getAnnIds(imgIds=[by_name["lines.png"]])) == 4
    assert coco.getAnnIds(imgIds=[by_name["empty.png"]]) == []
    assert [each["name"] for each in coco.loadCats(coco.getCatIds())] == list(NAMES)


def test_undecided_pixels_are_a_crowd():
    content = written({"undecided": MASKS["undecided"]})
    crowds = [each for each in content["annotations"] if each["iscrowd"]]
    assert [each["category_id"] for each in crowds] == [255]
    assert {"id": 255, "name": UNDECIDED, "supercategory": ""} in content["categories"]


def test_a_class_without_a_name_is_refused():
    with pytest.raises(ValueError, match="has class 4, but only 3 have names"):
        CocoWriter(NAMES).add("x.png", np.full((2, 2), 4, np.uint8))
