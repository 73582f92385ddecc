"""Guesses of quality: kept for each image and version, made anew in place."""

import pytest

from core.reasons import Reason
from core.workspace import GuessRow, NewVersion
from core.workspace.tables import utc_now


@pytest.fixture
def versions(workspace, task):
    """Two versions; the second is in use."""
    made = [
        workspace.versions.add(task.id, NewVersion(f"versions/{name}", name * 64, "scratch", "Kim"))
        for name in "ab"
    ]
    for each in made:
        workspace.versions.promote(each.id, who="Kim", why=Reason("chosen"))
    return made


def guess(image, version, score):
    return GuessRow(image.id, version.id, score, 0.1, score, None, None, utc_now())


def test_guesses_are_kept_by_version_and_made_anew(workspace, task, versions, add_image):
    first, second = add_image("a"), add_image("b")
    old, new = versions
    assert workspace.quality.missing(task.id, new.id) == [first.id, second.id]
    workspace.quality.put([guess(first, old, 0.5), guess(second, new, 0.7)])
    assert workspace.quality.missing(task.id, new.id) == [first.id]
    assert workspace.quality.num_missing(task.id, old.id) == 1
    again = guess(second, new, 0.9)
    workspace.quality.put([again])
    workspace.quality.put([])
    assert workspace.quality.of_version(new.id) == {second.id: again}
    assert list(workspace.quality.of_version(old.id)) == [first.id]
