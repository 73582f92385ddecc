"""labelme's and COCO's outlines as masks."""

import base64
import json

import numpy as np
import pytest
from PIL import Image

from core.errors import BadFileError
from core.imaging.mask_files.outlines import read_outlines
from tests.imaging.making import saved

SQUARE = [[1, 1], [3, 1], [3, 2], [1, 2]]


def labelme(*shapes, height=4, width=6):
    said = {"shapes": list(shapes), "imagePath": "a.png", "imageHeight": height, "imageWidth": width}
    return json.dumps(said).encode()


def coco(*annotations):
    return json.dumps(
        {
            "images": [
                {"id": 1, "file_name": "a.png", "height": 4, "width": 6},
                {"id": 2, "file_name": "b.png"},
            ],
            "categories": [{"id": 1, "name": "cell"}, {"id": 2, "name": "gap"}],
            "annotations": [{"image_id": 1, "category_id": 1, **each} for each in annotations],
        }
    ).encode()


def read(data, **options):
    return read_outlines(data, "a.json", **options)


def expected(rows=slice(1, 3), columns=slice(1, 4)):
    mask = np.zeros((4, 6), np.uint8)
    mask[rows, columns] = 1
    return mask


def test_a_polygon_and_a_rectangle_of_labelme():
    rectangle = {"label": "x", "points": [[3, 2], [1, 1]], "shape_type": "rectangle"}
    for shape in ({"label": "x", "points": SQUARE}, rectangle):
        (found,) = read(labelme(shape))
        assert found.image == "a.png"
        np.testing.assert_array_equal(found.mask, expected())


def test_two_points_are_no_polygon():
    (found,) = read(labelme({"label": "x", "points": SQUARE[:2], "shape_type": "polygon"}))
    assert str(found.problem) == (
        "a.json (a.png): holds a polygon of 2 points; polygons, rectangles, circles and masks are read."
    )


def test_two_labels_are_told_or_united():
    shapes = [{"label": name, "points": SQUARE} for name in ("left", "right")]
    problem = str(read(labelme(*shapes))[0].problem)
    assert "outlines of 2 labels (left, right)" in problem
    assert "or name them as classes first" in problem
    np.testing.assert_array_equal(read(labelme(*shapes), union=True)[0].mask, expected())


def test_run_lengths_of_coco():
    # Down the columns of 4 pixels: 5 background, then 2 of each column 1 to 3, then the rest.
    counts = [5, 2, 2, 2, 2, 2, 9]
    for segmentation in ({"size": [4, 6], "counts": counts}, {"size": [4, 6], "counts": packed(counts)}):
        (found,) = read(coco({"segmentation": segmentation}))
        np.testing.assert_array_equal(found.mask, expected())


def test_a_polygon_of_coco_holds_the_pixels_whose_centres_lie_in_it():
    # From x = 1 to 4 and y = 1 to 3: the centres 1.5, 2.5, 3.5 and 1.5, 2.5. Its area is 3 * 2 for COCO too.
    (found,) = read(coco({"segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]}))
    np.testing.assert_array_equal(found.mask, expected())
    whole = [-5, -5, 20, -5, 20, 20, -5, 20]  # what lies outside is cut off
    assert read(coco({"segmentation": [whole]}))[0].mask.all()


def test_an_outline_that_goes_to_and_fro_for_ever_is_told():
    (found,) = read(coco({"segmentation": [[0, 0, 1e5, 1, 0, 2] * 1000]}))
    assert "do not fit together" in str(found.problem)


def packed(counts):
    """COCO's own packing, from maskApi.c: six bits a letter, differences from the fourth on."""
    text = ""
    for place, count in enumerate(counts):
        value = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            bits, value = value & 0x1F, value >> 5
            more = value != -1 if bits & 0x10 else value != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


def test_a_crowd_is_undefined():
    whole = {"size": [4, 6], "counts": [0, 24]}
    (found,) = read(coco({"segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]}, {"segmentation": whole, "iscrowd": 1}))
    np.testing.assert_array_equal(found.mask, np.where(expected() == 1, 1, 255))


def test_what_cvat_calls_a_crowd_was_painted_and_is_an_object():
    # From x = 1 to 4 and y = 1 to 3, down the columns of 4 pixels.
    painted = {"size": [4, 6], "counts": [5, 2, 2, 2, 2, 2, 9]}
    (found,) = read(coco({"segmentation": painted, "iscrowd": 1, "attributes": {"occluded": False}}))
    np.testing.assert_array_equal(found.mask, expected())


def test_corners_in_parts_of_the_size_are_told():
    parts = [[0.1, 0.1], [0.9, 0.1], [0.9, 1]]
    for data in (labelme({"label": "x", "points": parts}), coco({"segmentation": [sum(parts, [])]})):
        (found,) = read(data)
        assert found.mask is None and "from 0 to 1; export pixels." in str(found.problem)


def test_a_file_of_crowds_alone_is_told():
    with pytest.raises(BadFileError, match="calls all of its objects crowds"):
        read(coco({"segmentation": {"size": [4, 6], "counts": [0, 24]}, "iscrowd": 1}))


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        (
            {"segmentation": {"size": [6, 4], "counts": [24]}},
            "a.json (a.png): holds run lengths of [6, 4] for an image of [4, 6] (height, width).",
        ),
        (
            {"segmentation": {"size": [4, 6], "counts": [3]}},
            "a.json (a.png): its outlines do not fit together",
        ),
        ({"segmentation": [[1, 1, 2, 2]]}, "a.json (a.png): holds a polygon of 2 points"),
        ({"segmentation": [[1, 1, 1e300, 2, 3, 3]]}, "a.json (a.png): its outlines do not fit together"),
        ({"segmentation": None}, "a.json (a.png): holds no outline for an object"),
        ({"segmentation": [], "bbox": [1, 1, 2, 2]}, "a.json (a.png): holds no outline for an object"),
        ({"image_id": 7, "segmentation": []}, "1 outlines are of image 7, which it does not list"),
    ],
)
def test_what_does_not_fit_is_told(annotation, told):
    (found,) = read(coco(annotation))
    assert found.mask is None and told in str(found.problem)


def test_other_json_is_none_and_no_json_is_refused():
    assert read(b"{}") is None and read(b"[1]") is None
    with pytest.raises(BadFileError, match="is no JSON that can be read"):
        read(b"{")


def test_the_limit_is_checked_before_anything_is_drawn():
    (found,) = read(labelme(height=10**6, width=10**6))
    assert "at most 100,000,000 pixels" in str(found.problem)


def test_ids_that_are_none_are_told():
    said = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": [1]}]}
    with pytest.raises(BadFileError, match="do not fit together"):
        read_outlines(json.dumps(said).encode(), "a.json")


def test_masks_and_labels_of_labelme_s_own():
    png = saved(Image.fromarray(np.array([[0, 1], [1, 1]], np.uint8) * 255), "PNG")
    shapes = [
        {
            "label": "x",
            "points": [[1, 1], [2, 2]],
            "shape_type": "mask",
            "mask": base64.b64encode(png).decode(),
        },
        {"label": "__ignore__", "points": [[4, 0], [5, 0]] + [[5, 1], [4, 1]]},
        {"label": "_background_", "points": [[2, 2], [2, 2], [2, 2]]},
    ]
    (found,) = read(labelme(*shapes))
    wanted = [[0, 0, 0, 0, 255, 255], [0, 0, 1, 0, 255, 255], [0, 1, 0, 0, 0, 0], [0] * 6]
    np.testing.assert_array_equal(found.mask, wanted)


def test_a_polygon_of_coco_may_come_without_its_list():
    (found,) = read(coco({"segmentation": [1, 1, 4, 1, 4, 3, 1, 3]}))
    np.testing.assert_array_equal(found.mask, expected())


def test_an_image_of_no_size_is_told():
    (found,) = read(labelme(height=None))
    assert str(found.problem).startswith("a.json (a.png): does not say how large its image is")


def test_a_json_in_the_code_page_of_windows():
    said = {
        "shapes": [{"label": "폐", "points": SQUARE}],
        "imagePath": "흉부 사진.png",
        "imageHeight": 4,
        "imageWidth": 6,
    }
    for encoding in ("utf-8-sig", "utf-16", "cp949"):
        (found,) = read(json.dumps(said, ensure_ascii=False).encode(encoding))
        assert found.image == "흉부 사진.png"
        np.testing.assert_array_equal(found.mask, expected())


@pytest.mark.parametrize("kind", ["rectangle", "rotation"])
def test_rectangles_of_four_corners(kind):
    # As X-AnyLabeling writes them.
    (found,) = read(labelme({"label": "x", "points": SQUARE, "shape_type": kind}))
    np.testing.assert_array_equal(found.mask, expected())


def test_labels_become_the_places_of_classes_of_the_same_names():
    own = [
        {"segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]], "category_id": 2},
        {"segmentation": [[0, 0, 1, 0, 1, 1, 0, 1]], "category_id": 1},
        {"segmentation": {"size": [4, 6], "counts": [0, 24]}, "category_id": 2, "iscrowd": 1},
    ]
    (found,) = read(coco(*own), classes=["Gap", " cell"])
    mask = np.where(expected(), 1, 255)
    mask[0, 0] = 2
    np.testing.assert_array_equal(found.mask, mask)
    shapes = {"label": "gap", "points": SQUARE}, {"label": "__ignore__", "points": [[5, 3], [5, 3], [5, 3]]}
    (found,) = read(labelme(*shapes), classes=["cell", "gap"])
    assert found.mask[1, 1:4].tolist() == [2, 2, 2] and found.mask[3, 5] == 255
    (found,) = read(coco(*own), classes=["cell", "edge"])
    assert str(found.problem) == (
        "a.json (a.png): holds outlines of gap, and the classes of this task are cell, edge; call them like "
        "these, or add the class first."
    )


def test_annotations_that_are_numbered_are_read_as_a_list_is():
    said = json.loads(coco({"segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]}))
    said["annotations"] = {"7": said["annotations"][0]}  # as LIVECell has them
    (found,) = read(json.dumps(said).encode())
    np.testing.assert_array_equal(found.mask, expected())


def test_numbers_of_images_and_categories_may_be_text_in_one_place():
    one = {"image_id": "1", "category_id": "1", "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]], "iscrowd": "0"}
    (found, *_) = read(coco(one), classes=["cell", "gap"])
    np.testing.assert_array_equal(found.mask, expected())


def test_images_of_one_number_are_told():
    said = json.loads(coco({"segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]}))
    said["images"][1]["id"] = 1
    with pytest.raises(BadFileError, match="gives several images one id; give each its own"):
        read(json.dumps(said).encode())


@pytest.mark.parametrize("corners", [[[9, 1], [12, 1], [12, 3]], [[1, -9], [4, -9], [4, -2]]])
def test_an_outline_beyond_its_image_is_told(corners):
    told = "a.json (a.png): holds an outline beyond its 6 x 4 pixels; export it at the size of its image."
    (found,) = read(labelme({"label": "x", "points": corners}))
    assert str(found.problem) == told
    (found, *_) = read(coco({"segmentation": [sum(corners, [])]}))
    assert str(found.problem) == told
