from glob import glob
from pathlib import Path

import fsspec
import pytest

from core.errors import AppError
from core.storage import Upload, fetch, holds_anything, is_address


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/", recursive=True)


@pytest.mark.parametrize("place", ["gs://bucket/data", "memory://data", "s3://b"])
def test_addresses_have_a_protocol(place):
    assert is_address(place)


@pytest.mark.parametrize("place", ["data", "/data/x", "./a", r"C:\data", "C:/data", "c://data", "a:b", ""])
def test_paths_have_none(place):
    assert not is_address(place)


def test_a_folder_is_fetched_with_all_that_is_in_it(memory, tmp_path):
    memory.pipe({"/set/train/images/a.png": b"one", "/set/train/masks/a.png": b"two"})
    copy = fetch("memory://set", tmp_path / "copy")
    assert copy == tmp_path / "copy"
    assert (copy / "train" / "images" / "a.png").read_bytes() == b"one"
    assert (copy / "train" / "masks" / "a.png").read_bytes() == b"two"


def test_a_single_file_is_fetched(memory, tmp_path):
    memory.pipe("/models/net.keras", b"weights")
    assert fetch("memory://models/net.keras", tmp_path / "net.keras").read_bytes() == b"weights"


def test_the_files_that_a_pattern_finds_are_fetched_and_found_here_too(memory, tmp_path):
    memory.pipe({"/set/a/1.png": b"1", "/set/b/2.png": b"2", "/set/b/3.txt": b"3"})
    copy = fetch("memory://set/*/?.png", tmp_path / "set" / "*" / "?.png")
    assert [Path(name).read_bytes() for name in sorted(glob(str(copy)))] == [b"1", b"2"]
    assert not (tmp_path / "set" / "b" / "3.txt").exists()


def test_a_name_that_leads_out_of_the_copy_is_refused(memory, tmp_path):
    memory.store["/set/../../evil.png"] = memory.open("/x", "wb")
    with pytest.raises(AppError, match="written outside of its copy"):
        fetch("memory://set", tmp_path / "set")


def test_nothing_there_is_one_sentence(memory, tmp_path):
    with pytest.raises(AppError, match="There is nothing at memory://nowhere"):
        fetch("memory://nowhere", tmp_path / "x")


def test_an_unknown_protocol_is_one_sentence(tmp_path):
    with pytest.raises(AppError, match="carrier://pigeon cannot be reached"):
        fetch("carrier://pigeon", tmp_path / "x")


def test_an_address_follows_a_folder(memory, tmp_path):
    (tmp_path / "fetched.json").write_bytes(b"0")
    upload = Upload(tmp_path, "memory://out/run")
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "last.npz").write_bytes(b"1")
    (tmp_path / ".half.part").write_bytes(b"half")
    upload.push()
    assert memory.find("/out") == ["/out/run/checkpoints/last.npz"]
    memory.pipe("/out/run/checkpoints/last.npz", b"untouched")
    upload.push()
    assert memory.cat("/out/run/checkpoints/last.npz") == b"untouched"
    (tmp_path / "checkpoints" / "last.npz").write_bytes(b"22")
    (tmp_path / "fetched.json").write_bytes(b"changed")
    upload.push()
    assert memory.cat("/out/run/checkpoints/last.npz") == b"22"
    assert memory.cat("/out/run/fetched.json") == b"changed"
    assert holds_anything("memory://out/run") and not holds_anything("memory://other")
    (tmp_path / "checkpoints" / "last.npz").unlink()
    upload.push()
    assert memory.find("/out") == ["/out/run/fetched.json"]
    upload.push()
