"""A workspace copied whole: to a folder, to servers and back; every row and file is the same."""

import itertools

import pytest
from sqlalchemy import select

from core.errors import StoreError
from core.files import write_whole
from core.workspace import DraftContent, ImageFacts, NewReview, NewRevision, NewVersion, Workspace
from core.workspace.__main__ import main
from core.workspace.files.blobs import sha256_of
from core.workspace.tables import Table

NAMES = itertools.count()


@pytest.fixture
def filled(workspace, task, add_image):
    """Images, a mask with its layer, a review, a draft, a version, a job with a log."""
    image, _ = add_image("picture", name="폐.png"), add_image("other")
    workspace.masks.save(image.id, NewRevision(b"mask", b"layer", 0.5, None, "Kim", 1.0, 0.0))
    workspace.reviews.add(image.id, NewReview("approved", "Lee", mask_png=b"shown"))
    workspace.drafts.start_from(image.id, DraftContent(0.4, b"drawn", None), "Kim")
    with workspace.versions.writing("versions/x") as to:
        write_whole(to / "model.keras", b"weights")
        write_whole(to / "card.json", b"{}")
    workspace.versions.add(task.id, NewVersion("versions/x", sha256_of(b"weights"), "scratch", "Kim"))
    job = workspace.jobs.add("fine_tune", task.id, {"epochs": 2}, who="Kim")
    write_whole(workspace.jobs.folder(job.id) / "log.txt", b"said")
    workspace.jobs.keep_folder(job.id)
    return workspace


def rows_of(workspace):
    with workspace._database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Table.metadata.sorted_tables
        }


def test_every_row_and_file_arrives_and_comes_back(filled, store, request, tmp_path):
    expected = rows_of(filled)
    assert len(expected["audit"]) > 1
    files = f"memory://copy{next(NAMES)}"
    rows_at = request.getfixturevalue("server").make(f"copy_{next(NAMES)}") if store == "postgresql" else ""
    there = Workspace.open(tmp_path / "there", rows_at=rows_at, files_at=files, seed=False)
    back = Workspace.open(tmp_path / "back", rows_at="", files_at="", seed=False)
    with there, back:
        steps = []
        num_rows, lost = filled.copy_to(there, lambda done, of: steps.append((done, of)))
        assert (num_rows, lost) == (sum(map(len, expected.values())), [])
        assert steps[-1] == (5, 5)
        there.copy_to(back, lambda done, of: None)
        for copy in (there, back):
            assert rows_of(copy) == expected
            assert copy.audit.first_altered() is None
            assert list(copy.lost_files()) == []
            assert (copy.jobs.folder(1) / "log.txt").read_bytes() == b"said"
            # The next row takes the next number.
            added = copy.images.add(1, "next.png", b"next", ImageFacts(2, 3))
            assert added.id == 3


def test_a_place_that_holds_something_is_left_alone(filled, tmp_path, capsys):
    with Workspace.open(tmp_path / "taken", rows_at="", files_at="") as taken:
        before = rows_of(taken)
        with pytest.raises(StoreError, match="holds something already"):
            filled.copy_to(taken, lambda done, of: None)
        assert rows_of(taken) == before


@pytest.mark.sqlite
def test_the_command_copies_and_tells_what_was_lost(filled, tmp_path, capsys):
    name = next(iter(filled.folder("files").rglob("*.png")))
    name.unlink()
    assert main(["copy", "--workspace", filled.address, str(tmp_path / "copy")]) == 1
    said = capsys.readouterr().out
    assert f"{name.name} is missing and was not copied." in said
    with Workspace.open(tmp_path / "copy") as copy:
        assert rows_of(copy) == rows_of(filled)
    assert main(["copy", "--workspace", str(tmp_path / "none"), str(tmp_path / "x")]) == 2
    assert "There is no workspace at" in capsys.readouterr().err
