"""What a reviewer sees and says: verdicts on exactly the mask that was shown, and tiles with its outline."""

from dataclasses import replace

import numpy as np
import pytest

from core.correction.corrections import encode_layer
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import read_mask, save_mask
from core.workflows.learn.fine_tune import plan_fine_tune
from core.workflows.review.judging import Said, judge
from core.workflows.review.look import Look
from core.workflows.review.looking import (
    colours_of,
    full_look,
    kept_tile,
    look_at,
    mask_png,
    outlined,
    read_png,
    tile_jpeg,
)
from core.workspace import DraftContent, NewLabel, NewRevision, ReviewRules, TaskClass
from core.workspace.classes import merged, moved
from tests.workflows.conftest import gradient

ORANGE = (230, 159, 0)


@pytest.fixture
def added(workspace, task, add_version):
    """Two images of six columns: the grey value of a pixel over 255 is its probability."""
    add_version()
    pictures = [("a.png", encode_png(gradient(4, 6, first=120))), ("b.png", encode_png(gradient(4, 6, 110)))]
    return [each.image_id for each in add_images(workspace, task.id, pictures)]


def look_of(workspace, task, image_id):
    item = workspace.review_pages(task.id, "uploaded").item(image_id)
    return look_at(workspace, item, workspace.reviews.of_image(image_id))


def test_a_look_goes_to_the_browser_and_back():
    look = Look(7, None, 3, 2)
    assert str(look) == "7.0.3.2"
    assert Look.parse("7.0.3.2") == look
    for more in (replace(look, label_id=12), replace(look, label_id=12, shown="0123456789ab")):
        assert Look.parse(str(more)) == more
    for wrong in ("", "7", "7.a.3.2", "1.2.3.4.5"):
        with pytest.raises(ValueError):
            Look.parse(wrong)


def test_a_verdict_is_on_the_label_that_was_seen_and_on_no_other(workspace, task, added, predictors):
    first = workspace.labels.save(added[0], NewLabel("NV", "Kim"))
    item = workspace.review_pages(task.id, "uploaded").item(added[0])
    look = look_at(workspace, item, [], first)
    workspace.labels.save(added[0], NewLabel("MEL", "Park"))
    (refused,) = judge(workspace, [Said(look, "flagged")], predictors, who="Lee")
    assert (refused.why, refused.who) == ("labelled", "Park")
    assert workspace.reviews.of_image(added[0]) == []
    # A label that was taken back is none; one that came where none was seen is another one.
    workspace.labels.save(added[0], NewLabel(None, "Kim"))
    (review,) = judge(workspace, [Said(replace(look, label_id=None), "flagged")], predictors, who="Lee")
    assert review.label_id is None
    workspace.labels.save(added[1], NewLabel("NV", "Kim"))
    unseen = look_of(workspace, task, added[1])
    (refused,) = judge(workspace, [Said(unseen, "flagged")], predictors, who="Lee")
    assert refused.why == "labelled"


def test_a_flag_for_the_label_alone_and_an_approval_hold_until_the_label_is_changed(
    workspace, task, added, predictors
):
    def verdict_on_a_label(image_id, *reasons):
        label = workspace.labels.save(image_id, NewLabel("NV", "Kim"))
        item = workspace.review_pages(task.id, "uploaded").item(image_id)
        look = look_at(workspace, item, workspace.reviews.of_image(image_id), label)
        judge(workspace, [Said(look, "flagged" if reasons else "approved", reasons)], predictors, who="Lee")
        return workspace.images.get(image_id).review

    def relabelled(image_id, label="MEL"):
        workspace.labels.save(image_id, NewLabel(label, "Kim"))
        return workspace.images.get(image_id).review

    assert verdict_on_a_label(added[0], "wrong_label") == "flagged"
    assert workspace.reviews.of_image(added[0])[0].reasons == ("wrong_label",)
    assert relabelled(added[0]) == "open"
    # What else is wrong is not mended by that.
    assert verdict_on_a_label(added[0], "wrong_label", "part_missing") == "flagged"
    assert relabelled(added[0]) == "flagged"
    assert verdict_on_a_label(added[1]) == "approved"
    assert relabelled(added[1], None) == "open"
    # Of a mask that was approved without one a label is no other.
    (approved,) = judge(
        workspace, [Said(look_of(workspace, task, added[1]), "approved")], predictors, who="Lee"
    )
    assert approved.label_id is None
    assert relabelled(added[1]) == "approved"


def test_a_proposal_that_is_approved_is_saved_as_it_was_shown(
    workspace, task, added, predictors, add_version
):
    look = look_of(workspace, task, added[0])
    shown = read_png(mask_png(workspace, workspace.images.get(added[0]), look, predictors), "mask")
    # Another model comes into use between the look and the verdict.
    add_version("second", shift=0.3)
    (review,) = judge(workspace, [Said(look, "approved")], predictors, who="Lee")
    revision = workspace.truth.of(added[0])
    assert revision.id == review.revision_id
    assert revision.provenance["accepted_unchanged"] is True
    assert revision.version_id == look.version_id
    np.testing.assert_array_equal(read_mask(workspace, revision), shown)
    # Grey values 120 to 143; those from 128 on are foreground at a threshold of 0.5: 16 of 24.
    assert revision.foreground == pytest.approx(16 / 24)


def test_a_proposal_that_is_flagged_is_kept_with_the_verdict(workspace, task, added, predictors):
    look = look_of(workspace, task, added[0])
    said = Said(look, "flagged", ("unsure", "part_missing", "no such reason"), "x" * 20_000)
    (review,) = judge(workspace, [said], predictors, who="Lee")
    assert (review.revision_id, review.version_id) == (None, look.version_id)
    assert review.reasons == ("part_missing", "unsure")
    assert len(review.comment) == 10_000
    assert workspace.files.read(review.mask_file) == mask_png(
        workspace, workspace.images.get(added[0]), look, predictors
    )
    assert workspace.images.get(added[0]).review == "flagged"
    assert workspace.truth.of(added[0]) is None


def test_flagged_masks_are_not_trained_on_and_approved_ones_alone_where_asked(
    workspace, task, added, predictors
):
    version = workspace.versions.current(task.id)
    for image_id in added:
        content = DraftContent(0.5, None, version.id)
        save_mask(workspace, image_id, predictors, content=content, who="Kim")
    free = next(image for image in workspace.images.list(task.id) if not image.locked)
    assert workspace.truth.num_counting(task.id, "free") == plan_fine_tune(workspace, task.id).num_train == 1
    judge(workspace, [Said(look_of(workspace, task, free.id), "flagged")], predictors, who="Lee")
    assert workspace.truth.num_counting(task.id, "free") == plan_fine_tune(workspace, task.id).num_train == 0
    judge(workspace, [Said(look_of(workspace, task, free.id), "approved")], predictors, who="Lee")
    workspace.tasks.set_review_rules(task.id, ReviewRules(approved_only=True))
    plan = plan_fine_tune(workspace, task.id)
    # The locked one is not approved, so nothing is compared on it.
    assert (plan.num_train, plan.num_locked, plan.num_images) == (1, 0, 2)


def test_what_is_gone_is_told_and_the_others_are_judged(workspace, task, added, predictors):
    looks = [look_of(workspace, task, image_id) for image_id in added]
    workspace.images.delete(added[0])
    outcomes = judge(workspace, [Said(look, "approved") for look in looks], predictors, who="Lee")
    assert {getattr(each, "why", "kept") for each in outcomes} == {"gone", "kept"}


def test_the_large_picture_says_how_well_mask_and_prediction_agree(workspace, task, added, predictors):
    layer = np.zeros((4, 6), np.uint8)
    # Of the 16 foreground pixels 4 are taken away: Dice 2 * 12 / (16 + 12).
    layer[3, :4] = 1
    version = workspace.versions.current(task.id)
    content = DraftContent(0.5, encode_layer(layer), version.id)
    save_mask(workspace, added[0], predictors, content=content, who="Kim")
    item = workspace.review_pages(task.id, "uploaded").item(added[0])
    full = full_look(workspace, item, look_at(workspace, item, []), predictors)
    assert full.dice == pytest.approx(24 / 28)
    assert np.count_nonzero(read_png(full.prediction, "prediction")) == 16


def test_a_tile_is_made_once_for_each_mask(workspace, task, added, predictors):
    image, look = workspace.images.get(added[0]), look_of(workspace, task, added[0])
    first = tile_jpeg(workspace, image, look, predictors)
    assert tile_jpeg(workspace, image, look, predictors) is not None
    assert sum(model.num_predictions for model in predictors.models) == 1
    judge(workspace, [Said(look, "approved")], predictors, who="Lee")
    assert tile_jpeg(workspace, image, look_of(workspace, task, added[0]), predictors) == first


def test_merging_two_classes_of_one_colour_takes_the_line_between_them_away(
    workspace, task, added, predictors
):
    red = (255, 0, 0)
    apart = workspace.tasks.set_classes(task.id, [TaskClass("Lung", red), TaskClass("Lobe", red)]).all_classes
    image = workspace.images.get(added[0])
    mask = np.ones((image.facts.height, image.facts.width), np.uint8)
    mask[:, : image.facts.width // 2] = 2
    workspace.masks.save(image.id, NewRevision(encode_png(mask), None, 0.5, None, "Kim", 0.0, 1.0))
    look = look_of(workspace, task, image.id)
    before = tile_jpeg(workspace, image, look, predictors)
    workspace.tasks.set_classes(task.id, merged(apart, 1, 2))
    assert kept_tile(workspace, image, look) is None
    assert tile_jpeg(workspace, image, look, predictors) != before


def test_the_outline_is_drawn_at_the_size_of_the_tile():
    picture = np.full((400, 800), 90, np.uint8)
    mask = np.zeros((400, 800), np.uint8)
    # One pixel of 800 columns, which scaling alone would lose.
    mask[200, 400] = 1
    drawn = outlined(picture, mask, side=100)
    assert drawn.shape == (50, 100, 3)
    assert tuple(drawn[25, 50]) == ORANGE
    assert tuple(drawn[5, 5]) == (90, 90, 90)
    large = np.zeros((400, 800), np.uint8)
    large[100:300, 200:600] = 1
    drawn = outlined(picture, large, side=100)
    assert tuple(drawn[25, 25]) == tuple(drawn[25, 74]) == ORANGE
    assert tuple(drawn[25, 50]) == (90, 90, 90)


def test_what_is_undecided_has_no_outline():
    mask = np.full((20, 20), 255, np.uint8)
    drawn = outlined(np.zeros((20, 20), np.uint8), mask, side=20)
    assert not drawn.any()


def test_a_class_keeps_its_colour_where_it_stands_at_another_place(workspace, task, added):
    red, green, blue = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    image = workspace.images.get(added[0])
    named = [TaskClass("Lung", red), TaskClass("Heart", green), TaskClass("Rib", blue)]
    workspace.tasks.set_classes(task.id, named)
    assert colours_of(workspace, image) == (red, green, blue)
    classes = workspace.tasks.get_by_id(task.id).all_classes
    workspace.tasks.set_classes(task.id, moved(classes, 2, -1))
    # Masks hold 1 for the lung, whatever its place in the list.
    assert colours_of(workspace, image) == (red, green, blue)
    classes = workspace.tasks.get_by_id(task.id).all_classes
    workspace.tasks.set_classes(task.id, merged(classes, 1, 3))
    assert colours_of(workspace, image) == (blue, green, blue)


def test_a_proposal_follows_classes_that_are_merged_and_brought_back(workspace, task, added, predictors):
    image, look = workspace.images.get(added[0]), look_of(workspace, task, added[0])
    workspace.tasks.set_classes(task.id, [TaskClass("Lung"), TaskClass("Heart")])

    def shown():
        return set(np.unique(read_png(mask_png(workspace, image, look, predictors), "mask")).tolist())

    assert shown() == {0, 1}
    apart = workspace.tasks.get_by_id(task.id).all_classes
    workspace.tasks.set_classes(task.id, merged(apart, 1, 2))
    assert shown() == {0, 2}
    workspace.tasks.set_classes(task.id, apart)
    assert shown() == {0, 1}
