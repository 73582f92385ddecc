"""evaluate.py and predict.py on data, models and results that lie elsewhere, here in fsspec's memory.

In this process, which alone has that memory.
"""

import csv
import json
from importlib.util import find_spec

import cv2
import fsspec
import numpy as np
import pytest

import evaluate
import predict
from core.cards import ModelCard, card_path, save_card
from core.classifier_cards import ClassifierCard
from core.config import NetConfig
from core.errors import AppError
from tests.classification.making import spot
from tests.commands.making import disc, run_here

MODEL = ("--model_path", "memory://models/disc")
LABELS = ("--task", "classify", "--model_path", "memory://models/labels")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Models that call bright pixels foreground, as a folder and as weights files, and a classifier."""
    import keras

    from core.classification.backbones import build_classifier
    from core.inference.export import save_weights

    root = tmp_path_factory.mktemp("models")
    for weights, channels in (("disc/model.keras", 1), ("file/net.h5", 1), ("rgb/net.h5", 3)):
        layer = keras.layers.Conv2D(1, 1, activation="sigmoid")
        network = keras.Sequential([keras.Input((None, None, channels)), layer])
        kernel = np.full((1, 1, channels, 1), 20 / channels, np.float32)
        layer.set_weights([kernel, np.array([-10], np.float32)])
        (root / weights).parent.mkdir()
        save_weights(network, root / weights)
        # Of the size that a model without a card is taken for: a network is exported for each size.
        card = ModelCard("disc", net=NetConfig(depth=1, input_channels=channels))
        save_card(card, card_path(root / weights))
    (root / "labels").mkdir()
    save_weights(build_classifier("small", 2, image_size=32, seed=3), root / "labels" / "model.keras")
    labels = ClassifierCard("labels", labels=("MEL", "NV"), image_size=32, backbone="small", input="crop")
    save_card(labels, root / "labels" / "card.json")
    return root


@pytest.fixture
def memory(models):
    """Two test images with masks and labels, and the models."""
    system = fsspec.filesystem("memory")
    system.put(str(models), "/models", recursive=True)
    generator = np.random.default_rng(1)
    for index in range(2):
        put(system, f"/grey/test/images/{index}.png", disc(index)[0])
        put(system, f"/grey/test/masks/{index}.png", disc(index)[1])
        image, mask = spot(index, generator)
        put(system, f"/skin/test/images/{index}.png", image[..., ::-1])
        put(system, f"/skin/test/masks/{index}.png", mask * 255)
    system.pipe("/skin/labels.csv", b"image,label\n0,MEL\n1,NV\n")
    yield system
    system.rm("/", recursive=True)


def put(system, path, pixels):
    system.pipe(path, cv2.imencode(".png", pixels)[1].tobytes())


def names(system, folder):
    return {path.removeprefix(f"{folder}/") for path in system.find(folder)}


def rows_of(content):
    return list(csv.DictReader(content.decode().splitlines()))


def test_scores_are_written_and_the_card_is_kept_where_the_model_lies(memory, capsys):
    asked = ["--data_dir", "memory://grey", *MODEL, "--json", "memory://out/scores", "--update_card"]
    log = ["--test_log", "memory://out/log.csv"]
    assert evaluate.main([*asked, *log]) == evaluate.main([*asked, *log]) == 0
    lines = [(row["network"], row["data"]) for row in rows_of(memory.cat("/out/log.csv"))]
    assert lines == [("memory://models/disc", "memory://grey")] * 2
    scores = json.loads(memory.cat("/out/scores"))
    assert [image["image"] for image in scores["images"]] == ["0.png", "1.png"]
    kept = json.loads(memory.cat("/models/disc/card.json"))["test"]["dice"]["mean"]
    assert kept == pytest.approx(scores["dice"], abs=1e-5)
    # Nothing else was put back.
    assert names(memory, "/models/disc") == {"model.keras", "card.json"}
    assert "test: 2 images" in capsys.readouterr().out


def test_a_weights_file_brings_its_card_and_does_without(memory):
    asked = ["--data_dir", "memory://grey", "--model_path", "memory://models/file/net.h5"]
    assert evaluate.main([*asked, "--update_card"]) == 0
    assert "dice" in json.loads(memory.cat("/models/file/net.card.json"))["test"]
    memory.rm("/models/file/net.card.json")
    assert evaluate.main(asked) == 0


@pytest.mark.parametrize(
    ("images", "found"),
    [
        ("memory://grey/test/images", {"0", "1"}),
        ("memory://grey/test/images/1.png", {"1"}),
        ("memory://grey/*/images/0.p?g", {"0"}),
    ],
)
def test_images_are_a_folder_a_file_or_a_pattern(memory, capsys, images, found):
    assert predict.main(["--image_path", images, *MODEL, "--output_path", "memory://out/masks"]) == 0
    files = {f"{name}_{kind}.png" for name in found for kind in ("mask", "overlay")}
    assert names(memory, "/out/masks") == files | {"areas.csv"}
    said = capsys.readouterr().out
    assert "memory://out/masks/areas.csv" in said and "places-" not in said


def test_a_mask_may_lie_beside_its_image_but_not_in_its_place(memory):
    image = ["--image_path", "memory://grey/test/images/0.png", *MODEL]
    with pytest.raises(AppError, match="memory://grey/test/images/0.png would overwrite the image"):
        predict.main([*image, "--output_path", "memory://grey/test/images/0.png"])
    before = memory.cat("/grey/test/images/0.png")
    assert predict.main([*image, "--output_path", "memory://grey/test/images/found.png"]) == 0
    assert names(memory, "/grey/test/images") == {
        *("0.png", "1.png", "found.png", "found_overlay.png", "found_areas.csv")
    }
    assert memory.cat("/grey/test/images/0.png") == before


def test_here_and_elsewhere_may_be_mixed(memory, models, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = ["--image_path", "memory://grey/test/images", "--model_path", str(models / "disc")]
    assert predict.main(asked) == 0
    assert {path.name for path in (tmp_path / "predictions").iterdir()} >= {"0_mask.png", "areas.csv"}


def test_labels_are_scored_elsewhere(memory):
    data = ["--data_dir", "memory://skin", "--masks_from", "memory://skin/test/masks"]
    assert evaluate.main([*LABELS, *data, "--json", "memory://out/labels.json", "--update_card"]) == 0
    assert json.loads(memory.cat("/out/labels.json"))["num_images"] == 2
    assert json.loads(memory.cat("/models/labels/card.json"))["test"]
    assert names(memory, "/models/labels") == {"model.keras", "card.json"}


@pytest.mark.parametrize(
    ("masks_from", "files"),
    [
        ("memory://skin/test/masks", {"labels.csv"}),
        (
            "memory://models/rgb/net.h5",
            {"labels.csv", "areas.csv", "0_mask.png", "0_overlay.png", "1_mask.png", "1_overlay.png"},
        ),
    ],
)
def test_labels_are_told_with_masks_from_a_folder_or_a_model(memory, masks_from, files):
    images = ["--image_path", "memory://skin/test/images", "--output_path", "memory://out"]
    assert predict.main([*LABELS, *images, "--masks_from", masks_from]) == 0
    assert names(memory, "/out") == files
    assert [row["image"] for row in rows_of(memory.cat("/out/labels.csv"))] == ["0.png", "1.png"]


@pytest.mark.parametrize(
    ("command", "arguments", "sentence"),
    [
        (evaluate, ["--data_dir", "memory://none", *MODEL], "There is nothing at memory://none;"),
        (evaluate, ["--data_dir", "memory://skin/test", *MODEL], "memory://skin/test cannot be used"),
        (predict, ["--image_path", "memory://grey/*.gif", *MODEL], "nothing at memory://grey/.*gif"),
        (predict, ["--image_path", "memory://models/disc", *MODEL], "memory://models/disc holds no image"),
        (predict, ["--image_path", "memory://grey/../../x", *MODEL], "goes up by '..'"),
        (
            predict,
            ["--image_path", "memory://grey/test/images/0.png", "--model_path", "memory://models"],
            "There is no model at memory://models/model.keras",
        ),
    ],
)
def test_what_is_not_there_is_told_by_its_address(memory, command, arguments, sentence):
    with pytest.raises(AppError, match=sentence) as raised:
        command.main(arguments)
    assert "places-" not in str(raised.value)


@pytest.mark.parametrize("task", [(), ("--task", "classify")])
@pytest.mark.parametrize(
    ("script", "arguments", "sentence"),
    [
        ("evaluate.py", ["--data_dir", "memory://none", "--model_path", "m"], "nothing at memory://none"),
        ("evaluate.py", ["--data_dir", "gs://b/d", "--model_path", "m"], "gs://b/d cannot be reached"),
        ("predict.py", ["--image_path", "i.png", "--model_path", "carrier://m"], "carrier://m cannot be"),
        ("predict.py", ["--image_path", "memory://none", "--model_path", "m"], "nothing at memory://none"),
    ],
)
def test_a_wrong_address_is_one_sentence_and_exit_code_2(tmp_path, task, script, arguments, sentence):
    if "gs://b/d" in arguments and find_spec("gcsfs") is not None:
        pytest.skip("gcsfs is installed, so no driver is missing")
    done = run_here(tmp_path, script, *task, *arguments)
    assert done.returncode == 2 and sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("flag", ["--data_dir", "--masks_from"])
def test_classifiers_are_trained_on_folders_of_this_machine(tmp_path, flag):
    places = {"--data_dir": "data", flag: "memory://x"}
    words = [word for pair in places.items() for word in pair]
    done = run_here(tmp_path, "train.py", "--task", "classify", *words)
    assert done.returncode == 2 and "folders of this machine, got memory://x" in done.stderr
