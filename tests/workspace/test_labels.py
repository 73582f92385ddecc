import pytest

from core.errors import StoreError
from core.workspace import NewLabel, NewVersion, Workspace


def label(name="MEL", **others):
    return NewLabel(name, "Kim", **others)


def test_a_label_holds_who_when_and_what_was_shown(workspace, task, add_image):
    image = add_image("a")
    version = workspace.versions.add(
        task.id, NewVersion("versions/x", "0" * 64, "shipped", "", purpose="classify")
    )
    shown = {"MEL": 0.25, "NV": 0.75}
    kept = workspace.labels.save(image.id, label(version_id=version.id, shown=shown))
    assert (kept.image_id, kept.number, kept.label, kept.who) == (image.id, 1, "MEL", "Kim")
    assert (kept.origin, kept.version_id, kept.shown) == ("person", version.id, shown)
    assert kept.created_at.utcoffset().total_seconds() == 0
    assert workspace.labels.latest(image.id) == kept


def test_labels_are_only_ever_added(workspace, add_image):
    image = add_image("a")
    for name in ("MEL", "NV", "MEL"):
        workspace.labels.save(image.id, label(name))
    assert [(each.number, each.label) for each in workspace.labels.history(image.id)] == [
        (3, "MEL"),
        (2, "NV"),
        (1, "MEL"),
    ]


def test_an_image_without_a_label_has_none(workspace, add_image):
    image = add_image("a")
    assert workspace.labels.latest(image.id) is None
    assert workspace.labels.history(image.id) == []


def test_the_newest_of_a_task_leaves_out_what_was_taken_back(workspace, task, add_image):
    first, second, third = (add_image(text) for text in "abc")
    other = add_image("a", task_id=workspace.tasks.get("lung_ct").id)
    for image, names in ((first, ("MEL", "NV")), (second, ("MEL", None)), (other, ("SK",))):
        for name in names:
            workspace.labels.save(image.id, label(name))
    found = workspace.labels.latest_of_task(task.id)
    assert {image_id: each.label for image_id, each in found.items()} == {first.id: "NV"}
    assert workspace.labels.latest(second.id).label is None
    assert workspace.labels.latest(third.id) is None
    assert [image.id for image in workspace.images.list(task.id, "labelled")] == [first.id, second.id]


def test_a_label_gives_no_rank_and_locks_nothing(workspace, add_image):
    images = [add_image(text) for text in "ab"]
    for image in images:
        workspace.labels.save(image.id, label())
    after = [workspace.images.get(image.id) for image in images]
    assert [(each.corrected_rank, each.locked, each.state) for each in after] == [(None, False, "new")] * 2


def test_deleting_an_image_takes_its_labels(workspace, task, add_image):
    going, staying = add_image("a"), add_image("b")
    for image in (going, staying):
        workspace.labels.save(image.id, label())
    workspace.images.delete(going.id)
    assert workspace.labels.history(going.id) == []
    assert list(workspace.labels.latest_of_task(task.id)) == [staying.id]


def test_labels_are_there_when_the_workspace_is_opened_again(workspace, add_image):
    image = add_image("a")
    kept = workspace.labels.save(image.id, label("NV", origin="imported"))
    with Workspace.open(workspace.address) as again:
        assert again.labels.latest(image.id) == kept
        assert kept.shown is None


@pytest.mark.parametrize(
    "wrong", [NewLabel("MEL", " "), NewLabel(" ", "Kim"), NewLabel("MEL", "Kim", shown={"MEL": 1.1})]
)
def test_a_mistake_of_the_caller_is_refused(workspace, add_image, wrong):
    image = add_image("a")
    with pytest.raises(ValueError):
        workspace.labels.save(image.id, wrong)
    assert workspace.labels.history(image.id) == []


def test_what_is_unknown_is_refused(workspace, add_image):
    with pytest.raises(StoreError, match="no image number 99"):
        workspace.labels.save(99, label())
    with pytest.raises(StoreError, match="no version number 5"):
        workspace.labels.save(add_image("a").id, label(version_id=5))
