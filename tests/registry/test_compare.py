import numpy as np
import pytest

from core.reasons import Reason
from core.registry.compare import Comparison, ImageComparison, compare, decide, reason
from core.registry.settle import settle
from core.workspace import ImageFacts, NewRevision
from tests.workflows.conftest import png


def comparison(*pairs):
    rows = tuple(
        ImageComparison(number, f"{number}.png", old, new) for number, (old, new) in enumerate(pairs, 1)
    )
    return Comparison(1, 2, 0.5, 0.5, rows)


@pytest.fixture
def save(workspace, task):
    """A picture with a saved mask, both as nested lists."""

    def add_and_save(picture, mask):
        values = np.array(picture)
        image = workspace.images.add(task.id, f"{picture}.png", png(values), ImageFacts(*values.shape))
        workspace.masks.save(image.id, NewRevision(png(mask), None, 0.5, None, "Kim", 1.0, 0.0))
        return image

    return add_and_save


@pytest.mark.parametrize(
    ("pairs", "decision"),
    [
        ([], "ask"),
        ([(0.1, 0.9), (0.1, 0.9)], "ask"),
        ([(0.9, 0.1), (0.9, 0.1)], "ask"),
        ([(0.8, 0.9), (0.8, 0.9), (0.8, 0.7)], "promote"),
        ([(0.8, 0.9), (0.8, 0.9), (0.8, 0.5)], "keep"),
        ([(0.8, 0.9), (0.8, 0.7), (0.8, 0.8)], "keep"),
    ],
)
def test_three_locked_images_and_a_higher_mean_promote(pairs, decision):
    assert decide(comparison(*pairs)) == decision


def test_means_and_counts():
    # Means: (0.5 + 0.9 + 0.7) / 3 = 0.7 and (0.8 + 0.8 + 0.7) / 3 = 2.3 / 3.
    numbers = comparison((0.5, 0.8), (0.9, 0.8), (0.7, 0.7))
    assert numbers.mean_old == pytest.approx(0.7)
    assert numbers.mean_new == pytest.approx(2.3 / 3)
    assert (numbers.num_better, numbers.num_worse) == (1, 1)
    nothing = comparison()
    assert (nothing.mean_old, nothing.mean_new) == (None, None)


def test_the_reason_is_a_sentence_with_its_numbers():
    assert reason(comparison((0.8, 0.9), (0.8, 0.9), (0.8, 0.75))) == (
        "On 3 locked images the mean Dice is 0.8500, and 0.8000 for the version in use; 1 got worse."
    )
    assert reason(comparison((0.8, 0.7), (0.8, 0.7), (0.8, 0.7))) == (
        "On 3 locked images the mean Dice is 0.7000, and 0.8000 for the version in use, "
        "so that one stays; 3 got worse."
    )
    assert reason(comparison((0.8, 0.9))) == (
        "On 1 locked image the mean Dice is 0.9000, and 0.8000 for the version in use; fewer than 3 images "
        "do not decide, so the person does."
    )
    assert "no locked image" in reason(comparison())


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
    """Twelve images, so that three are locked; the right mask is what is brighter than 40 percent."""
    for number in range(12):
        picture = [[0, 110 + number], [0, 250]]
        save(picture, [[0, 1], [0, 1]])


def test_a_better_candidate_is_promoted_by_itself(workspace, task, add_version, predictors, save):
    many_locked(save)
    add_version("old", threshold=0.6)
    new = add_version("new", threshold=0.4, promote=False)
    numbers, decision = settle(workspace, new, predictors)
    assert decision == "promote"
    assert (numbers.num_better, numbers.num_worse) == (3, 0)
    assert workspace.versions.current(task.id).id == new.id
    event = workspace.versions.events(task.id)[0]
    assert (event.action, event.who) == ("promoted", "")
    assert str(event.why).startswith("On 3 locked images the mean Dice is 1.0000")
    assert Comparison.from_dict(workspace.versions.get(new.id).comparison) == numbers


def test_a_worse_candidate_is_kept_back(workspace, task, add_version, predictors, save):
    many_locked(save)
    old = add_version("old", threshold=0.4)
    new = add_version("new", threshold=0.6, promote=False)
    assert settle(workspace, new, predictors)[1] == "keep"
    assert workspace.versions.current(task.id).id == old.id
    assert workspace.versions.get(new.id).status == "candidate"
    assert workspace.versions.events(task.id)[0].action == "kept"


def test_with_too_few_locked_images_the_person_is_asked(workspace, task, add_version, predictors, save):
    save([[0, 0], [0, 0]], [[0, 0], [0, 0]])
    save([[255, 0], [0, 0]], [[1, 0], [0, 0]])
    old = add_version("old", threshold=1.0)
    new = add_version("new", promote=False)
    assert settle(workspace, new, predictors)[1] == "ask"
    assert workspace.versions.current(task.id).id == old.id
    assert workspace.versions.get(new.id).comparison["images"] != []


def test_where_the_version_in_use_changed_meanwhile_the_person_is_asked(
    workspace, task, add_version, predictors, save, monkeypatch
):
    many_locked(save)
    add_version("old", threshold=0.6)
    other = add_version("other", threshold=0.5, promote=False)
    new = add_version("new", threshold=0.4, promote=False)
    load = predictors.get

    def promote_another_one_meanwhile(folder):
        workspace.versions.promote(other.id, who="Lee", why=Reason.of_text("I like it."))
        return load(folder)

    monkeypatch.setattr(predictors, "get", promote_another_one_meanwhile)
    assert settle(workspace, new, predictors)[1] == "ask"
    assert workspace.versions.current(task.id).id == other.id
