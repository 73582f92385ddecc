import pytest

from core.imaging.masks import encode_png
from core.workspace import ImageFacts, NewRevision
from tests.workflows.conftest import task, workspace

__all__ = ["add_image", "save", "task", "workspace"]


@pytest.fixture
def add_image(workspace, task):
    """Adds the image whose bytes are the given text."""
    return lambda text="a": workspace.images.add(task.id, f"{text}.png", text.encode(), ImageFacts(2, 3))


@pytest.fixture
def save(workspace):
    """Saves a mask, an array of class indices, as a person."""

    def do(image, mask, who="Kim", **others):
        return workspace.masks.save(
            image.id, NewRevision(encode_png(mask), None, 0.5, None, who, 1.0, 0.0, **others)
        )

    return do
