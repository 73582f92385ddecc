import pytest


@pytest.fixture
def here(folder, monkeypatch):
    """The module's folder, as the one that a command is typed in."""
    monkeypatch.chdir(folder)
    return folder
