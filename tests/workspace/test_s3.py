"""Files in a bucket: what can differ from a folder, and what is said when the service fails."""

import itertools

import fsspec
import pytest

from core.errors import StoreError
from core.files import write_whole
from core.workspace import ImageFacts, NewReview, NewRevision, NewVersion, Workspace
from core.workspace.__main__ import main
from core.workspace.files.blobs import sha256_of

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def s3():
    pytest.importorskip("s3fs", reason="s3fs is not installed here")
    pytest.importorskip("moto", reason="moto is not installed here")
    from tests.workspace.s3 import Server

    server = Server()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3, store, monkeypatch):
    """The server; the workspaces of the test keep their files there, at a place of their own."""
    from tests.workspace.s3 import KEYS

    for name, value in {**KEYS, "AWS_ENDPOINT_URL": s3.address, "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    monkeypatch.setenv("FILES_URL", f"s3://lab/{next(NUMBERS)}")
    return s3


def save(workspace, image, mask=b"mask"):
    return workspace.masks.save(image.id, NewRevision(mask, b"layer", 0.5, None, "Kim", 1.0, 0.0))


@pytest.mark.postgresql
def test_what_one_machine_writes_another_reads(bucket, store, tmp_path):
    with Workspace.open(tmp_path / "one") as one:
        image = one.images.add(1, "폐.png", b"picture", ImageFacts(2, 3))
        one.images.set_reference_mask(image.id, b"reference")
        save(one, image)
        one.reviews.add(image.id, NewReview("approved", "Lee", mask_png=b"shown"))
        with one.versions.writing("versions/x") as to:
            write_whole(to / "model.keras", b"weights")
            write_whole(to / "card.json", b"{}")
        version = one.versions.add(1, NewVersion("versions/x", sha256_of(b"weights"), "scratch", "Kim"))
        job = one.jobs.add("fine_tune", 1, {}, who="Kim")
        write_whole(one.jobs.folder(job.id) / "log.txt", b"epoch 1")
        one.jobs.keep_folder(job.id)
        with Workspace.open(tmp_path / "two") as two:
            assert two.files.read(image.file) == b"picture"
            assert two.images.read_reference(two.images.get(image.id)) == b"reference"
            assert two.masks.read_layer_png(two.truth.of(image.id)) == b"layer"
            assert (two.versions.open(version) / "model.keras").read_bytes() == b"weights"
            assert (two.jobs.folder(job.id) / "log.txt").read_bytes() == b"epoch 1"
            assert list(two.lost_files()) == []
            # What the other machine has deleted is not taken for there.
            one.images.delete(image.id)
            again = two.images.add(1, "again.png", b"picture", ImageFacts(2, 3))
            assert one.files.read(again.file) == b"picture"


@pytest.mark.sqlite
def test_a_copy_into_a_bucket_and_back_and_what_nobody_needs_there(bucket, tmp_path):
    with (
        Workspace.open(tmp_path / "here", files_at="") as here,
        Workspace.open(tmp_path / "there", seed=False) as there,
        Workspace.open(tmp_path / "back", files_at="", seed=False) as back,
    ):
        image = here.images.add(1, "a.png", b"picture", ImageFacts(2, 3))
        revision = save(here, image)
        assert here.copy_to(there, lambda done, of: None)[1] == []
        assert list(there.lost_files()) == []
        assert there.copy_to(back, lambda done, of: None)[1] == []
        assert list(back.lost_files()) == []
        assert back.files.read(image.file) == b"picture"
        assert back.masks.read_mask_png(revision) == here.masks.read_mask_png(revision)
        left = there.files.put(b"left by a crash", ".png")
        assert there.images.unused_files() == [left]
        there.images.remove_unused([left])
        assert there.images.unused_files() == []
        assert there.files.read(image.file) == b"picture"


@pytest.mark.sqlite
def test_an_outage_in_the_middle_is_one_sentence_and_loses_nothing(bucket, tmp_path):
    with Workspace.open(tmp_path / "here") as workspace:
        image = workspace.images.add(1, "a.png", b"picture", ImageFacts(2, 3))
        save(workspace, image)
        bucket.stop()
        try:
            with pytest.raises(
                StoreError, match="cannot be reached .*look at FILES_URL.*nothing was changed"
            ):
                save(workspace, image, b"another mask")
        finally:
            bucket.start()
        assert len(workspace.masks.history(image.id)) == 1
        save(workspace, image, b"another mask")
        assert workspace.masks.read_mask_png(workspace.truth.of(image.id)) == b"another mask"


@pytest.mark.sqlite
@pytest.mark.parametrize("asked", ["check", "backup", "copy"])
def test_in_an_outage_no_file_is_called_missing(bucket, tmp_path, capsys, asked):
    with Workspace.open(tmp_path / "here") as workspace:
        save(workspace, workspace.images.add(1, "a.png", b"picture", ImageFacts(2, 3)))
    to = [] if asked == "check" else [str(tmp_path / "there")]
    bucket.stop()
    try:
        assert main([asked, "--workspace", str(tmp_path / "here"), *to]) == 2
    finally:
        bucket.start()
    said = capsys.readouterr()
    assert "missing" not in said.out
    assert "cannot be reached" in said.err and len(said.err.splitlines()) == 1
    # Nothing stands in the way of trying again.
    assert main([asked, "--workspace", str(tmp_path / "here"), *to]) == 0


@pytest.mark.sqlite
def test_a_bucket_that_is_not_there_is_one_sentence_and_no_list_of_files(bucket, tmp_path, capsys):
    with Workspace.open(tmp_path / "here") as workspace:
        save(workspace, workspace.images.add(1, "a.png", b"picture", ImageFacts(2, 3)))
    there = ["check", "--workspace", str(tmp_path / "here"), "--files_url"]
    assert main([*there, "s3://nobody-made-this/0"]) == 2
    said = capsys.readouterr()
    assert "missing" not in said.out
    assert "cannot be reached" in said.err and len(said.err.splitlines()) == 1
    # A bucket that is there and holds none of them lacks each.
    assert main([*there, "s3://lab/nothing"]) == 1
    assert capsys.readouterr().out.count("is missing") >= 3


@pytest.mark.sqlite
def test_a_bucket_without_rights(bucket, tmp_path):
    with Workspace.open(tmp_path / "here") as workspace:
        bucket.refuse()
        try:
            with pytest.raises(StoreError, match="cannot be reached .*look at FILES_URL"):
                workspace.images.add(1, "a.png", b"picture", ImageFacts(2, 3))
        finally:
            bucket.allow()
        assert workspace.images.list(1) == []
