"""The labels of a task with a classifier on the Segment page, without a browser."""

import re
import time
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.phantoms.skin import skin_phantom
from core.correction.corrections import encode_layer
from core.imaging.masks import encode_png
from core.ui.bars import Bar, bars_html
from core.ui.segment import words
from core.workflows.add_images import add_images
from core.workspace import DraftContent, NewLabel, NewReview, NewRevision
from tests.pages.conftest import shown
from tests.workflows import lesions

SIDE = 48


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return lesions.save_tiny_weights(tmp_path_factory.mktemp("classifier") / "model.keras")


@pytest.fixture
def moles(workspace):
    """A task whose masks start empty, with two lesion phantoms."""
    task = workspace.tasks.create("Moles")
    uploads = [(f"{seed}.png", encode_png(skin_phantom(seed, SIDE)[0])) for seed in (3, 4)]
    add_images(workspace, task.id, uploads)
    return task


@pytest.fixture
def classified(workspace, moles, weights):
    lesions.use_classifier(workspace, moles, weights)
    return moles


def said(app) -> str:
    return " ".join(shown(each.value) for each in (*app.markdown, *app.caption, *app.error))


def percents(app) -> dict[str, str]:
    found = [html.proto.body for html in app.get("html") if 'role="meter"' in html.proto.body]
    return dict(re.findall(r'aria-label="(\w+)".*?aria-valuetext="([^"]+)"', " ".join(found)))


def is_waiting(app) -> bool:
    return any("probability waiting" in html.proto.body for html in app.get("html"))


def answered(app):
    """The page once the classifier's answer, or why there is none, is on it."""
    deadline = time.monotonic() + 180
    while (words.ASKING in said(app) or is_waiting(app)) and time.monotonic() < deadline:
        time.sleep(0.1)
        app.run()
    return app


def label_box(app):
    (box,) = [each for each in app.selectbox if each.label == "Label"]
    return box


def test_a_task_without_a_classifier_has_no_panel(open_page, moles):
    app = open_page(task=moles.slug)
    assert not app.exception
    assert "Label" not in [each.label for each in app.selectbox]
    assert "How likely each label is" not in said(app)


def test_probabilities_stand_in_the_card_s_order_with_the_warning(open_page, classified):
    app = answered(open_page(task=classified.slug))
    assert not app.exception
    shown = percents(app)
    assert list(shown) == ["Melanoma", "Nevus", "Other"]
    assert sum(int(each.split()[0]) for each in shown.values()) in (99, 100, 101)
    assert "no diagnosis" in said(app)
    assert label_box(app).options == ["Not given", "Melanoma", "Nevus", "Other"]
    assert label_box(app).value == ""


def test_bars_follow_a_corrected_mask(open_page, workspace, classified):
    app = answered(open_page(task=classified.slug))
    before = percents(app)
    layer = np.ones((SIDE, SIDE), np.uint8)
    layer[:4, :4] = 2
    workspace.drafts.start_from(1, DraftContent(0.5, encode_layer(layer), None))
    app.run()
    assert not app.exception
    assert percents(answered(app)) != before


def test_a_label_is_kept_with_who_and_what_was_shown(open_page, workspace, classified):
    app = answered(open_page(task=classified.slug))
    label_box(app).select("NV").run()
    assert not app.exception
    (kept,) = workspace.labels.history(1)
    assert kept.label == "NV"
    assert set(kept.shown) == set(lesions.LABELS)
    assert kept.version_id == workspace.versions.current(classified.id, "classify").id
    assert label_box(app).value == "NV"
    assert f"By {kept.who}, just now" in said(app)
    label_box(app).select("").run()
    assert [each.label for each in workspace.labels.history(1)] == [None, "NV"]


def test_each_image_has_its_own_label(open_page, workspace, classified):
    app = answered(open_page(task=classified.slug, image="1"))
    label_box(app).select("MEL").run()
    next(each for each in app.button if each.label == "Next").click().run()
    assert label_box(app).value == ""
    assert workspace.labels.latest(2) is None


def test_history_tells_the_labels(open_page, workspace, classified):
    app = answered(open_page(task=classified.slug))
    label_box(app).select("NV").run()
    next(each for each in app.button if each.label == "History").click().run()
    assert not app.exception
    assert re.search(r"Nevus by .+, just now; the model had said \d+ %", said(app))


def test_a_grey_image_is_told_and_can_still_be_labelled(open_page, workspace, classified):
    (added,) = add_images(workspace, classified.id, [("grey.png", encode_png(np.zeros((9, 9), np.uint8)))])
    app = answered(open_page(task=classified.slug, image=str(added.image_id)))
    assert not app.exception
    assert "The image is grey" in said(app)
    label_box(app).select("MEL").run()
    assert workspace.labels.latest(added.image_id).shown is None


def test_a_broken_classifier_is_told_and_masks_are_still_kept(open_page, workspace, classified):
    version = workspace.versions.current(classified.id, "classify")
    (workspace.versions.open(version) / "card.json").write_text("{")
    app = answered(open_page(task=classified.slug))
    assert not app.exception
    assert "cannot be read" in said(app)
    next(each for each in app.button if each.label == "Save mask").click().run()
    assert workspace.truth.of(1).number == 1


def test_what_it_looked_at_is_drawn_when_asked_for(open_page, workspace, classified):
    app = answered(open_page(task=classified.slug))
    assert "a white line bounds" not in said(app)
    next(each for each in app.button if each.label == "What the network looked at").click().run()
    assert not app.exception
    assert "a white line bounds" in said(app)


def test_bars_tell_everything_without_colour():
    drawn = bars_html([Bar("<b>Mole</b>", 0.256, mark=0.4)])
    assert 'aria-label="&lt;b&gt;Mole&lt;/b&gt;"' in drawn
    assert 'aria-valuenow="26" aria-valuetext="26 %"' in drawn
    assert "width: 25.6%" in drawn
    assert "left: 40.0%" in drawn


def test_a_reviewer_says_that_a_label_is_wrong_or_chooses_the_right_one(open_page, workspace, classified):
    first, second = workspace.images.list(classified.id)
    new = NewRevision(encode_png(np.zeros((SIDE, SIDE), np.uint8)), None, 0.5, None, "Kim", 1.0, 0.1)
    workspace.masks.save(first.id, new)
    workspace.masks.save(second.id, new)
    workspace.labels.save(first.id, NewLabel("NV", "Kim"))
    workspace.settings.set("person", "Lee")
    app = open_page("review", task=classified.slug, image=str(second.id))
    assert label_box(app).value == ""
    assert [each for each in reasons(app).options if "label" in each] == []
    app = open_page("review", task=classified.slug, image=str(first.id))
    assert reasons(app).options[-1] == "7 wrong label"
    app.text_area[0].input("Blue veil").run()
    reasons(app).set_value(["wrong_label"]).run()
    label_box(app).select("MEL").run()
    kept = workspace.labels.latest(first.id)
    assert (kept.label, kept.who, kept.shown) == ("MEL", "Lee", None)
    # What was typed stays, and the verdict is on the label that is seen now.
    assert app.text_area[0].value == "Blue veil"
    app.button(key="review_flag").click().run()
    [flag] = workspace.reviews.of_image(first.id)
    assert (flag.reasons, flag.comment, flag.label_id) == (("wrong_label",), "Blue veil", kept.id)
    # Who changes the label answers the flag.
    app = open_page(task=classified.slug, image=str(first.id))
    assert any("wrong label" in each.value for each in app.warning)
    label_box(app).select("NV").run()
    assert not app.warning
    app = open_page("review", task=classified.slug, image=str(first.id))
    assert "Flagged before by Lee, changed since: wrong label" in said(app).replace("\\", "")


def test_a_gold_image_looks_to_its_reader_as_if_nobody_had_labelled_it(open_page, workspace, classified):
    image = workspace.images.list(classified.id)[0]
    new = NewRevision(encode_png(np.zeros((SIDE, SIDE), np.uint8)), None, 0.5, None, "Kim", 1.0, 0.1)
    gold = workspace.masks.save(image.id, new)
    label = workspace.labels.save(image.id, NewLabel("NV", "Kim"))
    workspace.reviews.add(image.id, NewReview("approved", "Park", gold.id, label_id=label.id))
    workspace.gold.make(image.id, who="Park")
    rules = replace(classified.review_rules, gold_percent=100)
    workspace.tasks.set_review_rules(classified.id, rules, who="Park")
    workspace.settings.set("person", "Lee")
    app = open_page(task=classified.slug, image=str(image.id))
    assert label_box(app).value == ""
    assert "Kim" not in said(app)
    label_box(app).select("MEL").run()
    assert label_box(app).value == "MEL"
    # It stays gold: what its reader says is no verdict on it, and counts for nobody.
    assert [each.image_id for each in workspace.gold.for_reader(classified.id, "Lee")] == [image.id]
    assert workspace.labels.latest_of_task(classified.id) == {image.id: label}
    assert workspace.labels.latest(image.id) == label
    workspace.reviews.add(image.id, NewReview("approved", "Choi", gold.id, label_id=label.id))
    assert workspace.images.get(image.id).review == "approved"
    workspace.presence.leave("Lee")
    workspace.settings.set("person", "Park")
    app = open_page(task=classified.slug, image=str(image.id))
    assert label_box(app).value == "NV"
    assert "Lee" not in said(app)
    # Who reviews it after having read it cannot choose a label that would count for nothing.
    workspace.settings.set("person", "Lee")
    workspace.masks.save(image.id, replace(new, who="Lee", counts=False, provenance={"gold_of": gold.id}))
    app = open_page("review", task=classified.slug, image=str(image.id))
    assert "Label: NV, by Kim." in said(app)
    assert "Label" not in [each.label for each in app.selectbox]


def reasons(app):
    return next(
        each for each in app.button_group if "7 wrong label" in each.options or "6 unsure" in each.options
    )
