import pytest

from core.jobs import folder
from core.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    with Workspace.open(tmp_path) as opened:
        yield opened


def test_a_job_without_reports_has_none(workspace):
    assert folder.read_progress(workspace, 1) == []
    assert folder.log_tail(workspace, 1) == ""


def test_a_line_that_is_being_written_is_left_out(workspace):
    folder.append_progress(workspace, 1, {"epoch": 1, "word": "폐"})
    folder.append_progress(workspace, 1, {"epoch": 2})
    with (folder.job_folder(workspace, 1) / "progress.jsonl").open("ab") as file:
        file.write(b'{"epoch": 3, "lo')
    assert folder.read_progress(workspace, 1) == [{"epoch": 1, "word": "폐"}, {"epoch": 2}]


def test_the_end_of_a_long_log(workspace):
    path = folder.log_path(workspace, 1)
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"line {n}\n" for n in range(100_000)))
    assert folder.log_tail(workspace, 1, num_lines=2) == "line 99998\nline 99999"
