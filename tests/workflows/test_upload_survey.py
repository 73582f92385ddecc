"""How an upload is understood before anything is stored, and the answer that is kept for a task."""

import io
import json
import zipfile

import numpy as np
import pytest

from core.imaging.decode import read_png
from core.imaging.mask_files.mask_readings import options_of
from core.imaging.mask_files.mask_values import MaskValues
from core.registry.decoded import decode
from core.workflows.add_images import add_images
from core.workflows.arrive.kept_answers import KeptAnswers, keep_units, kept_answers
from core.workflows.arrive.mask_meaning import KeptMeaning, keep_meaning, kept_meaning
from core.workflows.arrive.upload_survey import survey_upload
from core.workflows.correct.pictures import display_picture
from core.workspace import TaskClass
from tests.imaging.making import nifti, tiff
from tests.workflows.conftest import gradient, png

# Three bands, three pixels each.
CLASSES = np.repeat([0, 1, 2], 3)[:, None] * np.ones((1, 9), int)
IMAGE, MASK = png(gradient(9, 9)), png((CLASSES == 2) * 255)


COLOURED = (("a", (255, 0, 0)), ("b", (0, 255, 0)))
TWO = (TaskClass("left", value=4), TaskClass("right", value=2))


def survey(files, masks=(), known=(), roles=None, classes=()):
    return survey_upload(files, list(masks), known=known, roles=roles or {}, classes=classes)


def test_plain_images_need_no_look():
    found = survey([("a.png", IMAGE), ("b.png", png(gradient(9, 9, first=5)))])
    assert [row.role for row in found.rows] == ["image", "image"]
    assert not found.needs_look(KeptAnswers())


def test_clear_masks_that_were_given_as_masks_need_no_look():
    found = survey([("a.png", IMAGE)], [("a.png", MASK)])
    assert (found.readings[1].values, found.readings[1].foreground) == ((0, 255), (255,))
    assert not found.needs_look(KeptAnswers())
    assert survey([], [("z.png", MASK)]).unpaired == {0}
    assert not survey([], [("z.png", MASK)], known={"z"}).needs_look(KeptAnswers())


@pytest.mark.parametrize(("number", "needs_look"), [(1, False), (2, True)])
def test_clear_masks_that_mark_foreground_otherwise_than_others_are_looked_at(number, needs_look):
    masks = [("a.png", MASK), ("b.png", png((CLASSES == 2) * number))]
    found = survey([(name, IMAGE) for name, _ in masks], masks)
    assert found.needs_look(KeptAnswers()) == needs_look
    red_and_green = [(f"{name}.png", png((CLASSES == 2)[..., None] * colour)) for name, colour in COLOURED]
    files = [(name, IMAGE) for name, _ in red_and_green]
    assert survey(files, red_and_green).needs_look(KeptAnswers())
    # Of several classes numbers are places.
    of_two = [("a.png", png((CLASSES == 2) * 1)), ("b.png", png((CLASSES == 2) * 2))]
    assert not survey([(name, IMAGE) for name, _ in of_two], of_two, classes=TWO).needs_look(KeptAnswers())


def test_masks_of_a_task_of_several_classes_are_read_by_their_places_and_asked_about_never():
    three = np.where(CLASSES == 2, 3, CLASSES)
    masks = [("a.png", png(CLASSES)), ("b.png", png(three)), ("c.png", png((CLASSES == 2) * 255))]
    found = survey([(name, IMAGE) for name, _ in masks], masks, classes=TWO)
    read, unknown, any_of_them = (found.readings[place] for place in (3, 4, 5))
    assert (read.values, read.foreground, read.classes, read.problem) == (
        (0, 1, 2),
        (1, 2),
        ("left", "right"),
        "",
    )
    assert unknown.problem == (
        "is no mask: the value 3, in 27 pixels, is no class; known are 0 background, 1 left, 2 right, "
        "so add it to the classes first."
    )
    assert "1 left, 2 right" in any_of_them.problem
    assert found.unclear(None) == [] and found.needs_look(KeptAnswers())


def test_outlines_of_yolo_are_read_by_the_places_of_several_classes():
    outlines = [(f"a.{number}.txt", f"{number} 0 0 1 0 1 1 0 1".encode()) for number in range(3)]
    found = survey([(name[:-3] + "png", IMAGE) for name, _ in outlines], outlines, classes=TWO)
    assert [found.readings[place].classes for place in (3, 4, 5)] == [("left",), ("right",), ()]
    assert "the value 3, in" in found.readings[5].problem


def coco(**labels):
    """COCO's file of pictures of 9 x 9, each with a rectangle of 3 x 9 pixels of each of its labels."""
    named = sorted({label for each in labels.values() for label in each})
    return json.dumps(
        {
            "images": [
                {"id": place, "file_name": f"{name}.png", "height": 9, "width": 9}
                for place, name in enumerate(labels)
            ],
            "categories": [{"id": 7 - place, "name": label} for place, label in enumerate(named)],
            "annotations": [
                {
                    "image_id": place,
                    "category_id": 7 - named.index(label),
                    "segmentation": [[0, 3 * row, 9, 3 * row, 9, 3 * row + 3, 0, 3 * row + 3]],
                }
                for place, each in enumerate(labels.values())
                for row, label in enumerate(each)
            ],
        }
    ).encode()


def test_outlines_of_several_labels_are_asked_about_before_anything_is_stored(workspace, task):
    files = [("a.png", IMAGE), ("b.png", png(gradient(9, 9, first=5)))]
    upload = [*files, ("coco.json", coco(a=["lung", "heart"], b=["lung"]))]
    found = survey(upload)
    assert found.unclear(None) == [2]
    assert found.names.of("coco.json") == {1: "heart", 2: "lung"}
    assert found.needs_look(KeptAnswers())
    # Of one label there is nothing to ask, in a task that has the classes neither.
    assert not survey([*files, ("coco.json", coco(a=["lung"], b=["lung"]))]).asks(KeptAnswers())
    assert not survey(upload, classes=(TaskClass("Lung", value=1), TaskClass("heart", value=2))).problem(
        2, None
    )
    assert survey(upload, classes=TWO).problem(2, None).startswith("holds outlines of heart, lung, and the")


def test_labels_are_asked_about_whichever_file_has_them_and_none_is_taken_for_another(workspace, task):
    files = [("a.png", IMAGE), ("b.png", png(gradient(9, 9, first=5)))]
    apart = [("a.json", coco(a=["lung"])), ("b.json", coco(b=["heart"]))]
    found = survey([*files, *apart])
    assert found.unclear(None) == [2, 3]
    assert [found.readings[place].values for place in (2, 3)] == [(0, 1), (0, 2)]
    outcomes = add_images(workspace, task.id, [*files, *apart, ("meta.json", b"{}")])
    told = "comes with outlines of 2 labels (lung, heart)"
    assert [told in each.message for each in outcomes] == [False, False, True, True, False]
    # A file that the person leaves out asks nothing, nor does a label that is written in two ways.
    left_out = survey_upload([*files, *apart], [], known=(), roles={3: "left out"}, earlier=found)
    assert not left_out.unclear(None) and not left_out.readings[2].problem
    written = [("a.json", coco(a=["lung"])), ("b.json", coco(b=["Lung"]))]
    assert not survey([*files, *written]).asks(KeptAnswers())
    outcomes = add_images(workspace, task.id, written)
    assert [each.status for each in outcomes] == ["mask added"] * 2


def test_outlines_of_several_labels_are_one_foreground_where_a_person_said_so(workspace, task):
    keep_meaning(workspace, task.id, KeptMeaning((1, 2), MaskValues()))
    add_images(workspace, task.id, [("a.png", IMAGE), ("coco.json", coco(a=["lung", "heart"]))])
    (image,) = workspace.images.list(task.id)
    mask = read_png(workspace.images.read_reference(image), "mask")
    assert mask.tolist() == (np.arange(9)[:, None] * np.ones((1, 9)) < 6).astype(int).tolist()


def test_a_zip_with_masks_is_looked_at_and_a_role_can_be_changed():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("images/a.png", IMAGE)
        archive.writestr("masks/a.png", MASK)
        archive.writestr("readme.txt", "x")
    files = [("set.zip", buffer.getvalue())]
    found = survey(files)
    roles = {row.path: row.role for row in found.rows}
    assert roles == {
        "set.zip/images/a.png": "image",
        "set.zip/masks/a.png": "mask",
        "set.zip/readme.txt": "left out",
    }
    assert found.needs_look(KeptAnswers())
    assert found.rows[1].images == ("set.zip/images/a.png",)
    changed = survey(files, roles={1: "image"})
    assert changed.rows[1].role == "image"
    assert not changed.readings


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 1, 2), [MaskValues(), MaskValues((1,)), MaskValues((2,))]),
        (
            (0, 1, 2, 255),
            [MaskValues(), MaskValues((1, 2), (255,)), *(MaskValues((v,)) for v in (1, 2, 255))],
        ),
        ((7,), [MaskValues(), MaskValues(())]),
        ((0,), []),
    ],
)
def test_what_numbers_can_mean(values, expected):
    assert list(options_of(values)) == expected


def test_an_answer_is_kept_for_the_task_and_told_beside_the_image(workspace, task):
    files, masks = [("a.png", IMAGE)], [("a_mask.png", png(CLASSES))]
    assert survey(files, masks).unclear(None) == [1]
    assert [each.status for each in add_images(workspace, task.id, files, masks=masks)][1] == "refused"
    keep_meaning(workspace, task.id, KeptMeaning((0, 1, 2), MaskValues((2,))))
    kept = kept_meaning(workspace, task.id)
    assert kept == KeptMeaning((0, 1, 2), MaskValues((2,)))
    assert not survey(files, masks).needs_look(KeptAnswers(masks=kept))
    outcome = add_images(workspace, task.id, files, masks=masks)[1]
    assert outcome.status == "mask added"
    image = workspace.images.list(task.id)[0]
    assert image.facts.notes == outcome.notes
    assert "0, 1, 2 was read as was said for this task: 2 is foreground" in image.facts.notes[0]
    # Another task was asked nothing, and values that nobody spoke of are asked about again.
    other = workspace.tasks.create("Other")
    assert kept_meaning(workspace, other.id) is None
    new = [("b_mask.png", png(np.where(CLASSES == 2, 3, CLASSES)))]
    assert survey([("b.png", IMAGE)], new).unclear(kept) == [1]
    # A mask that tells its meaning itself is not touched by the answer.
    add_images(workspace, task.id, [("c.png", png(gradient(9, 9, first=3)))], masks=[("c.png", MASK)])
    assert workspace.images.list(task.id)[-1].facts.notes == ()
    keep_meaning(workspace, task.id, None)
    assert kept_meaning(workspace, task.id) is None


CT = np.full((6, 6, 3), -1000, np.int16)
CT[2:4, 2:4] = 40


def test_whether_an_image_is_a_ct_is_asked_once_where_its_file_cannot_say_it(workspace, task):
    files = [("plain.png", IMAGE), ("scan.nii", nifti(CT))]
    found = survey(files)
    assert found.needs_look(KeptAnswers()) and found.may_be_ct(KeptAnswers()) == 1
    keep_units(workspace, task.id, "grey")
    kept = kept_answers(workspace, task.id)
    assert kept == KeptAnswers(units="grey")
    assert not found.needs_look(kept) and found.may_be_ct(kept) is None
    # What can be nothing else, or is called a mask, is not asked about.
    assert not survey([("grey.nii", nifti(np.abs(CT)))]).needs_look(KeptAnswers())
    assert survey([("a.nii", nifti(CT))], roles={0: "left out"}).may_be_ct(KeptAnswers()) is None
    about = {"ome": True, "metadata": {"axes": "CYX"}, "photometric": "minisblack"}
    channels = tiff(np.stack([CLASSES, CLASSES]).astype(np.uint8), **about)
    # Called a mask and an image again, it is asked about as before.
    asked = [("scan.nii", nifti(CT)), ("cells.ome.tif", channels)]
    places = []
    found = None
    for roles in ({}, {0: "mask", 1: "mask"}, {}):
        found = survey_upload(asked, [], known=(), roles=roles, earlier=found)
        places.append((found.may_be_ct(KeptAnswers()), found.unasked(KeptAnswers())))
    assert places == [(0, [1]), (None, []), (0, [1])]


def test_images_are_read_as_was_said_and_as_they_came_in_from_then_on(workspace, task):
    def add(name, units, number=0):
        keep_units(workspace, task.id, units)
        (outcome,) = add_images(workspace, task.id, [(name, nifti(CT + np.int16(number)))])
        images = workspace.images.of_stack(workspace.images.get(outcome.image_id))
        return images, [decode(workspace, image).kind for image in images], outcome.notes

    grey, kinds, notes = add("a.nii", "grey")
    assert kinds == ["display"] * 3 and not any("Hounsfield" in note for note in notes)
    assert {image.facts.kind for image in grey} == {"display"}
    shown, _ = display_picture(workspace, grey[0])
    # Nobody was asked: nothing is assumed to be a CT, and that is told beside the image.
    unsaid, kinds, notes = add("b.nii", None, 1)
    told = "b.nii looks like a CT, but nobody said that it is one; its values are taken as grey."
    assert kinds == ["display"] * 3 and told in unsaid[0].facts.notes
    # A later answer changes no image that is there; deleted and added again it is read anew, pictures too.
    keep_units(workspace, task.id, "hounsfield")
    assert decode(workspace, grey[0]).kind == "display"
    for image in grey:
        workspace.images.delete(image.id)
    units, kinds, _ = add("a.nii", "hounsfield")
    assert kinds == ["hu"] * 3
    assert display_picture(workspace, units[0])[0] != shown


def test_roles_that_a_person_gave_decide_what_is_stored(workspace, task):
    files = [("a.png", IMAGE), ("a_mask.png", MASK), ("b.png", png(gradient(9, 9, first=9)))]
    roles = {1: "image", 2: "left out"}
    outcomes = add_images(workspace, task.id, files, roles=roles)
    assert [(each.name, each.status) for each in outcomes] == [
        ("a.png", "added"),
        ("a_mask.png", "added"),
        ("b.png", "left out"),
    ]
