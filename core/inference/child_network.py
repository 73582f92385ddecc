"""A network that OpenVINO cannot run, in a child process with Keras, so that this process stays without.

Messages travel over the child's stdin and stdout, each with its length before it. The child ends when its
stdin does, so none outlives the process that asked.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from core.config import PROJECT_DIR, from_dict
from core.errors import BadModelError
from core.inference.exported import child_environment, child_program
from core.inference.sizes import NetworkSizes, Purpose


class ChildNetwork:
    """A network in a child process, which starts at the first call; may be called from several threads.

    Args:
        image_size: (height, width) of images in the network's own pixels; taken where it says none itself.
    """

    def __init__(self, path: Path, image_size: tuple[int, int], purpose: Purpose) -> None:
        self._path = path
        self._arguments = [str(path.resolve()), purpose, *map(str, image_size)]
        self._child: subprocess.Popen[bytes] | None = None
        self._sizes: NetworkSizes | None = None
        self._one_at_a_time = threading.Lock()

    def sizes(self) -> NetworkSizes:
        """What it takes and gives.

        Raises:
            BadModelError: It is no network for the purpose, or the child process ended.
        """
        with self._one_at_a_time:
            return self._started()[1]

    def __call__(self, image: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Each output for one image, (1, height, width, channels).

        Raises:
            BadModelError: The child process ended; the next call starts another.
        """
        with self._one_at_a_time:
            child, _ = self._started()
            try:
                write_arrays(cast(BinaryIO, child.stdin), [np.asarray(image, np.float32)])
                return read_arrays(cast(BinaryIO, child.stdout))
            except (OSError, EOFError):
                raise self._ended(child) from None

    def _started(self) -> tuple[subprocess.Popen[bytes], NetworkSizes]:
        if self._child is not None and self._sizes is not None and self._child.poll() is None:
            return self._child, self._sizes
        child = subprocess.Popen(
            [sys.executable, "-c", child_program("child_main"), *self._arguments],
            cwd=PROJECT_DIR,
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        # Closes stdin, which ends the child.
        weakref.finalize(self, child.communicate)
        try:
            told = json.loads(read_message(cast(BinaryIO, child.stdout)))
        except (OSError, EOFError):
            raise self._ended(child) from None
        if "error" in told:
            raise BadModelError(told["error"])
        self._child, self._sizes = child, from_dict(NetworkSizes, told)
        return self._child, self._sizes

    def _ended(self, child: subprocess.Popen[bytes]) -> BadModelError:
        return BadModelError(
            "The process that runs {path} ended with exit code {wait}; free some memory and try "
            "again, or choose another model.",
            path=self._path.name,
            wait=child.wait(),
        )


def write_message(pipe: BinaryIO, content: bytes) -> None:
    """Send bytes with their length before them."""
    pipe.write(struct.pack("<Q", len(content)) + content)
    pipe.flush()


def read_message(pipe: BinaryIO) -> bytes:
    """What `write_message` sent.

    Raises:
        EOFError: The other side is gone.
    """
    head = pipe.read(8)
    content = pipe.read(struct.unpack("<Q", head)[0]) if len(head) == 8 else b""
    if not content:
        raise EOFError
    return content


def write_arrays(pipe: BinaryIO, arrays: list[NDArray[np.float32]]) -> None:
    """Send arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, *arrays)
    write_message(pipe, buffer.getvalue())


def read_arrays(pipe: BinaryIO) -> list[NDArray[np.float32]]:
    """What `write_arrays` sent."""
    with np.load(io.BytesIO(read_message(pipe))) as arrays:
        return [arrays[f"arr_{number}"] for number in range(len(arrays.files))]
