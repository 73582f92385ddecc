import numpy as np
import pytest

from core.cards import save_card
from core.classification.backbones import build_classifier
from core.classifier_cards import ClassifierCard
from core.imaging.decode import DecodedImage
from core.inference.export import save_weights
from tests.inference.conftest import in_float32 as in_float32

LABELS = ("MEL", "NV", "Other_SC")


@pytest.fixture(scope="session")
def network():
    """A small classifier whose weights are random but fixed."""
    return build_classifier("small", 3, image_size=32, seed=3)


@pytest.fixture(scope="session")
def weights(network, tmp_path_factory):
    """Its weights file."""
    path = tmp_path_factory.mktemp("classifier") / "model.keras"
    save_weights(network, path)
    return path


@pytest.fixture
def card():
    return ClassifierCard("lesions", labels=LABELS, image_size=32, backbone="small")


@pytest.fixture
def folder(tmp_path, network, card):
    """A classifier's folder."""
    save_weights(network, tmp_path / "model.keras")
    save_card(card, tmp_path / "card.json")
    return tmp_path


@pytest.fixture
def lesion():
    """A colour image of 40 x 56 with a brown spot, and the spot's mask."""
    generator = np.random.default_rng(5)
    values = generator.integers(180, 220, (40, 56, 3), dtype=np.uint8)
    mask = np.zeros((40, 56), np.uint8)
    mask[10:22, 30:46] = 1
    values[mask == 1] = (90, 50, 40)
    return DecodedImage(values), mask
