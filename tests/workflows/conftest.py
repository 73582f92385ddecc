"""A workspace, small pictures, and stand-ins for models that need no Keras."""

import shutil

import cv2
import numpy as np
import pytest

from core.cards import ModelCard, save_card
from core.correction.corrections import encode_layer
from core.reasons import Reason
from core.registry.predictors import Predictors
from core.workflows.correct.open_image import open_image
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent, NewVersion, Workspace


@pytest.fixture
def workspace(tmp_path, empty_workspace):
    with Workspace.open(shutil.copytree(empty_workspace, tmp_path / "workspace")) as opened:
        yield opened


@pytest.fixture
def task(workspace):
    return workspace.tasks.get("lung_xray")


def png(array):
    return cv2.imencode(".png", np.asarray(array, np.uint8))[1].tobytes()


def gradient(height=4, width=6, first=0):
    """Grey values that rise by one from pixel to pixel."""
    return (np.arange(height * width).reshape(height, width) + first).astype(np.uint8)


class Brightness:
    """Stands for a model: the probability of a pixel is its grey value over 255."""

    def __init__(self, card, shift=0.0):
        self.card = card
        self.shift = shift
        self.num_predictions = 0

    def predict(self, image):
        self.num_predictions += 1
        values = image.values if image.values.ndim == 2 else image.values.mean(axis=-1)
        return np.clip(values.astype(np.float32) / 255 + self.shift, 0, 1)


@pytest.fixture
def add_version(workspace, task):
    """A version whose stand-in shifts the brightness; put into use unless told otherwise."""

    def add(name="first", shift=0.0, threshold=0.5, promote=True, task_id=None, job_id=None):
        folder = f"versions/{name}"
        save_card(ModelCard(name=name, threshold=threshold), workspace.folder(folder) / "card.json")
        (workspace.folder(folder) / "shift.txt").write_text(str(shift))
        version = workspace.versions.add(
            task.id if task_id is None else task_id,
            NewVersion(folder, name * 10, "fine_tuned", "Kim", job_id=job_id),
        )
        return (
            workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": "Test."}))
            if promote
            else version
        )

    return add


@pytest.fixture
def predictors():
    from core.cards import load_card

    loaded = []

    def load(folder):
        model = Brightness(load_card(folder / "card.json"), float((folder / "shift.txt").read_text()))
        loaded.append(model)
        return model

    made = Predictors(load=load)
    made.models = loaded
    return made


@pytest.fixture
def save(workspace, predictors):
    """Saves as the editor would: what is opened, with a layer over it."""

    def do(image, who, layer=None):
        opened = open_image(workspace, image.id, predictors, who=who)
        layer_png = opened.layer_png if layer is None else encode_layer(np.array([layer], np.uint8))
        version_id = None if opened.version is None else opened.version.id
        content = DraftContent(opened.threshold, layer_png, version_id, 3.0)
        return save_mask(workspace, image.id, predictors, content=content, who=who)

    return do
