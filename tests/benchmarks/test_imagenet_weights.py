import pickle

import numpy as np
import pytest

from benchmarks.imagenet_weights import read_state


def text(value: str) -> bytes:
    return b"X" + len(value).to_bytes(4, "little") + value.encode()


# {"a": a tensor of shape (3, 2) and strides (1, 3) over the first storage}, in pickle's own words.
STORAGE = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x06tQ"
TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + b"K\x00K\x03K\x02\x86K\x01K\x03\x86\x89}tR"
STATE = b"\x80\x02}(" + text("a") + TENSOR + b"u."


def file_of(state: bytes) -> bytes:
    before = b"".join(pickle.dumps(each) for each in (1, 1001, {"little_endian": True}))
    numbers = (6).to_bytes(8, "little") + np.arange(6, dtype=np.float32).tobytes()
    return before + state + pickle.dumps(["0"]) + numbers


def test_a_tensor_lies_as_its_strides_say():
    np.testing.assert_array_equal(read_state(file_of(STATE))["a"], [[0, 3], [1, 4], [2, 5]])


def test_no_other_class_is_made():
    with pytest.raises(pickle.UnpicklingError, match="posix.system is not opened"):
        read_state(file_of(b"cposix\nsystem\n(" + text("true") + b"tR."))
