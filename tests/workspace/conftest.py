import pytest

from core.workspace import ImageFacts, Workspace


@pytest.fixture
def workspace(tmp_path):
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def task(workspace):
    return workspace.tasks.get("lung_xray")


@pytest.fixture
def add_image(workspace, task):
    """Adds the image whose bytes are the given text."""

    def add(text="a", task_id=None, name=None):
        return workspace.images.add(
            task.id if task_id is None else task_id, name or f"{text}.png", text.encode(), ImageFacts(2, 3)
        )

    return add
