"""Files that are not plain images are shown as they are understood before anything is stored."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from core.imaging.decode import decode_image
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.masks import encode_png
from core.language import spoken
from core.registry.decoded import decode
from core.ui import words as shared
from core.ui.segment import words
from core.ui.segment.arrive.reading_question import _telling_slice
from core.ui.segment.arrive.understood_row import table_row
from core.workflows.add_images import add_images
from core.workflows.arrive.kept_answers import KeptChannel, kept_answers
from core.workflows.arrive.mask_meaning import KeptMeaning, kept_meaning
from core.workflows.arrive.upload_plan import plan_upload
from core.workflows.arrive.upload_survey import Survey, survey_upload
from core.workspace import TaskClass
from tests.imaging.making import nifti
from tests.pages.conftest import png
from tests.workflows.test_stacks import slice_of

CLASSES = np.repeat(np.array([0, 1, 2], np.uint8), 20)[:, None] * np.ones((1, 64), np.uint8)
CLASSES = np.vstack([CLASSES, CLASSES[-4:]])


@pytest.fixture
def nuclei(workspace):
    return workspace.tasks.create("Nuclei")


def upload(app, *files):
    box = next(each for each in app.get("file_uploader") if each.label == words.UPLOAD)
    return box.set_value([(name, content, "image/png") for name, content in files]).run()


def press(app, label):
    return next(each for each in app.button if each.label == label).click().run()


def test_plain_images_are_added_at_once(open_page, workspace, nuclei):
    app = upload(open_page(task=nuclei.slug), ("a.png", png(1)), ("b.png", png(2)))
    assert not app.exception
    assert [image.name for image in workspace.images.list(nuclei.id)] == ["a.png", "b.png"]


@pytest.mark.parametrize("has_images", [False, True])
def test_an_upload_of_nothing_that_can_be_read_says_so_at_once(open_page, workspace, nuclei, has_images):
    if has_images:
        add_images(workspace, nuclei.id, [("a.png", png(1))])
    app = upload(open_page(task=nuclei.slug), ("empty.png", b""), ("text.png", b"text"))
    assert not app.exception
    (error,) = app.error
    assert words.REFUSED.format(count=2) in error.value
    assert "is empty (0 bytes)" in error.value
    assert "Stop adding" not in [each.label for each in app.button]


def test_a_series_opens_at_its_first_slice_whatever_the_order_of_its_files(open_page, workspace, nuclei):
    last_first = [(f"{z}.dcm", slice_of(z, values=np.full((4, 4), z, np.uint16))) for z in (3, 1, 2)]
    app = upload(open_page(task=nuclei.slug), *last_first)
    assert not app.exception
    assert workspace.images.get(int(app.query_params["image"][0])).name == "1.dcm"


def test_nothing_is_stored_before_the_table_was_seen(open_page, workspace, nuclei):
    mask = encode_png(CLASSES == 2)
    app = upload(open_page(task=nuclei.slug), ("a.png", png(1)), ("a_mask.png", mask), ("note.txt", b"x"))
    assert not app.exception
    assert workspace.images.list(nuclei.id) == []
    assert words.UNDERSTOOD_LINE.format(images=1, masks=1, rest=1) in [each.value for each in app.caption]
    assert app.dataframe[0].value["file"].tolist() == ["a_mask.png", "note.txt", "a.png"]
    app = press(app, words.ADD_FILES)
    assert not app.exception
    (image,) = workspace.images.list(nuclei.id)
    assert image.reference_file is not None
    assert app.query_params["image"] == str(image.id)


def test_the_table_asks_what_masks_are_for_and_the_answer_stays(open_page, workspace, nuclei):
    mask = encode_png(CLASSES == 2)
    app = upload(open_page(task=nuclei.slug), ("a.png", png(1)), ("a_mask.png", mask))
    app = press(app.radio(key="mask_use_of_upload").set_value("start").run(), words.ADD_FILES)
    assert not app.exception
    (image,) = workspace.images.list(nuclei.id)
    assert image.reference_file is None
    assert workspace.drafts.get(image.id) is not None
    app = upload(app, ("b.png", png(2)), ("b_mask.png", mask))
    assert app.radio(key="mask_use_of_upload").value == "start"
    assert app.radio(key="mask_use").value == "start"
    assert app.radio(key="mask_use_of_folder").value == "start"


def test_masks_of_several_colours_are_told_to_count_as_one(open_page, workspace, nuclei):
    files = [(f"{name}.png", png(place)) for place, name in enumerate("ab")]
    for name, colour in (("a", (255, 0, 0)), ("b", (0, 255, 0))):
        files.append((f"{name}_mask.png", encode_png((CLASSES == 2)[..., None] * np.array(colour, np.uint8))))
    app = upload(open_page(task=nuclei.slug), *files)
    assert not app.exception and workspace.images.list(nuclei.id) == []
    (told,) = app.warning
    how = "not the same colour in all masks (#ff0000, #00ff00)"
    assert told.value == words.FOREGROUND_DIFFERS.format(how=how)


def test_an_unclear_mask_is_asked_about_once(open_page, workspace, nuclei):
    app = upload(open_page(task=nuclei.slug), ("a.png", png(1)), ("a_mask.png", encode_png(CLASSES)))
    add = next(each for each in app.button if each.label == words.ADD_FILES)
    assert add.disabled
    question = next(each for each in app.radio if words.READING_LEAVE in each.options)
    each = "Each value is a class of its own: Class 1, Class 2"
    assert question.options == ["All above 0", "Only 1", "Only 2", each, "Leave these masks out"]
    app = press(question.set_value(2).run(), words.ADD_FILES)
    assert not app.exception
    assert kept_meaning(workspace, nuclei.id) == KeptMeaning((0, 1, 2), MaskValues((2,)))
    (image,) = workspace.images.list(nuclei.id)
    assert workspace.images.read_reference(image) is not None


NAMES = ("classes.csv", b"value,name\n0,background\n1,heart\n2,lung\n")


@pytest.mark.parametrize(
    ("only", "names", "option", "classes", "stored"),
    [
        ("", (), "Class 1, Class 2", ["Class 1", "Class 2"], [0, 1, 2]),
        ("", (NAMES,), "heart, lung", ["heart", "lung"], [0, 1, 2]),
        # A class that has a name keeps it, and its value.
        ("lung", (NAMES,), "heart, lung", ["lung", "heart"], [0, 2, 1]),
    ],
)
def test_the_values_of_masks_become_classes(
    open_page, workspace, nuclei, only, names, option, classes, stored
):
    first = workspace.tasks.get_by_id(nuclei.id).classes[0]
    workspace.tasks.set_classes(nuclei.id, [replace(first, name=only)])
    app = upload(open_page(task=nuclei.slug), ("a.png", png(1)), ("a_mask.png", encode_png(CLASSES)), *names)
    question = next(each for each in app.radio if words.READING_LEAVE in each.options)
    assert question.options[3] == f"Each value is a class of its own: {option}"
    assert question.value == (3 if names else None)
    app = press(question.set_value(3).run(), words.ADD_FILES)
    assert not app.exception
    found = workspace.tasks.get_by_id(nuclei.id).classes
    assert [(each.value, each.name) for each in found] == list(enumerate(classes, 1))
    (image,) = workspace.images.list(nuclei.id)
    reference = decode_image(workspace.images.read_reference(image), "reference").values
    np.testing.assert_array_equal(reference, np.array(stored)[CLASSES])
    # Masks of a task of several classes ask nothing any more.
    app = upload(open_page(task=nuclei.slug), ("b.png", png(2)), ("b_mask.png", encode_png(CLASSES)))
    assert not [each for each in app.radio if words.READING_LEAVE in each.options]


def test_the_labels_of_outlines_become_classes(open_page, workspace, nuclei):
    size = {"imagePath": "a.png", "imageWidth": 64, "imageHeight": 64}
    shapes = [
        {"label": label, "shape_type": "rectangle", "points": [[0, top], [63, top + 19]]}
        for label, top in (("[x](y) lung", 20), ("heart", 40))
    ]
    outlines = ("a.json", json.dumps({**size, "shapes": shapes}).encode())
    app = upload(open_page(task=nuclei.slug), ("a.png", png(1)), outlines)
    question = next(each for each in app.radio if words.READING_LEAVE in each.options)
    each = "Each value is a class of its own: ` [x](y) lung `, heart"
    assert question.options == ["All of them", each, "Leave these masks out"]
    assert question.value == 1
    asked = "**Outlines of ` [x](y) lung `, heart, in 1 file. Which are foreground?**"
    assert asked in [text.value for text in app.markdown]
    app = press(app, words.ADD_FILES)
    assert not app.exception
    assert [each.name for each in workspace.tasks.get_by_id(nuclei.id).classes] == ["[x](y) lung", "heart"]
    (image,) = workspace.images.list(nuclei.id)
    reference = decode_image(workspace.images.read_reference(image), "reference").values
    assert reference[[0, 30, 50], 5].tolist() == [0, 1, 2]


def test_the_table_says_role_image_values_and_why():
    files = [("a.png", png(1)), ("a_mask.png", encode_png(CLASSES)), ("b.png", png(2))]
    masks = [("b.png", encode_png(CLASSES == 2)), ("z.png", encode_png(CLASSES == 2))]
    survey = survey_upload(files, masks, known=(), roles={})
    rows = [table_row(place, survey, None) for place in range(5)]
    assert [(row["role"], row["image"], row["values"]) for row in rows] == [
        ("Image", "", ""),
        ("Mask", "a.png", "unclear: 0, 1, 2"),
        ("Image", "", ""),
        ("Mask", "b.png", "0, 255: foreground is 255"),
        ("Mask", "no image has its name", "0, 255: foreground is 255"),
    ]
    kept = KeptMeaning((0, 1, 2), MaskValues())
    assert table_row(1, survey, kept)["values"] == "0, 1, 2: All above 0"


def test_the_table_tells_the_colour_of_a_mask():
    masks = [("a.png", encode_png((CLASSES == 2)[..., None] * np.array([255, 0, 9], np.uint8)))]
    survey = survey_upload([("a.png", png(1))], masks, known=(), roles={})
    assert table_row(1, survey, None)["values"] == "0, 1: foreground is 1 (#ff0009)"


def test_the_table_names_the_classes_of_a_mask():
    masks = [("a.png", encode_png(CLASSES)), ("b.png", encode_png(CLASSES * 2))]
    classes = (TaskClass("left lung"), TaskClass("right lung", value=2))
    files = [("a.png", png(1)), ("b.png", png(2))]
    survey = survey_upload(files, masks, known=(), roles={}, classes=classes)
    assert table_row(2, survey, None)["values"] == "0, 1, 2: left lung, right lung"
    assert "the value 4" in table_row(3, survey, None)["values"]


def test_the_table_tells_why_in_the_language_of_the_page():
    files = [("a.png", png(1)), ("notes.txt", b"x")]
    survey = survey_upload(files, [], known=(), roles={})
    assert [table_row(place, survey, None)["note"] for place in range(2)] == ["", "no picture"]
    with spoken("ko"):
        assert table_row(1, survey, None)["note"] == "그림이 아님"


def two_channels():
    values = np.stack([np.eye(40, 64, dtype=np.uint8) * 200, np.full((40, 64), 9, np.uint8)])
    buffer = io.BytesIO()
    told = {"axes": "CYX", "Channel": {"Name": ["DAPI", "GFP"]}}
    tifffile.imwrite(buffer, values, ome=True, metadata=told, photometric="minisblack")
    return buffer.getvalue()


def test_the_channel_is_asked_once_and_kept(open_page, workspace, nuclei):
    app = upload(open_page(task=nuclei.slug), ("a.ome.tif", two_channels()))
    question = next(each for each in app.radio if words.CHANNEL_ALL in each.options)
    assert question.options == ["Channel 1 (` DAPI `)", "Channel 2 (` GFP `)", words.CHANNEL_ALL]
    assert workspace.images.list(nuclei.id) == []
    app = press(question.set_value(1).run(), words.ADD_FILES)
    assert not app.exception
    (image,) = workspace.images.list(nuclei.id)
    assert decode(workspace, image).values.max() == 9
    assert image.facts.notes == ("a.ome.tif has 2 channels; number 2 (GFP) is used.",)
    assert kept_answers(workspace, nuclei.id).channel == KeptChannel(2, 1)
    # The next one is added at once.
    upload(open_page(task=nuclei.slug), ("b.ome.tif", two_channels() + b" "))
    assert [decode(workspace, each).values.max() for each in workspace.images.list(nuclei.id)] == [9, 9]


def test_whether_an_image_is_a_ct_is_asked_once_and_can_be_asked_again(open_page, workspace, nuclei):
    ct = np.full((40, 64, 1), -1000, np.int16)
    ct[10:30, 10:30] = 40
    app = upload(open_page(task=nuclei.slug), ("scan.nii", nifti(ct)))
    question = next(each for each in app.radio if each.options == [*shared.UNITS.values()])
    assert words.WHICH_UNITS.format(name="` scan.nii `") in question.label
    assert next(each for each in app.button if each.label == words.ADD_FILES).disabled
    app = press(question.set_value("grey").run(), words.ADD_FILES)
    assert not app.exception
    (image,) = workspace.images.list(nuclei.id)
    assert image.facts.kind == "display" and kept_answers(workspace, nuclei.id).units == "grey"
    app = open_page(task=nuclei.slug)
    told = words.KEPT_UNITS.format(answer=shared.UNITS["grey"])
    assert told in [each.value for each in app.caption]
    app = press(app, words.KEPT_FORGET)
    assert kept_answers(workspace, nuclei.id).units is None
    assert told not in [each.value for each in app.caption]


def test_a_volume_s_readings_are_shown_on_its_most_telling_slice():
    slices = np.stack([np.zeros_like(CLASSES), CLASSES, np.zeros_like(CLASSES)])
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, slices, photometric="minisblack")
    place, stored = _telling_slice(buffer.getvalue(), "a.tif")
    assert place == 1 and stored.num_pictures == 1
    np.testing.assert_array_equal(stored.values, CLASSES)


def test_folders_that_all_files_lie_in_are_left_out_of_the_table():
    rows = plan_upload(["z.zip/set/images/a.png", "z.zip/set/labels/a.png"])
    survey = Survey(tuple(rows), 2, {}, frozenset())
    assert [table_row(place, survey, None)["file"] for place in (0, 1)] == ["images/a.png", "labels/a.png"]
