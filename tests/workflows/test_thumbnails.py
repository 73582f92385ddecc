"""Thumbnails of a whole task: made once, in any order of events, whatever one file is like."""

from core.workflows.add_images import add_images
from core.workflows.correct import pictures
from core.workflows.correct.thumbnails import _PAGE, make_thumbnails
from tests.stored_files import stored_file
from tests.workflows.conftest import gradient, png


def test_missing_ones_are_made_and_one_bad_file_stops_nothing(workspace, task, monkeypatch):
    # Three pages, the last of one image.
    uploads = [(f"{each}.png", png(gradient(first=each))) for each in range(2 * _PAGE + 1)]
    images = [workspace.images.get(outcome.image_id) for outcome in add_images(workspace, task.id, uploads)]
    for image in images[1:]:
        workspace.cache.forget(image.sha256)
    stored_file(workspace, images[70].file).write_bytes(b"no picture")
    made = []
    monkeypatch.setattr(pictures, "make_thumbnail", lambda decoded: made.append(decoded) or b"a thumbnail")
    assert make_thumbnails(workspace, task.id) == (2 * _PAGE, 1)
    assert len(made) == 2 * _PAGE - 1
    assert workspace.cache.get(images[-1].sha256, "thumbnail") == b"a thumbnail"
    # Begun again it goes on: nothing is made twice.
    workspace.cache.forget(images[5].sha256)
    make_thumbnails(workspace, task.id)
    assert len(made) == 2 * _PAGE


def test_a_task_without_images_has_nothing_to_make(workspace, task):
    assert make_thumbnails(workspace, task.id) == (0, 0)
