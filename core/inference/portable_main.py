"""The child process of `core.inference.portable`: Keras in, ONNX and OpenVINO out, each tried against Keras.

Prints why a format was left out, a line each; exits with 1 and one line where there is no network at all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import BadModelError
from core.inference.anatomy import open_for
from core.inference.exported import exported_network
from core.inference.portable import ONNX, OPENVINO, TEST_INPUT, TEST_OUTPUT, check_same
from core.inference.sizes import NetworkSizes
from core.inference.weights_file import read_weights

Array = NDArray[np.float32]


def write(weights: Path, image_size: tuple[int, int], threshold: float, folder: Path) -> list[str]:
    """Write the files; why a format was left out, one sentence each."""
    model, sizes = open_for(weights, image_size, "segment")
    image = test_image(sizes)
    expected = np.asarray(model.predict_on_batch(image), np.float32)
    np.save(folder / TEST_INPUT, image)
    np.save(folder / TEST_OUTPUT, expected)
    left_out = []
    for name, to_file in (("ONNX", _onnx), ("OpenVINO", _openvino)):
        try:
            run = to_file(model, sizes, weights, image_size, folder)
            check_same(run(image), expected, threshold)
        # Converters fail on layers they do not know in more ways than can be listed.
        except Exception as error:
            for path in (folder / ONNX,) if name == "ONNX" else (folder / OPENVINO, folder / "model.bin"):
                path.unlink(missing_ok=True)
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            left_out.append(f"{name} was left out: {reason}.")
    return left_out


def test_image(sizes: NetworkSizes) -> Array:
    """(1, height, width, channels) in [0, 1]: soft blobs, nobody's image, the same each time."""
    height, width = sizes.input_size
    noise = np.random.default_rng(0).random((height, width, sizes.channels), np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), max(height, width) / 20).reshape(noise.shape)
    soft -= soft.min()
    return np.asarray(soft / max(float(soft.max()), 1e-6), np.float32)[None]


def _onnx(
    model: keras.Model, sizes: NetworkSizes, weights: Path, image_size: tuple[int, int], folder: Path
) -> Callable[[Array], Array]:
    signature = [keras.InputSpec(shape=(None, *sizes.input_size, sizes.channels), dtype="float32")]
    model.export(str(folder / ONNX), format="onnx", input_signature=signature, verbose=False)
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / ONNX), providers=["CPUExecutionProvider"])
    return lambda image: np.asarray(session.run(None, {session.get_inputs()[0].name: image})[0], np.float32)


def _openvino(
    model: keras.Model, sizes: NetworkSizes, weights: Path, image_size: tuple[int, int], folder: Path
) -> Callable[[Array], Array]:
    read = read_weights(weights)
    exported = exported_network(read, image_size, "segment", otherwise=lambda: sizes)
    if not exported.graph:
        raise ValueError("OpenVINO cannot run it")
    (folder / OPENVINO).write_bytes(exported.graph)
    (folder / "model.bin").write_bytes(exported.with_weights(read))
    import openvino

    # As the file says; a processor's own shorter numbers are for whoever runs it to choose.
    compiled = openvino.Core().compile_model(folder / OPENVINO, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda image: np.asarray(compiled(image)[0], np.float32)


def main(answers: BinaryIO, arguments: list[str]) -> int:
    """Write the files and tell what was left out."""
    weights, height, width, threshold, folder = arguments
    try:
        left_out = write(Path(weights), (int(height), int(width)), float(threshold), Path(folder))
    except BadModelError as error:
        answers.write(f"{error}\n".encode())
        return 1
    answers.write("".join(f"{line}\n" for line in left_out).encode())
    return 0
