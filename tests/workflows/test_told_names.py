"""Masks of several classes are read by the names that come along, not by the order of the task."""

import json

import numpy as np
import pytest

from core.formats.dicom_seg import mask_dicom_seg
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.jobs.kinds import JobContext
from core.workflows.add_images import add_images
from core.workflows.arrive.import_folder import KIND, run_job, sample_of
from core.workflows.arrive.told_names import NAMES_OF_CLASSES
from core.workflows.arrive.upload_survey import survey_sample, survey_upload
from core.workspace import TaskClass
from tests.formats.test_dicom_seg import series
from tests.workflows.conftest import gradient, png
from tests.workflows.test_add_images import zip_of

# Nine lists, each of nine times the one before: 9 ** 9 names once written out.
BOMB = (
    "a0: &a0 [heart]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    + "names: [*a9, lung]\n"
)
IMAGE = png(gradient(2, 3))
MASK = [[0, 1, 2], [0, 1, 3]]
EXPORT = "﻿value,name\n0,background\n1,Heart\n2, lung\n3,{third}\n255,undecided\n"
NNUNET = {"labels": {"background": 0, "heart": 1, "lung": 2, "{third}": 3}}
DECATHLON = {"labels": {"0": "background", "1": "heart", "2": "lung", "3": "{third}"}}
TRAINING = [{"name": name} for name in ("background", "heart", "lung", "{third}", "undefined")]
TOLD = {
    "masks.zip/classes.csv": EXPORT,
    "excel/classes.csv": EXPORT.replace(",", ";"),
    "set/dataset.json": json.dumps(NNUNET),
    "old/dataset.json": json.dumps(DECATHLON),
    "classes.json": json.dumps(TRAINING),
    "classes.txt": "Heart\n lung \n{third}\n\n",
    "of/data.yaml": "path: .\nnames:\n  0: heart\n  1: lung\n  2: '{third}'\n",
    "roboflow/_classes.csv": "Pixel Value, Class\n0, background\n1, heart\n2, lung\n3, {third}\n",
    "labelme/class_names.txt": "_background_\nheart\nlung\n{third}\n",
    "cvat/labelmap.txt": "# label:color_rgb:parts:actions\nbackground:0,0,0::\nheart:9,0,0::\nlung:0,9,0::\n"
    "{third}:0,0,9::\n",
    "json_to_dataset/label_names.txt": "_background_\nheart\nlung\n{third}\n",
    "cambridge/label_colors.txt": "9 0 0\t\theart\n0 9 0\t\tlung\n0 0 9\t\t{third}\n0 0 0\t\tVoid\n",
    "camvid/class_dict.csv": "name, r, g, b\nheart, 9, 0, 0\nlung, 0, 9, 0\n"
    "{third}, 0, 0, 9\nVoid, 0, 0, 0\n",
    "kaggle/class_dict_seg.csv": "name,r,g,b\nunlabeled,0,0,0\nheart,9,0,0\nlung,0,9,0\n{third},0,0,9\n",
    "nnunet/labels.json": json.dumps(NNUNET["labels"]),
    "numbers/labels.json": json.dumps(DECATHLON["labels"]),
    "snap/case 1.label": "# ITK-SnAP Label Description File\n"
    '    0     0    0    0        0  0  0    "Clear Label"\n'
    '    1   255    0    0        1  1  1    "heart"\n    2     0  255    0        0.5  1  1    "Lung"\n'
    '    3     0    0  255        1  1  0    "{third}"\n',
    "slicer/A-label_ColorTable.ctbl": "# Color table file A.ctbl\n# 4 values\n0 background 0 0 0 0\n"
    "1 heart 255 0 0 255\n2 lung 0 255 0 255\n3 {third} 0 0 255 255\n",
    "newer/A_ColorTable.csv": "LabelValue,Name,Color_R,Color_G,Color_B,Color_A\n1,heart,9,0,0,255\n"
    "2,lung,0,9,0,255\n"
    "3,{third},0,0,9,255\n",
    "list/data.yaml": "names: [heart, lung, '{third}']",
}


@pytest.fixture
def lung_first(workspace, task):
    """The task with classes in another order than the files have; lung is 1, heart 2, aorta 3."""
    workspace.tasks.set_classes(task.id, (TaskClass("lung", value=1), TaskClass("heart"), TaskClass("aorta")))
    return workspace.tasks.get_by_id(task.id)


def reference_of(workspace, image):
    return decode_image(workspace.images.read_reference(image), "reference").values.tolist()


def files_of(told, content, mask=MASK):
    """A zip of an image, a mask below another folder, and the file that tells names."""
    folder = told.rpartition("/")[0]
    above = f"{folder}/" if folder else ""
    return {f"{above}images/a.png": IMAGE, f"{above}masks/a.png": png(mask), told: content}


@pytest.mark.parametrize("told", TOLD)
def test_classes_go_by_the_names_that_came_along(workspace, lung_first, told):
    files = zip_of(files_of(told, TOLD[told].replace("{third}", "AORTA")))
    outcomes = add_images(workspace, lung_first.id, [("z.zip", files)])
    assert sorted((each.status, each.message) for each in outcomes) == [
        ("added", ""),
        ("left out", f"{told.rpartition('/')[2]}: tells what the classes of masks are called."),
        ("mask added", ""),
    ]
    (image,) = workspace.images.list(lung_first.id)
    assert reference_of(workspace, image) == [[0, 2, 1], [0, 2, 3]]
    survey = survey_upload([("z.zip", files)], [], known=(), roles={}, classes=lung_first.classes)
    (reading,) = survey.readings.values()
    assert (reading.foreground, reading.classes) == ((1, 2, 3), ("heart", "lung", "aorta"))


@pytest.mark.parametrize("told", TOLD)
def test_the_file_that_tells_names_counts_as_no_mask_beforehand(told):
    survey = survey_upload([("z.zip", zip_of(files_of(told, TOLD[told])))], [], known=(), roles={})
    (row,) = (row for row in survey.rows if row.path.endswith(told))
    assert (row.role, row.reason) == ("left out", NAMES_OF_CLASSES)


@pytest.mark.parametrize("word", ["ignore", "Void"])
@pytest.mark.parametrize("told", TOLD)
def test_what_the_file_calls_undecided_is_undecided(workspace, lung_first, told, word):
    files = zip_of(files_of(told, TOLD[told].replace("{third}", word)))
    add_images(workspace, lung_first.id, [("z.zip", files)])
    (image,) = workspace.images.list(lung_first.id)
    assert reference_of(workspace, image) == [[0, 2, 1], [0, 2, 255]]
    survey = survey_upload([("z.zip", files)], [], known=(), roles={}, classes=lung_first.classes)
    (reading,) = survey.readings.values()
    assert (reading.foreground, reading.undefined) == ((1, 2), (3,))


@pytest.mark.parametrize("told", TOLD)
def test_a_named_class_that_the_task_lacks_is_told_where_it_is_used(workspace, lung_first, told):
    content = TOLD[told].replace("{third}", "tumour")
    masks = files_of(told, content) | files_of(told, content, [[0, 1, 2], [0, 1, 2]])
    folder = told.rpartition("/")[0]
    masks[f"{folder}/masks/b.png" if folder else "masks/b.png"] = png(MASK)
    masks[f"{folder}/images/b.png" if folder else "images/b.png"] = png(gradient(2, 3, first=9))
    outcomes = add_images(workspace, lung_first.id, [("z.zip", zip_of(masks))])
    assert [(each.name, each.message) for each in outcomes if each.status == "refused"] == [
        ("b.png", "b.png: holds tumour, which is no class of this task; add it under Classes first.")
    ]
    assert [each.status for each in outcomes].count("mask added") == 1


@pytest.mark.parametrize(
    ("told", "content"),
    [
        ("classes.csv", "value,name\n1,cell\n2,gland\n3,vessel\n"),
        ("classes.csv", "value,name\n1,heart\n2\n3,lung\n"),
        ("classes.csv", "no,table\n1,heart\n"),
        ("classes.csv", b"\xff\xfe\x00"),
        ("dataset.json", "{}"),
        ("dataset.json", "[" * 100_000),
        ("dataset.json", json.dumps({"labels": {"background": 0, "heart and lung": [1, 2], "lung": 2}})),
        ("data.yaml", "names: [heart: {"),
        ("data.yaml", BOMB),
        ("data.yaml", "- heart\n- lung"),
        ("classes.txt", "0 0.1 0.1 0.2 0.1 0.2 0.2\n"),
        ("classes.json", json.dumps({"name": "heart"})),
        ("labels.json", json.dumps({"info": {}, "images": [], "annotations": [], "categories": []})),
        ("snap/A.label", '# ITK-SnAP Label Description File\n1 255 0 0 1 1 1 "Label 1"\n'),
        ("class_dict.csv", "name,r,g,b\nheart,9,0\nlung,0,9,0\n"),
    ],
)
def test_names_that_tell_nothing_of_these_classes_leave_the_order_of_the_task(
    workspace, lung_first, told, content
):
    add_images(workspace, lung_first.id, [("z.zip", zip_of(files_of(told, content)))])
    (image,) = workspace.images.list(lung_first.id)
    assert reference_of(workspace, image) == MASK


def test_each_folder_has_its_own_names(workspace, lung_first):
    files = {
        "one/classes.csv": "value,name\n1,heart\n2,lung\n3,aorta\n",
        "two/classes.csv": "value,name\n1,aorta\n2,heart\n3,lung\n",
    }
    for number, folder in enumerate(("one", "two", "three")):
        files[f"{folder}/images/{number}.png"] = png(gradient(2, 3, first=number))
        files[f"{folder}/masks/{number}.png"] = png(MASK)
    add_images(workspace, lung_first.id, [("z.zip", zip_of(files))])
    found = {each.name: reference_of(workspace, each) for each in workspace.images.list(lung_first.id)}
    assert found == {
        "0.png": [[0, 2, 1], [0, 2, 3]], "1.png": [[0, 3, 2], [0, 3, 1]], "2.png": MASK,
    }  # fmt: skip


def test_a_folder_on_this_machine_goes_by_its_names_too(workspace, lung_first, tmp_path):
    for name, content in files_of("classes.csv", EXPORT.format(third="aorta")).items():
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    survey = survey_sample(*sample_of(workspace, lung_first.id, tmp_path / "set"), lung_first.classes)
    (reading,) = survey.readings.values()
    assert reading.classes == ("heart", "lung", "aorta")
    settings = {"folder": str(tmp_path / "set"), "title": "set", "mask_use": "reference"}
    run_job(JobContext(workspace, workspace.jobs.add(KIND, lung_first.id, settings, who="Kim")))
    (image,) = workspace.images.list(lung_first.id)
    assert reference_of(workspace, image) == [[0, 2, 1], [0, 2, 3]]


@pytest.mark.parametrize(
    ("names", "stored"), [(("heart", "lung"), {1: 2, 2: 1}), (("first", "second"), {1: 1, 2: 2})]
)
def test_a_dicom_segmentation_goes_by_the_names_of_its_segments(workspace, lung_first, names, stored):
    sources = series()[:1]
    mask = np.zeros((1, 8, 10), np.uint8)
    mask[0, 2, 3:6], mask[0, 5, 1] = 1, 2
    segmentation = mask_dicom_seg(sources, mask, names, name="a", version="1")
    outcomes = add_images(workspace, lung_first.id, [("a.dcm", sources[0]), ("a_seg.dcm", segmentation)])
    assert [each.status for each in outcomes] == ["added", "mask added"]
    (image,) = workspace.images.list(lung_first.id)
    expected = np.array([0, stored[1], stored[2]])[mask[0]]
    assert reference_of(workspace, image) == expected.tolist()


@pytest.mark.parametrize("told", ["cambridge/label_colors.txt", "camvid/class_dict.csv"])
def test_black_that_is_called_undecided_is_told_to_be_background(workspace, lung_first, told):
    files = zip_of(files_of(told, TOLD[told]))
    notes = [note for each in add_images(workspace, lung_first.id, [("z.zip", files)]) for note in each.notes]
    name = told.rpartition("/")[2]
    assert notes == [f"{name}: what it calls Void is 0, or black, and counts as background."]


@pytest.mark.parametrize(
    "told",
    [
        "cvat/labelmap.txt",
        "cambridge/label_colors.txt",
        "camvid/class_dict.csv",
        "kaggle/class_dict_seg.csv",
    ],
)
def test_classes_go_by_the_colours_that_came_along(workspace, lung_first, told):
    folder, content = told.rpartition("/")[0], TOLD[told].replace("{third}", "aorta")
    colours = np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]], np.uint8)
    files = files_of(told, content) | {f"{folder}/masks/a.png": encode_png(colours[MASK])}
    add_images(workspace, lung_first.id, [("z.zip", zip_of(files))])
    (image,) = workspace.images.list(lung_first.id)
    assert reference_of(workspace, image) == [[0, 2, 1], [0, 2, 3]]
    survey = survey_upload([("z.zip", zip_of(files))], [], known=(), roles={}, classes=lung_first.classes)
    (reading,) = survey.readings.values()
    assert (reading.foreground, reading.classes) == ((1, 2, 3), ("heart", "lung", "aorta"))


def test_of_several_tables_in_a_folder_each_mask_has_the_one_called_like_it(workspace, lung_first):
    files: dict[str, bytes | str] = {}
    for number, names in ((1, ("heart", "lung", "aorta")), (2, ("aorta", "heart", "lung"))):
        files |= {
            f"case{number}.png": png(gradient(2, 3, first=number)),
            f"case{number}_label.png": png(MASK),
        }
        rows = (f"{value} {name} 0 0 0 255\n" for value, name in enumerate(names, 1))
        files[f"case{number}_ColorTable.ctbl"] = "".join(rows)
    add_images(workspace, lung_first.id, [("z.zip", zip_of(files))])
    found = {each.name: reference_of(workspace, each) for each in workspace.images.list(lung_first.id)}
    assert found == {"case1.png": [[0, 2, 1], [0, 2, 3]], "case2.png": [[0, 3, 2], [0, 3, 1]]}


@pytest.mark.parametrize("written", ["left_lung", "Left  Lung", "left-lung"])
def test_a_space_of_a_name_may_be_written_as_another_sign(workspace, task, written):
    workspace.tasks.set_classes(task.id, (TaskClass("heart", value=1), TaskClass("left lung", value=2)))
    content = f"1 {written} 0 0 0 255\n2 heart 0 0 0 255\n"
    files = files_of("A.ctbl", content, [[0, 1, 2], [0, 1, 2]])
    add_images(workspace, task.id, [("z.zip", zip_of(files))])
    (image,) = workspace.images.list(task.id)
    assert reference_of(workspace, image) == [[0, 2, 1], [0, 2, 1]]
