"""What belongs together in a task is found, stays together, and never stands on both sides of a lock."""

import cv2
import numpy as np
import pytest

from core.errors import AppError
from core.jobs.kinds import JobContext
from core.workflows.add_images import add_images
from core.workflows.arrive.find_groups import KIND, find_groups, run_job
from core.workflows.arrive.group_table import read_table, use_column
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent
from tests.imaging.making import dicom
from tests.stored_files import stored_file
from tests.workflows.conftest import png


def blots(seed, side=48):
    """A picture of coarse blots; two seeds look nothing alike."""
    coarse = np.random.default_rng(seed).integers(20, 235, (8, 8)).astype(np.uint8)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)


def jpeg(array):
    return cv2.imencode(".jpg", array, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


@pytest.fixture
def add(workspace, task):
    def add_all(*files):
        return [each.image_id for each in add_images(workspace, task.id, list(files))]

    return add_all


@pytest.fixture
def correct(workspace, predictors):
    def save(image_id):
        save_mask(workspace, image_id, predictors, content=DraftContent(0.5, None, None), who="Kim")

    return save


def groups(workspace, task):
    """The sets of image names that are together, and the kind of each."""
    rows = {group.id: group for group in workspace.groups.list(task.id)}
    names = {}
    for image in workspace.images.list(task.id):
        names.setdefault(image.group_id, set()).add(image.name)
    return {frozenset(each): rows[key].kind for key, each in names.items()}


def test_a_png_and_a_jpeg_of_one_picture_are_together(workspace, task, add):
    add(*((f"{seed}.png", png(blots(seed))) for seed in range(4)), ("copy.jpg", jpeg(blots(2))))
    found = find_groups(workspace, task.id)
    assert (found.num_images, found.num_groups) == (5, 4)
    assert groups(workspace, task)[frozenset({"2.png", "copy.jpg"})] == "alike"


def test_the_same_pixels_in_another_format_are_together(workspace, task, add):
    picture = blots(1)
    add(
        ("a.png", png(picture)),
        ("a.bmp", cv2.imencode(".bmp", picture)[1].tobytes()),
        ("b.png", png(blots(2))),
    )
    find_groups(workspace, task.id)
    assert groups(workspace, task)[frozenset({"a.png", "a.bmp"})] == "same_pixels"


def test_three_near_duplicates_are_one_group(workspace, task, add):
    noisy = [np.clip(blots(3) + np.random.default_rng(n).normal(0, 4, (48, 48)), 0, 255) for n in range(3)]
    add(*((f"shot {n}.png", png(each)) for n, each in enumerate(noisy)), ("other.png", png(blots(4))))
    find_groups(workspace, task.id)
    assert frozenset({"shot 0.png", "shot 1.png", "shot 2.png"}) in groups(workspace, task)


def test_patients_and_the_slices_of_one_study_are_together_and_nobody_is_named(workspace, task, add):
    def scan(seed, patient, study):
        values = blots(seed).astype(np.int16) * 4 - 500
        return dicom(values, PatientID=patient, StudyInstanceUID=study)

    add(
        ("s1.dcm", scan(1, "P-1234567", "1.2.3.4")),
        ("s2.dcm", scan(2, "P-1234567", "1.2.3.4")),
        ("s3.dcm", scan(3, "P-1234567", "1.2.3.9")),
        ("t1.dcm", scan(4, "", "1.2.3.7")),
        ("t2.dcm", scan(5, "", "1.2.3.7")),
        ("u.dcm", scan(6, "P-7654321", "1.2.3.8")),
    )
    find_groups(workspace, task.id)
    found = groups(workspace, task)
    assert found[frozenset({"s1.dcm", "s2.dcm", "s3.dcm"})] == "patient"
    assert found[frozenset({"t1.dcm", "t2.dcm"})] == "study"
    assert len(found) == 3
    kept = [path.read_bytes() for path in workspace.folder(".").rglob("*") if path.is_file()]
    assert not [each for each in kept if b"P-1234567" in each and b"DICM" not in each[:200]]


def test_a_pattern_of_the_task_joins_names(workspace, task, add):
    add(*((f"{name}.png", png(blots(seed))) for seed, name in enumerate(("A7_left", "A7_right", "B2_left"))))
    workspace.tasks.set_group_rule(task.id, {"pattern": "_"})
    find_groups(workspace, task.id)
    (joined,) = (group for group in workspace.groups.list(task.id) if group.num_images == 2)
    assert (joined.kind, joined.name) == ("pattern", "A7")


def test_a_column_of_a_table_joins_images_beside_the_pattern(workspace, task, add):
    add(
        *(
            (f"{name}.png", png(blots(seed)))
            for seed, name in enumerate(("A7_l", "A7_r", "B2_l", "C3_l", "D4"))
        )
    )
    names = [image.name for image in workspace.images.list(task.id)]
    workspace.tasks.set_group_rule(task.id, {"pattern": "_"})
    content = b"\xef\xbb\xbffile,age,patient\nB2_l.png,50,Lee\nC3_l,50, Lee \nD4.png,50,\nnobody.png,50,Kim\n"
    table = read_table(content, "metadata.csv", names)
    assert table.columns == ("file", "age", "patient")
    use_column(workspace, workspace.tasks.get_by_id(task.id), table, "patient")
    find_groups(workspace, task.id)
    joined = {group.name: group.kind for group in workspace.groups.list(task.id) if group.num_images == 2}
    assert joined == {"A7": "pattern", "Lee": "column"}
    # Of the table only names and groups are kept.
    rule = workspace.tasks.get_by_id(task.id).group_rule
    assert b"50" not in workspace.files.read(rule["table"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"file,patient\nother.png,1\n", "No column of t.csv names an image"),
        (b"", "No column of t.csv names an image"),
        (b"\xff\xfe\x00", "cannot be read as CSV"),
    ],
)
def test_a_table_of_other_images_is_one_sentence(content, sentence):
    with pytest.raises(AppError, match=sentence):
        read_table(content, "t.csv", ["a.png"])


def test_a_column_without_a_value_is_refused(workspace, task):
    table = read_table(b"file,patient\na.png,\n", "t.csv", ["a.png"])
    with pytest.raises(AppError, match="'patient' of t.csv is empty"):
        use_column(workspace, workspace.tasks.get_by_id(task.id), table, "patient")


def test_what_belongs_to_a_locked_image_is_locked_and_leaves_training(workspace, task, add, correct):
    ids = add(*((f"{seed}.png", png(blots(seed))) for seed in range(4)), ("copy.jpg", jpeg(blots(1))))
    for image_id in ids:
        correct(image_id)
    # The 2nd that was corrected is locked; its copy was the 5th.
    assert [workspace.images.get(each).locked for each in ids] == [False, True, False, False, False]
    found = find_groups(workspace, task.id)
    assert found.newly_locked == (ids[4],)
    assert workspace.images.get(ids[4]).locked
    assert find_groups(workspace, task.id).newly_locked == ()


def test_what_was_taken_out_by_hand_stays_out(workspace, task, add):
    ids = add(("a.png", png(blots(1))), ("a.jpg", jpeg(blots(1))), ("b.png", png(blots(2))))
    find_groups(workspace, task.id)
    workspace.groups.take_out(ids[1], who="Kim")
    assert find_groups(workspace, task.id).num_groups == 3
    # What was put together by hand stays together too.
    workspace.groups.assign([ids[0], ids[2]], kind="hand", key="together", who="Kim")
    find_groups(workspace, task.id)
    assert frozenset({"a.png", "b.png"}) in groups(workspace, task)


def test_looking_again_decodes_only_what_is_new_and_a_lost_file_stops_nothing(workspace, task, add):
    (first,) = add(("a.png", png(blots(1))))
    find_groups(workspace, task.id)
    stored_file(workspace, workspace.images.get(first).file).unlink()
    add(("copy.jpg", jpeg(blots(1))), ("b.png", png(blots(2))))
    (lost,) = add(("lost.png", png(blots(3))))
    stored_file(workspace, workspace.images.get(lost).file).unlink()
    find_groups(workspace, task.id)
    assert frozenset({"a.png", "copy.jpg"}) in groups(workspace, task)


def test_a_job_tells_how_far_it_is_and_goes_on_after_a_stop(workspace, task, add):
    add(*((f"{seed}.png", png(blots(seed))) for seed in range(3)), ("copy.jpg", jpeg(blots(1))))
    asked = []

    def stop_at_the_third():
        asked.append(1)
        return len(asked) > 2

    assert find_groups(workspace, task.id, should_stop=stop_at_the_third) is None
    assert len(groups(workspace, task)) == 4
    job = workspace.jobs.add(KIND, task.id, {}, who="Kim")
    assert run_job(JobContext(workspace, job))["groups"] == 3
    assert workspace.jobs.progress(job.id)[-1]["message"] == "Looking at images: 4 of 4"
