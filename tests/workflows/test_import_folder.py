"""A folder on this machine as a job: all of it comes in, bad files stop nothing, stopped it goes on."""

import io
import os
import sys
import zipfile
from threading import Event

import numpy as np
import pytest

from core.errors import BadFileError
from core.imaging.decode import decode_image
from core.jobs.kinds import JobContext
from core.workflows.add_images import add_images
from core.workflows.arrive.import_folder import KIND, files_in, run_job, start_import
from tests.workflows.conftest import gradient, png
from tests.workflows.test_stacks import slice_of


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
    (root / "@eaDir").mkdir()
    for name in ("Thumbs.db", "@eaDir/0.jpg"):
        (root / name).write_bytes(png(gradient(first=98)))
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


@pytest.mark.skipif(sys.platform != "linux", reason="macOS and Windows let no such name in")
def test_a_name_that_is_no_text_is_told_and_does_not_cost_the_others(workspace, task, folder):
    (folder / os.fsdecode("폐.png".encode("cp949"))).write_bytes(png(gradient(first=50)))
    job_of(workspace, task, folder)
    job = workspace.jobs.take_next("worker")
    result = run_job(JobContext(workspace, job))
    assert (result["added"], result["refused"]) == (6, 2)
    assert any("its name is not in UTF-8" in problem for problem in result["problems"])
    assert workspace.jobs.end(job.id, "done", result=result).result == result


def test_what_is_odd_about_a_series_in_a_folder_is_told_as_of_an_upload(workspace, task, tmp_path):
    for place in (0, 1, 2, 6):
        (tmp_path / "ct").mkdir(exist_ok=True)
        (tmp_path / "ct" / f"{place}.dcm").write_bytes(slice_of(place))
    result = run_job(JobContext(workspace, job_of(workspace, task, tmp_path / "ct")))
    assert result["problems"] == []
    assert result["notes"][0] == "4 slices of the series of 0.dcm are one stack."
    assert "about 3 slices seem to be missing" in result["notes"][1]


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
    # Gone before the job began.
    with pytest.raises(BadFileError, match="no folder on this machine"):
        run_job(JobContext(workspace, job_of(workspace, task, tmp_path / "nowhere")))


def test_folders_that_are_links_are_followed_but_not_in_circles(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.png").write_bytes(png(gradient(first=50)))
    before = len(files_in(folder))
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "back").symlink_to(folder)
    names = [path.relative_to(folder).as_posix() for path in files_in(folder)]
    assert "linked/a.png" in names and len(names) == before + 1


def test_what_lies_in_the_folder_is_found_under_its_own_name_and_not_that_of_a_link_to_it(folder):
    before = files_in(folder)
    (folder / "day0" / "current").symlink_to(folder / "day0" / "masks")
    (folder / "all").symlink_to(folder / "day1")
    assert files_in(folder) == before


def test_files_come_in_the_order_of_their_paths(folder):
    names = [path.relative_to(folder).as_posix() for path in files_in(folder)]
    assert names[:2] == ["broken.png", "day0/images/0.png"]
    assert ".hidden.png" not in names


@pytest.mark.parametrize(
    ("files", "told"),
    [
        # As in a zip: several masks of one image are united, each folder's mask is that of the image in it.
        ({"b (1).png": 0, "b (1)_mask.png": 1, "b (1)_mask_1.png": 2}, []),
        ({"a/img.png": 0, "a/label.png": 1, "b/img.png": 3, "b/label.png": 2}, []),
        ({"x/1.png": 0, "y/1.png": 1}, ["1.png is called like this one"] * 2),
    ],
)
def test_a_folder_is_understood_as_the_same_files_in_a_zip(workspace, task, tmp_path, files, told):
    upper, lower = np.zeros((20, 30), np.uint8), np.zeros((20, 30), np.uint8)
    upper[:5], lower[15:] = 255, 255
    pictures = [gradient(20, 30), upper, lower, gradient(20, 30, first=9)]
    root, packed = tmp_path / "films", io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, place in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(png(pictures[place]))
            archive.writestr(name, png(pictures[place]))
    zipped = workspace.tasks.create("zipped")
    outcomes = add_images(workspace, zipped.id, [("films.zip", packed.getvalue())])
    result = run_job(JobContext(workspace, job_of(workspace, task, root)))

    def references(task_id):
        stored = [
            (each.name, workspace.images.read_reference(each)) for each in workspace.images.list(task_id)
        ]
        return [(name, reference and decode_image(reference, "m").values.sum()) for name, reference in stored]

    assert references(task.id) == references(zipped.id)
    assert [any(part in text for text in result["problems"]) for part in told] == [True] * len(told)
    assert len(result["problems"]) == len([each for each in outcomes if each.message]) == len(told)


def test_a_zip_in_a_folder_is_opened(workspace, task, folder):
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("images/z.png", png(gradient(first=77)))
        archive.writestr("masks/z.png", png((gradient() > 3) * np.uint8(255)))
    result = run_job(JobContext(workspace, job_of(workspace, task, folder)))
    assert (result["added"], result["masks"]) == (7, 2)
