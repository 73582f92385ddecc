import io
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from core.correction.corrections import encode_layer
from core.errors import StoreError
from core.imaging.decode import decode_image
from core.review.progress import summarise
from core.review.second_reading import AGREED, BLIND_VERSION, DICE, HOW, SECOND
from core.workflows.add_images import add_images
from core.workflows.correct.blind import hidden_from, readings_of, reads_blind, waiting_for
from core.workflows.correct.open_image import open_image
from core.workflows.correct.save_mask import read_mask, shown_mask
from core.workflows.export.packing import Selection
from core.workflows.export.provenance import of_mask
from core.workflows.review.agreement import AGREED as WITH_AGREED
from core.workflows.review.agreement import MODEL, measure_agreement, spacing_to_compare
from core.workflows.review.compared_picture import compare_readings
from core.workflows.review.corrective import corrected_images
from core.workflows.review.second_reading import differing, settle, undo
from core.workspace import DraftContent, NewReview, TaskClass
from core.workspace.classes import merged
from tests.workflows.conftest import gradient, png


@pytest.fixture
def version(add_version):
    return add_version()


@pytest.fixture
def images(workspace, task, version):
    """Six images of one row; the model proposes the two on the left."""
    rows = [[200 + number, 200, 0, 0] for number in range(6)]
    add_images(workspace, task.id, [(f"{number}.png", png([row])) for number, row in enumerate(rows)])
    return workspace.images.list(task.id)


@pytest.fixture
def ask(workspace, task):
    """Sets the rules and gives the task with them."""

    def do(percent=100, limit=0.9):
        rules = replace(task.review_rules, second_percent=percent, differ_below=limit)
        return workspace.tasks.set_review_rules(task.id, rules, who="Kim")

    return do


LESS, MORE = [0, 1, 0, 0], [0, 0, 2, 0]


def test_the_second_reader_starts_from_the_prediction(workspace, task, images, ask, save, predictors):
    ask()
    first = save(images[0], "Kim", LESS)
    assert open_image(workspace, images[0].id, predictors, who="Kim").layer_png is not None
    opened = open_image(workspace, images[0].id, predictors, who="Lee")
    assert (opened.layer_png, opened.hidden) == (None, "mask")
    assert reads_blind(workspace, images[0], "Lee").beside == first
    assert reads_blind(workspace, images[0], " kim ") is None
    second = save(images[0], "Lee", MORE)
    assert workspace.truth.of(images[0].id) == first
    assert second.provenance[SECOND] == first.id
    # 1 pixel against 3, of which 1 is shared: 2 / 4.
    assert second.provenance[DICE] == pytest.approx(0.5)
    # Neither becomes what others begin from, and each goes on with their own.
    assert open_image(workspace, images[0].id, predictors, who="Kim").draft.who == "Kim"
    again = open_image(workspace, images[0].id, predictors, who="Lee")
    assert (again.draft.who, again.hidden) == ("Lee", "read")
    assert not workspace.images.get(images[0].id).has_unsaved_changes


def test_who_waits_for_what(workspace, task, images, ask, save):
    assert waiting_for(workspace, task, "Lee") == []
    task = ask()
    save(images[0], "Kim")
    save(images[1], "Kim", LESS)
    flagged = save(images[2], "Kim")
    workspace.reviews.add(images[2].id, NewReview("flagged", "Park", flagged.id))
    judged = save(images[3], "Kim")
    workspace.reviews.add(images[3].id, NewReview("approved", "Lee", judged.id))

    def waits(who):
        return waiting_for(workspace, task, who)

    assert waits("Kim") == []
    assert waits("Lee") == [images[0].id, images[1].id]
    assert waits("Park") == [images[0].id, images[1].id, images[3].id]
    save(images[0], "Lee")
    save(images[1], "Lee", MORE)
    assert waits("Lee") == []
    # Where two differ, a third one may read.
    assert waits("Park") == [images[1].id, images[3].id]
    assert [image.id for image, _ in differing(workspace, task)] == [images[1].id]
    assert differing(workspace, ask(limit=0.4)) == []


def test_a_mask_that_waits_for_a_second_reading_is_seen_by_nobody_who_could_give_it(
    workspace, task, images, ask, save
):
    save(images[0], "Kim", LESS)
    judged = save(images[1], "Kim", LESS)
    workspace.reviews.add(images[1].id, NewReview("approved", "Lee", judged.id))
    assert hidden_from(workspace, task, "Lee") == frozenset()
    task = ask()
    # Who judged one has seen it.
    assert hidden_from(workspace, task, "Lee") == {images[0].id}
    assert hidden_from(workspace, task, "Park") == {images[0].id, images[1].id}
    assert hidden_from(workspace, task, "Kim") == frozenset()
    save(images[0], "Lee", LESS)
    assert hidden_from(workspace, task, "Lee") == frozenset()
    assert hidden_from(workspace, task, "Park") == {images[1].id}


def test_who_looked_at_both_readings_settles_and_is_no_third_reader(
    workspace, task, images, ask, save, predictors
):
    task = ask()
    first, second = save(images[0], "Kim", LESS), save(images[0], "Lee", MORE)
    for image in images[1:3]:
        save(image, "Kim", LESS)
        save(image, "Lee", MORE)
    assert set(waiting_for(workspace, task, "Park")) == {each.id for each in images[:3]}
    workspace.adjudicators.add(images[0].id, who="Park")
    workspace.adjudicators.add(images[0].id, who="Park")
    assert [each.action for each in workspace.audit.list(limit=2)] == ["readings_shown", "mask_saved"]
    # Who settles has looked, also once that is taken back.
    undo(workspace, settle(workspace, images[1].id, "first", who="Park"), who="Park")
    assert waiting_for(workspace, task, "Park") == [images[2].id]
    assert hidden_from(workspace, task, "Park") == {images[2].id}
    assert reads_blind(workspace, images[0], "Park") is None
    assert open_image(workspace, images[0].id, predictors, who="Park").hidden == ""
    workspace.persons.rename(workspace.persons.get_or_add("Park").id, "Parker")
    assert waiting_for(workspace, task, "Parker") == [images[2].id]
    # What they save is the agreed mask, no third reading; somebody else may still read.
    agreed = save(images[0], "Parker", [0, 0, 2, 2])
    assert agreed.provenance == {**agreed.provenance, AGREED: [first.id, second.id], HOW: "edit"}
    assert waiting_for(workspace, task, "Choi") == [images[1].id, images[2].id]
    # One who has read blind stays blind, whatever they settle later.
    undo(workspace, settle(workspace, images[2].id, "first", who="Lee"), who="Lee")
    assert reads_blind(workspace, images[2], "Lee") is not None


def test_who_looked_at_readings_that_differ_is_not_given_the_gold_one(workspace, task, images, ask, save):
    ask()
    save(images[0], "Kim", LESS)
    save(images[0], "Lee", MORE)
    workspace.adjudicators.add(images[0].id, who="Park")
    workspace.reviews.add(images[0].id, NewReview("approved", "Choi", workspace.truth.of(images[0].id).id))
    workspace.gold.make(images[0].id, who="Choi")
    given = {who: len(workspace.gold.for_reader(task.id, who)) for who in ("Park", "Cho")}
    assert given == {"Park": 0, "Cho": 1}


def test_a_mask_that_somebody_is_to_read_blind_does_not_leave_with_them(workspace, task, images, ask, save):
    save(images[0], "Kim", LESS)
    save(images[1], "Lee", LESS)
    ask()

    def taken(who, **which):
        found = Selection(task.id, who=who, **which).of(workspace.acting_as(who))
        return [image.id for image, _ in found]

    for who in ("Lee", "Park"):
        person = workspace.persons.get_or_add(who)
        workspace.persons.set_role(person.id, "reader" if who == "Lee" else "reviewer", who="")
    assert taken("Lee") == [images[1].id]
    # Who answers for the masks gets all of them, but not the one that is open before them.
    assert taken("Park") == [images[0].id, images[1].id]
    with pytest.raises(StoreError, match="none that you may see; save yours first"):
        taken("Park", image_id=images[0].id)
    save(images[0], "Park", MORE)
    assert taken("Park", image_id=images[0].id) == [images[0].id]


def test_only_the_part_that_is_asked_for(workspace, images, ask, save):
    for image in images:
        save(image, "Kim")
    task = ask(50)
    some = set(waiting_for(workspace, task, "Lee"))
    assert 0 < len(some) < 6
    assert some < set(waiting_for(workspace, ask(100), "Lee"))


@pytest.mark.parametrize(("how", "expected"), [("first", [1, 0, 0, 0]), ("second", [1, 1, 1, 0])])
def test_one_of_two_is_taken_and_the_decision_undone(workspace, images, ask, save, how, expected):
    task = ask()
    first, second = save(images[0], "Kim", LESS), save(images[0], "Lee", MORE)
    agreed = settle(workspace, images[0].id, how, who="Park")
    assert workspace.truth.of(images[0].id) == agreed
    assert (agreed.who, agreed.provenance[AGREED], agreed.provenance[HOW]) == (
        "Park",
        [first.id, second.id],
        how,
    )
    assert read_mask(workspace, agreed).tolist() == [expected]
    assert differing(workspace, task) == []
    with pytest.raises(StoreError, match="nothing to settle"):
        settle(workspace, images[0].id, how, who="Park")
    undo(workspace, agreed, who="Park")
    assert workspace.truth.of(images[0].id) == first
    # Nobody has drawn anything that is not saved.
    assert not workspace.images.get(images[0].id).has_unsaved_changes
    assert len(differing(workspace, task)) == 1
    assert len(workspace.masks.history(images[0].id)) == 3
    assert workspace.audit.list(limit=1)[0].action == "agreement_undone"
    with pytest.raises(StoreError, match="counts no longer"):
        undo(workspace, agreed, who="Park")


def test_a_majority_of_three(workspace, images, ask, save):
    ask()
    save(images[0], "Kim", LESS)
    save(images[0], "Lee", MORE)
    with pytest.raises(StoreError, match="needs 3 readings"):
        settle(workspace, images[0].id, "majority", who="Park")
    save(images[0], "Park", [0, 0, 2, 2])
    agreed = settle(workspace, images[0].id, "majority", who="Choi")
    assert read_mask(workspace, agreed).tolist() == [[1, 1, 1, 0]]
    assert agreed.foreground == 0.75
    assert len(agreed.provenance[AGREED]) == 3


def test_what_leaves_says_whose_readings_an_agreed_mask_is_from(workspace, images, ask, save):
    ask()
    first = save(images[0], "Kim", LESS)
    assert of_mask(workspace, images[0], first, {})["agreed_from"] == []
    save(images[0], "Lee", MORE)
    told = of_mask(workspace, images[0], settle(workspace, images[0].id, "second", who="Park"), {})
    assert (told["who"], told["agreed_by"]) == ("Park", "second")
    assert told["agreed_from"] == [{"revision": 1, "who": "Kim"}, {"revision": 2, "who": "Lee"}]


@pytest.mark.parametrize(
    ("how", "expected"), [("first", [1, 0, 0, 0]), ("second", [1, 1, 0, 1]), ("majority", [1, 1, 0, 0])]
)
def test_what_is_agreed_is_what_everybody_goes_on_from(
    workspace, images, ask, save, predictors, how, expected
):
    ask()
    save(images[0], "Kim", LESS)
    save(images[0], "Lee", [0, 0, 0, 2])
    save(images[0], "Park")

    def seen(who):
        return shown_mask(workspace, images[0].id, predictors, who=who).tolist()

    agreed = settle(workspace, images[0].id, how, who="Park")
    everybody = ("Kim", "Lee", "Park", "Choi")
    assert [seen(who) for who in everybody] == [[expected]] * 4
    undo(workspace, agreed, who="Park")
    assert seen("Kim") == [[1, 0, 0, 0]]


def test_of_three_that_one_is_taken_that_was_looked_at(workspace, images, ask, save):
    ask()
    first = save(images[0], "Kim", LESS)
    lee, park = save(images[0], "Lee", MORE), save(images[0], "Park", [0, 0, 0, 2])
    # Kim has 1 pixel of Lee's 3 and of Park's 3: 2 / (1 + 3) each.
    readings = readings_of(workspace, images[0].id)
    assert [each.id for each in readings.others] == [lee.id, park.id]
    # What Lee saves once theirs is there may be drawn with Kim's in sight: it is kept, and is no reading.
    later = save(images[0], "Lee", [0, 1, 0, 0])
    assert readings_of(workspace, images[0].id).others == (lee, park)
    assert workspace.truth.of(images[0].id) == first
    with pytest.raises(StoreError, match="another mask was saved meanwhile"):
        settle(workspace, images[0].id, "second", who="Choi", other_id=later.id)
    agreed = settle(workspace, images[0].id, "second", who="Choi", other_id=park.id)
    assert agreed.provenance[AGREED] == [first.id, park.id]
    assert read_mask(workspace, agreed).tolist() == [[1, 1, 0, 1]]


def test_an_edited_mask_names_its_sources_too(workspace, images, ask, save):
    ask()
    first, second = save(images[0], "Kim", LESS), save(images[0], "Lee", MORE)
    edited = save(images[0], "Kim", [0, 0, 0, 2])
    assert workspace.truth.of(images[0].id) == edited
    assert edited.provenance[AGREED] == [first.id, second.id]
    assert edited.provenance[HOW] == "edit"
    assert readings_of(workspace, images[0].id).is_settled


def test_agreement_of_readers_with_one_another_the_agreed_mask_and_the_model(
    workspace, images, ask, save, predictors
):
    task = ask()
    assert measure_agreement(workspace, task, predictors).num_images == 0
    for image in images:
        save(image, "Kim", LESS)
        save(image, "Lee")
    settle(workspace, images[0].id, "second", who="Park")
    found = measure_agreement(workspace, task, predictors)
    assert found.num_images == 6
    # Kim has 1 pixel of Lee's 2: 2 / 3. Lee saved what the model proposed.
    assert [each.found.dice for each in found.readers["Kim", "Lee"]] == pytest.approx([2 / 3] * 6)
    assert [each.found.dice for each in found.with_model["Lee", MODEL]] == [1.0] * 6
    assert [each.found.dice for each in found.with_agreed["Kim", WITH_AGREED]] == pytest.approx([2 / 3])
    assert found.model.people == pytest.approx(2 / 3)
    assert found.model.model == pytest.approx((1 + 2 / 3) / 2)
    assert found.model.low > 0
    assert found.model.num_images == 6
    less = measure_agreement(workspace, task, predictors, without={images[0].id})
    assert (less.num_images, less.model.num_images, len(less.readers["Kim", "Lee"])) == (5, 5, 5)


def test_readings_side_by_side(workspace, images, ask, save):
    ask()
    first, second = save(images[0], "Kim", LESS), save(images[0], "Lee", MORE)
    found = compare_readings(workspace, images[0], first, second)
    assert found.agreement.dice == pytest.approx(0.5)
    assert len({found.first, found.second, found.difference}) == 3


@pytest.mark.parametrize(("unit", "spacing"), [("mm", (0.5, 0.5)), ("um", None)])
def test_under_a_microscope_readers_are_compared_in_pixels(workspace, task, unit, spacing):
    # A tolerance of 1 mm would hold whatever two readers draw of a cell.
    file = io.BytesIO()
    tifffile.imwrite(file, gradient(4, 4), imagej=True, resolution=(2, 2), metadata={"unit": unit})
    (outcome,) = add_images(workspace, task.id, [("cell.tif", file.getvalue())])
    assert spacing_to_compare(workspace, workspace.images.get(outcome.image_id)) == spacing


def test_readers_who_swap_two_classes_differ_in_picture_and_number(workspace, task, images, ask, save):
    classes = (replace(task.classes[0], name="one"), TaskClass("other", (0, 0, 255), "2"))
    workspace.tasks.set_classes(task.id, classes, who="Kim")
    ask()
    first, second = save(images[0], "Kim", [2, 1, 1, 3]), save(images[0], "Lee", [2, 1, 1, 2])
    found = compare_readings(workspace, images[0], first, second)
    # Class 1: 2 / (1 + 2); class 2, of which Lee has nothing: 0.
    assert found.agreement.dice == pytest.approx(1 / 3)
    decoded = [
        decode_image(png, "picture").values[0] for png in (found.first, found.second, found.difference)
    ]
    assert (decoded[0][3] != decoded[1][3]).any()
    assert (decoded[0][0] == decoded[1][0]).all()
    # What both have of different classes has a colour of its own: red, where blue is only the first one's.
    assert decoded[2][3][0] > decoded[2][3][2]


def test_a_part_is_drawn_without_its_prediction_first(workspace, task, version, images, save, predictors):
    rules = replace(task.review_rules, blind_percent=100)
    workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    opened = open_image(workspace, images[0].id, predictors, who="Kim")
    assert (opened.hidden, opened.version, opened.layer_png) == ("prediction", None, None)
    saved = save(images[0], "Kim", [2, 0, 0, 0])
    assert read_mask(workspace, saved).tolist() == [[1, 0, 0, 0]]
    assert saved.provenance[BLIND_VERSION] == version.id
    assert workspace.truth.of(images[0].id) == saved
    # The second one was begun on its prediction before it was to be hidden.
    workspace.tasks.set_review_rules(task.id, task.review_rules, who="Kim")
    seen = DraftContent(0.5, encode_layer(np.array([MORE], np.uint8)), version.id)
    workspace.drafts.start_from(images[1].id, seen, "Kim")
    workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    assert open_image(workspace, images[1].id, predictors, who="Kim").hidden == ""
    assert BLIND_VERSION not in save(images[1], "Kim").provenance
    found = corrected_images(workspace, task.id, predictors)
    assert [(each.was_hidden, each.version_id) for each in found] == [(True, version.id), (False, version.id)]
    assert [each.dice for each in found] == pytest.approx([2 / 3, 4 / 5])
    summary = summarise(found)
    assert (summary.hidden.mean, summary.seen.mean) == pytest.approx((2 / 3, 4 / 5))


def test_agreement_follows_classes_that_are_merged_and_brought_back(
    workspace, task, images, ask, save, predictors
):
    workspace.tasks.set_classes(task.id, [TaskClass("Lung"), TaskClass("Heart")])
    task = ask()
    save(images[0], "Kim", [2, 2, 3, 3])
    save(images[0], "Lee", [3, 3, 3, 3])

    def dice_of_heart():
        found = measure_agreement(workspace, workspace.tasks.get_by_id(task.id), predictors, class_index=2)
        return found.readers["Kim", "Lee"][0].found.dice

    # 2 pixels against 4, of which 2 are shared: 4 / 6.
    assert dice_of_heart() == pytest.approx(4 / 6)
    apart = workspace.tasks.get_by_id(task.id).all_classes
    workspace.tasks.set_classes(task.id, merged(apart, 1, 2))
    assert dice_of_heart() == 1
    workspace.tasks.set_classes(task.id, apart)
    assert dice_of_heart() == pytest.approx(4 / 6)
