import subprocess
import sys
from typing import get_args

import pytest

from core.config import PROJECT_DIR
from core.errors import StoreError
from core.files import write_whole
from core.workspace import ImageFacts, NewReview, NewRevision, NewVersion, Workspace
from core.workspace.__main__ import main
from core.workspace.files.blobs import blob_name, sha256_of
from core.workspace.rows import Purpose


@pytest.fixture
def filled(workspace, task, add_image):
    """An image with everything that has a file, and a version."""
    image = add_image("picture", name="폐.png")
    workspace.images.set_reference_mask(image.id, b"reference")
    workspace.masks.save(image.id, NewRevision(b"mask", b"layer", 0.5, None, "Kim", 1.0, 0.0))
    workspace.reviews.add(image.id, NewReview("approved", "Lee", mask_png=b"shown"))
    with workspace.versions.writing("versions/x") as to:
        write_whole(to / "model.keras", b"weights")
        write_whole(to / "card.json", b"{}")
    workspace.versions.add(task.id, NewVersion("versions/x", sha256_of(b"weights"), "scratch", "Kim"))
    return workspace


def file_of(workspace, content):
    name = blob_name(content, ".png")
    return workspace.folder(f"files/{name[:2]}/{name}")


def test_nothing_is_said_of_a_whole_workspace(filled, capsys):
    assert main(["check", "--workspace", filled.address]) == 0
    assert capsys.readouterr().out == "Every file is there.\n"


def test_each_lost_and_each_damaged_file_is_a_line(filled, capsys):
    for lost in (b"picture", b"layer", b"shown"):
        file_of(filled, lost).unlink()
    for damaged in (b"mask", b"reference"):
        file_of(filled, damaged).write_bytes(b"other")
    (filled.folder("versions/x") / "model.keras").write_bytes(b"cut")
    (filled.folder("versions/x") / "card.json").unlink()
    assert main(["check", "--workspace", filled.address]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert last == "7 file(s) are missing or damaged."
    assert [line.split(": ")[0] for line in lines] == [
        "image 1 '폐.png'",
        "reference mask of image 1",
        "mask 1 of image 1",
        "layer of mask 1 of image 1",
        "mask of review 1 of image 1",
        "version 1 'Version 1'",
        "version 1 'Version 1'",
    ]
    assert [line.rsplit(" ", 1)[1] for line in lines] == [
        *("missing", "damaged", "damaged", "missing", "missing", "damaged", "missing")
    ]


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_versions_of_every_purpose_are_looked_at(workspace, task, purpose):
    workspace.versions.add(task.id, NewVersion("versions/x", "0" * 64, "scratch", "Kim", purpose=purpose))
    lines = [line.split(": ")[1] for line in workspace.lost_files()]
    assert lines == ["versions/x/model.keras is missing", "versions/x/card.json is missing"]


@pytest.mark.sqlite
def test_what_is_no_workspace_is_said_in_a_sentence(tmp_path):
    (tmp_path / "workspace.db").write_bytes(b"this is a text file, and a rather long one at that" * 40)
    (tmp_path / "photos").mkdir()
    for folder, said in (
        (tmp_path, "is damaged"),
        (tmp_path / "nowhere", "There is no workspace at"),
        (tmp_path / "photos", "There is no workspace at"),
    ):
        run = subprocess.run(
            [sys.executable, "-m", "core.workspace", "check", "--workspace", str(folder)],
            cwd=PROJECT_DIR,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 2
        assert said in run.stderr and len(run.stderr.splitlines()) == 1
    assert not (tmp_path / "nowhere").exists()
    assert not any((tmp_path / "photos").iterdir())


@pytest.mark.sqlite
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a folder read only, which needs Linux")
def test_a_read_only_workspace_can_be_looked_at(tmp_path):
    folder = tmp_path / "mounted"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a folder cannot be mounted here")
    try:
        with Workspace.open(folder) as workspace:
            image = workspace.images.add(1, "a.png", b"picture", ImageFacts(2, 3))
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        with Workspace.open(folder) as workspace:
            assert workspace.images.list(1) == [image]
            assert workspace.files.read(image.file) == b"picture"
            with pytest.raises(StoreError, match="cannot be written"):
                workspace.images.mark_looked_at(image.id, "Kim")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def nobody(question):
    """What `input` does where nothing can be typed."""
    raise EOFError


@pytest.mark.sqlite
def test_clean_deletes_what_no_row_names_and_asks_first(filled, capsys, monkeypatch):
    kept = {path: path.read_bytes() for path in filled.folder("files").rglob("*.*")}
    left = filled.files.put(b"left by a crash", ".png")
    again = filled.files.put(b"came back", ".png")
    monkeypatch.setattr("builtins.input", lambda question: "n")
    assert main(["clean", "--workspace", filled.address]) == 0
    assert capsys.readouterr().out.splitlines() == [*sorted([left, again]), "Nothing was deleted."]
    monkeypatch.setattr("builtins.input", nobody)
    assert main(["clean", "--workspace", filled.address]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing was deleted."
    # Told as unused, and used by an image before it is deleted: it stays.
    filled.images.add(1, "again.png", b"came back", ImageFacts(2, 3))
    filled.images.remove_unused([again])
    assert main(["clean", "--workspace", filled.address, "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [left, "1 file(s) are deleted."]
    now = {path: path.read_bytes() for path in filled.folder("files").rglob("*.*")}
    assert now == {**kept, file_of(filled, b"came back"): b"came back"}
    assert main(["clean", "--workspace", filled.address]) == 0
    assert "no file that no row names" in capsys.readouterr().out


@pytest.mark.sqlite
def test_a_backup_is_a_copy_of_its_own_that_is_checked(filled, tmp_path, capsys):
    assert main(["backup", "--workspace", filled.address, str(tmp_path / "backups")]) == 0
    (folder,) = (tmp_path / "backups").iterdir()
    assert "Every file is there." in capsys.readouterr().out
    with Workspace.open(folder) as copy:
        assert copy.audit.last_seal() == filled.audit.last_seal()
        assert list(copy.lost_files()) == []
