import subprocess
import sys

import keras
import numpy as np
import pytest

from core.inference.export import save_weights
from tests.inference.conftest import with_layer

PLAIN_KERAS = """
import sys
import keras
import numpy as np
for name in sys.argv[1:]:
    model = keras.models.load_model(name, safe_mode=True)
    image = np.linspace(0, 1, 12 * 20, dtype="float32").reshape(1, 12, 20, 1)
    np.save(f"{name}.npy", np.asarray(model(image, training=False)))
    assert not [name for name in sys.modules if name.split(".")[0] == "core"]
    print(model.compiled, {layer.compute_dtype for layer in model.layers}, model.input_shape)
"""


def test_plain_keras_opens_it_without_this_project(network, tmp_path):
    names = ["net.keras", "net.h5"]
    for name in names:
        save_weights(network, tmp_path / name)
    run = subprocess.run(
        [sys.executable, "-c", PLAIN_KERAS, *names],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-2:] == ["False {'float32'} (None, None, None, 1)"] * 2
    image = np.linspace(0, 1, 12 * 20, dtype=np.float32).reshape(1, 12, 20, 1)
    expected = np.asarray(network(image, training=False))
    for name in names:
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), expected, atol=1e-6)


def test_an_earlier_file_is_replaced_whole(network, tmp_path):
    path = tmp_path / "net.keras"
    path.write_bytes(b"earlier")
    save_weights(network, path)
    assert path.read_bytes()[:2] == b"PK"
    assert [each.name for each in tmp_path.iterdir()] == ["net.keras"]


def test_another_ending_is_refused(network, tmp_path):
    with pytest.raises(ValueError, match="as .keras or .h5"):
        save_weights(network, tmp_path / "net.pt")


def test_a_compiled_network_is_refused(tmp_path):
    model = with_layer(keras.layers.ReLU())
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="uncompiled"):
        save_weights(model, tmp_path / "net.keras")


def test_a_layer_of_our_own_is_refused(tmp_path):
    from core.nets.fused_norm import FusedBatchNormalization

    model = with_layer(FusedBatchNormalization(0.9, 1e-3, name="ours"))
    with pytest.raises(ValueError, match="ours"):
        save_weights(model, tmp_path / "net.keras")
