"""Who writes beside others: strokes of one image do not wait for the saving of another."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from core.errors import StoreError
from core.workspace import DraftContent, NewRevision
from core.workspace.masks import save_in
from core.workspace.seen import existing_image

pytestmark = pytest.mark.postgresql
"""One writer at a time is all that SQLite knows."""


def waiting(workspace):
    """Transactions of this database that wait for a lock."""
    here = "FROM pg_stat_activity WHERE datname = current_database()"
    with workspace._database.reading() as session:
        return session.scalar(text(f"SELECT count(*) {here} AND wait_event_type = 'Lock'"))


def until_one_waits(workspace, thread):
    while not waiting(workspace):
        assert thread.is_alive()


def test_a_stroke_does_not_wait_for_another_image(workspace, add_image, put):
    drawn, saved = add_image("a"), add_image("b")
    put(drawn, "one")
    with workspace._database.writing() as session:
        existing_image(session, saved.id)
        assert put(drawn, "two", sequence=2).layer_png == b"two"
    assert workspace.drafts.get(drawn.id).layer_png == b"two"


def test_a_stroke_waits_for_the_saving_of_its_own_image(workspace, add_image, put):
    image = add_image("a")
    put(image, "one")
    stroke = threading.Thread(target=put, args=(image, "two"), kwargs={"sequence": 2})
    with workspace._database.writing() as session:
        existing_image(session, image.id)
        stroke.start()
        until_one_waits(workspace, stroke)
        assert workspace.drafts.get(image.id).layer_png == b"one"
    stroke.join()
    assert workspace.drafts.get(image.id).layer_png == b"two"


def test_what_is_drawn_while_it_is_saved_stays_unsaved(workspace, add_image, put):
    image = add_image("a")
    put(image, "one")
    shown = DraftContent(0.5, b"one", None)
    new = NewRevision(b"mask", b"one", 0.5, None, "Kim", 1.0, 0.1, shown=shown, client_id="tab 1")
    strokes = 20

    def draw():
        for number in range(strokes):
            put(image, f"stroke {number}", sequence=2 + number)

    with ThreadPoolExecutor() as pool:
        drawing = pool.submit(draw)
        for _ in range(5):
            workspace.masks.save(image.id, new)
        drawing.result()
    draft = workspace.drafts.get(image.id, "Kim")
    assert (draft.layer_png, draft.has_unsaved_changes) == (b"stroke 19", True)
    assert workspace.images.get(image.id).has_unsaved_changes
    assert [each.number for each in workspace.masks.history(image.id)] == [5, 4, 3, 2, 1]


def test_a_new_person_who_draws_on_two_images_at_once_is_one(workspace, add_image, put):
    images = [add_image(f"{number}") for number in range(8)]
    with ThreadPoolExecutor(len(images)) as pool:
        list(pool.map(lambda image: put(image, "one", who="Lee"), images))
    assert [person.name for person in workspace.persons.list()].count("Lee") == 1
    assert all(workspace.drafts.get(image.id, "Lee").who == "Lee" for image in images)


def test_a_new_person_s_first_stroke_and_first_save_get_in_each_other_s_way_nowhere(
    workspace, add_image, put
):
    image = add_image("a")
    new = NewRevision(b"mask", None, 0.5, None, "Lee", 1.0, 0.1)
    stroke = threading.Thread(target=put, args=(image, "one"), kwargs={"who": "Lee"})
    with workspace._database.writing() as session:
        existing_image(session, image.id)
        stroke.start()
        until_one_waits(workspace, stroke)
        assert save_in(session, workspace.files, image.id, new).who == "Lee"
    stroke.join()
    assert workspace.drafts.get(image.id, "Lee").layer_png == b"one"


def test_an_image_that_is_deleted_under_a_stroke_takes_it_along(workspace, add_image, put):
    images = [add_image(f"{number}") for number in range(8)]

    def draw(image):
        try:
            put(image, "one")
        except StoreError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor() as pool:
        drawn = [pool.submit(draw, image) for image in images]
        for image in images:
            workspace.images.delete(image.id)
        told = [each.result() for each in drawn]
    assert all(not line or "no image number" in line for line in told)
    assert all(workspace.drafts.get(image.id) is None for image in images)


def test_of_two_that_wait_for_each_other_one_is_told_and_one_goes_on(workspace, add_image):
    one, other = add_image("a"), add_image("b")
    both_have_one = threading.Barrier(2)

    def write(first, then):
        try:
            with workspace._database.writing(alone=False) as session:
                existing_image(session, first.id)
                both_have_one.wait()
                existing_image(session, then.id).notes = ["written"]
        except StoreError as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor() as pool:
        told = sorted(pool.map(write, (one, other), (other, one)))
    assert told[1] == "done"
    assert "is busy (deadlock detected); try again in a moment" in told[0]
    assert sorted(len(workspace.images.get(each.id).facts.notes) for each in (one, other)) == [0, 1]
