import cv2
import numpy as np
import pytest

from core.cards import ModelCard, load_card, save_card
from core.config import MODELS_DIR, NetConfig
from core.errors import BadModelError
from core.inference.export import save_weights
from core.nets import build
from train import main


@pytest.fixture
def sets(tmp_path):
    generator = np.random.default_rng(0)
    for name in ("round", "square"):
        for split in ("train", "val"):
            for kind in ("images", "masks"):
                (tmp_path / name / split / kind).mkdir(parents=True)
            for number in range(2):
                mask = np.zeros((40, 50), np.uint8)
                if name == "round":
                    cv2.circle(mask, (25, 20), 10 + number, 255, cv2.FILLED)
                else:
                    mask[10:30, 10:40] = 255
                picture = (mask // 2 + generator.integers(0, 60, mask.shape)).astype(np.uint8)
                cv2.imwrite(str(tmp_path / name / split / "images" / f"{number}.png"), picture)
                cv2.imwrite(str(tmp_path / name / split / "masks" / f"{number}.png"), mask)
    return [str(tmp_path / name) for name in ("round", "square")]


def test_the_command_trains_on_several_sets_and_writes_a_model_with_its_card(sets, tmp_path, capsys):
    out = tmp_path / "out"
    small = "--epochs 1 --batch_size 2 --examples 4 --validated 2 --base_filters 2 --depth 1".split()
    assert main(["--task", "click", "--data_dirs", *sets, "--output_dir", str(out), *small]) == 0
    assert "Epoch 1 of 1 was kept." in capsys.readouterr().out
    card = load_card(out / "card.json")
    assert card.net.architecture == "click" and card.net.input_channels == 6
    assert [(each.name, each.num_train, each.num_val) for each in card.data] == [
        ("round", 2, 2),
        ("square", 2, 2),
    ]
    assert 0 <= card.validation["dice"].mean <= 1
    assert {path.name for path in out.iterdir()} >= {"model.keras", "model.h5", "history.csv", "run.json"}


def test_it_goes_on_from_a_network_of_any_kind_that_has_six_channels(sets, tmp_path):
    base, out = tmp_path / "base", tmp_path / "out"
    base.mkdir()
    net = NetConfig(architecture="lite_unet", depth=1, base_filters=2, input_channels=6)
    save_weights(build(net), base / "model.keras")
    save_card(ModelCard("beginning", net=net), base / "card.json")
    few = ["--epochs", "1", "--batch_size", "2", "--examples", "2", "--validated", "2"]
    command = ["--task", "click", "--data_dirs", *sets, "--output_dir", str(out), *few, "--init_from"]
    assert main([*command, str(base)]) == 0
    assert load_card(out / "card.json").net == net

    with pytest.raises(BadModelError, match="lung_xray is no network that follows clicks"):
        main([*command, str(MODELS_DIR / "lung_xray")])


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Exception, match="nowhere"):
        main(
            [
                "--task",
                "click",
                "--data_dirs",
                str(tmp_path / "nowhere"),
                "--output_dir",
                str(tmp_path / "out"),
            ]
        )
