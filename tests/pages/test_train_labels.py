"""Labels on the Fine-tune and Models pages: what is counted, what is in use, and the way back."""

import numpy as np
import pytest

from core.imaging.masks import encode_png
from core.jobs.process import machine
from core.registry.compare_labels import LabelCall, LabelComparison
from core.workspace import ImageFacts, NewLabel, NewReview, NewRevision
from tests.pages.conftest import shown
from tests.workflows import lesions


@pytest.fixture
def moles(workspace, tmp_path):
    """A task with a classifier whose weights nobody loads here."""
    task = workspace.tasks.create("Moles")
    (tmp_path / "weights").write_bytes(b"weights")
    lesions.use_classifier(workspace, task, tmp_path / "weights")
    return task


def add(workspace, task, label: str | None, *, masked: bool) -> None:
    number = len(workspace.images.list(task.id))
    picture = encode_png(np.full((8, 8, 3), number, np.uint8))
    image = workspace.images.add(task.id, f"{number}.png", picture, ImageFacts(8, 8, 3))
    if label is not None:
        workspace.labels.save(image.id, NewLabel(label, "Kim"))
    if masked:
        mask = encode_png(np.ones((8, 8), np.uint8))
        workspace.masks.save(image.id, NewRevision(mask, None, 0.5, None, "Kim", 1.0, 1.0))


def said(app) -> str:
    return " ".join(
        shown(each.value) for each in (*app.subheader, *app.markdown, *app.caption, *app.info, *app.error)
    )


def open_labels(open_page, task):
    app = open_page("fine_tune", task=task.slug)
    (what,) = [each for each in app.segmented_control if each.label == "What to train"]
    assert what.options[:2] == ["Masks", "Labels"]
    return what.set_value("classify").run()


def button(app, label, number=0):
    return [each for each in app.button if each.label == label][number]


def test_a_task_without_a_classifier_is_not_asked(open_page, workspace):
    task = workspace.tasks.create("Nuclei")
    app = open_page("fine_tune", task=task.slug)
    assert not app.exception
    assert "What to train" not in [each.label for each in app.segmented_control]
    assert [each.value for each in open_page("models", task=task.slug).subheader] == []


def test_without_a_label_it_says_what_to_do(open_page, workspace, moles):
    add(workspace, moles, None, masked=True)
    app = open_labels(open_page, moles)
    assert not app.exception
    assert "You have no images with a label yet." in said(app)
    assert "Start fine-tuning" not in [each.label for each in app.button]


def test_counts_what_would_be_learnt(open_page, workspace, moles):
    for label, masked in (("MEL", True), ("NV", True), ("NV", True), ("NV", False)):
        add(workspace, moles, label, masked=masked)
    app = open_labels(open_page, moles)
    assert not app.exception
    text = said(app)
    assert "You have 4 images with a label." in text
    assert "1 of them counts once its mask is saved too." in text
    assert "2 of them would be trained on" in text
    assert "1 is locked" in text
    assert "Melanoma 1, Nevus 3" in text
    (base,) = [each for each in app.selectbox if each.label == "Base model"]
    assert base.options == ["Lesions (shipped)", "From scratch"]
    assert not button(app, "Start fine-tuning").disabled
    base.select_index(1).run()
    assert "there is none of Other" in said(app)
    assert button(app, "Start fine-tuning").disabled


def test_masks_stay_the_first_choice(open_page, workspace, moles):
    add(workspace, moles, "MEL", masked=True)
    app = open_page("fine_tune", task=moles.slug)
    assert "You have 1 corrected image." in said(app)


def test_a_run_on_labels_is_told_among_the_earlier_ones(open_page, workspace, moles):
    job = workspace.jobs.add("fine_tune_classifier", moles.id, {"epochs": 1}, who="Kim")
    workspace.jobs.take_next(machine())
    workspace.jobs.end(job.id, "done", result={"decision": "keep"})
    app = open_page("fine_tune", task=moles.slug)
    assert not app.exception
    assert "The new version is not better, so it is not put into use." in said(app)
    (run,) = [each for each in app.expander if shown(each.label).endswith("Kim")]
    assert run.label.startswith("Fine-tuning of labels: Done")


def test_a_flagged_image_is_not_listed_among_those_to_train_on(open_page, workspace, moles):
    for label in ("MEL", "NV", "MEL", "NV"):
        add(workspace, moles, label, masked=True)
    first, *_ = workspace.images.list(moles.id)
    flag = NewReview("flagged", "Lee", workspace.truth.of(first.id).id, reasons=("wrong_label",))
    workspace.reviews.add(first.id, flag)
    app = open_labels(open_page, moles)
    (kinds,) = [each for each in app.segmented_control if "All 4" in each.options]
    assert kinds.options == ["All 4", "To train on 2", "Locked 1"]
    assert "2 of them would be trained on. 1 is locked" in said(app)


def test_versions_of_labels_have_their_own_way_back(open_page, workspace, moles, tmp_path):
    first = workspace.versions.current(moles.id, "classify")
    second = lesions.use_classifier(workspace, moles, tmp_path / "weights", view="crop").version
    rows = (
        LabelCall(1, "a.png", "MEL", "NV", "MEL", False, True),
        LabelCall(2, "b.png", "NV", "NV", "NV"),
    )
    compared = LabelComparison(first.id, second.id, rows, "MEL", "Melanoma")
    workspace.versions.set_comparison(second.id, compared.to_dict())
    app = open_page("models", task=moles.slug)
    assert not app.exception
    assert [each.value for each in app.subheader] == ["Masks", "Labels"]
    # Before: MEL 0 of 1 and NV 1 of 1; now both.
    assert "2 locked images in 2 groups: 1.0000, and 0.5000 for the version in use then; fewer than" in said(
        app
    )
    assert "Melanoma was found in 0 of 1 before, in 1 now." in said(app)
    assert "a square around the mask" in said(app)
    button(app, "Roll back").click().run()
    assert workspace.versions.current(moles.id, "classify").id == first.id
    button(app, "Use this version").click().run()
    assert workspace.versions.current(moles.id, "classify").id == second.id
