"""The Models page: what is in use, choosing another version, going back, and the numbers of a comparison."""

from dataclasses import replace

import pytest

from core.cards import DataSource, ModelCard, save_card
from core.reasons import Reason
from core.registry.compare import Comparison, ImageComparison
from core.workflows.add_images import add_images
from core.workspace import NewReview, NewRevision, NewVersion, Workspace
from tests.pages.conftest import png, shown, unfolded


@pytest.fixture
def nuclei(workspace):
    return workspace.tasks.create("Nuclei")


def add_version(workspace, task, name: str):
    folder = f"versions/{task.slug}/{name}"
    workspace.folder(folder).mkdir(parents=True)
    data = (DataSource("Corrected images", licence="CC BY 4.0", num_train=7),)
    save_card(ModelCard(name, data=data), workspace.folder(folder) / "card.json")
    return workspace.versions.add(task.id, NewVersion(folder, name * 8, "fine_tuned", who="Kim"))


def button(app, label, number=0):
    return [each for each in app.button if each.label == label][number]


def test_task_without_a_model_says_how_to_get_one(open_page, nuclei):
    app = open_page("models", task=nuclei.slug)
    assert not app.exception
    assert "from scratch" in app.info[0].value


def test_a_set_whose_images_nobody_counted_has_no_counts(open_page, workspace, nuclei):
    version = add_version(workspace, nuclei, "one")
    data = (DataSource("ImageNet", licence="Free."), DataSource("Cells", num_train=7))
    save_card(ModelCard("one", data=data), workspace.versions.open(version) / "card.json")
    app = open_page("models", task=nuclei.slug)
    said = [shown(each.value) for each in app.caption]
    assert "Free." in said and "7 training, 0 validation, 0 test images." in said


def test_use_a_version_and_roll_back(open_page, workspace, nuclei):
    first, second = (add_version(workspace, nuclei, name) for name in ("one", "two"))
    workspace.versions.promote(first.id, who="Kim", why=Reason("text", {"text": "first"}))
    app = open_page("models", task=nuclei.slug)
    assert "What was in use" in [each.label for each in app.expander]
    assert button(app, "Roll back").disabled
    button(app, "Use this version").click().run()
    assert not app.exception
    assert workspace.versions.current(nuclei.id).id == second.id
    button(app, "Roll back").click().run()
    assert workspace.versions.current(nuclei.id).id == first.id
    assert [event.action for event in workspace.versions.events(nuclei.id)] == [
        "rolled_back",
        "promoted",
        "promoted",
    ]


def test_who_may_not_choose_a_version_is_told_who_does(open_page, workspace, nuclei, monkeypatch):
    first, _ = (add_version(workspace, nuclei, name) for name in ("one", "two"))
    workspace.versions.promote(first.id, who="Kim", why=Reason("text", {"text": "first"}))
    monkeypatch.setattr(Workspace, "may", lambda workspace, action: action == "draw")
    app = open_page("models", task=nuclei.slug)
    assert not app.exception
    for label in ("Use this version", "Roll back"):
        assert button(app, label).disabled
        assert button(app, label).help == "Admins do this."


def test_comparison_is_told_with_its_numbers(open_page, workspace, nuclei):
    old, new = (add_version(workspace, nuclei, name) for name in ("one", "two"))
    workspace.versions.promote(old.id, who="Kim", why=Reason("text", {"text": "first"}))
    rows = (ImageComparison(1, "a", 0.8, 0.9), ImageComparison(2, "b", 0.9, 0.85))
    workspace.versions.set_comparison(new.id, Comparison(old.id, new.id, rows).to_dict())
    app = open_page("models", task=nuclei.slug)
    said = " ".join(each.value for each in app.markdown)
    assert "2 locked images in 2 groups: 0.8750, and 0.8500 for the version in use then; fewer than 5" in said
    assert "so you do. Images that got worse: 1." in said


def test_a_first_version_has_no_dice_before_it(open_page, workspace, nuclei):
    first, second = (add_version(workspace, nuclei, name) for name in ("one", "two"))
    row = ImageComparison(1, "a", 0.0, 0.9, old_of=(0.0, 0.0), new_of=(0.95, 0.85))
    for old, new in ((None, first), (first, second)):
        compared = Comparison(old and old.id, new.id, (row,), classes=("Cell", "Gap"))
        workspace.versions.set_comparison(new.id, compared.to_dict())
    app = open_page("models", task=nuclei.slug)
    columns = [list(each.value) for each in app.dataframe]
    assert sorted(columns) == [["Class", "Before", "Now"], ["Class", "Now"]]
    # Nothing of an empty box: neither was ever in use.
    assert "What was in use" not in [each.label for each in app.expander]


def test_a_class_that_no_locked_image_has_is_told_beside_its_number(open_page, workspace, nuclei):
    new = add_version(workspace, nuclei, "one")
    row = ImageComparison(1, "a", 0.5, 0.45, old_of=(0.0, 1.0), new_of=(0.9, 0.0), there=(True, False))
    compared = Comparison(None, new.id, (row,), classes=("Cell", "Gap"))
    workspace.versions.set_comparison(new.id, compared.to_dict())
    app = open_page("models", task=nuclei.slug)
    assert any("In no locked image: ` Gap `." in each.value for each in app.caption)


def test_images_of_a_comparison_are_filtered_by_how_they_changed(open_page, workspace, nuclei):
    outcomes = add_images(workspace, nuclei.id, [(f"{each}.png", png(each)) for each in range(2)])
    old, new = (add_version(workspace, nuclei, name) for name in ("one", "two"))
    ids = [outcome.image_id for outcome in outcomes]
    gone = ImageComparison(ids[1] + 1, "gone", 0.9, 0.1)
    rows = (ImageComparison(ids[0], "0", 0.8, 0.9), ImageComparison(ids[1], "1", 0.9, 0.85), gone)
    workspace.versions.set_comparison(new.id, Comparison(old.id, new.id, rows).to_dict())
    app = open_page("models", task=nuclei.slug)
    assert not app.segmented_control
    unfolded(app, f"compared_{new.id}")
    assert not app.exception
    (shown,) = app.segmented_control
    assert shown.options == ["Got worse 2", "Got better 1", "As before 0"]


def test_a_comparison_in_which_nothing_got_worse_begins_with_what_got_better(open_page, workspace, nuclei):
    (outcome,) = add_images(workspace, nuclei.id, [("0.png", png(0))])
    old, new = (add_version(workspace, nuclei, name) for name in ("one", "two"))
    rows = (ImageComparison(outcome.image_id, "0", 0.8, 0.9),)
    workspace.versions.set_comparison(new.id, Comparison(old.id, new.id, rows).to_dict())
    (shown,) = unfolded(open_page("models", task=nuclei.slug), f"compared_{new.id}").segmented_control
    assert (shown.options, shown.value) == (["Got worse 0", "Got better 1", "As before 0"], "better")


def test_a_gold_image_stands_in_no_comparison_that_a_reader_sees_before_drawing_it(
    open_page, workspace, nuclei
):
    outcomes = add_images(workspace, nuclei.id, [(f"{each}.png", png(each)) for each in range(2)])
    gold_id, other_id = (each.image_id for each in outcomes)
    saved = workspace.masks.save(gold_id, NewRevision(png(0), None, 0.5, None, "Kim", 1.0, 0.1))
    workspace.reviews.add(gold_id, NewReview("approved", "Park", saved.id))
    workspace.gold.make(gold_id, who="Park")
    rules = replace(nuclei.review_rules, gold_percent=100)
    workspace.tasks.set_review_rules(nuclei.id, rules, who="Park")
    old, new = (add_version(workspace, nuclei, name) for name in ("one", "two"))
    rows = (ImageComparison(gold_id, "0", 0.9, 0.8), ImageComparison(other_id, "1", 0.9, 0.85))
    workspace.versions.set_comparison(new.id, Comparison(old.id, new.id, rows).to_dict())
    for who, worse in (("Lee", 1), ("Park", 2)):
        workspace.settings.set("person", who)
        app = unfolded(open_page("models", task=nuclei.slug), f"compared_{new.id}")
        assert not app.exception
        (shown,) = app.segmented_control
        assert shown.options == [f"Got worse {worse}", "Got better 0", "As before 0"]
