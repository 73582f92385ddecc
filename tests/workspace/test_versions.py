import pytest

from core.errors import StoreError
from core.reasons import Reason
from core.workspace import NewVersion


@pytest.fixture
def add(workspace, task):
    def add_version(name, origin="fine_tuned", **others):
        return workspace.versions.add(
            task.id, NewVersion(f"versions/{name}", name * 64, origin, "Kim", **others)
        )

    return add_version


def statuses(workspace, task):
    return {each.number: each.status for each in workspace.versions.list(task.id)}


def test_a_new_version_is_a_candidate(workspace, task, add):
    first, second = add("a"), add("b", title="Mine", comparison={"new": 0.9})
    assert [(each.number, each.title, each.status) for each in (first, second)] == [
        (1, "Version 1", "candidate"),
        (2, "Mine", "candidate"),
    ]
    assert [each.id for each in workspace.versions.list(task.id)] == [second.id, first.id]
    assert workspace.versions.get(second.id).comparison == {"new": 0.9}
    assert workspace.versions.current(task.id) is None
    assert workspace.tasks.get(task.slug).current_version_id is None


def test_the_same_shipped_weights_are_one_version(workspace, task, add):
    first = add("a", "shipped")
    again = workspace.versions.add(task.id, NewVersion("versions/elsewhere", "a" * 64, "shipped", "Kim"))
    assert again == first
    assert add("b", "shipped").number == 2


def test_promoting_retires_the_one_before(workspace, task, add):
    first, second = add("a"), add("b")
    workspace.versions.promote(first.id, who="Kim", why=Reason("text", {"text": "It is the first."}))
    promoted = workspace.versions.promote(second.id, who="Lee", why=Reason("text", {"text": "It is better."}))
    assert promoted.status == "current"
    assert statuses(workspace, task) == {1: "retired", 2: "current"}
    assert workspace.versions.current(task.id).id == second.id
    assert workspace.tasks.get(task.slug).current_version_id == second.id
    newest, oldest = workspace.versions.events(task.id)
    assert (newest.action, newest.version_id, newest.previous_id) == ("promoted", second.id, first.id)
    assert (newest.who, newest.why, oldest.previous_id) == (
        "Lee",
        Reason("text", {"text": "It is better."}),
        None,
    )


def test_promoting_what_is_in_use_changes_nothing(workspace, task, add):
    first = add("a")
    workspace.versions.promote(first.id, who="Kim", why=Reason("text", {"text": "It is the first."}))
    workspace.versions.promote(first.id, who="Kim", why=Reason("text", {"text": "Again."}))
    assert len(workspace.versions.events(task.id)) == 1
    assert workspace.versions.before_current(task.id) is None


def test_rolling_back_twice_goes_two_back(workspace, task, add):
    first, second, third = add("a"), add("b"), add("c")
    for version in (first, second, third):
        workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": "Next."}))
    assert workspace.versions.before_current(task.id).id == second.id
    assert (
        workspace.versions.roll_back(task.id, who="Kim", why=Reason("text", {"text": "Worse."})).id
        == second.id
    )
    assert workspace.versions.before_current(task.id).id == first.id
    assert (
        workspace.versions.roll_back(task.id, who="Kim", why=Reason("text", {"text": "Worse."})).status
        == "current"
    )
    assert statuses(workspace, task) == {1: "current", 2: "retired", 3: "retired"}
    with pytest.raises(StoreError, match="no earlier version"):
        workspace.versions.roll_back(task.id, who="Kim", why=Reason("text", {"text": "Worse."}))
    assert statuses(workspace, task)[1] == "current"


def test_rolling_back_after_going_back_and_forth(workspace, task, add):
    first, second, third = add("a"), add("b"), add("c")
    workspace.versions.promote(first.id, who="Kim", why=Reason("text", {"text": ""}))
    workspace.versions.promote(second.id, who="Kim", why=Reason("text", {"text": ""}))
    workspace.versions.roll_back(task.id, who="Kim", why=Reason("text", {"text": ""}))
    workspace.versions.promote(third.id, who="Kim", why=Reason("text", {"text": ""}))
    # In use were first, second, (back to) first, third: one step back from the third is the first.
    assert workspace.versions.roll_back(task.id, who="Kim", why=Reason("text", {"text": ""})).id == first.id
    with pytest.raises(StoreError):
        workspace.versions.roll_back(task.id, who="Kim", why=Reason("text", {"text": ""}))


def test_keeping_a_candidate_back_is_remembered(workspace, task, add):
    first, second = add("a"), add("b")
    workspace.versions.promote(first.id, who="Kim", why=Reason("text", {"text": ""}))
    workspace.versions.keep_back(second.id, who="job 1", why=Reason("text", {"text": "It is worse."}))
    event = workspace.versions.events(task.id)[0]
    assert (event.action, event.version_id, event.previous_id) == ("kept", second.id, first.id)
    assert statuses(workspace, task) == {1: "current", 2: "candidate"}


def test_tasks_do_not_share_a_current_version(workspace, task, add):
    other = workspace.tasks.get("lung_ct")
    mine = add("a")
    theirs = workspace.versions.add(other.id, NewVersion("versions/theirs", "f" * 64, "shipped", "Kim"))
    workspace.versions.promote(mine.id, who="Kim", why=Reason("text", {"text": ""}))
    workspace.versions.promote(theirs.id, who="Kim", why=Reason("text", {"text": ""}))
    assert workspace.versions.current(task.id).id == mine.id
    assert workspace.versions.current(other.id).id == theirs.id


def test_unknown_versions_are_refused(workspace):
    for call in (
        lambda: workspace.versions.get(9),
        lambda: workspace.versions.promote(9, who="Kim", why=Reason("text", {"text": ""})),
        lambda: workspace.versions.set_comparison(9, {}),
    ):
        with pytest.raises(StoreError, match="no version number 9"):
            call()


def test_masks_and_labels_each_have_a_version_in_use(workspace, task, add):
    masks_1, masks_2 = add("a"), add("b")
    labels_1, labels_2 = add("c", purpose="classify"), add("d", purpose="classify")
    # Numbers are given within the task, so that "Version 3" is one thing.
    assert [each.number for each in (masks_1, masks_2, labels_1, labels_2)] == [1, 2, 3, 4]
    for version in (masks_1, labels_1, masks_2, labels_2):
        workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": ""}))
    assert statuses(workspace, task) == {1: "retired", 2: "current"}
    assert [each.number for each in workspace.versions.list(task.id, "classify")] == [4, 3]
    assert workspace.versions.current(task.id).id == masks_2.id
    assert workspace.versions.current(task.id, "classify").id == labels_2.id
    assert workspace.tasks.get(task.slug).current_version_id == masks_2.id

    back = workspace.versions.roll_back(
        task.id, who="Kim", why=Reason("text", {"text": "Worse."}), purpose="classify"
    )
    assert (back.id, back.status) == (labels_1.id, "current")
    assert workspace.versions.before_current(task.id, "classify") is None
    assert workspace.versions.before_current(task.id).id == masks_1.id
    assert workspace.versions.current(task.id).id == masks_2.id
    assert [each.action for each in workspace.versions.events(task.id)] == ["promoted", "promoted"]
    assert [each.action for each in workspace.versions.events(task.id, "classify")] == [
        "rolled_back",
        "promoted",
        "promoted",
    ]


def test_the_same_shipped_weights_may_serve_both_purposes(workspace, task, add):
    masks = add("a", "shipped")
    labels = workspace.versions.add(
        task.id, NewVersion("versions/other", "a" * 64, "shipped", "", purpose="classify")
    )
    assert labels.id != masks.id
