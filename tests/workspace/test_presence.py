"""Who is on which image now."""

from datetime import timedelta

import pytest

from core.errors import StoreError
from core.workspace import presence


def test_who_came_first_has_the_image(workspace, add_image):
    first, second = add_image("a"), add_image("b")
    workspace.images.mark_looked_at(first.id, "Kim")
    workspace.images.mark_looked_at(first.id, "Lee")
    assert workspace.presence.first_on(first.id, "Lee") == "Kim"
    assert workspace.presence.first_on(first.id, " kim ") is None
    assert workspace.presence.first_on(first.id, "Nobody yet") == "Kim"
    assert workspace.presence.first_on(second.id, "Lee") is None
    # A sign does not make one the first.
    workspace.presence.sign(first.id, "Lee")
    workspace.presence.sign(first.id, "Kim")
    assert workspace.presence.first_on(first.id, "Lee") == "Kim"


def test_who_goes_elsewhere_and_comes_back_comes_after(workspace, add_image):
    first, second = add_image("a"), add_image("b")
    workspace.presence.sign(first.id, "Kim")
    workspace.presence.sign(first.id, "Lee")
    workspace.presence.sign(second.id, "Kim")
    assert workspace.presence.first_on(first.id, "Lee") is None
    workspace.presence.sign(first.id, "Kim")
    assert workspace.presence.first_on(first.id, "Kim") == "Lee"


def test_without_a_sign_for_a_while_one_is_gone(workspace, add_image, monkeypatch):
    image = add_image("a")
    assert presence.AWAY == timedelta(seconds=90)
    workspace.presence.sign(image.id, "Kim")
    workspace.presence.sign(image.id, "Lee")
    monkeypatch.setattr(presence, "AWAY", timedelta(0))
    assert workspace.presence.first_on(image.id, "Lee") is None
    # Back after that, Kim comes after Lee, whose stay goes on.
    workspace.presence.sign(image.id, "Kim")
    monkeypatch.undo()
    assert workspace.presence.first_on(image.id, "Kim") == "Lee"


def test_another_name_leaves_the_image_free(workspace, add_image):
    image = add_image("a")
    workspace.presence.sign(image.id, "root")
    workspace.presence.leave("root")
    workspace.presence.leave("never seen")
    assert workspace.presence.first_on(image.id, "Kim") is None
    # It stays the image that one comes back to.
    assert workspace.images.last_looked_at(image.task_id, "root") == image.id
    with pytest.raises(StoreError, match="no image number"):
        workspace.presence.sign(99, "Kim")
