"""Folds one after the other in one process: what each predicts, and how often Keras compiles for it."""

import keras
import numpy as np
import pytest

from core.classification.fit import ClassifyRun, run_fold
from core.classification.logits import Logits
from core.classifier_cards import ClassifyConfig
from core.config import AugmentConfig
from tests.classification.making import spots

# Eighteen images in batches of four: a remainder wherever a part of them is predicted.
EXAMPLES = spots([0, 1, 2] * 6, seed=0)
TRAINED, ASIDE, HELD = 0, 1, 2
RUN = ClassifyRun(
    3,
    ClassifyConfig("small", pretrained=False, image_size=32, epochs=2, batch_size=4, patience=0),
    AugmentConfig(0, 0, 0, 0, 0, 0, 0),
    flips=("horizontal",),
)


@pytest.fixture
def compilings(monkeypatch):
    """What Keras compiled predictions for: one entry a time, the batch's shape."""
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow compiles in this way, and warns of it")
    seen = []
    step = keras.Model.predict_step

    def counted(model, data):
        seen.append(data[0].shape)
        return step(model, data)

    monkeypatch.setattr(keras.Model, "predict_step", counted)
    return seen


def test_a_fold_compiles_its_prediction_once(compilings):
    for fold in range(2):
        part_of = np.full(18, TRAINED)
        part_of[fold * 9 : fold * 9 + 3] = ASIDE
        part_of[fold * 9 + 3 : fold * 9 + 9] = HELD
        result = run_fold(EXAMPLES, part_of, RUN, alert=0)
        assert np.shape(result["probabilities"]) == (6, 3)
        np.testing.assert_allclose(np.sum(result["probabilities"], axis=1), 1)
    assert compilings == [(4, 32, 32, 3)] * 2


def test_a_batch_that_is_filled_up_changes_no_logits(network):
    images = EXAMPLES.images[:6]
    found = Logits(network, batch_size=4)(images, ("horizontal",))
    ends = keras.Model(network.inputs[0], network.get_layer("logits").output)
    both = [
        np.asarray(ends(turned.astype(np.float32) / 255, training=False))
        for turned in (images, images[:, :, ::-1])
    ]
    np.testing.assert_allclose(found, np.mean(both, axis=0), atol=1e-5)
