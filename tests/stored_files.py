"""Where the files of a workspace in a folder lie, for tests that lose or damage them."""

from pathlib import Path

from core.workspace import Workspace


def stored_file(workspace: Workspace, name: str) -> Path:
    """The file of that name in the store of a workspace."""
    return workspace.folder(f"files/{name[:2]}") / name
