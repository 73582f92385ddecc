"""Files of gigabytes: bytes in place, of which a slice alone is read."""

import hashlib
import os
import pickle
import sys
import tracemalloc

import nibabel as nib
import numpy as np
import pytest
import tifffile

from core import large_files
from core.errors import BadFileError
from core.imaging.decode import decode_image, open_file, read_frame
from core.large_files import MappedFile, as_file, read_file


@pytest.fixture(autouse=True)
def _a_megabyte_is_large(monkeypatch):
    monkeypatch.setattr(large_files, "LARGE", 1_000_000)


def volume(path):
    """24 slices of 256 x 256, 3 MB."""
    values = np.arange(24, dtype=np.int16).repeat(256 * 256).reshape(24, 256, 256)
    if path.suffix == ".nii":
        nib.save(nib.Nifti1Image(np.moveaxis(values, 0, -1), np.diag([1, 1, 2, 1])), path)
    else:
        tifffile.imwrite(path, values, photometric="minisblack")
    return path


@pytest.mark.parametrize("name", ["a.nii", "a.tif"])
def test_a_slice_costs_a_slice(tmp_path, monkeypatch, name):
    data = read_file(volume(tmp_path / name))
    assert isinstance(data, MappedFile)
    # Neither the limit of files that are read whole, nor their memory.
    monkeypatch.setenv("LIMIT_MAX_FILE_BYTES", "1000000")
    tracemalloc.start()
    file = open_file(data, name)
    for frame in file.order:
        assert (read_frame(file, name, frame).values == frame).all()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * 256 * 256 * 2 + large_files._AT_ONCE  # of 24 slices


def test_what_is_unpacked_whole_keeps_its_limit(tmp_path, monkeypatch):
    monkeypatch.setenv("LIMIT_MAX_FILE_BYTES", "1000000")
    path = tmp_path / "a.nii.gz"
    noise = np.random.default_rng(0).integers(0, 9999, (256, 256, 24)).astype(np.int16)
    nib.save(nib.Nifti1Image(noise, np.eye(4)), path)
    with pytest.raises(BadFileError, match="are let in \\(LIMIT_MAX_FILE_BYTES\\)"):
        decode_image(read_file(path), path.name)


def test_it_stands_for_bytes(tmp_path):
    path = tmp_path / "a.bin"
    content = bytes(range(256)) * 4000
    path.write_bytes(content)
    data = read_file(path)
    assert len(data) == len(content) and data[:3] == content[:3] and data.startswith((b"x", content[:9]))
    assert hashlib.sha256(data).digest() == hashlib.sha256(content).digest()
    assert pickle.loads(pickle.dumps(data)) == content  # noqa: S301  # our own
    file = as_file(data)
    file.seek(-5, 2)
    assert (file.tell(), file.read()) == (len(content) - 5, content[-5:])
    path.write_bytes(b"small")
    assert read_file(path) == b"small"


def test_what_would_never_end_is_no_file(tmp_path):
    endless, pipe = tmp_path / "null.png", tmp_path / "pipe.png"
    endless.symlink_to("/dev/null")
    os.mkfifo(pipe)
    for path in (endless, pipe):
        with pytest.raises(OSError, match="not a regular file"):
            read_file(path)
    with pytest.raises(IsADirectoryError):
        read_file(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS and Windows let no such name in")
def test_a_name_that_is_no_text_is_told(tmp_path):
    path = tmp_path / os.fsdecode("폐.png".encode("cp949"))
    path.write_bytes(b"data")
    with pytest.raises(OSError, match="its name is not in UTF-8"):
        read_file(path)
