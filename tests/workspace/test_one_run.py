"""The run of a page sees one state of the store, until it writes; others go on meanwhile."""

import threading

import pytest
from sqlalchemy import text

from core.errors import StoreError
from core.workspace import Workspace


@pytest.fixture
def somebody_else(workspace, tmp_path):
    """The same workspace as another process has it open."""
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


def count(workspace, task):
    return workspace.images.counts(task.id)["all"]


def test_what_others_write_is_seen_by_the_next_run(workspace, task, somebody_else, add_image):
    add_image("a")
    with workspace.one_run():
        assert count(workspace, task) == 1
        somebody_else.images.delete(workspace.images.list(task.id)[0].id, who="Lee")
        assert count(somebody_else, task) == 0
        # The image that is counted can still be read: a page does not fall apart half-way.
        assert count(workspace, task) == len(workspace.images.list(task.id)) == 1
    assert count(workspace, task) == 0
    with workspace.one_run():
        assert count(workspace, task) == 0


def test_what_is_written_is_read(workspace, task, somebody_else, add_image):
    with workspace.one_run():
        assert count(workspace, task) == 0
        add_image("a")
        assert count(workspace, task) == 1
        made = somebody_else.tasks.create("Nuclei")
        add_image("b")
        # With one's own writing comes what others have written.
        assert count(workspace, task) == 2
        assert workspace.tasks.get_by_id(made.id) == made


def test_an_answer_is_remembered_as_long_as_it_is_true(workspace, task, somebody_else, add_image):
    image = add_image("a")

    def draw(layer):
        others = {"who": "Kim", "version_id": None, "threshold": 0.5, "client_id": "tab", "seconds": 1.0}
        workspace.drafts.put(image.id, layer_png=layer, sequence=len(layer), **others)

    def known():
        draft = workspace.drafts.get(image.id, "Kim")
        return workspace.tasks.get_by_id(task.id).title, draft and draft.layer_png

    with workspace.one_run():
        assert known() == known() == (task.title, None)
        somebody_else.tasks.rename(task.id, "Lungs")
        assert known() == (task.title, None)
        draw(b"1")
        assert known() == ("Lungs", b"1")
        draw(b"22")
        assert known() == ("Lungs", b"22")
        workspace.tasks.rename(task.id, "Both lungs")
        assert known() == ("Both lungs", b"22")
        assert "Both lungs" in [each.title for each in workspace.tasks.list()]
        workspace.tasks.put_away(task.id)
        assert "Both lungs" not in [each.title for each in workspace.tasks.list()]
    somebody_else.tasks.rename(task.id, "Chest")
    assert known() == ("Chest", b"22")


def test_who_sees_less_is_told_less_in_the_same_run(workspace, task, add_image):
    add_image("a")
    with workspace.one_run():
        assert count(workspace, task) == 1
        assert count(workspace.queue_of("Lee"), task) == 0
        assert count(workspace, task) == 1


def test_each_thread_has_its_own(workspace, task, add_image):
    seen = []

    def other():
        add_image("a")
        seen.append(count(workspace, task))

    with workspace.one_run():
        assert count(workspace, task) == 0
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert count(workspace, task) == 0
    assert seen == [count(workspace, task)] == [1]


def test_a_refusal_in_a_run_ends_nothing(workspace, task, add_image):
    with workspace.one_run():
        with pytest.raises(StoreError, match="no image number 10"):
            workspace.images.get(10)
        image = add_image("a")
        assert workspace.images.get(image.id) == image


def test_a_run_that_fails_lets_go(workspace, task, somebody_else, add_image):
    with pytest.raises(ZeroDivisionError), workspace.one_run():
        assert count(workspace, task) == 0
        raise ZeroDivisionError
    somebody_else.images.add(task.id, "a.png", b"a", add_image("b").facts)
    assert count(workspace, task) == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("is_writing", [False, True])
def test_a_server_that_was_started_anew_meanwhile_ends_no_run(workspace, task, is_writing):
    with workspace.one_run():
        assert count(workspace, task) == 0
        with workspace._database.engine.connect() as connection:
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        if is_writing:
            assert workspace.tasks.rename(task.id, "Lungs").title == "Lungs"
    assert count(workspace, task) == 0
