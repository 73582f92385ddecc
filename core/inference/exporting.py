"""Writes a network down for OpenVINO, in the child process of `core.inference.exported`.

To learn where each weight went, it exports a copy of the weights file in which every data set holds numbers
of its own, and looks for them among the constants of the graph. With the real weights in their places the
graph must then say what the real network says.
"""

from __future__ import annotations

import io
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

import h5py
import keras
import numpy as np

from core.inference.anatomy import open_for
from core.inference.exported import Exported
from core.inference.running import compile_graph
from core.inference.sizes import Purpose
from core.inference.stock_layers import WEIGHTS_NAME
from core.inference.weights_file import WeightsFile, data_sets, read_weights


def export(path: Path, image_size: tuple[int, int], purpose: Purpose) -> Exported:
    """The graph of the network in a weights file.

    Raises:
        RuntimeError: The graph with the weights in it is not what the network is.
    """
    with tempfile.TemporaryDirectory() as folder:
        model, sizes = open_for(path, image_size, purpose)
        shape = (1, *sizes.input_size, sizes.channels)
        expected = compile_graph(*_export(model, shape, Path(folder)))
        marked = _marked_copy(path, Path(folder))
        model, _ = open_for(marked.path, image_size, purpose)
        graph, constants = _export(model, shape, Path(folder))
    name_of = {values.tobytes(): name for name, values in marked.values.items()}
    bare = bytearray(constants)
    places = []
    for offset, size in _constants(graph):
        name = name_of.get(constants[offset : offset + size])
        if name is not None:
            bare[offset : offset + size] = bytes(size)
            places.append((offset, size, name))
    exported = Exported(sizes, graph, bytes(bare), tuple(places))
    image = np.random.default_rng(0).random(shape, np.float32)
    found = compile_graph(graph, exported.with_weights(read_weights(path)))
    for one, other in zip(expected(image), found(image), strict=True):
        if not np.allclose(one, other, atol=1e-5, equal_nan=True):
            raise RuntimeError("some constants of the graph were computed from weights")
    return exported


def _export(model: keras.Model, shape: tuple[int, ...], folder: Path) -> tuple[bytes, bytes]:
    """OpenVINO's XML and binary of a network, for one image at a time."""
    place = folder / "graph.xml"
    signature = [keras.InputSpec(shape=shape, dtype="float32")]
    model.export(str(place), format="openvino", input_signature=signature, verbose=False)
    return place.read_bytes(), place.with_suffix(".bin").read_bytes()


def _constants(graph: bytes) -> list[tuple[int, int]]:
    """(offset, bytes) of each constant of a graph, once each."""
    data = ElementTree.fromstring(graph).iterfind("layers/layer[@type='Const']/data")
    return sorted({(int(each.attrib["offset"]), int(each.attrib["size"])) for each in data})


def _marked_copy(path: Path, folder: Path) -> WeightsFile:
    """A weights file of the same network in which no two data sets hold the same numbers."""
    copy = folder / path.name
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                target.writestr(name, _marked(content) if name == WEIGHTS_NAME else content)
    else:
        copy.write_bytes(_marked(path.read_bytes()))
    return read_weights(copy)


def _marked(content: bytes) -> bytes:
    buffer = io.BytesIO(content)
    with h5py.File(buffer, "r+") as file:
        for seed, (name, values) in enumerate(data_sets(file).items()):
            if values.dtype.kind == "f":
                file[name][...] = np.random.default_rng(seed).random(values.shape).astype(values.dtype)
    return buffer.getvalue()


def main(answers: BinaryIO, arguments: list[str]) -> None:
    """Answer with the exported network."""
    path, purpose, height, width = arguments
    answers.write(export(Path(path), (int(height), int(width)), cast(Purpose, purpose)).to_bytes())
