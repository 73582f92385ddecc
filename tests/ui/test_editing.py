"""Strokes between the editor and the draft on disk, in the orders in which a busy server takes them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import streamlit as st

from core.correction.corrections import decode_layer, encode_layer
from core.review.second_reading import DICE
from core.ui import state
from core.ui.mask_editor import EditorMessage
from core.ui.segment import editing
from core.ui.segment.editing_session import editing_session, is_save_of, steps
from core.ui.segment.strokes import keep
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import content_of_mask
from tests.workflows.conftest import add_version, gradient, png, predictors, task, workspace

__all__ = ["add_version", "predictors", "task", "workspace"]
SHAPE = (4, 6)
PERSON = state.person


@pytest.fixture
def image(workspace, task, predictors, monkeypatch):
    """An image in a session of Kim's."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(state, "workspace", lambda: workspace)
    monkeypatch.setattr(state, "predictors", lambda: predictors)
    monkeypatch.setattr(state, "person", lambda: "Kim")
    add_images(workspace, task.id, [("a.png", png(gradient(*SHAPE)))])
    return workspace.images.first(task.id)


def stroke(row: int, **fields) -> EditorMessage:
    """A message whose layer decides one row."""
    layer = np.zeros(SHAPE, np.uint8)
    layer[row] = 2
    return EditorMessage(
        **{
            "client_id": "tab",
            "sequence": 1,
            "threshold": 0.5,
            "layer_png": encode_layer(layer),
            "seconds": 1.0,
            **fields,
        }
    )


def rows_on_disk(workspace, image) -> list[int]:
    layer = decode_layer(workspace.drafts.get(image.id, "Kim").layer_png, SHAPE)
    return np.flatnonzero((layer == 2).any(axis=1)).tolist()


def test_another_version_takes_the_stroke_along_that_is_on_its_way(workspace, image, add_version):
    old, new = add_version("old"), add_version("new", promote=False)
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.{old.id}"))
    # A busy server runs the callback of the button before the one of the editor.
    editing.ask_version(image.id, new.id)
    keep(stroke(1, image_id=f"{image.id}.{old.id}", sequence=2))
    opened = editing.opened(image)
    assert opened.version.id == new.id
    assert decode_layer(opened.layer_png, SHAPE)[1, 0] == 2
    assert rows_on_disk(workspace, image) == [1]


def test_a_stroke_that_comes_after_the_other_version_is_kept_with_that_one(workspace, image, add_version):
    old, new = add_version("old"), add_version("new", promote=False)
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.{old.id}"))
    editing.ask_version(image.id, new.id)
    editing.opened(image)
    keep(stroke(2, image_id=f"{image.id}.{old.id}", sequence=2))
    assert workspace.drafts.get(image.id, "Kim").version_id == new.id
    opened = editing.opened(image)
    assert (opened.version.id, rows_on_disk(workspace, image)) == (new.id, [2])


def test_a_stroke_of_the_tab_before_a_reload_is_nobody_elses(workspace, image):
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    st.session_state.clear()
    editing.opened(image)
    # Still on its way when the page was reloaded, it arrives after the draft has been read.
    workspace.drafts.put(
        image.id,
        who="Kim",
        version_id=None,
        threshold=0.5,
        layer_png=stroke(1, image_id="").layer_png,
        client_id="tab",
        sequence=2,
        seconds=2,
    )
    came_back = stroke(1, image_id=f"{image.id}.0", client_id="new tab")
    keep(came_back)
    assert editing_session().tabs[image.id].conflict is not None
    keep(
        stroke(1, image_id=f"{image.id}.0", client_id="new tab", continues_client="tab", continues_sequence=2)
    )
    assert editing_session().tabs[image.id].conflict is None
    assert workspace.drafts.get(image.id, "Kim").client_id == "new tab"


def test_who_takes_over_a_tab_gets_their_own_draft(workspace, image, monkeypatch):
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    token = editing_session().tabs[image.id].token
    monkeypatch.setattr(state, "person", lambda: "Lee")
    opened = editing.opened(image)
    assert (opened.who, opened.layer_png) == ("Lee", None)
    assert editing_session().tabs[image.id].token != token
    editing.save(opened)
    assert workspace.truth.of(image.id).foreground == 0
    assert rows_on_disk(workspace, image) == [0]


def test_who_takes_over_a_tab_reads_blind_all_the_same(workspace, task, image, monkeypatch):
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, second_percent=100), who="Kim")
    opened = editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    editing.save(opened)
    monkeypatch.setattr(state, "person", lambda: "Lee")
    second = editing.save(editing.opened(image))
    assert (second.foreground, second.provenance[DICE]) == (0, 0)


def test_what_was_drawn_before_a_name_was_given_goes_along(workspace, image, monkeypatch):
    workspace.settings.set("person", "root")
    monkeypatch.setattr(state, "person", PERSON)
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    state.set_person("Kim")
    opened = editing.opened(image)
    assert (opened.who, opened.layer_png is None) == ("Kim", False)
    assert rows_on_disk(workspace, image) == [0]
    # From now on it is Kim's, whoever comes after.
    told = []
    monkeypatch.setattr(st, "info", told.append)
    state.set_person("Lee")
    assert editing.opened(image).layer_png is None
    assert [each.count("Kim") for each in told] == [2]
    assert editing.opened(image).who == "Lee"
    assert len(told) == 1


def test_what_was_drawn_under_a_given_name_stays_its_own_where_the_workspace_has_that_name(
    workspace, image, monkeypatch
):
    workspace.settings.set("person", "Kim")
    monkeypatch.setattr(state, "person", PERSON)
    state.set_person("Kim")
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    state.set_person("Lee")
    assert editing.opened(image).layer_png is None
    assert rows_on_disk(workspace, image) == [0]


def test_a_stroke_after_the_name_was_corrected_elsewhere_is_nobody_elses(workspace, image, monkeypatch):
    monkeypatch.setattr(state, "person", PERSON)
    kim = workspace.persons.get_or_add("Kim")
    state.set_person("Kim")
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    workspace.persons.rename(kim.id, "Kimm", who="Kim")
    keep(stroke(1, image_id=f"{image.id}.0", sequence=2))
    assert [each.name for each in workspace.persons.list()] == ["Kimm"]
    assert workspace.drafts.get(image.id, "Kimm").sequence == 2


def test_a_name_that_somebody_else_bore_before_stays_with_who_typed_it(workspace, image, monkeypatch):
    monkeypatch.setattr(state, "person", PERSON)
    lee = workspace.persons.get_or_add("Kim")
    workspace.persons.rename(lee.id, "Lee", who="Kim")
    state.take_typed_name("Kim")
    # Nothing was made yet when the browser is opened again.
    st.session_state.clear()
    state.take_remembered_name("Kim")
    assert state.person() == "Kim"


def looked_at(image, action, **fields) -> EditorMessage:
    """What a key sends of an image on which nothing was drawn."""
    fields = {"layer_png": encode_layer(np.zeros(SHAPE, np.uint8)), "action": action, **fields}
    return stroke(0, image_id=f"{image.id}.0", **fields)


@pytest.mark.parametrize("action", ["next", "slice_next", "previous"])
def test_an_image_that_a_key_goes_on_from_has_no_draft(workspace, image, action):
    editing.opened(image)
    keep(looked_at(image, action))
    assert editing_session().action == action
    assert workspace.drafts.get(image.id, "Kim") is None
    assert not workspace.images.get(image.id).has_unsaved_changes


def test_a_key_that_is_said_again_once_the_next_image_is_open_draws_nothing(workspace, image, task):
    editing.opened(image)
    keep(looked_at(image, "next"))
    (other,) = add_images(workspace, task.id, [("other.png", png(gradient(*SHAPE) // 2))])
    editing.opened(workspace.images.get(other.image_id))
    keep(looked_at(image, "next"))
    # As it is handed over where the server did it already, and its answer was late.
    keep(looked_at(image, "", action_number=1, sequence=3))
    assert workspace.drafts.get(image.id, "Kim") is None
    # What is drawn on it is kept all the same.
    keep(stroke(2, image_id=f"{image.id}.0", action="next"))
    assert rows_on_disk(workspace, image) == [2]


def test_a_draft_that_a_key_goes_on_from_stays_as_it_was(workspace, image):
    mask = np.eye(*SHAPE, dtype=np.uint8)
    content = content_of_mask(workspace, image, mask)
    workspace.drafts.start_from(image.id, content, "Kim", filled=True)
    opened = editing.opened(image)
    before = workspace.drafts.get(image.id, "Kim")
    # The browser packs the same pixels in its own way.
    packed = cv2.imencode(".png", mask + 1, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
    keep(looked_at(image, "slice_next", layer_png=packed, threshold=opened.threshold))
    assert workspace.drafts.get(image.id, "Kim") == before


def test_what_was_drawn_before_the_key_is_kept(workspace, image):
    editing.opened(image)
    keep(stroke(2, image_id=f"{image.id}.0", action="next"))
    assert rows_on_disk(workspace, image) == [2]
    keep(looked_at(image, "next", sequence=2, threshold=0.7, layer_png=stroke(2, image_id="").layer_png))
    assert workspace.drafts.get(image.id, "Kim").threshold == 0.7


@pytest.mark.parametrize(("key", "does"), [("next", "next"), ("save", "")])
def test_a_key_goes_on_from_what_another_tab_has_drawn_on_since_but_saves_nothing(
    workspace, image, key, does
):
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    seen = workspace.drafts.get(image.id, "Kim").revision
    theirs = {"layer_png": stroke(1, image_id="").layer_png, "client_id": "another tab", "sequence": 1}
    workspace.drafts.put(
        image.id, who="Kim", version_id=None, threshold=0.5, seconds=2.0, base_revision=seen, **theirs
    )
    keep(stroke(0, image_id=f"{image.id}.0", action=key, sequence=2))
    assert (editing_session().action, rows_on_disk(workspace, image)) == (does, [1])


def test_a_mask_that_comes_for_the_open_image_is_shown_and_saved(workspace, task, image):
    assert editing.opened(image).layer_png is None
    mask = np.zeros(SHAPE, np.uint8)
    mask[1] = 1
    add_images(workspace, task.id, [], masks=[("a.png", png(mask * 255))], mask_use="start")
    opened = editing.opened(workspace.images.first(task.id))
    editing.save(opened)
    # The 6 pixels of one of 4 rows.
    assert workspace.truth.of(image.id).foreground == 6 / 24
    token = editing_session().tabs[image.id].token
    editing.opened(workspace.images.first(task.id))
    assert editing_session().tabs[image.id].token == token


def test_a_reference_that_comes_for_the_open_image_leaves_its_strokes(workspace, task, image):
    editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0"))
    token = editing_session().tabs[image.id].token
    add_images(workspace, task.id, [], masks=[("a.png", png(np.full(SHAPE, 255, np.uint8)))])
    opened = editing.opened(workspace.images.first(task.id))
    assert opened.reference_png is not None
    assert (editing_session().tabs[image.id].token, rows_on_disk(workspace, image)) == (token, [0])


def test_a_key_whose_hand_over_was_interrupted_counts_once(workspace, image, monkeypatch):
    editing.opened(image)
    interruptions = iter([RuntimeError("the next click is here")])

    def person() -> str:
        for each in interruptions:
            raise each
        return "Kim"

    monkeypatch.setattr(state, "person", person)
    with pytest.raises(RuntimeError):
        keep(looked_at(image, "next"))
    keep(looked_at(image, "next"))
    assert (editing_session().action, editing_session().presses) == ("next", 1)


@pytest.mark.parametrize(("key", "further"), [("save", 1), ("save_next", 2)])
def test_a_save_is_done_before_the_move_that_follows_it(workspace, image, key, further):
    opened = editing.opened(image)
    keep(stroke(0, image_id=f"{image.id}.0", action=key))
    keep(stroke(0, image_id=f"{image.id}.0", action="next", sequence=2))
    assert is_save_of(image.id)
    editing.save(opened)
    assert (editing_session().action, steps(), is_save_of(image.id)) == ("next", further, False)
