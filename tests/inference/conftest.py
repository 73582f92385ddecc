import keras
import pytest

from core.config import NetConfig
from core.inference.export import save_weights
from core.inference.running import openvino_core
from core.nets import build

TOLERANCE = 1e-5


@pytest.fixture(scope="module", autouse=True)
def in_float32():
    """A file of tests predicts alike on every processor; by itself OpenVINO takes bfloat16 where it can."""
    hint = "INFERENCE_PRECISION_HINT"
    before = openvino_core().get_property("CPU", hint)
    openvino_core().set_property("CPU", {hint: "f32"})
    yield
    openvino_core().set_property("CPU", {hint: before})


@pytest.fixture(scope="session")
def network():
    """A small network whose weights are random but fixed."""
    return build(NetConfig(depth=2, base_filters=4), seed=11)


@pytest.fixture(scope="session")
def model_file(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "net.keras"
    save_weights(network, path)
    return path


def with_layer(layer):
    """A model from image to map with one layer of the caller's between two convolutions."""
    inputs = keras.Input((None, None, 1))
    x = keras.layers.Conv2D(2, 1)(inputs)
    x = keras.layers.Conv2D(1, 1)(layer(x))
    return keras.Model(inputs, x)
