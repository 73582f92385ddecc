import pytest

from core.errors import StoreError
from core.workspace import ImageFacts, NewRevision, is_trainable
from core.workspace.groups import is_locked_rank


@pytest.fixture
def save(workspace):
    def save_mask(image, who="Kim"):
        workspace.masks.save(image.id, NewRevision(b"mask", None, 0.5, None, who, 1.0, 0.0))

    return save_mask


def rows(workspace, images):
    return [workspace.images.get(image.id) for image in images]


def locks(workspace, images):
    return [image.locked for image in rows(workspace, images)]


@pytest.mark.parametrize(
    ("rank", "locked"), [(1, False), (2, True), (3, False), (7, True), (12, True), (17, True)]
)
def test_locked_ranks(rank, locked):
    assert is_locked_rank(rank) is locked


def test_an_image_comes_alone(workspace, task, add_image):
    first, second = add_image("a"), add_image("b")
    assert first.group_id != second.group_id
    (group, _) = workspace.groups.list(task.id)
    assert (group.kind, group.num_images, group.locked, group.corrected_rank) == ("single", 1, False, None)


def test_a_group_is_found_again_by_its_key_which_is_not_kept(workspace, add_image):
    first, second, third = (add_image(text) for text in "abc")
    begun = workspace.groups.assign([first.id], kind="patient", key="PAT-0815", name="Patient 1")
    again = workspace.groups.assign([second.id, third.id], kind="patient", key="PAT-0815")
    assert again.group == workspace.groups.get(begun.group.id)
    assert (again.group.name, again.group.num_images, again.newly_locked) == ("Patient 1", 3, ())
    other = workspace.groups.assign([third.id], kind="study", key="PAT-0815")
    assert other.group.id != begun.group.id
    assert workspace.groups.get(begun.group.id).num_images == 2
    with workspace._database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT key FROM groups WHERE key IS NOT NULL").scalars().all()
    assert all(len(key) == 64 and "0815" not in key for key in kept)


def test_a_group_has_one_rank_and_is_locked_as_a_whole(workspace, task, add_image, save):
    images = [add_image(f"image {n}") for n in range(4)]
    workspace.groups.assign([images[1].id, images[2].id], kind="patient", key="one")
    for image in images:
        save(image)
    assert [row.corrected_rank for row in rows(workspace, images)] == [1, 2, 2, 3]
    assert locks(workspace, images) == [False, True, True, False]
    later = add_image("later")
    moved = workspace.groups.assign([later.id], kind="patient", key="one")
    assert moved.newly_locked == (later.id,)
    row = workspace.images.get(later.id)
    assert (row.locked, row.state, is_trainable(row)) == (True, "new", False)


def test_what_belongs_to_a_locked_image_is_locked_too_and_stays_so(workspace, add_image, save):
    first, second, third = images = [add_image(text) for text in "abc"]
    for image in images:
        save(image)
    assert locks(workspace, images) == [False, True, False]
    moved = workspace.groups.merge([third.group_id, second.group_id])
    assert (moved.group.id, moved.group.corrected_rank) == (third.group_id, 2)
    assert moved.newly_locked == (third.id,)
    assert locks(workspace, images) == [False, True, True]
    with pytest.raises(StoreError, match="no group number"):
        workspace.groups.get(second.group_id)
    alone = workspace.groups.assign([third.id], kind="hand", key="apart", who="Kim")
    assert (alone.group.locked, alone.newly_locked) == (True, ())
    assert alone.group.corrected_rank == 4


def test_groups_do_not_cross_tasks(workspace, add_image):
    here, elsewhere = add_image("a"), add_image("a", task_id=workspace.tasks.get("lung_ct").id)
    with pytest.raises(StoreError, match="several tasks"):
        workspace.groups.assign([here.id, elsewhere.id], kind="hand", key="x")
    with pytest.raises(StoreError, match="is gone"):
        workspace.groups.assign([here.id, 99], kind="hand", key="x")
    assert workspace.images.get(here.id).group_id == here.group_id


def test_a_group_goes_with_its_last_image(workspace, task, add_image, save):
    first, second = add_image("a"), add_image("b")
    group = workspace.groups.assign([first.id, second.id], kind="hand", key="x").group
    workspace.images.delete(first.id)
    assert workspace.groups.get(group.id).num_images == 1
    workspace.images.delete(second.id)
    assert workspace.groups.list(task.id) == []


def test_frames_of_a_file_are_images_of_their_own(workspace, task):
    frames = [
        workspace.images.add(task.id, "stack.tif", b"stack", ImageFacts(2, 3), frame=n) for n in range(3)
    ]
    again = workspace.images.add(task.id, "again.tif", b"stack", ImageFacts(2, 3), frame=1)
    assert again == frames[1]
    assert workspace.images.find(task.id, frames[0].sha256, 2) == frames[2]
    assert [row.frame for row in workspace.images.list(task.id)] == [0, 1, 2]
