"""The child process of `core.inference.child_network`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from core.errors import BadModelError
from core.inference.anatomy import open_for
from core.inference.child_network import read_arrays, write_arrays, write_message
from core.inference.sizes import Purpose


def main(answers: BinaryIO, arguments: list[str]) -> int:
    """Tell the network's sizes, then answer images until stdin ends."""
    path, purpose, height, width = arguments
    try:
        model, sizes = open_for(Path(path), (int(height), int(width)), cast(Purpose, purpose))
    except BadModelError as error:
        write_message(answers, json.dumps({"error": str(error)}).encode())
        return 1
    write_message(answers, json.dumps(asdict(sizes)).encode())
    while True:
        try:
            (image,) = read_arrays(sys.stdin.buffer)
        except EOFError:
            return 0
        # Compiled on every backend, unlike a plain call.
        outputs = model.predict_on_batch(image)
        found = outputs if isinstance(outputs, list | tuple) else [outputs]
        write_arrays(answers, [np.asarray(each, np.float32) for each in found])
