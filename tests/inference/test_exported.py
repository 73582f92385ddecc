"""Networks written down for OpenVINO by a child process, and those that it refuses."""

import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

from core.config import MODELS_DIR, NetConfig
from core.errors import BadModelError
from core.inference import exported
from core.inference.export import save_weights
from core.inference.exported import Exported
from core.inference.running import Network, compile_graph, openvino_core
from core.inference.weights_file import read_weights
from core.nets import build
from tests.exporter import in_a_child_of_its_own
from tests.inference.conftest import TOLERANCE

PROJECT = Path(__file__).resolve().parents[2]
SMALL = NetConfig(depth=1, base_filters=2)


@pytest.fixture
def real_child(monkeypatch):
    """Exports in a child of their own, as people's are."""
    monkeypatch.setattr(exported, "_export_in_child", in_a_child_of_its_own)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty folder for exported networks."""
    monkeypatch.setenv("NETWORK_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def weights(tmp_path):
    save_weights(build(SMALL, seed=1), tmp_path / "net.keras")
    return tmp_path / "net.keras"


@pytest.fixture
def no_child(monkeypatch):
    """From now on a child process is an error."""

    def refuse(*arguments, **settings):
        raise AssertionError("a child process was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)


def image(height=16, width=16, channels=1):
    return np.random.default_rng(0).random((1, height, width, channels), np.float32)


def kept(cache):
    return sorted(path for path in cache.iterdir() if path.suffix == ".zip")


def test_other_weights_of_the_same_network_are_read_and_need_no_child(cache, weights, tmp_path, request):
    first = Network(weights, (16, 16), "segment")(image())[0]
    other = build(SMALL, seed=2)
    save_weights(other, tmp_path / "other.keras")
    request.getfixturevalue("no_child")
    found = Network(tmp_path / "other.keras", (16, 16), "segment")(image())[0]
    np.testing.assert_allclose(found, np.asarray(other(image())), atol=TOLERANCE)
    assert np.abs(found - first).max() > 1e-3
    # The graph holds none of them: 1,000 numbers would not fit.
    assert len(kept(cache)) == 1 and kept(cache)[0].stat().st_size < read_weights(weights).path.stat().st_size


def test_a_damaged_file_is_made_again(real_child, cache, weights):
    expected = Network(weights, (16, 16), "segment")(image())[0]
    (path,) = kept(cache)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    np.testing.assert_array_equal(Network(weights, (16, 16), "segment")(image())[0], expected)
    assert path.read_bytes() == whole


def test_two_that_ask_at_once_make_it_once(real_child, cache, weights, monkeypatch):
    started = []
    run = subprocess.run

    def counted(*arguments, **settings):
        started.append(arguments)
        return run(*arguments, **settings)

    monkeypatch.setattr(subprocess, "run", counted)
    with ThreadPoolExecutor(2) as pool:
        networks = list(pool.map(lambda _: Network(weights, (16, 16), "segment"), range(2)))
    np.testing.assert_array_equal(networks[0](image())[0], networks[1](image())[0])
    assert len(started) == len(kept(cache)) == 1


def test_where_nothing_can_be_kept_it_still_predicts(weights, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NETWORK_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert Network(weights, (16, 16), "segment")(image())[0].shape == (1, 16, 16, 1)


def test_weights_that_do_not_fit_their_network_are_refused(cache, weights, tmp_path, request):
    def more_filters(config):
        config["config"]["layers"][1]["config"]["filters"] = 7
        return config

    Network(weights, (16, 16), "segment")
    request.getfixturevalue("real_child")
    with zipfile.ZipFile(weights) as old, zipfile.ZipFile(tmp_path / "odd.keras", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                content = json.dumps(more_filters(json.loads(content))).encode()
            new.writestr(name, content)
    with pytest.raises(BadModelError, match="odd.keras cannot be opened as a Keras model"):
        Network(tmp_path / "odd.keras", (16, 16), "segment")


def test_unsafe_weights_are_refused_before_anything_is_started(no_child, tmp_path):
    inputs = keras.Input((8, 8, 1))
    keras.Model(inputs, keras.layers.Lambda(lambda x: x)(inputs)).save(tmp_path / "evil.keras")
    with pytest.raises(BadModelError, match="holds a Lambda layer"):
        Network(tmp_path / "evil.keras", (8, 8), "segment")


@pytest.mark.slow
def test_what_openvino_refuses_is_predicted_in_a_child_process(real_child, cache, tmp_path, monkeypatch):
    # Every plain layer can be exported, see below, so the refusal itself is made up.
    monkeypatch.setattr(exported, "child_program", lambda *names: "raise SystemExit(1)")
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(inputs))
    save_weights(model, tmp_path / "odd.keras")
    network = Network(tmp_path / "odd.keras", (99, 99), "segment")
    assert network.sizes.input_size == network.sizes.answer_size == (8, 8)
    two = np.concatenate([image(8, 8, 3), 1 - image(8, 8, 3)])
    np.testing.assert_allclose(network(two)[0], np.asarray(model(two)), atol=1e-5)
    assert kept(cache) == []
    # One that was killed is told of, and the next call starts another.
    network._run._child.kill()
    with pytest.raises(BadModelError, match="The process that runs odd.keras ended"):
        network(two)
    np.testing.assert_allclose(network(two)[0], np.asarray(model(two)), atol=1e-5)


def test_the_networks_that_ship_need_no_child(no_child, tmp_path, monkeypatch):
    """`make exported` writes these files; one that nothing needs any more is an error too."""
    monkeypatch.setenv("NETWORK_CACHE_DIR", str(tmp_path))
    used = set()
    read = exported._read
    monkeypatch.setattr(exported, "_read", lambda path: used.add(path) or read(path))
    from core.classification.predictor import load_classifier
    from core.inference.click_network import CLICK_MODEL, ClickNetwork
    from core.inference.predictor import load_predictor

    for card in sorted(MODELS_DIR.glob("*/card.json")):
        load = load_classifier if "labels" in json.loads(card.read_text()) else load_predictor
        (ClickNetwork if card.parent == CLICK_MODEL else load)(card.parent)
    assert used == set(exported.SHIPPED_DIR.glob("*.zip"))


L = keras.layers
LAYERS = {
    "strides": [
        L.Conv2D(4, 3, strides=2, padding="same"),
        L.Conv2DTranspose(2, 3, strides=2, padding="same"),
    ],
    "large_steps": [L.MaxPooling2D(8), L.Conv2DTranspose(2, 16, strides=8, padding="same")],
    "dilation": [L.Conv2D(2, 3, dilation_rate=2, padding="same"), L.DepthwiseConv2D(3, padding="same")],
    "groups": [L.Conv2D(4, 3, groups=2, padding="same"), L.SeparableConv2D(2, 3, padding="same")],
    "pooling": [L.MaxPooling2D(3, 1, padding="same"), L.AveragePooling2D(3, 1, padding="same")],
    "bilinear": [L.AveragePooling2D(2), L.UpSampling2D(2, interpolation="bilinear"), L.ZeroPadding2D(1)],
    "normalisation": [L.BatchNormalization(), L.LayerNormalization(), L.GroupNormalization(2)],
    "unit": [L.UnitNormalization(), L.Rescaling(2.0, -1.0), L.Cropping2D(1), L.Permute((2, 1, 3))],
    "activation": [L.PReLU(shared_axes=[1, 2]), L.ELU(), L.LeakyReLU(), L.ReLU(6.0), L.Softmax()],
    "noise": [L.Dropout(0.5), L.SpatialDropout2D(0.5), L.GaussianNoise(1.0), L.GaussianDropout(0.5)],
    "named": [L.Activation(name) for name in ("swish", "hard_silu", "gelu", "tanh", "selu", "mish")],
    "dense": [L.Dense(3), L.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])],
    "nested": [keras.Sequential([keras.Input((16, 16, 2)), L.Conv2D(2, 1), L.BatchNormalization()])],
}


@pytest.mark.slow
def test_every_plain_layer_computes_what_tensorflow_does(tmp_path):
    models = {name: _with_layers(layers) for name, layers in LAYERS.items()}
    for model in models.values():
        for seed, value in enumerate(model.variables):
            if value.dtype == "float32":
                value.assign(np.random.default_rng(seed).uniform(0.1, 1, value.shape))
    for name, model in models.items():
        model.save(tmp_path / f"{name}.keras")
    done = subprocess.run(
        [sys.executable, "-m", "tests.inference.export_many", *map(str, tmp_path.glob("*.keras"))],
        cwd=PROJECT,
        env={**os.environ, "KERAS_BACKEND": "openvino"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    for name, model in models.items():
        made = Exported.from_bytes((tmp_path / f"{name}.zip").read_bytes())
        run = compile_graph(made.graph, made.with_weights(read_weights(tmp_path / f"{name}.keras")))
        expected = np.asarray(model(image(), training=False))
        np.testing.assert_allclose(run(image())[0], expected, atol=TOLERANCE, err_msg=name)


@pytest.mark.parametrize(
    "layer",
    [
        # With 8 bits the variance of two nearly equal numbers comes out below 0, and its root is no number.
        L.LayerNormalization(),
        L.GroupNormalization(2),
        # Deep networks of these, as of the general weights, decide 2 pixels of 1,000 otherwise.
        L.DepthwiseConv2D(3, padding="same"),
    ],
)
def test_what_suffers_from_bfloat16_is_not_rounded_where_a_processor_prefers_it(cache, tmp_path, layer):
    model = _with_layers([layer])
    save_weights(model, tmp_path / "net.keras")
    openvino_core().set_property("CPU", {"INFERENCE_PRECISION_HINT": "bf16"})
    try:
        found = Network(tmp_path / "net.keras", (16, 16), "segment")(image())[0]
    finally:
        openvino_core().set_property("CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    np.testing.assert_allclose(found, np.asarray(model(image())), atol=TOLERANCE)


def _with_layers(layers):
    inputs = keras.Input((16, 16, 1))
    x = L.Concatenate()([L.Conv2D(1, 1)(inputs), L.Conv2D(1, 3, padding="same")(inputs)])
    for layer in layers:
        x = layer(x)
    return keras.Model(inputs, L.Conv2D(1, 1, activation="sigmoid")(x))


def test_nothing_is_reported_to_the_maker_of_openvino(tmp_path):
    """Its telemetry numbers each person in a file of their home folder, at the import already."""
    home = {name: str(tmp_path) for name in ("HOME", "LOCALAPPDATA")}
    for first in ("core.inference.running", "core.doctor"):
        code = f"import {first}, openvino; openvino.Core(); openvino.convert_model"
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env={**os.environ, **home}, check=True)
    assert list(tmp_path.iterdir()) == []
