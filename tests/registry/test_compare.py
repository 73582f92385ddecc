import numpy as np
import pytest

from core.reasons import Reason
from core.registry.compare import Comparison, ImageComparison, compare
from core.registry.settle import settle
from core.watching import never
from core.workspace import ImageFacts, NewRevision, TaskClass
from tests.workflows.conftest import png


def comparison(*pairs):
    rows = tuple(
        ImageComparison(number, f"{number}.png", old, new) for number, (old, new) in enumerate(pairs, 1)
    )
    return Comparison(1, 2, rows)


@pytest.fixture
def save(workspace, task):
    """A picture with a saved mask, both as nested lists."""

    def add_and_save(picture, mask):
        values = np.array(picture)
        image = workspace.images.add(task.id, f"{picture}.png", png(values), ImageFacts(*values.shape))
        workspace.masks.save(image.id, NewRevision(png(mask), None, 0.5, None, "Kim", 1.0, 0.0))
        return image

    return add_and_save


FIVE_BETTER = [(0.8, 0.9)] * 4 + [(0.8, 0.88)]


@pytest.mark.parametrize(
    ("pairs", "decision"),
    [
        ([], "ask"),
        (FIVE_BETTER[:4], "ask"),
        ([(0.9, 0.1)] * 4, "ask"),
        (FIVE_BETTER, "promote"),
        ([(0.8, 0.9)] * 4 + [(0.8, 0.5)], "ask"),
        ([(0.8, 0.9)] * 2 + [(0.8, 0.7)] * 3, "keep"),
    ],
)
def test_five_groups_and_a_gain_beyond_chance_promote(pairs, decision):
    assert comparison(*pairs).decision == decision


def test_images_of_one_group_prove_no_more_than_one():
    rows = tuple(ImageComparison(number, f"{number}.png", 0.8, 0.9, group=7) for number in range(1, 11))
    assert Comparison(1, 2, rows).decision == "ask"


def test_means_and_counts():
    # Means: (0.5 + 0.9 + 0.7) / 3 = 0.7 and (0.8 + 0.8 + 0.7) / 3 = 2.3 / 3.
    numbers = comparison((0.5, 0.8), (0.9, 0.8), (0.7, 0.7))
    assert numbers.mean_old == pytest.approx(0.7)
    assert numbers.mean_new == pytest.approx(2.3 / 3)
    assert sum(gain > 0 for gain in numbers.gains) == numbers.num_worse == 1
    nothing = comparison()
    assert (nothing.mean_old, nothing.mean_new) == (None, None)


def test_the_reason_is_a_sentence_with_its_numbers():
    # The differences 0.1 four times and 0.08: mean 0.096, sd 0.008944, error 0.004, times 2.1318: 0.0875.
    assert str(comparison(*FIVE_BETTER).why) == (
        "Mean Dice on 5 locked images in 5 groups: 0.8960, and 0.8000 for the version in use then; better "
        "beyond chance, by at least 0.0875. Images that got worse: 0."
    )
    assert str(comparison(*[(0.8, 0.7)] * 5).why) == (
        "Mean Dice on 5 locked images in 5 groups: 0.7000, and 0.8000 for the version in use then, so that "
        "one stays. Images that got worse: 5."
    )
    unsure = str(comparison(*[(0.8, 0.9)] * 4, (0.8, 0.5)).why)
    assert "that may be chance" in unsure and "so you decide. Images that got worse: 1." in unsure
    assert "fewer than 5 groups do not decide, so you do." in str(comparison((0.8, 0.9)).why)
    assert "no locked image" in str(comparison().why)
    first = Comparison(None, 2, (ImageComparison(1, "a.png", 0.0, 0.9, group=1),))
    assert str(first.why) == (
        "Mean Dice on 1 locked image in 1 group: 0.9000, and no version was in use; fewer than 5 groups do "
        "not decide, so you do."
    )


def test_a_first_version_that_is_no_better_than_none_is_not_said_to_leave_one_in_use():
    rows = tuple(ImageComparison(each, f"{each}.png", 0.2, 0.1) for each in range(5))
    first = Comparison(None, 2, rows)
    assert first.decision == "keep"
    assert str(first.why) == (
        "Mean Dice on 5 locked images in 5 groups: 0.1000, and no version was in use; that is no better than "
        "none, so it is not put into use."
    )


def test_a_comparison_survives_the_store():
    import json

    numbers = comparison((0.5, 0.8), (0.9, 0.8))
    assert Comparison.from_dict(json.loads(json.dumps(numbers.to_dict()))) == numbers


def test_both_models_are_taken_at_the_threshold_of_their_own_card(
    workspace, task, add_version, predictors, save
):
    save([[0, 0], [0, 0]], [[0, 0], [0, 0]])
    locked = save([[100, 150], [0, 200]], [[1, 1], [0, 1]])
    # Old at 0.5 (128): 150 and 200 are foreground, 2 of the 3 right ones: Dice 2 * 2 / (2 + 3) = 0.8.
    old = add_version("old", threshold=0.5)
    # New at 0.35 (90): 100, 150 and 200 are: Dice 1.
    new = add_version("new", threshold=0.35, promote=False)
    numbers = compare(workspace, new, old, predictors)
    (row,) = numbers.images
    assert (row.image_id, row.old, row.new) == (locked.id, pytest.approx(0.8), 1.0)
    assert (numbers.old_threshold, numbers.new_threshold) == (0.5, 0.35)
    assert (numbers.old_version_id, numbers.new_version_id) == (old.id, new.id)


def test_without_a_version_in_use_the_candidate_is_compared_with_an_empty_mask(
    workspace, add_version, predictors, save
):
    save([[0, 0], [0, 0]], [[0, 0], [0, 0]])
    save([[255, 0], [0, 0]], [[1, 0], [0, 0]])
    numbers = compare(workspace, add_version("new", promote=False), None, predictors)
    assert [(row.old, row.new) for row in numbers.images] == [(0.0, 1.0)]


def test_the_newest_mask_of_a_locked_image_counts(workspace, add_version, predictors, save):
    save([[0, 0], [0, 0]], [[0, 0], [0, 0]])
    save([[255, 0], [0, 0]], [[0, 0], [0, 1]])
    save([[255, 0], [0, 0]], [[1, 0], [0, 0]])
    numbers = compare(workspace, add_version("new", promote=False), None, predictors)
    assert [row.new for row in numbers.images] == [1.0]


def many_locked(save):
    """22 images, so that five are locked; the right mask is what is brighter than 40 percent."""
    for number in range(22):
        picture = [[0, 110 + number], [0, 250]]
        save(picture, [[0, 1], [0, 1]])


def settled(workspace, new, predictors, **watching):
    def compared(old):
        return compare(workspace, new, old, predictors, **watching)

    return settle(workspace, new, compared, should_stop=watching.get("should_stop", never))


def test_a_better_candidate_is_promoted_by_itself(workspace, task, add_version, predictors, save):
    many_locked(save)
    add_version("old", threshold=0.6)
    new = add_version("new", threshold=0.4, promote=False)
    numbers, decision = settled(workspace, new, predictors)
    assert decision == "promote"
    assert all(gain > 0 for gain in numbers.gains) and numbers.num_worse == 0
    assert workspace.versions.current(task.id).id == new.id
    event = workspace.versions.events(task.id)[0]
    assert (event.action, event.who) == ("promoted", "")
    assert str(event.why).startswith("Mean Dice on 5 locked images in 5 groups: 1.0000")
    assert Comparison.from_dict(workspace.versions.get(new.id).comparison) == numbers


def test_a_worse_candidate_is_kept_back(workspace, task, add_version, predictors, save):
    many_locked(save)
    old = add_version("old", threshold=0.4)
    new = add_version("new", threshold=0.6, promote=False)
    assert settled(workspace, new, predictors)[1] == "keep"
    assert workspace.versions.current(task.id).id == old.id
    assert workspace.versions.get(new.id).status == "candidate"
    assert workspace.versions.events(task.id)[0].action == "kept"


def test_with_too_few_locked_images_the_person_is_asked(workspace, task, add_version, predictors, save):
    save([[0, 0], [0, 0]], [[0, 0], [0, 0]])
    save([[255, 0], [0, 0]], [[1, 0], [0, 0]])
    old = add_version("old", threshold=1.0)
    new = add_version("new", promote=False)
    assert settled(workspace, new, predictors)[1] == "ask"
    assert workspace.versions.current(task.id).id == old.id
    assert workspace.versions.get(new.id).comparison["images"] != []


@pytest.mark.parametrize("asked_until_stop", [1, 3, 6])
def test_a_stop_during_the_comparison_promotes_nothing(
    workspace, task, add_version, predictors, save, asked_until_stop
):
    """Before the first image, in the middle, and after the last one."""
    many_locked(save)
    old = add_version("old", threshold=0.6)
    new = add_version("new", threshold=0.4, promote=False)
    asked = []

    def should_stop():
        asked.append(1)
        return len(asked) >= asked_until_stop

    assert settled(workspace, new, predictors, should_stop=should_stop) is None
    assert workspace.versions.current(task.id).id == old.id
    assert workspace.versions.events(task.id)[0].version_id == old.id


def test_the_comparison_tells_how_far_it_is(workspace, add_version, predictors, save):
    many_locked(save)
    told = []
    compare(workspace, add_version("new"), None, predictors, on_progress=lambda *step: told.append(step))
    assert told == [(number, 5) for number in range(1, 6)]


def test_what_the_version_in_use_said_is_not_predicted_anew(
    workspace, add_version, predictors, save, monkeypatch
):
    many_locked(save)
    old = add_version("old", threshold=0.6)
    new = add_version("new", threshold=0.4, promote=False)
    compare(workspace, old, None, predictors)
    loaded = []
    load = predictors.get
    monkeypatch.setattr(predictors, "get", lambda folder: loaded.append(folder) or load(folder))
    numbers = compare(workspace, new, old, predictors)
    assert set(loaded) == {workspace.versions.open(new)}
    assert sum(gain > 0 for gain in numbers.gains) == 5


def test_where_the_version_in_use_changed_meanwhile_the_person_is_asked(
    workspace, task, add_version, predictors, save, monkeypatch
):
    many_locked(save)
    add_version("old", threshold=0.6)
    other = add_version("other", threshold=0.5, promote=False)
    new = add_version("new", threshold=0.4, promote=False)
    load = predictors.get

    def promote_another_one_meanwhile(folder):
        workspace.versions.promote(other.id, who="Lee", why=Reason("text", {"text": "I like it."}))
        return load(folder)

    monkeypatch.setattr(predictors, "get", promote_another_one_meanwhile)
    assert settled(workspace, new, predictors)[1] == "ask"
    assert workspace.versions.current(task.id).id == other.id


def test_of_several_classes_none_may_lose_more_than_the_margin():
    def several(lung, heart):
        rows = tuple(
            ImageComparison(
                number,
                f"{number}.png",
                (0.8 + 0.9) / 2,
                (lung + heart) / 2,
                old_of=(0.8, 0.9),
                new_of=(lung, heart),
            )
            for number in range(1, 6)
        )
        return Comparison(1, 2, rows, classes=("Lung", "Heart"))

    assert several(0.9, 0.895).decision == "promote"
    worse = several(0.95, 0.85)
    assert worse.evidence.decision == "promote"
    assert worse.decision == "ask"
    assert "Heart goes from 0.9000 to 0.8500, and none may lose more than 0.01" in str(worse.why)
    assert Comparison.from_dict(worse.to_dict()) == worse


def test_classes_are_scored_one_by_one_where_the_mask_is_decided(
    workspace, task, save, add_version, predictors
):
    workspace.tasks.set_classes(task.id, (TaskClass("Lung", value=1), TaskClass("Heart")))
    save([[200, 200, 0, 0]], [[1, 2, 0, 0]])
    # The second one is locked; 200 of 255 is above the threshold: the one class that the version knows.
    save([[200, 200, 0, 1]], [[1, 2, 255, 0]])
    version = add_version()
    found = compare(workspace, version, None, predictors)
    assert found.classes == ("Lung", "Heart")
    # Lung 2 * 1 / (2 + 1); Heart is there and not found.
    (row,) = found.images
    assert row.new_of == (pytest.approx(2 / 3), 0.0) and row.old_of == (0.0, 0.0)
    assert (row.new, row.old) == (pytest.approx(1 / 3), 0.0)
    assert (row.there, found.not_there) == ((True, True), ())


def test_a_class_that_is_in_no_locked_mask_is_named(workspace, task, save, add_version, predictors):
    workspace.tasks.set_classes(task.id, (TaskClass("Lung", value=1), TaskClass("Heart")))
    save([[200, 200, 0, 0]], [[1, 2, 0, 0]])
    save([[0, 200, 0, 1]], [[0, 0, 255, 2]])
    found = compare(workspace, add_version(), None, predictors)
    # Where neither has it an empty mask scores 1; what the version found of it is wrong.
    assert (found.images[0].old_of, found.images[0].new_of) == ((1.0, 0.0), (0.0, 0.0))
    assert found.not_there == ("Lung",)
    assert Comparison.from_dict(found.to_dict()) == found
