"""train.py on runs that ended, runs that are trained again, and folders that lie elsewhere.

In this process but for the run that is killed: an import of TensorFlow costs more than these runs.
"""

import json
import os
import subprocess
import sys
import time

import fsspec
import keras
import numpy as np
import pytest

import train
from core.errors import AppError
from tests.commands.making import PROJECT, SMALL_NET, make_dataset, run_here, write

pytestmark = pytest.mark.slow

FLAGS = ("--epochs", "12", "--batch_size", "4", "--precision", "float32", *SMALL_NET)
FILES = {
    *("unet_model.keras", "unet_model.h5", "unet_model.card.json", "history.csv", "curves.png"),
    "run.json",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("again")
    make_dataset(folder / "dataset", train=8, test=2)
    return folder


@pytest.fixture(scope="module")
def whole(folder):
    before = os.getcwd()
    os.chdir(folder)
    assert train.main(["--data_dir", "dataset", "--output_dir", "whole", *FLAGS]) == 0
    os.chdir(before)
    return folder / "whole"


def weights(run_folder):
    return keras.models.load_model(run_folder / "unet_model.keras", compile=False).get_weights()


def difference(first, second):
    return max(float(np.abs(a - b).max()) for a, b in zip(weights(first), weights(second), strict=True))


def test_a_finished_run_leaves_its_record_and_no_checkpoint(whole):
    assert {path.name for path in whole.iterdir()} == FILES
    said = json.loads((whole / "run.json").read_text(encoding="utf-8"))
    assert {"net", "settings", "augment", "scaling", "seed", "command", "versions", "data"} <= said.keys()
    assert set(said["data"]) == {"train", "val"}
    hashes = [pair for split in said["data"].values() for pair in split.values()]
    assert len(hashes) == 8 and all(len(each) == 64 for pair in hashes for each in pair)


def test_a_killed_run_goes_on_to_the_same_weights(here, whole):
    command = ["--data_dir", "dataset", "--output_dir", "killed", *FLAGS]
    with subprocess.Popen(
        [sys.executable, str(PROJECT / "train.py"), *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        while not (here / "killed" / "checkpoints" / "last.npz").is_file():
            assert running.poll() is None
            time.sleep(0.01)
        running.kill()
    assert running.returncode == -9 and not (here / "killed" / "unet_model.keras").exists()
    assert train.main([*command, "--resume"]) == 0
    assert difference(here / "killed", whole) < 1e-6
    assert {path.name for path in (here / "killed").iterdir()} == FILES


def test_resuming_with_other_settings_names_them(here, whole, monkeypatch):
    (here / "other").mkdir(exist_ok=True)
    state = {"settings": {"epochs": 12}}
    from core.training import checkpoint

    checkpoint.save_state(
        checkpoint.RunState(1, False, state, (), 0, -1.0, [], [], []), here / "other" / "checkpoints"
    )
    with pytest.raises(AppError, match=r"other settings: .* was .* and is now"):
        train.main(["--data_dir", "dataset", "--output_dir", "other", *FLAGS, "--resume"])


def test_resuming_nothing_is_one_sentence(here):
    with pytest.raises(AppError, match="no checkpoint at"):
        train.main(["--data_dir", "dataset", "--output_dir", "nothing", *FLAGS, "--resume"])


def test_a_rerun_gives_the_same_weights(here, whole, capsys):
    assert train.main(["--rerun", "whole", "--output_dir", "rerun", "--tensorboard"]) == 0
    assert difference(here / "rerun", whole) < 1e-6
    assert list((here / "rerun" / "tensorboard" / "validation").iterdir())
    assert "Training on CPU, 1 device" in capsys.readouterr().out


def test_a_rerun_on_changed_data_names_the_first_file(here, whole, tmp_path):
    make_dataset(tmp_path / "dataset", train=8)
    write(tmp_path / "dataset" / "train" / "masks" / "사진_3.png", np.full((40, 56), 255, np.uint8))
    flags = ["--rerun", "whole", "--output_dir", "none", "--data_dir", str(tmp_path / "dataset")]
    with pytest.raises(AppError, match="masks/사진_3.png is not what it was when whole was trained"):
        train.main(flags)
    (tmp_path / "dataset" / "train" / "images" / "사진_3.png").unlink()
    (tmp_path / "dataset" / "train" / "masks" / "사진_3.png").unlink()
    with pytest.raises(AppError, match="사진_3, which whole was trained on, is not in"):
        train.main(flags)
    assert not (here / "none").exists()


@pytest.mark.usefixtures("eager")
def test_data_base_model_and_results_may_lie_elsewhere(here, whole):
    memory = fsspec.filesystem("memory")
    memory.put(str(here / "dataset"), "/dataset", recursive=True)
    memory.put(str(whole), "/base", recursive=True)
    places = ["--data_dir", "memory://dataset", "--output_dir", "memory://results/run"]
    short = ["--epochs", "1", "--batch_size", "4", "--init_from", "memory://base/unet_model.keras"]
    try:
        assert train.main([*places, *short]) == 0
        assert {path.rsplit("/", 1)[1] for path in memory.find("/results/run")} == FILES
        said = json.loads(memory.cat("/results/run/run.json"))
        assert said["request"]["data_source"] == "memory://dataset"
        with pytest.raises(AppError, match="memory://results/run holds files already"):
            train.main([*places, *short])
    finally:
        memory.rm("/", recursive=True)


@pytest.mark.usefixtures("eager")
def test_one_image_is_trained_on_and_nothing_is_validated(here, tmp_path):
    make_dataset(tmp_path / "one", train=1)
    arguments = ["--data_dir", str(tmp_path / "one"), "--output_dir", str(tmp_path / "out")]
    assert train.main([*arguments, "--epochs", "1", "--batch_size", "2", *SMALL_NET]) == 0
    assert "val_dice" in (tmp_path / "out" / "history.csv").read_text()


def test_wrong_wishes_are_one_sentence_and_exit_code_2(folder):
    flags = ("--data_dir", "dataset", "--epochs", "1", *SMALL_NET)
    done = run_here(folder, "train.py", *flags, "--accelerator", "tpu")
    assert done.returncode == 2 and done.stderr.startswith("No TPU was found by tensorflow")
    assert len(done.stderr.strip().splitlines()) == 1
