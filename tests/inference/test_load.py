import json
import pickle
import re
import zipfile

import h5py
import keras
import numpy as np
import pytest

from core.errors import BadModelError
from core.inference.load import load_network
from core.inference.stock_layers import weights_path
from tests.inference.conftest import with_layer


def refusal(path):
    """The one sentence with which a model is refused."""
    with pytest.raises(BadModelError) as caught:
        load_network(path)
    (line,) = str(caught.value).splitlines()
    return line


def rewrite(source, target, change):
    """A copy of a .keras file whose configuration went through `change`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                data = json.dumps(change(json.loads(data))).encode()
            new.writestr(name, data)
    return target


def test_a_model_of_ours_opens(model_file, network):
    loaded = load_network(model_file)
    np.testing.assert_array_equal(loaded.get_weights()[0], network.get_weights()[0])


def test_a_compiled_model_from_plain_keras_opens_uncompiled(tmp_path):
    model = with_layer(keras.layers.BatchNormalization())
    model.compile("adam", "binary_crossentropy")
    model.save(tmp_path / "other.keras")
    assert not load_network(tmp_path / "other.keras").compiled


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_lambda_layer_is_refused(tmp_path, ending):
    model = with_layer(keras.layers.Lambda(lambda x: x * 2))
    model.save(tmp_path / f"evil{ending}")
    assert f"evil{ending} holds a Lambda layer" in refusal(tmp_path / f"evil{ending}")


@keras.saving.register_keras_serializable("somebody")
class Registered(keras.layers.Layer):
    def call(self, inputs):
        return inputs


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_registered_layer_is_refused(tmp_path, ending):
    with_layer(Registered()).save(tmp_path / f"evil{ending}")
    assert "Registered" in refusal(tmp_path / f"evil{ending}")


def test_a_function_by_name_is_refused(model_file, tmp_path):
    def call_os(config):
        activation = {
            "module": "os",
            "class_name": "function",
            "config": "system",
            "registered_name": "system",
        }
        config["config"]["layers"][1]["config"]["activation"] = activation
        return config

    assert "'function'" in refusal(rewrite(model_file, tmp_path / "evil.keras", call_os))


def test_a_stock_name_from_another_module_is_refused(model_file, tmp_path):
    def from_elsewhere(config):
        config["config"]["layers"][1]["module"] = "evil.layers"
        return config

    assert "'Conv2D'" in refusal(rewrite(model_file, tmp_path / "evil.keras", from_elsewhere))


def test_how_an_inner_model_was_compiled_is_on_the_list_too(tmp_path):
    inputs = keras.Input((None, None, 2))
    inner = keras.Model(inputs, keras.layers.Conv2D(2, 1)(inputs))
    with_layer(inner).save(tmp_path / "net.keras")
    assert load_network(tmp_path / "net.keras")

    def compiled(config):
        (inner,) = (layer for layer in config["config"]["layers"] if layer["class_name"] == "Functional")
        inner["compile_config"] = {
            "loss": {"module": "builtins", "class_name": "function", "config": "print"}
        }
        return config

    path = rewrite(tmp_path / "net.keras", tmp_path / "evil.keras", compiled)
    assert "'function'" in refusal(path)


def test_a_module_that_keras_cannot_import_is_one_sentence(model_file, tmp_path):
    def from_nowhere(config):
        config["config"]["layers"][1]["module"] = "keras.nowhere"
        return config

    path = rewrite(model_file, tmp_path / "odd.keras", from_nowhere)
    assert "odd.keras cannot be opened as a Keras model" in refusal(path)


def test_another_file_in_the_archive_is_refused(model_file, tmp_path):
    path = tmp_path / "evil.keras"
    path.write_bytes(model_file.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/payload.py", "print()")
    assert "holds assets/payload.py" in refusal(path)


def test_a_pickle_is_refused(tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(pickle.dumps({"weights": [1, 2]}))
    assert "model.h5 is no Keras model file" in refusal(path)


def test_weights_that_lie_in_another_file_are_refused(network, tmp_path):
    path = tmp_path / "evil.h5"
    network.save(path)
    with h5py.File(path, "a") as file:
        file["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")
    assert "points to other files" in refusal(path)


def test_objects_among_the_weights_are_refused(network, tmp_path):
    path = tmp_path / "evil.h5"
    network.save(path)
    with h5py.File(path, "a") as file:
        file.create_dataset("words", data=["a", "b"], dtype=h5py.string_dtype())
    assert "not plain numbers" in refusal(path)


def test_weights_without_a_network_are_refused(tmp_path):
    with h5py.File(tmp_path / "only.h5", "w") as file:
        file.create_dataset("kernel", data=[1.0])
    assert "weights without their network" in refusal(tmp_path / "only.h5")


def test_a_missing_model_is_one_sentence(tmp_path):
    assert "There is no model at" in refusal(tmp_path / "none.keras")


@pytest.mark.parametrize("keep", [0, 1, 100, 3000])
def test_a_file_that_is_cut_off_is_one_sentence(model_file, tmp_path, keep):
    path = tmp_path / "cut.keras"
    path.write_bytes(model_file.read_bytes()[:keep])
    assert re.search(r"cut.keras is (no Keras model file|cut off or damaged)", refusal(path))


def test_a_cut_off_h5_is_one_sentence(network, tmp_path):
    network.save(tmp_path / "net.h5")
    whole = (tmp_path / "net.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    assert "cut.h5" in refusal(tmp_path / "cut.h5")


def test_a_configuration_that_does_not_fit_the_weights_is_one_sentence(model_file, tmp_path):
    def more_filters(config):
        config["config"]["layers"][1]["config"]["filters"] = 7
        return config

    assert "cannot be opened as a Keras model" in refusal(
        rewrite(model_file, tmp_path / "odd.keras", more_filters)
    )


def test_a_classifier_is_refused(tmp_path):
    inputs = keras.Input((8, 8, 1))
    keras.Model(inputs, keras.layers.Flatten()(inputs)).save(tmp_path / "classes.keras")
    assert "no network from one image" in refusal(tmp_path / "classes.keras")


def test_a_model_folder_may_hold_its_weights_under_another_name(tmp_path):
    assert weights_path(tmp_path) == tmp_path / "model.keras"
    (tmp_path / "unet_model.keras").touch()
    assert weights_path(tmp_path) == tmp_path / "unet_model.keras"
    (tmp_path / "other.keras").touch()
    assert weights_path(tmp_path) == tmp_path / "model.keras"  # of two nobody says which
    assert weights_path(tmp_path / "other.keras") == tmp_path / "other.keras"
