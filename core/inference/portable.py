"""A model as files that other programs run: ONNX and OpenVINO, with an input and its output to try them on.

A child process that has Keras writes them and refuses what does not say the same as Keras itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadModelError
from core.inference.exported import child_program, run_child

ONNX, OPENVINO, TEST_INPUT, TEST_OUTPUT = "model.onnx", "model.xml", "test_input.npy", "test_output.npy"
MOST_DIFFERENCE = 1e-3
"""Of any probability from what Keras says."""
MOST_CHANGED = 1e-4
"""Part of the pixels that may be on the other side of the threshold: 100 in a million."""


def write_portable(
    weights: Path, image_size: tuple[int, int], threshold: float, folder: Path
) -> tuple[str, ...]:
    """Write a segmentation network down; without a card, a script or the weights themselves.

    Args:
        image_size: (height, width) of images in the network's own pixels.
        threshold: Of the card, to count pixels that change their side.

    Returns:
        Why a format was left out, one sentence each.

    Raises:
        BadModelError: It is no network for masks.
    """
    height, width = image_size
    arguments = [str(weights.resolve()), str(height), str(width), str(threshold), str(folder.resolve())]
    program = ["-c", child_program("portable_main"), *arguments]
    code, answer, log = run_child(program, KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="-1")
    said = answer.decode(errors="replace").splitlines()
    if code == 0:
        return tuple(said)
    last = log[-400:].strip().splitlines()[-1:]
    raise BadModelError(said[0] if said else f"{weights.name} cannot be written for other programs ({last}).")


def check_same(found: NDArray[np.float32], expected: NDArray[np.float32], threshold: float) -> None:
    """Refuse an answer that is not Keras' own.

    Args:
        found: (1, H, W, classes) probabilities.
        threshold: Where foreground begins, for one class.

    Raises:
        ValueError: With the numbers.
    """
    if found.shape != expected.shape:
        raise ValueError(f"its answer has the shape {found.shape}, not {expected.shape}")
    difference = float(np.abs(found - expected).max())
    if expected.shape[-1] == 1:
        changed = float(np.mean((found >= threshold) != (expected >= threshold)))
    else:
        changed = float(np.mean(found.argmax(-1) != expected.argmax(-1)))
    if not difference <= MOST_DIFFERENCE or changed > MOST_CHANGED:
        raise ValueError(
            f"its probabilities differ by up to {difference:.2g} and {changed:.2%} of the pixels change"
        )
