import json

import pytest

from core.cards import ModelCard, load_card, save_card
from core.config import MODELS_DIR, TrainConfig
from core.errors import BadModelError


def test_a_card_comes_back_as_it_was(tmp_path):
    card = ModelCard("wide", image_size=(448, 592), training=TrainConfig(image_size=(448, 592)))
    save_card(card, tmp_path / "card.json")
    assert load_card(tmp_path / "card.json") == card


def test_a_card_of_before_sizes_had_two_sides_means_a_square(tmp_path):
    save_card(ModelCard("old", training=TrainConfig()), tmp_path / "card.json")
    values = json.loads((tmp_path / "card.json").read_text())
    values["image_size"] = values["training"]["image_size"] = 192
    (tmp_path / "card.json").write_text(json.dumps(values))
    card = load_card(tmp_path / "card.json")
    assert card.image_size == card.training.image_size == (192, 192)


def test_shipped_models_are_square():
    sizes = {
        name: load_card(MODELS_DIR / name / "card.json").image_size for name in ("lung_xray", "skin_lesion")
    }
    assert sizes == {"lung_xray": (256, 256), "skin_lesion": (192, 192)}


@pytest.mark.parametrize("size", [[256], [1, 2, 3], "256"])
def test_a_size_that_is_none_is_refused(tmp_path, size):
    (tmp_path / "card.json").write_text(json.dumps({"name": "odd", "image_size": size}))
    with pytest.raises(BadModelError, match="expected 2 values"):
        load_card(tmp_path / "card.json")
