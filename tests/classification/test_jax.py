"""A classifier is trained and asked on JAX in a process that cannot import TensorFlow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = """
import importlib.abc, sys

class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tensorflow":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Without())
from core.training.quiet_start import start_keras
start_keras()
from pathlib import Path
import keras
from core.classification.fit import ClassifyRun, train_classifier
from core.classification.predictor import Classifier
from core.classifier_cards import ClassifierCard, ClassifyConfig
from core.imaging.decode import DecodedImage
from core.inference.export import save_weights
from tests.classification.making import spots

settings = ClassifyConfig("small", pretrained=False, image_size=32, epochs=1, batch_size=6, loss="focal")
images = spots([0, 1, 2] * 2, 0)
result = train_classifier(images, images, ClassifyRun(3, settings))
card = ClassifierCard("spots", labels=("a", "b", "c"), image_size=32)
save_weights(result.model, Path(sys.argv[1]))
shares = Classifier(Path(sys.argv[1]), card).classify(DecodedImage(images.images[0]))
print(keras.backend.backend(), round(sum(shares.values()), 6))
"""


@pytest.mark.slow
def test_training_and_asking_need_no_tensorflow(tmp_path):
    pytest.importorskip("jax", reason="JAX is a requirement of the tests alone")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "model.keras")],
        cwd=PROJECT,
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["jax", "1.0"]
