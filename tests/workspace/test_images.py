import hashlib

import pytest

from core.errors import StoreError
from core.workspace import DraftContent, ImageFacts, NewRevision


def files_of(workspace):
    return sorted(path.name for path in workspace.folder("files").rglob("*") if path.is_file())


def revision(mask=b"mask", layer=b"layer"):
    return NewRevision(mask, layer, 0.5, None, "Kim", 1.0, 0.25)


def test_the_same_bytes_twice_are_one_row_that_keeps_its_first_name(workspace, task, add_image):
    first = add_image("same", name="first.png")
    again = add_image("same", name="second.png")
    assert again == first
    assert again.name == "first.png"
    assert workspace.images.find(task.id, hashlib.sha256(b"same").hexdigest()) == first
    assert workspace.images.find(task.id, hashlib.sha256(b"other").hexdigest()) is None


def test_tasks_do_not_share_rows_but_files(workspace, task, add_image):
    first = add_image("same")
    other = add_image("same", task_id=workspace.tasks.get("lung_ct").id)
    assert other.id != first.id
    assert other.file == first.file
    assert len(files_of(workspace)) == 1


def test_a_file_is_named_by_its_content(workspace, add_image):
    image = add_image("abc", name="폐 사진.PNG")
    assert image.name == "폐 사진.PNG"
    assert image.file == hashlib.sha256(b"abc").hexdigest() + ".png"
    assert workspace.files.read(image.file) == b"abc"


@pytest.mark.parametrize("name", ["x", "x.", "x.a/b", "x.폐", "x.verylongextension"])
def test_an_extension_that_is_none_is_left_out(add_image, name):
    assert "." not in add_image("abc", name=name).file


def test_an_unknown_task_takes_no_image(workspace):
    with pytest.raises(StoreError, match="no task number 99"):
        workspace.images.add(99, "a.png", b"a", ImageFacts(1, 1))


def test_an_unknown_image_is_refused(workspace):
    for call in (
        lambda: workspace.images.get(7),
        lambda: workspace.images.delete(7),
        lambda: workspace.images.mark_looked_at(7, "Kim"),
    ):
        with pytest.raises(StoreError, match="no image number 7"):
            call()


def test_a_lost_file_is_told(workspace, add_image):
    image = add_image("abc")
    workspace.files.remove(image.file)
    with pytest.raises(StoreError, match="has lost the file"):
        workspace.files.read(image.file)


def test_a_reference_mask_is_kept_and_taken_away(workspace, add_image):
    image = add_image("abc")
    assert workspace.images.read_reference(image) is None
    workspace.images.set_reference_mask(image.id, b"reference")
    assert workspace.images.read_reference(workspace.images.get(image.id)) == b"reference"
    workspace.images.set_reference_mask(image.id, b"another")
    assert workspace.images.read_reference(workspace.images.get(image.id)) == b"another"
    assert len(files_of(workspace)) == 2
    workspace.images.set_reference_mask(image.id, None)
    assert workspace.images.get(image.id).reference_file is None
    assert files_of(workspace) == [image.file]


def test_deleting_takes_rows_and_unshared_files(workspace, task, add_image):
    going, staying = add_image("going"), add_image("staying")
    add_image("going", task_id=workspace.tasks.get("lung_ct").id)
    workspace.images.mark_looked_at(going.id, "Kim")
    workspace.cache.put(going.sha256, "thumbnail", b"picture")
    workspace.drafts.start_from(going.id, DraftContent(0.5, b"layer", None))
    workspace.masks.save(going.id, revision(b"shared mask", b"own layer"))
    workspace.masks.save(staying.id, revision(b"shared mask", b"other layer"))
    own_layer = hashlib.sha256(b"own layer").hexdigest() + ".png"
    assert own_layer in files_of(workspace)

    workspace.images.delete(going.id)

    assert [image.id for image in workspace.images.list(task.id)] == [staying.id]
    assert workspace.images.last_looked_at(workspace.tasks.get(task.slug).id, "Kim") is None
    assert workspace.drafts.get(going.id) is None
    assert workspace.cache.get(going.sha256, "thumbnail") is None
    assert workspace.masks.history(going.id) == []
    # The picture is used by the other task, the mask by the other image.
    assert going.file in files_of(workspace)
    assert workspace.masks.read_mask_png(workspace.truth.of(staying.id)) == b"shared mask"
    assert own_layer not in files_of(workspace)


def test_the_number_of_a_deleted_image_is_never_given_again(workspace, add_image):
    deleted = add_image("a")
    workspace.images.delete(deleted.id)
    later = add_image("b")
    assert later.id > deleted.id
    assert later.position > deleted.position


def test_deleting_does_not_move_ranks(workspace, add_image):
    first, second, third = (add_image(text) for text in "abc")
    workspace.masks.save(first.id, revision())
    workspace.images.delete(first.id)
    workspace.masks.save(second.id, revision())
    workspace.masks.save(third.id, revision())
    assert [workspace.images.get(each.id).corrected_rank for each in (second, third)] == [2, 3]
    assert [workspace.images.get(each.id).locked for each in (second, third)] == [True, False]
