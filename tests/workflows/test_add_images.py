import io
import json
import unicodedata
import zipfile

import numpy as np
import pytest

from core.correction.corrections import decode_layer
from core.imaging.decode import decode_image
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workflows.arrive.mask_meaning import KeptMeaning, keep_meaning
from core.workflows.correct.open_image import open_image
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent, TaskClass
from core.workspace.classes import moved
from tests.workflows.conftest import gradient, png


def zip_of(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


MASK = np.array([[0, 1], [1, 1]], np.uint8)


def statuses(outcomes):
    return [(each.name, each.status) for each in outcomes]


def reference_of(workspace, image):
    stored = workspace.images.read_reference(workspace.images.get(image.id))
    return None if stored is None else decode_image(stored, "reference").values.tolist()


def test_every_file_gets_its_outcome_and_a_bad_one_stops_nothing(workspace, task):
    outcomes = add_images(
        workspace,
        task.id,
        [
            ("a.png", png(gradient())),
            ("empty.png", b""),
            ("b.png", png(gradient(first=9))),
            ("A2.png", png(gradient())),
        ],
    )
    assert statuses(outcomes) == [
        ("a.png", "added"), ("empty.png", "refused"), ("b.png", "added"), ("A2.png", "already there"),
    ]  # fmt: skip
    assert outcomes[1].message == "empty.png: is empty (0 bytes); copy or export it again."
    assert outcomes[3].message == "A2.png is in this task already, as a.png."
    assert outcomes[3].image_id == outcomes[0].image_id
    first, second = workspace.images.list(task.id)
    assert (first.name, first.facts.height, first.facts.width, first.facts.channels) == ("a.png", 4, 6, 1)
    assert (second.name, second.position) == ("b.png", 1)


def test_the_thumbnail_is_there_when_the_strip_asks(workspace, task):
    add_images(workspace, task.id, [("a.png", png(gradient(200, 100)))])
    (image,) = workspace.images.list(task.id)
    assert decode_image(workspace.cache.get(image.sha256, "thumbnail"), "t").values.shape == (96, 48)


def test_a_colour_image_says_so(workspace, task):
    add_images(workspace, task.id, [("a.png", png(np.arange(48).reshape(4, 4, 3)))])
    assert workspace.images.list(task.id)[0].facts.channels == 3


def test_progress_counts_every_file(workspace, task):
    told = []
    archive = zip_of({"images/x.png": png(gradient()), "masks/x.png": png(gradient() > 3)})
    add_images(
        workspace,
        task.id,
        [("a.png", png(gradient(first=1))), ("z.zip", archive)],
        on_progress=lambda done, total, name: told.append((done, total, name)),
    )
    assert [name for _, _, name in told] == ["a.png", "x.png", "x.png"]
    assert [done for done, _, _ in told] == [1, 2, 3]
    # Those in the zip are counted before the first one is read.
    assert [total for _, total, _ in told] == [3, 3, 3]


def test_a_generator_is_taken_one_file_at_a_time(workspace, task):
    seen = []

    def uploads():
        for number in range(3):
            seen.append(len(workspace.images.list(task.id)))
            yield f"{number}.png", png(gradient(first=number))

    add_images(workspace, task.id, uploads())
    assert seen == [0, 1, 2]


def test_masks_of_a_zip_are_paired_by_stem_within_their_folder(workspace, task):
    images = {f"day{day}/images/scan.png": png([[day, 0], [0, 0]]) for day in (1, 2)}
    masks = {"day1/masks/scan.png": png(MASK * 255), "day2/masks/scan.png": png(1 - MASK)}
    outcomes = add_images(workspace, task.id, [("days.zip", zip_of({**images, **masks}))])
    assert sorted(each.status for each in outcomes) == ["added", "added", "mask added", "mask added"]
    one, two = workspace.images.list(task.id)
    assert reference_of(workspace, one) == [[0, 1], [1, 1]]
    assert reference_of(workspace, two) == [[1, 0], [0, 0]]
    assert [workspace.images.get(each.id).state for each in (one, two)] == ["new", "new"]


@pytest.mark.parametrize(
    ("image_name", "mask_name"),
    [
        ("a.jpg", "a.png"),
        ("a.png", "a_mask.png"),
        ("ISIC_001.jpg", "ISIC_001_segmentation.png"),
        ("Scan.PNG", "scan-seg.tif"),
        (unicodedata.normalize("NFC", "폐.png"), unicodedata.normalize("NFD", "폐_mask.png")),
    ],
)
def test_a_mask_is_named_like_its_image(workspace, task, image_name, mask_name):
    outcomes = add_images(
        workspace, task.id, [(image_name, png([[9, 0], [0, 0]]))], masks=[(mask_name, png(MASK))]
    )
    assert [each.status for each in outcomes] == ["added", "mask added"]
    assert reference_of(workspace, workspace.images.list(task.id)[0]) == MASK.tolist()


def test_a_mask_may_come_later_than_its_image(workspace, task):
    add_images(workspace, task.id, [("a.png", png([[9, 0], [0, 0]]))])
    outcomes = add_images(workspace, task.id, [], masks=[("a.png", png(MASK))])
    assert statuses(outcomes) == [("a.png", "mask added")]


def test_masks_that_fit_no_image_or_several_or_are_none(workspace, task):
    outcomes = add_images(
        workspace,
        task.id,
        [("a.png", png([[1, 0], [0, 0]])), ("a.tif", png([[2, 0], [0, 0]])), ("b.png", png([[3, 0], [0, 0]])),
         ("c.png", png([[4, 0], [0, 0]]))],
        masks=[
            ("a.png", png(MASK)), ("nobody.png", png(MASK)), ("b.png", png(gradient(3, 3))),
            ("b_mask.png", png(MASK)), ("c_mask.png", png(gradient(2, 2))),
        ],
    )  # fmt: skip
    messages = [each.message for each in outcomes if each.status == "refused"]
    assert messages[0] == "a.png: 2 images have its name, so it is not clear which one it belongs to."
    assert messages[1] == "nobody.png: no image of this upload or task has its name; name it like its image."
    assert messages[2] == "b.png: is 3 x 3 pixels, but its image is 2 x 2; they must be the same."
    assert messages[3].startswith("c_mask.png: is no mask")
    assert len(messages) == 4
    (second,) = [each.message for each in outcomes if each.status == "left out"]
    assert second == "b_mask.png: a second mask of b.png; b.png is used."


def test_a_mask_as_starting_point_decides_every_pixel(workspace, task, add_version, predictors):
    version = add_version(threshold=0.3)
    add_images(
        workspace,
        task.id,
        [("a.png", png([[255, 0], [0, 255]]))],
        masks=[("a.png", png(MASK))],
        mask_use="start",
    )
    (image,) = workspace.images.list(task.id)
    assert image.state == "draft"
    assert image.reference_file is None
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert (opened.threshold, opened.version.id) == (0.3, version.id)
    assert decode_layer(opened.layer_png, (2, 2)).tolist() == [[1, 2], [2, 2]]
    draft = opened.draft
    for threshold in (0.0, 0.3, 1.0):
        content = DraftContent(threshold, draft.layer_png, draft.version_id)
        revision = save_mask(workspace, image.id, predictors, content=content, who="Kim")
        assert decode_image(workspace.masks.read_mask_png(revision), "m").values.tolist() == MASK.tolist()


def test_a_starting_point_never_takes_the_place_of_work(workspace, task, predictors):
    add_images(workspace, task.id, [("a.png", png([[9, 0], [0, 0]]))])
    (image,) = workspace.images.list(task.id)
    save_mask(workspace, image.id, predictors, content=DraftContent(0.5, None, None), who="Kim")
    outcomes = add_images(workspace, task.id, [], masks=[("a.png", png(MASK))], mask_use="start")
    assert outcomes[0].status == "refused"
    assert outcomes[0].message == "a.png: a.png has been worked on already, so its mask was left as it is."
    assert workspace.drafts.get(image.id).layer_png is None


def test_a_broken_zip_and_bad_entries_leave_the_rest(workspace, task):
    archive = zip_of({"../up.png": png(gradient()), "good.png": png(gradient(first=5))})
    outcomes = add_images(
        workspace,
        task.id,
        [
            ("broken.zip", b"PK\x03\x04 and no more"),
            ("mixed.zip", archive),
            ("last.png", png(gradient(first=7))),
        ],
    )
    assert statuses(outcomes) == [
        ("broken.zip", "refused"), ("../up.png", "refused"), ("good.png", "added"), ("last.png", "added"),
    ]  # fmt: skip


def test_limits_are_asked_before_decoding(workspace, task, monkeypatch):
    monkeypatch.setenv("LIMIT_MAX_PIXELS", "300")
    outcomes = add_images(workspace, task.id, [("big.png", png(gradient(20, 20)))])
    assert outcomes[0].status == "refused"
    assert "big.png" in outcomes[0].message
    assert workspace.images.list(task.id) == []


def test_a_full_disk_is_an_outcome_too(workspace, task, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.workspace.files.places.write_whole", full)
    (outcome,) = add_images(workspace, task.id, [("a.png", png(gradient()))])
    assert outcome.status == "refused"
    assert "has no room left (No space left on device)" in outcome.message
    assert workspace.images.list(task.id) == []


def test_a_file_of_several_pages_says_what_was_done(workspace, task):
    import tifffile

    content = io.BytesIO()
    tifffile.imwrite(content, np.stack([gradient(), gradient(first=1)]), photometric="minisblack")
    (outcome,) = add_images(workspace, task.id, [("scan.tif", content.getvalue())])
    assert outcome.status == "added"
    assert outcome.notes == ("scan.tif came in as 2 slices of one stack.",)
    assert len(workspace.images.list(task.id)) == 2


def test_numbered_masks_of_one_image_are_united_and_that_is_said(workspace, task):
    archive = zip_of(
        {
            "benign/b (4).png": png([[9, 0], [0, 0]]),
            "benign/b (4)_mask.png": png([[255, 0], [0, 0]]),
            "benign/b (4)_mask_1.png": png([[0, 0], [0, 255]]),
        }
    )
    outcomes = add_images(workspace, task.id, [("busi.zip", archive)])
    assert [each.status for each in outcomes] == ["added", "mask added", "mask added"]
    assert outcomes[1].notes == ("b (4).png: 2 masks are united.",)
    assert reference_of(workspace, workspace.images.list(task.id)[0]) == [[1, 0], [0, 1]]


LEFT, RIGHT = png([[255, 0], [0, 0]]), png([[0, 0], [0, 255]])


@pytest.mark.parametrize(
    "names",
    [
        ("a_mask.png", "a_mask_1.png", "b_mask.png", "b_mask_1.png"),
        ("left mask/a.png", "right mask/a.png", "left mask/b.png", "right mask/b.png"),
        ("masks/a/1.png", "masks/a/2.png", "masks/b/1.png", "masks/b/2.png"),
        ("a/masks/1.png", "a/masks/2.png", "b/masks/1.png", "b/masks/2.png"),
    ],
)
def test_masks_of_images_that_came_before_are_united_for_each_image(workspace, task, names):
    add_images(workspace, task.id, [("a.png", png([[9, 1], [0, 0]])), ("b.png", png([[9, 2], [0, 0]]))])
    archive = zip_of(dict(zip(names, (LEFT, RIGHT, RIGHT, RIGHT), strict=True)))
    outcomes = add_images(workspace, task.id, [], masks=[("m.zip", archive)])
    assert [each.status for each in outcomes] == ["mask added"] * 4, [each.message for each in outcomes]
    first, second = workspace.images.list(task.id)
    assert reference_of(workspace, first) == [[1, 0], [0, 1]]
    assert reference_of(workspace, second) == [[0, 0], [0, 1]]


def test_a_second_mask_of_an_image_that_came_before_is_told(workspace, task):
    add_images(workspace, task.id, [("a.png", png([[9, 0], [0, 0]]))])
    archive = zip_of({"liver/a.png": LEFT, "spleen/a.png": RIGHT})
    outcomes = add_images(workspace, task.id, [], masks=[("m.zip", archive)])
    assert [each.status for each in outcomes] == ["mask added", "left out"]
    assert outcomes[1].message == "a.png: a second mask of a.png; liver/a.png is used."
    assert reference_of(workspace, workspace.images.list(task.id)[0]) == [[1, 0], [0, 0]]


def test_one_part_that_cannot_be_used_costs_the_whole_mask(workspace, task):
    files = {
        "id1/images/id1.png": png([[9, 0], [0, 0]]),
        "id1/masks/m1.png": png(MASK),
        "id1/masks/m2.png": b"x",
    }
    outcomes = add_images(workspace, task.id, [("dsb.zip", zip_of(files))])
    assert [each.status for each in outcomes] == ["added", "refused", "refused"]
    assert outcomes[2].message.startswith("id1.png: its mask of 2 files was left out")
    assert reference_of(workspace, workspace.images.list(task.id)[0]) is None


def test_undefined_pixels_are_kept_and_stay_untouched_in_a_starting_point(workspace, task):
    undefined = png([[0, 1], [255, 1]])
    add_images(workspace, task.id, [("a.png", png([[9, 0], [0, 0]]))], masks=[("a.png", undefined)])
    (image,) = workspace.images.list(task.id)
    assert reference_of(workspace, image) == [[0, 1], [255, 1]]
    add_images(workspace, task.id, [], masks=[("a.png", undefined)], mask_use="start")
    assert decode_layer(workspace.drafts.get(image.id).layer_png, (2, 2)).tolist() == [[1, 2], [0, 2]]


def test_what_the_person_says_of_the_values_decides(workspace, task):
    classes = png([[0, 1], [2, 3]])
    image = ("a.png", png([[9, 0], [0, 0]]))
    refused = add_images(workspace, task.id, [image], masks=[("a.png", classes)])[1]
    assert refused.status == "refused" and "--mask_values" in refused.message
    keep_meaning(workspace, task.id, KeptMeaning((1, 2, 3), MaskValues((2,), (3,))))
    add_images(workspace, task.id, [], masks=[("a.png", classes)])
    assert reference_of(workspace, workspace.images.list(task.id)[0]) == [[0, 0], [1, 255]]


def test_outlines_of_labelme_are_drawn(workspace, task):
    shape = {"label": "cell", "points": [[1, 1], [4, 1], [4, 2], [1, 2]], "shape_type": "polygon"}
    outlined = {"shapes": [shape], "imagePath": "..\\a.png", "imageHeight": 4, "imageWidth": 6}
    outcomes = add_images(
        workspace,
        task.id,
        [("a.png", png(gradient(4, 6))), ("a.json", json.dumps(outlined).encode())],
    )
    assert [each.status for each in outcomes] == ["added", "mask added"]
    expected = np.zeros((4, 6), int)
    expected[1:3, 1:5] = 1
    assert reference_of(workspace, workspace.images.list(task.id)[0]) == expected.tolist()


def test_an_image_that_a_coco_file_names_and_nobody_gave_is_told_by_its_name(workspace, task):
    outlines = [{"image_id": number, "segmentation": [[1, 1, 3, 1, 3, 3]]} for number in (1, 2)]
    images = [
        {"id": 1, "file_name": "a.png", "height": 4, "width": 6},
        {"id": 2, "file_name": "set/absent.png", "height": 4, "width": 6},
    ]
    coco = json.dumps({"images": images, "annotations": outlines}).encode()
    outcomes = add_images(workspace, task.id, [("a.png", png(gradient(4, 6))), ("coco.json", coco)])
    assert [each.status for each in outcomes] == ["added", "mask added", "refused"]
    assert outcomes[2].message == (
        "coco.json: it outlines set/absent.png, and no image of this upload or task has that name."
    )


def listed(*names, objects=("a.png",)):
    """COCO's file of 4 x 6 images, of which some have an object."""
    images = [{"id": name, "file_name": name, "height": 4, "width": 6} for name in names]
    outlines = [{"image_id": name, "segmentation": [[1, 1, 3, 1, 3, 3]]} for name in objects]
    return json.dumps({"images": images, "annotations": outlines}).encode()


def test_an_image_that_coco_lists_without_an_object_has_an_empty_mask_and_that_is_told(workspace, task):
    files = [(f"{name}.png", png(gradient(4, 6, first=place))) for place, name in enumerate("abc")]
    coco = ("coco.json", listed("a.png", "b.png", "c.png", "absent.png"))
    mask = ("c_mask.png", png(np.eye(4, 6, dtype=np.uint8)))
    outcomes = add_images(workspace, task.id, [*files, coco], masks=[mask])
    counts = [[each.status for each in outcomes].count(status) for status in ("mask added", "refused")]
    assert counts == [3, 0]
    told = "coco.json: an empty mask for 1 image that it lists without an object (b.png)."
    assert [note for each in outcomes for note in each.notes] == [told]
    found = [np.array(reference_of(workspace, each)).sum() for each in workspace.images.list(task.id)]
    assert found[0] > 0 and found[1:] == [0, 4]


def test_a_coco_file_that_outlines_nothing_at_all_gives_no_masks(workspace, task):
    coco = ("coco.json", listed("a.png", objects=()))
    _, outcome = add_images(workspace, task.id, [("a.png", png(gradient(4, 6))), coco])
    assert (outcome.status, outcome.message) == ("left out", "coco.json: outlines nothing.")


def test_what_is_wrong_in_a_coco_file_is_told_with_its_image_and_the_rest_goes_on(workspace, task):
    polygon, column = [[1, 1, 3, 1, 3, 3]], {"size": [4, 6], "counts": [0, 4, 20]}
    said = {
        "turned.png": (4, 6, {"size": [6, 4], "counts": [24]}),
        "short.png": (4, 6, {"size": [4, 6], "counts": [5, 2]}),
        "smaller.png": (2, 3, polygon),
        "right.png": (4, 6, column),
    }
    images = [
        {"id": number, "file_name": f"set/{name}", "height": height, "width": width}
        for number, (name, (height, width, _)) in enumerate(said.items())
    ]
    outlines = [{"image_id": number, "segmentation": each} for number, (*_, each) in enumerate(said.values())]
    coco = json.dumps({"images": images, "annotations": outlines}).encode()
    files = [(name, png(gradient(4, 6, first=number))) for number, name in enumerate(said)]
    *_, turned, short, smaller, right = add_images(workspace, task.id, [*files, ("coco.json", coco)])
    assert right.status == "mask added"
    assert reference_of(workspace, workspace.images.get(right.image_id)) == [[1, 0, 0, 0, 0, 0]] * 4
    assert [each.message for each in (turned, short, smaller)] == [
        "coco.json (set/turned.png): holds run lengths of [6, 4] for an image of [4, 6] (height, width).",
        "coco.json (set/short.png): its outlines do not fit together; export it again.",
        "coco.json (set/smaller.png): is 3 x 2 pixels, but its image is 6 x 4; they must be the same.",
    ]


def test_a_mask_goes_to_the_image_whose_full_name_it_has(workspace, task):
    files = [("1.png", png(gradient(2, 2))), ("img1.png", png(gradient(2, 2, first=9)))]
    add_images(workspace, task.id, files)
    (outcome,) = add_images(workspace, task.id, [], masks=[("1_mask.png", png(MASK))])
    assert (outcome.status, outcome.image_id) == ("mask added", workspace.images.list(task.id)[0].id)


def outlined(name, said):
    """COCO's outline of one pixel in a 4 x 6 image of that name."""
    images = [{"id": 1, "file_name": name, "height": 4, "width": 6}]
    return json.dumps({"images": images, "annotations": [{"image_id": 1, "segmentation": said}]}).encode()


def test_outlines_find_images_of_one_name_by_their_folders(workspace, task):
    files = {
        f"images/{split}/a.png": png(gradient(4, 6, first=n)) for n, split in enumerate(("train", "val"))
    }
    corners = [[[0, 0, 1, 0, 1, 1, 0, 1]], [[1, 0, 3, 0, 3, 1, 1, 1]]]
    files["one.json"] = outlined("train/a.png", corners[0])
    files["images/val/two.json"] = outlined("a.png", corners[1])
    assert {each.status for each in add_images(workspace, task.id, [("z.zip", zip_of(files))])} == {
        *("added", "mask added")
    }
    found = [reference_of(workspace, image) for image in workspace.images.list(task.id)]
    assert [np.argwhere(np.array(mask)).tolist() for mask in found] == [[[0, 0]], [[0, 1], [0, 2]]]


def test_a_json_of_another_kind_is_told(workspace, task):
    (outcome,) = add_images(workspace, task.id, [("dataset.json", b"{}")])
    assert (outcome.status, outcome.message) == (
        "left out",
        "dataset.json: is no JSON of labelme's or COCO's; outlines of other tools are not read, so export "
        "them as COCO's, or save the masks as PNG.",
    )


def test_a_mask_of_several_classes_is_read_by_their_place(workspace, task):
    both = workspace.tasks.set_classes(task.id, (TaskClass("A", value=1), TaskClass("B"))).all_classes
    # The list is turned round: its first class is the one of value 2.
    workspace.tasks.set_classes(task.id, moved(both, 2, -1))
    image = gradient(2, 3)
    masks = [("a.png", png([[0, 1, 2], [255, 2, 2]]))]
    outcomes = add_images(workspace, task.id, [("a.png", png(image))], masks=masks, mask_use="start")
    assert [each.status for each in outcomes] == ["added", "mask added"]
    draft = workspace.drafts.get(outcomes[0].image_id)
    assert decode_layer(draft.layer_png, (2, 3), 2).tolist() == [[1, 3, 2], [0, 2, 2]]


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        ([[0, 1, 3], [0, 0, 0]], "the value 3, in 1 pixel, is no class"),
        ([[0, 255, 255], [0, 0, 0]], "says where something is but not which class"),
    ],
)
def test_a_mask_with_a_class_that_the_task_lacks_is_told(workspace, task, mask, reason):
    workspace.tasks.set_classes(task.id, (TaskClass("A", value=1), TaskClass("B")))
    outcomes = add_images(workspace, task.id, [("a.png", png(gradient(2, 3)))], masks=[("a.png", png(mask))])
    assert outcomes[1].status == "refused" and reason in outcomes[1].message


def test_a_code_page_that_was_assumed_of_a_zip_is_told_with_its_first_file(workspace, task):
    raw = "폐.png".encode("cp949")
    data = zip_of({"a" * len(raw): png(gradient()), "b.png": png(gradient(first=3))})
    outcomes = add_images(workspace, task.id, [("up.zip", data.replace(b"a" * len(raw), raw))])
    assert [[str(note) for note in each.notes] for each in outcomes] == [
        ["up.zip does not say in which code page its names are; cp949 is taken (폐.png)."], [],
    ]  # fmt: skip


def test_a_mask_that_is_the_same_file_as_its_image_is_told(workspace, task):
    data = png(MASK * 255)
    outcomes = add_images(
        workspace, task.id, [("up.zip", zip_of({"images/a.png": data, "masks/a.png": data}))]
    )
    assert statuses(outcomes) == [("a.png", "added"), ("a.png", "refused")]
    assert outcomes[1].message == "a.png: is the same file as its image; give the mask itself."


def test_a_text_of_labels_beside_a_mask_does_not_take_its_place(workspace, task):
    files = {
        "a.png": png(gradient(2, 2)),
        "a_segmentation.png": png(MASK),
        "a_segmentation.label": b"# ITK-SnAP",
    }
    (image, *_) = add_images(workspace, task.id, [("up.zip", zip_of(files))])
    assert reference_of(workspace, workspace.images.get(image.image_id)) == MASK.tolist()


RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)


@pytest.mark.parametrize(
    ("ground", "drawn", "foreground", "told"),
    [
        (RED, WHITE, "ground", True),
        (WHITE, BLACK, "ground", True),
        (WHITE, RED, "drawn", False),
        (BLACK, RED, "drawn", False),
        (BLACK, WHITE, "drawn", False),
        (WHITE, WHITE, "ground", False),
    ],
)
def test_which_of_two_colours_is_foreground_is_told_where_it_may_be_the_ground(
    workspace, task, ground, drawn, foreground, told
):
    picture = np.full((40, 30, 3), ground, np.uint8)
    picture[10:20, 5:25] = picture[0:2, 3:5] = drawn  # one stroke runs over the edge
    is_drawn = np.zeros((40, 30), bool)
    is_drawn[10:20, 5:25] = is_drawn[0:2, 3:5] = True
    files = [("a.png", png(gradient(40, 30))), ("a_mask.png", encode_png(picture))]
    outcome = add_images(workspace, task.id, files)[1]
    image = workspace.images.get(outcome.image_id)
    reference = decode_image(workspace.images.read_reference(image), "reference").values
    expected = np.ones_like(is_drawn) if ground == drawn else is_drawn if foreground == "drawn" else ~is_drawn
    np.testing.assert_array_equal(reference, expected)
    assert [note[:36] for note in outcome.notes] == ["a_mask.png: its foreground (what is "] * told
