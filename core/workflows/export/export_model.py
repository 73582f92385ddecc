"""A model as a folder that others can use, in a zip: weights, ONNX, OpenVINO, card, and a script to try it.

Holds no image of anybody: what it is tried on is drawn from random numbers.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from core.cards import card_path, load_card
from core.inference.portable import ONNX, write_portable
from core.inference.stock_layers import check_stock, weights_path
from core.workflows.export.model_readme import model_readme
from core.workflows.export.packing import whole_zip

SCRIPT = '''"""Try the model: python run.py [INPUT.npy]; needs numpy and onnxruntime alone.

INPUT.npy is (1, height, width, channels) float32 in [0, 1], made of an image as README.md says.
"""

import sys

import numpy as np
import onnxruntime

image = np.load(sys.argv[1] if len(sys.argv) > 1 else "test_input.npy")
session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
probability = session.run(None, {session.get_inputs()[0].name: image})[0]
if len(sys.argv) > 1:
    np.save("output.npy", probability)
    print("wrote output.npy", probability.shape)
else:
    difference = np.abs(probability - np.load("test_output.npy")).max()
    print(f"largest difference from the expected output: {difference:.2g}")
    sys.exit(int(difference > 1e-3))
'''


def export_model(model: Path, path: Path) -> tuple[str, ...]:
    """Write the zip; what was at that path before is replaced once the new one is complete.

    Args:
        model: Folder with `model.keras` and `card.json`, or a weights file with its card beside it.

    Returns:
        Why a format is not in it, one sentence each.

    Raises:
        BadModelError: There is no card, or the weights are missing, damaged or no network for masks.
        OSError: The disk is full.
    """
    weights = weights_path(model)
    check_stock(weights)
    card = load_card(card_path(weights))
    with (
        whole_zip(path, zipfile.ZIP_DEFLATED) as archive,
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".model-") as temporary,
    ):
        folder = Path(temporary)
        left_out = write_portable(weights, card.image_size, card.threshold, folder)
        (folder / f"model{weights.suffix}").write_bytes(weights.read_bytes())
        (folder / "card.json").write_bytes(card_path(weights).read_bytes())
        (folder / "README.md").write_text(model_readme(card, left_out), encoding="utf-8")
        if (folder / ONNX).exists():
            (folder / "run.py").write_text(SCRIPT, encoding="utf-8")
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{path.stem}/{file.name}")
    return left_out
