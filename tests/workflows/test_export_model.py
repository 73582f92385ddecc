"""A model leaves as a folder that other programs run, without this project's code."""

import subprocess
import sys
import zipfile

import numpy as np
import pytest
import yaml

from core.cards import ModelCard, Score, save_card
from core.config import NetConfig
from core.errors import BadModelError
from core.inference.predictor import load_predictor
from core.workflows.export.export_model import export_model
from core.workflows.export.model_readme import model_readme

CARD = ModelCard(
    "small",
    title="Small: # one",
    net=NetConfig(depth=1),
    image_size=(16, 24),
    threshold=0.4,
    test={"dice": Score(0.9, 0.8, 0.95)},
    licence="CC0",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The exported folder of a network of one convolution, unpacked."""
    import keras

    from core.inference.export import save_weights

    network = keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(1, 3, padding="same")])
    network = keras.Sequential([*network.layers, keras.layers.Activation("sigmoid")])
    network.build((None, None, None, 1))
    model = tmp_path_factory.mktemp("model")
    save_weights(network, model / "model.keras")
    save_card(CARD, model / "card.json")
    # As where masks have been made by it: its graph is kept already.
    load_predictor(model)
    path = model / "out" / "small.zip"
    assert export_model(model, path) == ()
    with zipfile.ZipFile(path) as archive:
        archive.extractall(model)
    return model / "small"


def test_all_files_are_there_and_the_card_is_read_by_programs(folder):
    names = {path.name for path in folder.iterdir()}
    models = {"model.keras", "model.onnx", "model.xml", "model.bin"}
    assert names == models | {"card.json", "README.md", "run.py", "test_input.npy", "test_output.npy"}
    front = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert (front["input_size"], front["threshold"], front["license_name"]) == ([16, 24], 0.4, "CC0")
    assert front["metrics"] == {"dice": 0.9}


def test_the_script_needs_nothing_of_this_project(folder):
    done = subprocess.run(
        [sys.executable, "-I", "run.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("largest difference from the expected output")
    np.save(folder / "mine.npy", np.zeros((2, 16, 24, 1), np.float32))
    subprocess.run([sys.executable, "-I", "run.py", "mine.npy"], cwd=folder, capture_output=True, check=True)
    assert np.load(folder / "output.npy").shape == (2, 16, 24, 1)


def test_openvino_s_file_says_the_same(folder):
    import openvino

    compiled = openvino.Core().compile_model(folder / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = compiled(np.load(folder / "test_input.npy"))[0]
    np.testing.assert_allclose(found, np.load(folder / "test_output.npy"), atol=1e-3)


def test_what_was_left_out_is_not_promised():
    text = model_readme(CARD, ("ONNX was left out: no converter.",))
    assert "model.onnx" not in text
    assert "- ONNX was left out: no converter." in text
    assert "`model.xml`" in text


def test_a_model_without_a_card_is_refused(tmp_path):
    with pytest.raises(BadModelError, match="There is no model"):
        export_model(tmp_path, tmp_path / "x.zip")
