"""A network ready to run on arrays, in OpenVINO or in a child process; which of both nobody has to know."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.inference.child_network import ChildNetwork
from core.inference.exported import exported_network
from core.inference.sizes import NetworkSizes, Purpose
from core.inference.weights_file import read_weights

Outputs = list[NDArray[np.float32]]

# Of a variance within the image, which in bfloat16 can come out below 0: the root is then no number. And
# depthwise convolutions, after sixteen of which 2 pixels of 1,000 are decided otherwise than in float32.
_NOT_ROUNDED = (b'type="Sqrt"', b'type="GroupConvolution"')


class Network:
    """A network of a weights file; may be called from several threads at once.

    Args:
        image_size: (height, width) of images in the network's own pixels; taken where it says none itself.

    Attributes:
        sizes: What it takes and gives.

    Raises:
        BadModelError: Missing, damaged, unsafe, or no network for the purpose; one sentence.
    """

    def __init__(self, path: Path, image_size: tuple[int, int], purpose: Purpose) -> None:
        weights = read_weights(path)
        child = ChildNetwork(path, image_size, purpose)
        exported = exported_network(weights, image_size, purpose, otherwise=child.sizes)
        self.sizes: NetworkSizes = exported.sizes
        constants = exported.with_weights(weights)
        self._run = compile_graph(exported.graph, constants) if exported.graph else child

    def __call__(self, images: NDArray[np.float32]) -> Outputs:
        """Each output, (N, ...), for (N, height, width, channels) float32 of the size that `sizes` tells."""
        answers = [self._run(image[None]) for image in images]
        return [np.concatenate(outputs) for outputs in zip(*answers, strict=True)]


def compile_graph(graph: bytes, constants: bytes) -> Callable[[NDArray[np.float32]], Outputs]:
    """OpenVINO's graph as a function of one image, (1, height, width, channels)."""
    # The page and its browser share the cores, so no thread insists on one of its own.
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
    settings["INFERENCE_NUM_THREADS"] = _num_threads()
    if any(kind in graph for kind in _NOT_ROUNDED):
        settings["INFERENCE_PRECISION_HINT"] = "f32"
    compiled = openvino_core().compile_model(openvino_core().read_model(graph, constants), "CPU", settings)
    request = compiled.create_infer_request()
    # It uses all its threads for one image, so that two at a time would gain nothing.
    one_at_a_time = threading.Lock()

    def run(image: NDArray[np.float32]) -> Outputs:
        with one_at_a_time:
            answers = request.infer([np.ascontiguousarray(image, np.float32)])
            return [np.array(answers[output], np.float32) for output in compiled.outputs]

    return run


def _num_threads() -> int:
    """As many as OMP_NUM_THREADS says, which Dask sets to 1 for its workers; 0, for all cores, without it."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdigit() else 0


@functools.cache
def openvino_core() -> Any:
    """OpenVINO, one for all networks; imported late, since a page that predicts nothing needs none."""
    import openvino

    return openvino.Core()
