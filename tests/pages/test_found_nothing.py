"""The Segment page where the model finds nothing, or the store does not answer: what it says and offers."""

import numpy as np
import pytest

from core.cards import ModelCard, load_card, save_card
from core.errors import StoreError
from core.imaging.masks import encode_png
from core.reasons import Reason
from core.registry.predictors import Predictors
from core.ui import state
from core.ui.segment import editing, words
from core.workflows.add_images import add_images
from core.workspace import NewVersion


class Brightness:
    """Stands for a model: the probability of a pixel is its grey value over 255."""

    def __init__(self, folder):
        self.card = load_card(folder / "card.json")

    def predict(self, image):
        return np.asarray(image.values, np.float32) / 255


@pytest.fixture
def nuclei(workspace, monkeypatch):
    """A task whose model cuts at 0.5."""
    stand_in = Predictors(load=Brightness)
    monkeypatch.setattr(state, "predictors", lambda: stand_in)
    task = workspace.tasks.create("Nuclei")
    folder = f"versions/{task.slug}/one"
    save_card(ModelCard("one", threshold=0.5), workspace.folder(folder) / "card.json")
    version = workspace.versions.add(task.id, NewVersion(folder, "one" * 10, "fine_tuned", who="Kim"))
    workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": "first"}))
    return task


def open_with(open_page, workspace, task, brightest):
    values = np.zeros((40, 50), np.uint8)
    values[10:20, 10:20] = brightest
    (outcome,) = add_images(workspace, task.id, [("a.png", encode_png(values))])
    return open_page(task=task.slug), outcome.image_id


def told(app):
    return [each.value for each in [*app.info, *app.caption]]


def test_a_lower_threshold_is_offered_and_taken(open_page, workspace, nuclei):
    app, image_id = open_with(open_page, workspace, nuclei, 60)  # 60 / 255 = 0.235
    assert words.FOUND_NOTHING in told(app)
    (button,) = [each for each in app.button if each.label == "Lower the threshold to 0.23"]
    button.click().run()
    assert not app.exception
    assert words.FOUND_NOTHING not in told(app)
    assert workspace.drafts.get(image_id, state.person()).threshold == 0.23
    next(each for each in app.button if each.label == words.SAVE).click().run()
    assert workspace.truth.of(image_id).foreground == 100 / 2000


def test_where_no_threshold_helps_prompts_are_named(open_page, workspace, nuclei):
    app, image_id = open_with(open_page, workspace, nuclei, 3)
    assert words.FOUND_NOTHING in told(app)
    assert words.FOUND_NOTHING_AT_ANY in told(app)
    assert not any(each.label.startswith("Lower the threshold") for each in app.button)
    # An empty mask that a person saved is their answer.
    next(each for each in app.button if each.label == words.SAVE).click().run()
    assert workspace.truth.of(image_id).foreground == 0
    assert words.FOUND_NOTHING not in told(app)


def test_nothing_is_said_where_something_is_found(open_page, workspace, nuclei):
    app, _ = open_with(open_page, workspace, nuclei, 200)
    assert words.FOUND_NOTHING not in told(app)


def test_an_error_of_the_store_inside_the_editor_is_one_sentence(open_page, workspace, nuclei, monkeypatch):
    def lost(*_, **__):
        raise StoreError("The database does not answer; try again.")

    monkeypatch.setattr(editing, "mask_editor", lost)
    app, _ = open_with(open_page, workspace, nuclei, 200)
    assert not app.exception
    assert ["The database does not answer; try again." in each.value for each in app.error] == [True]
    assert words.SAVE in [each.label for each in app.button]
