import pytest

from core.jobs import folder
from core.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    with Workspace.open(tmp_path) as opened:
        yield opened


def test_a_job_without_a_log_has_none(workspace):
    assert folder.log_tail(workspace, 1) == ""


def test_the_end_of_a_long_log(workspace):
    path = folder.log_path(workspace, 1)
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"line {n}\n" for n in range(100_000)))
    assert folder.log_tail(workspace, 1, num_lines=2) == "line 99998\nline 99999"
