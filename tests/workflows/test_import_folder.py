"""A folder on this machine as a job: all of it comes in, bad files stop nothing, stopped it goes on."""

from threading import Event

import numpy as np
import pytest

from core.errors import BadFileError
from core.jobs.kinds import JobContext
from core.workflows.arrive.import_folder import KIND, files_in, run_job, start_import
from tests.workflows.conftest import gradient, png


@pytest.fixture
def folder(tmp_path):
    """Six images in two folders, a mask, a file that is no image and a hidden one."""
    root = tmp_path / "films"
    for number in range(6):
        path = root / f"day{number % 2}" / "images" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(gradient(first=number)))
    (root / "day0" / "masks").mkdir()
    (root / "day0" / "masks" / "2.png").write_bytes(png((gradient() > 3) * np.uint8(255)))
    (root / "broken.png").write_bytes(b"no image")
    (root / ".hidden.png").write_bytes(png(gradient(first=99)))
    return root


def job_of(workspace, task, folder):
    settings = {"folder": str(folder), "title": folder.name, "mask_use": "reference"}
    return workspace.jobs.add(KIND, task.id, settings, who="Kim")


def test_all_of_a_folder_comes_in_and_the_bad_file_is_named(workspace, task, folder):
    context = JobContext(workspace, job_of(workspace, task, folder))
    result = run_job(context)
    assert {name: result[name] for name in ("added", "masks", "known", "refused")} == {
        "added": 6,
        "masks": 1,
        "known": 0,
        "refused": 1,
    }
    assert "broken.png" in result["problems"][0]
    assert len(workspace.images.list(task.id)) == 6


def test_stopped_import_goes_on_where_it_was(workspace, task, folder):
    class StopsAfterThree(Event):
        def is_set(self):
            return len(workspace.images.list(task.id)) >= 3

    first = run_job(JobContext(workspace, job_of(workspace, task, folder), StopsAfterThree()))
    assert first["added"] == 3
    second = run_job(JobContext(workspace, job_of(workspace, task, folder)))
    assert (second["added"], second["known"], second["masks"]) == (3, 3, 1)


def test_folder_that_is_not_there_or_empty_is_a_sentence(workspace, task, tmp_path):
    with pytest.raises(BadFileError, match="no folder on this machine"):
        start_import(workspace, task.id, tmp_path / "nowhere", who="Kim")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadFileError, match="no files"):
        start_import(workspace, task.id, tmp_path / "empty", who="Kim")


def test_files_come_in_the_order_of_their_paths(folder):
    names = [path.relative_to(folder).as_posix() for path in files_in(folder)]
    assert names[:2] == ["broken.png", "day0/images/0.png"]
    assert ".hidden.png" not in names
