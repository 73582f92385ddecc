"""Gold images look new to readers and never count; images come back to who drew them after four weeks."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from core.correction.corrections import encode_layer
from core.errors import StoreError
from core.review.second_reading import AGAIN, DICE
from core.workflows.add_images import add_images
from core.workflows.correct.blind import reads_blind, unread_gold, waiting_for
from core.workflows.correct.open_image import open_image
from core.workflows.correct.save_mask import read_mask, restore_revision, shown_mask
from core.workflows.correct.second_reader import history_for
from core.workflows.export.export_files import export_files
from core.workflows.export.packing import Selection
from core.workflows.review.agreement import AGAIN_READ, measure_agreement
from core.workflows.review.corrective import corrected_images
from core.workspace import DraftContent, NewLabel, NewReview, is_trainable
from core.workspace.gold import GOLD
from core.workspace.tables import RevisionTable
from tests.workflows.conftest import png

LESS, MORE = [0, 1, 0, 0], [0, 0, 2, 0]


@pytest.fixture
def images(workspace, task, add_version):
    """Four images of one row; the model proposes the two on the left."""
    add_version()
    rows = [[200 + number, 200, 0, 0] for number in range(4)]
    add_images(workspace, task.id, [(f"{number}.png", png([row])) for number, row in enumerate(rows)])
    return workspace.images.list(task.id)


def ask(workspace, task, **rules):
    return workspace.tasks.set_review_rules(task.id, replace(task.review_rules, **rules), who="Kim")


@pytest.fixture
def gold(workspace, task, images, save):
    """The first image, drawn by Kim, approved and made gold by Park."""
    saved = save(images[0], "Kim", LESS)
    with pytest.raises(StoreError, match="Only an approved mask"):
        workspace.gold.make(images[0].id, who="Park")
    workspace.reviews.add(images[0].id, NewReview("approved", "Park", saved.id))
    workspace.gold.make(images[0].id, who="Park")
    return saved


def test_a_gold_image_looks_new_and_a_mask_of_it_is_compared_and_never_counts(
    workspace, task, images, gold, save, predictors
):
    image = workspace.images.get(images[0].id)
    assert unread_gold(workspace, task, "Lee").all == frozenset()
    task = ask(workspace, task, gold_percent=100, second_percent=100)
    # Who drew it, and who judged it, know it.
    assert unread_gold(workspace, task, "kim ").all == unread_gold(workspace, task, "Park").all == frozenset()
    unread = unread_gold(workspace, task, "Lee")
    assert unread.unopened == {image.id}
    # It is no second reading: nothing sets it apart from what nobody has saved.
    assert waiting_for(workspace, task, "Lee") == []
    seen = workspace.images.with_unread(unread)
    new, other = seen.get(image.id), seen.get(images[1].id)
    assert [each.id for each in seen.list(task.id, "new")] == [each.id for each in images]
    workspace.labels.save(image.id, NewLabel("NV", "Kim"))
    for show in ("corrected", "locked", "labelled"):
        assert seen.list(task.id, show) == []
    for name in ("state", "review", "looked_at", "num_revisions", "locked", "corrected_rank"):
        assert getattr(new, name) == getattr(other, name)
    opened, plain = (open_image(workspace, each.id, predictors, who="Lee") for each in (image, images[1]))
    assert (opened.layer_png, opened.threshold, opened.version) == (None, plain.threshold, plain.version)
    assert history_for(workspace, image.id, opened.hidden, "Lee") == []
    assert unread_gold(workspace, task, "Lee").opened == {image.id}
    read = save(image, "Lee", MORE)
    # 1 pixel against 3, of which 1 is shared: 2 / 4.
    assert (read.provenance[GOLD], read.provenance[DICE]) == (gold.id, 0.5)
    assert workspace.truth.of(image.id) == gold
    assert unread_gold(workspace, task, "Lee").all == frozenset()
    # The first one counts, whatever is saved or taken back after it.
    save(image, "Lee", LESS)
    restore_revision(workspace, read.id, "Lee")
    assert workspace.truth.of(image.id) == gold
    found = measure_agreement(workspace, task, predictors)
    assert {who: [each.found.dice for each in of] for who, of in found.gold.items()} == {"Lee": [0.5]}
    # No work of Lee's: neither a reading of others nor seconds of the image.
    assert found.readers == {}
    assert [each.seconds for each in corrected_images(workspace, task.id, predictors)] == [3.0]


def test_a_gold_image_begins_without_its_prediction_where_new_ones_do(
    workspace, task, images, gold, save, predictors
):
    ask(workspace, task, gold_percent=100, blind_percent=100)
    opened, plain = (open_image(workspace, each.id, predictors, who="Lee") for each in images[:2])
    for name in ("hidden", "version", "layer_png", "threshold"):
        assert getattr(opened, name) == getattr(plain, name)
    assert opened.hidden == "prediction"
    assert history_for(workspace, images[0].id, opened.hidden, "Lee") == []
    assert save(images[0], "Lee", MORE).provenance[GOLD] == gold.id
    assert open_image(workspace, images[0].id, predictors, who="Lee").hidden == "gold"


def test_gold_is_never_trained_on_until_it_is_withdrawn(workspace, task, images, gold, save):
    ask(workspace, task, gold_percent=100)
    assert not is_trainable(workspace.images.get(images[0].id))
    workspace.gold.withdraw(images[0].id, who="Park")
    assert is_trainable(workspace.images.get(images[0].id))
    assert reads_blind(workspace, workspace.images.get(images[0].id), "Lee") is None
    actions = [each.action for each in workspace.audit.list(limit=2, task_id=task.id)]
    assert actions == ["gold_withdrawn", "review_rules_set"]
    assert workspace.audit.list(action="gold_made")[0].who == "Park"


def test_who_read_a_gold_image_goes_on_from_the_mask_that_counts_once_it_is_withdrawn(
    workspace, task, images, gold, save, predictors
):
    ask(workspace, task, gold_percent=100)
    counting = read_mask(workspace, workspace.truth.of(images[0].id)).tolist()
    own = read_mask(workspace, save(images[0], "Lee")).tolist()

    def seen():
        return shown_mask(workspace, images[0].id, predictors, who="Lee").tolist()

    assert seen() == own != counting
    workspace.gold.withdraw(images[0].id, who="Park")
    assert seen() == counting


def test_what_leaves_has_gold_masks_as_test_images_and_none_that_a_reader_is_to_draw(
    workspace, task, images, gold, save, tmp_path
):
    save(images[1], "Kim", LESS)
    save(images[2], "Kim", MORE)
    ask(workspace, task, gold_percent=100)
    whole = export_files(workspace, Selection(task.id, who="Park"), "training", path=tmp_path / "park.zip")
    # The second corrected image is locked, the first one gold: both are test.
    assert (whole.num_images, whole.num_test) == (3, 2)
    for who in ("Lee", "Park"):
        person = workspace.persons.get_or_add(who)
        workspace.persons.set_role(person.id, "reader" if who == "Lee" else "reviewer", who="")
    of_lee = Selection(task.id, who="Lee").of(workspace.acting_as("Lee"))
    assert [image.id for image, _ in of_lee] == [images[1].id, images[2].id]
    of_park = Selection(task.id, who="Park").of(workspace.acting_as("Park"))
    assert [image.id for image, _ in of_park] == [each.id for each in images[:3]]


def test_each_reader_gets_another_part_and_none_that_is_flagged(workspace, task, images, gold):
    half = ask(workspace, task, gold_percent=50)
    given = [bool(unread_gold(workspace, half, f"Reader {number}").all) for number in range(40)]
    assert 10 < sum(given) < 30
    workspace.reviews.add(images[0].id, NewReview("flagged", "Choi", gold.id))
    assert not unread_gold(workspace, ask(workspace, task, gold_percent=100), "Lee").all


def test_a_reader_who_is_renamed_goes_on_with_the_gold_images_they_have_begun(
    workspace, task, images, gold, save, predictors
):
    task = ask(workspace, task, gold_percent=50)
    names = [f"Reader {number}" for number in range(40)]
    given, other = (
        next(each for each in names if bool(unread_gold(workspace, task, each).all) == is_given)
        for is_given in (True, False)
    )
    opened = open_image(workspace, images[0].id, predictors, who=given)
    content = DraftContent(0.5, encode_layer(np.array([MORE], np.uint8)), opened.version.id)
    workspace.drafts.start_from(images[0].id, content, given)
    workspace.persons.rename(workspace.persons.get_or_add(given).id, other)
    assert unread_gold(workspace, task, other).opened == {images[0].id}
    assert save(images[0], other).provenance[GOLD] == gold.id
    # Once it is read, too.
    assert save(images[0], other, LESS).provenance[GOLD] == gold.id
    assert workspace.truth.of(images[0].id) == gold


@pytest.fixture
def weeks_pass(workspace):
    """Everything that was saved is four weeks older."""

    def do(days=28):
        with workspace._database.writing() as session:
            for each in session.query(RevisionTable):
                each.created_at -= timedelta(days=days, seconds=1)

    return do


def test_an_image_comes_back_to_who_drew_it(workspace, task, images, save, predictors, weeks_pass):
    task = ask(workspace, task, again_percent=100)
    first = save(images[0], "Kim", LESS)
    weeks_pass(27)
    assert waiting_for(workspace, task, "Kim") == []
    assert open_image(workspace, images[0].id, predictors, who="Kim").layer_png is not None
    weeks_pass(1)
    assert waiting_for(workspace, task, "Kim") == [images[0].id]
    assert waiting_for(workspace, task, "Lee") == []
    for _ in range(2):
        opened = open_image(workspace, images[0].id, predictors, who="Kim")
        assert (opened.hidden, opened.layer_png) == ("mask", None)
    layer = encode_layer(np.array([MORE], np.uint8))
    workspace.drafts.start_from(images[0].id, DraftContent(0.5, layer, opened.version.id), "Kim")
    assert open_image(workspace, images[0].id, predictors, who="Kim").layer_png == layer
    again = save(images[0], "Kim")
    assert (again.provenance[AGAIN], again.provenance[DICE]) == (first.id, 0.5)
    assert workspace.truth.of(images[0].id).id == first.id
    assert waiting_for(workspace, task, "Kim") == []
    # Who saves once more stays blind, and does not count.
    reopened = open_image(workspace, images[0].id, predictors, who="Kim")
    assert (reopened.hidden, reopened.layer_png) == ("read", layer)
    assert save(images[0], "Kim", LESS).provenance[AGAIN] == first.id
    found = measure_agreement(workspace, task, predictors)
    assert [each.found.dice for each in found.with_self["Kim", AGAIN_READ]] == [0.5]
    assert [each.seconds for each in corrected_images(workspace, task.id, predictors)] == [3.0]


def test_what_was_begun_before_is_finished_first(workspace, task, images, save, predictors, weeks_pass):
    ask(workspace, task, again_percent=100)
    save(images[0], "Kim", LESS)
    layer = encode_layer(np.array([MORE], np.uint8))
    content = DraftContent(0.5, layer, workspace.versions.current(task.id).id)
    workspace.drafts.start_from(images[0].id, content, "Kim")
    # The draft is of before the four weeks are over.
    with workspace._database.writing() as session:
        session.connection().exec_driver_sql("UPDATE drafts SET updated_at = '2020-01-01 00:00:00.000000'")
    weeks_pass()
    assert open_image(workspace, images[0].id, predictors, who="Kim").layer_png == layer
    finished = save(images[0], "Kim", MORE)
    assert workspace.truth.of(images[0].id) == finished
