"""The Segment page without a browser: what it offers, saves and says."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit import config

from core.correction.corrections import encode_layer
from core.review.second_reading import AGREED
from core.ui import words as shared
from core.workflows.add_images import add_images
from core.workspace import DraftContent, NewReview, NewRevision, Workspace
from tests.pages.conftest import png, shown
from tests.stored_files import stored_file


def labels(elements) -> list[str]:
    return [element.label for element in elements]


def add(workspace, task, *names: str) -> list[int]:
    outcomes = add_images(workspace, task.id, [(name, png(seed)) for seed, name in enumerate(names)])
    return [outcome.image_id for outcome in outcomes]


@pytest.fixture
def nuclei(workspace):
    """A task without a model, so that nothing here waits for TensorFlow."""
    return workspace.tasks.create("Nuclei")


def test_empty_workspace_offers_upload_samples_and_tasks(open_page):
    app = open_page()
    assert not app.exception
    assert labels(app.sidebar.selectbox) == ["Task", "Language (언어)"]
    assert app.sidebar.selectbox[0].options == ["Lung X-ray", "Lung CT", "Skin lesion"]
    assert "Upload images" in labels(app.get("file_uploader"))
    assert len(next(box for box in app.selectbox if box.label == "Sample images").options) >= 4


def test_names_that_people_and_scripts_look_for(open_page, workspace, nuclei):
    add(workspace, nuclei, "a.png", "b.png")
    app = open_page(task=nuclei.slug)
    assert not app.exception
    assert {"Previous", "Next", "Save mask", "Save and next"} <= set(labels(app.button))
    assert {"Task", "Model", "Sample images"} <= set(labels(app.selectbox))
    assert "Download mask" in labels(app.get("download_button"))


def test_save_mask_makes_a_revision_of_what_the_draft_says(open_page, workspace, nuclei):
    (image_id,) = add(workspace, nuclei, "a.png")
    layer = np.zeros((64, 64), np.uint8)
    layer[10, 20] = 2
    workspace.drafts.start_from(image_id, DraftContent(0.5, encode_layer(layer), None))
    app = open_page(task=nuclei.slug)
    button(app, "Save mask").click().run()
    assert not app.exception
    (revision,) = workspace.masks.history(image_id)
    assert revision.number == 1
    assert revision.foreground == 1 / (64 * 64)
    assert workspace.images.get(image_id).state == "corrected"


@pytest.mark.parametrize("label", ["Save mask", "Save and next", "Delete for good"])
def test_a_press_on_an_image_that_is_gone_meanwhile_does_nothing_to_another(
    open_page, workspace, nuclei, label
):
    first, second = add(workspace, nuclei, "a.png", "b.png")
    app = open_page(task=nuclei.slug, image=str(first))
    workspace.images.delete(first, "Lee")
    button(app, label).click().run()
    assert not app.exception
    assert [image.id for image in workspace.images.list(nuclei.id)] == [second]
    assert workspace.masks.history(second) == []


def test_save_and_next_moves_on_and_the_address_follows(open_page, workspace, nuclei):
    first, second = add(workspace, nuclei, "a.png", "b.png")
    app = open_page(task=nuclei.slug, image=str(first))
    button(app, "Save and next").click().run()
    assert app.query_params["image"] == str(second)
    assert [workspace.images.get(each).state for each in (first, second)] == ["corrected", "new"]


def test_who_may_only_draw_is_offered_neither_classes_nor_deleting(open_page, workspace, nuclei, monkeypatch):
    add(workspace, nuclei, "a.png")
    monkeypatch.setattr(Workspace, "may", lambda workspace, action: action == "draw")
    app = open_page(task=nuclei.slug)
    assert not app.exception
    offered = labels(app.button)
    assert "Save mask" in offered
    assert "Classes" not in offered and "Delete for good" not in offered


def test_second_corrected_image_is_locked_and_says_so(open_page, workspace, nuclei):
    first, second = add(workspace, nuclei, "a.png", "b.png")
    app = open_page(task=nuclei.slug, image=str(first))
    button(app, "Save and next").click().run()
    button(app, "Save mask").click().run()
    assert workspace.images.get(second).locked
    assert any("It is now locked" in caption.value for caption in app.caption)
    # Once: it is no news of one that was locked before.
    button(app, "Save mask").click().run()
    told = [caption.value for caption in app.caption]
    assert any("kept as revision 2." in each for each in told)
    assert not any("It is now locked" in each for each in told)


def test_next_and_previous(open_page, workspace, nuclei):
    first, second = add(workspace, nuclei, "a.png", "b.png")
    app = open_page(task=nuclei.slug, image=str(first))
    assert button(app, "Previous").disabled
    button(app, "Next").click().run()
    assert app.query_params["image"] == str(second)
    assert button(app, "Next").disabled


def test_image_of_another_task_in_the_address_is_not_shown(open_page, workspace, nuclei):
    (image_id,) = add(workspace, nuclei, "a.png")
    other = workspace.tasks.create("Cells")
    (own,) = add(workspace, other, "c.png")
    app = open_page(task=other.slug, image=str(image_id))
    assert app.query_params["image"] == str(own)


@pytest.mark.parametrize("asked", ["1" + 30 * "0", "-1", "1.5", "١", "", "9" * 19, "2"])
def test_address_of_no_image_opens_the_last_one_and_says_so(open_page, workspace, nuclei, asked):
    (image_id,) = add(workspace, nuclei, "a.png")
    app = open_page(task=nuclei.slug, image=asked)
    assert not app.exception
    assert not app.error
    assert app.query_params["image"] == str(image_id)
    assert any("no image number" in toast.value for toast in app.toast)


@pytest.mark.parametrize("asked", ["1" + 30 * "0", "../x", "<b>", "no_such_task"])
def test_address_of_no_task_opens_another_one_and_says_so(open_page, asked):
    app = open_page(task=asked)
    assert not app.exception
    assert not app.error
    assert app.query_params["task"] == "lung_xray"
    assert any("There is no task" in toast.value for toast in app.toast)


@pytest.mark.parametrize(("text", "place"), [("3", 3), ("FILM_B", 2), ("film_c", 3)])
def test_find_opens_the_image_of_that_place_or_name(open_page, workspace, nuclei, text, place):
    ids = add(workspace, nuclei, "film_a.png", "film_b.png", "film_c.png")
    app = open_page(task=nuclei.slug, image=str(ids[0]))
    find(app).set_value(text).run()
    assert not app.exception
    assert app.query_params["image"] == str(ids[place - 1])
    assert find(app).value == ""


def test_find_of_nothing_says_so(open_page, workspace, nuclei):
    (image_id,) = add(workspace, nuclei, "a.png")
    app = open_page(task=nuclei.slug)
    find(app).set_value("7 [x](http://x.y)").run()
    assert not app.exception
    assert app.query_params["image"] == str(image_id)
    assert "No image has ` 7 [x](http://x.y) ` in its name." in [each.value for each in app.caption]


def test_folder_is_offered_only_where_the_server_is_this_machine(open_page, monkeypatch):
    assert "Folder" in labels(open_page().text_input)
    get_option = config.get_option
    elsewhere = {"server.address": "0.0.0.0"}
    monkeypatch.setattr(config, "get_option", lambda name: elsewhere.get(name) or get_option(name))
    assert "Folder" not in labels(open_page().text_input)


def test_new_task_is_made_and_chosen(open_page, workspace):
    app = open_page()
    next(box for box in app.text_input if box.label.startswith("What do you want")).set_value("세포핵")
    button(app, "Create task").click().run()
    assert not app.exception
    assert app.sidebar.selectbox[0].value == workspace.tasks.list()[-1].slug
    assert workspace.tasks.list()[-1].title == "세포핵"


def test_what_is_typed_for_a_new_task_stays_while_somebody_else_makes_one(open_page, workspace):
    def box(app):
        return next(box for box in app.text_input if box.label.startswith("What do you want"))

    app = open_page()
    before = box(app).key  # of another key the browser draws another box, which is empty
    workspace.tasks.create("Livers")
    assert box(app.run()).key == before
    box(app).set_value("세포핵")
    button(app, "Create task").click().run()
    assert box(app).key != before


def test_task_without_a_name_is_refused_in_one_sentence(open_page, workspace):
    app = open_page()
    button(app, "Create task").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert len(workspace.tasks.list()) == 3


def test_name_is_kept_with_the_mask(open_page, workspace, nuclei):
    (image_id,) = add(workspace, nuclei, "a.png")
    app = open_page(task=nuclei.slug)
    next(box for box in app.text_input if box.label == "Your name").set_value("Kim").run()
    button(app, "Save mask").click().run()
    assert workspace.truth.of(image_id).who == "Kim"


def find(app):
    return next(box for box in app.text_input if box.label == "Name or number")


def button(app, label):
    return next(each for each in app.button if each.label == label)


def test_a_lost_image_is_told_in_its_place_and_the_others_open(open_page, workspace, nuclei):
    first, second = add(workspace, nuclei, "a.png", "b.png")
    image = workspace.images.get(second)
    stored_file(workspace, image.file).unlink()
    workspace.cache.forget(image.sha256)
    app = open_page(task=nuclei.slug, image=str(first))
    assert not app.exception and not app.error
    assert "Save mask" in labels(app.button)
    button(app, "Next").click().run()
    assert not app.exception
    assert any("lost the file" in each.value for each in app.error)
    button(app, "Previous").click().run()
    assert not app.exception and not app.error


def saved_twice(open_page, workspace, nuclei):
    """The page on an image with two revisions: the page, the newer and the older one."""
    (image_id,) = add(workspace, nuclei, "a.png")
    app = open_page(task=nuclei.slug)
    button(app, "Save mask").click().run()
    button(app, "Save mask").click().run()
    return app, *workspace.masks.history(image_id)


def test_a_lost_mask_is_told_in_its_line_of_the_history(open_page, workspace, nuclei):
    app, _, older = saved_twice(open_page, workspace, nuclei)
    stored_file(workspace, older.mask_file).write_bytes(b"no picture")
    button(app, "History").click().run()
    assert not app.exception
    assert len([each for each in app.button if each.label == "Restore"]) == 2
    # Equal masks are one file.
    told = [shown(each.value) for each in app.error]
    assert [each.split(":")[0] for each in told] == ["mask 2", "mask 1"]


def test_the_history_tells_what_is_agreed_and_which_mask_counts(open_page, workspace, nuclei):
    app, newer, older = saved_twice(open_page, workspace, nuclei)
    new = NewRevision(png(0), None, 0.5, None, "Kim", 0.0, 0.1, provenance={AGREED: [older.id, newer.id]})
    agreed = workspace.masks.save(older.image_id, new)
    shown = DraftContent(0.5, None, None)
    workspace.masks.point_back(agreed.id, older.id, shown=shown, who="Kim")
    app.run()
    button(app, "History").click().run()
    told = [each.value for each in app.caption]
    facts = [place for place, each in enumerate(told) if each.startswith("Threshold 0.50")]
    assert told[facts[0] + 1] == "Agreed mask, made from revisions 1, 2."
    assert [place for place, each in enumerate(told) if "This one counts" in each] == [facts[2] + 1]
    workspace.reviews.add(older.image_id, NewReview("flagged", "Park", older.id))
    app.run()
    button(app, "History").click().run()
    assert not any("This one counts" in each.value for each in app.caption)


def test_who_takes_their_name_away_is_not_whom_the_browser_knew_at_first(open_page, monkeypatch):
    monkeypatch.setattr("core.ui.shell.name_in_cookie", lambda: "Kim")
    app = open_page()

    def box():
        return next(each for each in app.text_input if each.label == "Your name")

    names = []
    for typed in ("Lee", ""):
        names.append(box().value)
        box().set_value(typed).run()
    assert names == ["Kim", "Lee"]
    assert box().value not in names


def test_a_name_that_was_misspelt_is_put_right_everywhere(open_page, workspace, nuclei):
    (image_id,) = add(workspace, nuclei, "a.png")
    app = open_page(task=nuclei.slug)

    def box(label):
        return next(each for each in app.text_input if each.label == label)

    def put_right(name):
        box("What it should have been").set_value(name)
        button(app, "Change it everywhere").click().run()

    box("Your name").set_value("Kmi").run()
    button(app, "Save mask").click().run()
    put_right("Kim")
    assert "You are ` Kim ` now" in "".join(each.value for each in app.success)
    assert workspace.truth.of(image_id).who == "Kim"
    assert workspace.persons.find("Kmi") is None
    workspace.persons.get_or_add("Lee")
    put_right("Lee")
    assert "There is a Lee already" in "".join(each.value for each in app.error)
    assert box("Your name").value == "Kim" and not app.exception


def test_a_store_that_fails_in_an_unforeseen_way_is_one_sentence(open_page, monkeypatch):
    def opened():
        raise RuntimeError("not foreseen")

    monkeypatch.setattr("core.ui.state.opened", opened)
    app = open_page()
    assert not app.exception
    assert [each.value for each in app.error] == [shared.UNEXPECTED_ERROR]


def test_who_has_saved_their_second_reading_is_told_so(open_page, workspace):
    task = workspace.tasks.create("Read twice")
    (image,) = add_images(workspace, task.id, [("a.png", png(0))])
    workspace.masks.save(image.image_id, NewRevision(png(0), None, 0.5, None, "Kim", 1.0, 0.1))
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, second_percent=100), who="Kim")
    app = open_page(task=task.slug)
    assert any("what you save first stands beside it" in each.value for each in app.info)
    next(each for each in app.button if each.label == "Save mask").click().run()
    assert any("You have read this image" in each.value for each in app.info)
    assert not any("what you save first" in each.value for each in app.info)
