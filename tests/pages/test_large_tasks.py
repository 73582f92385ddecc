"""No page goes over a whole task: it reads as much of ten images as of ten thousand."""

import pytest

from core.workspace.images import Images
from core.workspace.truth import Truth
from tests.pages.test_fine_tune import correct


@pytest.mark.parametrize("page", ["segment", "review", "fine_tune", "models", "experiments"])
def test_no_page_lists_a_task(open_page, workspace, monkeypatch, page):
    task = workspace.tasks.create("Nuclei")
    correct(workspace, task, 5)

    def listed(*_, **__):
        raise AssertionError("the page lists a whole task")

    for part, names in ((Images, ("list",)), (Truth, ("of_task", "image_ids", "readings"))):
        for name in names:
            monkeypatch.setattr(part, name, listed)
    app = open_page(page, task=task.slug)
    assert not app.exception
    assert not app.error
