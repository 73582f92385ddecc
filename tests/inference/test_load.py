import json
import pickle
import zipfile

import h5py
import keras
import numpy as np
import pytest

from core.errors import BadModelError
from core.inference.load import load_network
from tests.inference.conftest import with_layer


def refused(path, match):
    with pytest.raises(BadModelError, match=match) as caught:
        load_network(path)
    assert "\n" not in str(caught.value)


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
    refused(tmp_path / f"evil{ending}", f"evil{ending} holds a Lambda layer")


@keras.saving.register_keras_serializable("somebody")
class Registered(keras.layers.Layer):
    def call(self, inputs):
        return inputs


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_registered_layer_is_refused(tmp_path, ending):
    with_layer(Registered()).save(tmp_path / f"evil{ending}")
    refused(tmp_path / f"evil{ending}", "Registered")


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

    refused(rewrite(model_file, tmp_path / "evil.keras", call_os), "'function'")


def test_a_stock_name_from_another_module_is_refused(model_file, tmp_path):
    def from_elsewhere(config):
        config["config"]["layers"][1]["module"] = "evil.layers"
        return config

    refused(rewrite(model_file, tmp_path / "evil.keras", from_elsewhere), "'Conv2D'")


def test_another_file_in_the_archive_is_refused(model_file, tmp_path):
    path = tmp_path / "evil.keras"
    path.write_bytes(model_file.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/payload.py", "print()")
    refused(path, "holds assets/payload.py")


def test_a_pickle_is_refused(tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(pickle.dumps({"weights": [1, 2]}))
    refused(path, "model.h5 is no Keras model file")


def test_weights_that_lie_in_another_file_are_refused(network, tmp_path):
    path = tmp_path / "evil.h5"
    network.save(path)
    with h5py.File(path, "a") as file:
        file["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")
    refused(path, "points to other files")


def test_objects_among_the_weights_are_refused(network, tmp_path):
    path = tmp_path / "evil.h5"
    network.save(path)
    with h5py.File(path, "a") as file:
        file.create_dataset("words", data=["a", "b"], dtype=h5py.string_dtype())
    refused(path, "not plain numbers")


def test_weights_without_a_network_are_refused(tmp_path):
    with h5py.File(tmp_path / "only.h5", "w") as file:
        file.create_dataset("kernel", data=[1.0])
    refused(tmp_path / "only.h5", "weights without their network")


def test_a_missing_model_is_one_sentence(tmp_path):
    refused(tmp_path / "none.keras", "There is no model at")


@pytest.mark.parametrize("keep", [0, 1, 100, 3000])
def test_a_file_that_is_cut_off_is_one_sentence(model_file, tmp_path, keep):
    path = tmp_path / "cut.keras"
    path.write_bytes(model_file.read_bytes()[:keep])
    refused(path, "cut.keras is (no Keras model file|cut off or damaged)")


def test_a_cut_off_h5_is_one_sentence(network, tmp_path):
    network.save(tmp_path / "net.h5")
    whole = (tmp_path / "net.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.h5", "cut.h5")


def test_a_configuration_that_does_not_fit_the_weights_is_one_sentence(model_file, tmp_path):
    def more_filters(config):
        config["config"]["layers"][1]["config"]["filters"] = 7
        return config

    refused(rewrite(model_file, tmp_path / "odd.keras", more_filters), "cannot be opened as a Keras model")


def test_a_classifier_is_refused(tmp_path):
    inputs = keras.Input((8, 8, 1))
    keras.Model(inputs, keras.layers.Flatten()(inputs)).save(tmp_path / "classes.keras")
    refused(tmp_path / "classes.keras", "no network from one image")
