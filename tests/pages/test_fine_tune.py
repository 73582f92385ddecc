"""The Fine-tune page: what it counts, what it would train, and how it shows runs that ended."""

from dataclasses import replace

import numpy as np
import pytest

from core.imaging.masks import encode_png
from core.jobs.process import machine
from core.reasons import Reason
from core.registry.shipped import add_shipped
from core.ui.running_job import by_epoch, part_done
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.learn import fine_tune_recipe
from core.workspace import DraftContent, NewReview, NewRevision, NewVersion, ReviewRules, Workspace
from tests.pages.conftest import png, shown


@pytest.fixture
def nuclei(workspace):
    return workspace.tasks.create("Nuclei")


def correct(workspace, task, count: int, picture=png) -> None:
    from core.ui import state

    uploads = [(f"{number}.png", picture(number)) for number in range(count)]
    for outcome in add_images(workspace, task.id, uploads):
        content = DraftContent(0.5, None, None)
        save_mask(workspace, outcome.image_id, state.predictors(), content=content, who="Kim")


def said(app) -> str:
    return " ".join(each.value for each in (*app.subheader, *app.markdown, *app.caption, *app.info))


def test_nothing_corrected_says_what_to_do(open_page, nuclei):
    app = open_page("fine_tune", task=nuclei.slug)
    assert not app.exception
    assert "You have no corrected images yet." in said(app)
    assert not [each for each in app.button if each.label == "Start fine-tuning"]


def test_who_may_not_start_a_run_is_told_who_does(open_page, workspace, nuclei, monkeypatch):
    correct(workspace, nuclei, 3)
    monkeypatch.setattr(Workspace, "may", lambda workspace, action: action == "draw")
    app = open_page("fine_tune", task=nuclei.slug)
    assert not app.exception
    (start,) = [each for each in app.button if each.label == "Start fine-tuning"]
    assert start.disabled and start.help == "Admins do this."


def test_counts_what_is_trained_on_and_what_is_locked(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    app = open_page("fine_tune", task=nuclei.slug)
    assert not app.exception
    assert "You have 3 corrected images." in said(app)
    assert "2 of them would be trained on" in said(app)
    assert "1 is locked" in said(app)
    (base,) = [each for each in app.selectbox if each.label == "Base model"]
    assert base.options == ["From scratch"]
    assert [each.label for each in app.number_input] == ["Epochs"]


def test_a_first_network_of_many_images_in_colour_begins_from_the_general_weights(
    open_page, workspace, nuclei, monkeypatch
):
    def in_colour(seed: int) -> bytes:
        return encode_png(np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8))

    monkeypatch.setattr(fine_tune_recipe, "GENERAL_FROM", 2)
    correct(workspace, nuclei, 3, in_colour)
    app = open_page("fine_tune", task=nuclei.slug)
    assert not app.exception
    (base,) = [each for each in app.selectbox if each.label == "Base model"]
    assert base.options == ["General weights"]


def test_a_gold_image_is_counted_to_its_reader_as_one_that_nobody_saved(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    [locked] = [image for image in workspace.images.list(nuclei.id) if image.locked]
    truth = workspace.truth.of(locked.id)
    workspace.reviews.add(locked.id, NewReview("approved", "Park", truth.id if truth else None))
    workspace.gold.make(locked.id, who="Park")
    workspace.tasks.set_review_rules(nuclei.id, ReviewRules(gold_percent=100), who="Park")
    workspace.settings.set("person", "Park")
    told = said(open_page("fine_tune", task=nuclei.slug))
    assert "You have 3 corrected images." in told
    assert "1 is locked" in told
    workspace.settings.set("person", "Lee")
    told = said(open_page("fine_tune", task=nuclei.slug))
    assert "You have 2 corrected images." in told
    assert "2 of them would be trained on" in told
    assert "None is locked" in told


def test_epochs_of_one_run_are_not_those_of_the_next(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    app = open_page("fine_tune", task=nuclei.slug)
    suggested = app.number_input[0].value
    app.number_input[0].set_value(suggested + 1).run()
    assert app.number_input[0].value == suggested + 1

    workspace.versions.add(nuclei.id, NewVersion("versions/nuclei/one", "1" * 64, "fine_tuned", who="Kim"))
    app.run()
    assert not app.exception
    assert app.number_input[0].value == suggested


def test_a_locked_image_that_is_flagged_is_told_as_one_that_does_not_count(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    [locked] = [image for image in workspace.images.list(nuclei.id) if image.locked]
    truth = workspace.truth.of(locked.id)
    workspace.tasks.set_review_rules(nuclei.id, replace(nuclei.review_rules, approved_only=True), who="Kim")
    for image in workspace.images.list(nuclei.id):
        if not image.locked:
            approval = NewReview("approved", "Lee", workspace.truth.of(image.id).id)
            workspace.reviews.add(image.id, approval)
    told = said(open_page("fine_tune", task=nuclei.slug))
    assert "not approved and does not count" in told
    assert "None is locked" not in told
    workspace.reviews.add(locked.id, NewReview("flagged", "Lee", truth.id))
    for purpose in ("segment", "click"):
        app = open_page("fine_tune", task=nuclei.slug)
        told = said(app.segmented_control[0].set_value(purpose).run())
        assert "is flagged and does not count" in told
        assert "None is locked" not in told


def test_its_images_are_filtered_and_one_is_found_and_opened(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    app = open_page("fine_tune", task=nuclei.slug)
    what, shown = app.segmented_control
    assert what.options == ["Masks", "Smart click"]
    assert shown.options == ["All 3", "To train on 2", "Locked 1"]
    shown.set_value("locked").run()
    assert not app.exception
    next(box for box in app.text_input if box.label == "Name or number").set_value("2").run()
    assert not app.exception
    assert app.query_params["image"] == str(workspace.images.list(nuclei.id)[1].id)
    assert "Save mask" in [each.label for each in app.button]


def test_its_filter_shows_the_images_that_the_review_lets_count(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    first, _, last = (each.revision_id for each in workspace.truth.readings(nuclei.id))
    images = workspace.images.list(nuclei.id)
    workspace.reviews.decide([(images[0].id, NewReview("flagged", "Lee", first))])
    workspace.reviews.decide([(images[2].id, NewReview("approved", "Lee", last))])
    app = open_page("fine_tune", task=nuclei.slug)
    assert app.segmented_control[1].options == ["All 3", "To train on 1", "Locked 1"]
    assert "You have 3 corrected images." in said(app)
    assert "1 of them would be trained on" in said(app)
    workspace.tasks.set_review_rules(nuclei.id, ReviewRules(approved_only=True))
    app = open_page("fine_tune", task=nuclei.slug)
    assert not app.exception
    assert app.segmented_control[1].options == ["All 3", "To train on 1", "Locked 0"]
    assert "1 of them would be trained on" in said(app)


def test_smart_click_s_filter_leaves_out_masks_that_were_checked_in_part(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    mask = encode_png(np.zeros((64, 64), np.uint8))
    part = NewRevision(mask, None, 0.5, None, "Kim", 0.5, 0.0, scope="part")
    workspace.masks.save(workspace.images.list(nuclei.id)[0].id, part)
    app = open_page("fine_tune", task=nuclei.slug)
    assert app.segmented_control[1].options == ["All 3", "To train on 2", "Locked 1"]
    app.segmented_control[0].set_value("click").run()
    assert not app.exception
    assert app.segmented_control[1].options == ["All 2", "To train on 1", "Locked 1"]
    assert "1 of them would be trained on" in said(app)


def test_failed_run_shows_its_reason_and_can_start_again(open_page, workspace, nuclei):
    correct(workspace, nuclei, 1)
    job = workspace.jobs.add("fine_tune", nuclei.id, {"epochs": 1}, who="Kim")
    workspace.jobs.take_next(machine())
    workspace.jobs.end(
        job.id, "failed", reason=Reason("text", {"text": "The disk is full; free some space."})
    )
    app = open_page("fine_tune", task=nuclei.slug)
    assert [shown(each.value) for each in app.error] == ["The disk is full; free some space."]
    assert [each for each in app.button if each.label == "Start again"]


def test_charts_are_drawn_for_the_run_that_is_open(open_page, workspace, nuclei):
    correct(workspace, nuclei, 1)
    for _ in range(5):
        job = workspace.jobs.add("fine_tune", nuclei.id, {"epochs": 1}, who="Kim")
        workspace.jobs.take_next(machine())
        workspace.jobs.add_progress(job.id, {"epoch": 1, "num_epochs": 1, "loss": 0.5, "dice": 0.5})
        workspace.jobs.end(job.id, "stopped")
    app = open_page("fine_tune", task=nuclei.slug)
    assert len(app.expander) >= 5
    assert len(app.get("vega_lite_chart")) == 2


def test_one_heading_a_page(open_page, workspace, nuclei):
    correct(workspace, nuclei, 1)
    app = open_page("fine_tune", task=nuclei.slug)
    assert [each.value for each in app.header] == ["Fine-tune"]
    assert [each.value for each in app.subheader] == ["Earlier runs"]


def test_last_report_of_each_epoch_is_drawn():
    reports = [
        {"message": "Reading images"},
        {"epoch": 1, "step": 1, "num_steps": 2, "num_epochs": 4, "loss": 0.9},
        {"epoch": 1, "step": 2, "num_steps": 2, "num_epochs": 4, "loss": 0.8},
        {"epoch": 2, "step": 1, "num_steps": 2, "num_epochs": 4, "loss": 0.7},
    ]
    assert [each["loss"] for each in by_epoch(reports)] == [0.8, 0.7]
    # One epoch of four and half of the second: 1.5 / 4.
    assert part_done(reports[-1]) == 0.375
    assert part_done({}) == 0.0


def test_smart_click_can_be_taught_and_its_versions_have_their_place(open_page, workspace, nuclei):
    correct(workspace, nuclei, 3)
    app = open_page("fine_tune", task=nuclei.slug)
    app.segmented_control[0].set_value("click").run()
    assert not app.exception
    (base,) = [each for each in app.selectbox if each.label == "Base model"]
    assert base.options == ["Smart click (shipped)"]
    assert "compared by what three clicks bring" in " ".join(each.value for each in app.caption)
    assert "Start fine-tuning" in [each.label for each in app.button]
    add_shipped(workspace, nuclei, purpose="click")
    models = open_page("models", task=nuclei.slug)
    assert not models.exception
    assert [each.value for each in models.subheader] == ["Masks", "Smart click"]
    assert any("Smart click (shipped)" in each.value for each in models.markdown)
    # What makes masks of other programs is not offered for it.
    assert "Export this model" not in [each.label for each in models.expander]
