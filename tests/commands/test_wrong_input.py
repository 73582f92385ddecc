"""Wrong input: one sentence on stderr, exit code 2, before TensorFlow is even imported."""

import subprocess
import sys

import numpy as np
import pytest

from tests.commands.making import PROJECT, SECONDS_AT_THE_MOST, make_dataset, run, run_here, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    make_dataset(folder / "dataset", train=3)
    write(folder / "image.png", np.zeros((4, 4), np.uint8))
    (folder / "model.keras").write_bytes(b"this is no model")
    (folder / "about.json").write_text("[1, 2]")
    return folder


@pytest.mark.parametrize(
    ("script", "arguments", "sentence"),
    [
        ("train.py", ["--epochs", "5"], "--data_dir"),
        ("train.py", ["--rerun", "dataset"], "There is no dataset/run.json"),
        ("train.py", ["--rerun", "dataset", "--epochs", "5"], "so --epochs cannot be given too"),
        ("train.py", ["--data_dir", "carrier://x"], "carrier://x cannot be reached"),
        ("train.py", ["--data_dir", "dataset", "--num_classes", "3", "--classes", "a", "b"], "names 2"),
        ("train.py", ["--data_dir", "dataset", "--epochs", "0"], "whole number from 1 on, got '0'"),
        ("train.py", ["--data_dir", "dataset", "--batch_size", "many"], "got 'many'"),
        ("train.py", ["--data_dir", "dataset", "--image_size", "100"], "not a multiple of 2**depth = 16"),
        ("train.py", ["--data_dir", "dataset", "--image_size", "448x"], "height x width such as 448x592"),
        ("train.py", ["--data_dir", "dataset", "--image_size", "0x3"], "each from 8 to 4096, got '0x3'"),
        ("train.py", ["--data_dir", "dataset", "--image_size", "448x591"], "448x591, 591 is not a multiple"),
        ("train.py", ["--data_dir", "dataset", "--augment", "wild"], "got 'wild'"),
        ("train.py", ["--data_dir", "dataset", "--augment", "none", "twist=3"], "twist=3"),
        ("train.py", ["--data_dir", "dataset", "--scaling_low", "300"], "must be below"),
        ("train.py", ["--data_dir", "dataset", "--classes", "lung"], "expected 2 to 254 classes"),
        ("train.py", ["--data_dir", "dataset", "--mask_values", "some"], 'takes "union", values'),
        ("train.py", ["--data_dir", "dataset", "--mask_values", "union", "1"], 'either "union" for all'),
        ("train.py", ["--data_dir", "dataset", "--preview_augmentation", "a.jpg"], "a.jpg must end in .png"),
        (
            "train.py",
            ["--data_dir", "dataset", "--init_from", "none.keras"],
            "There is no model at none.keras",
        ),
        ("train.py", ["--data_dir", "dataset", "--about", "about.json"], "about.json must be a JSON object"),
        ("evaluate.py", ["--data_dir", "dataset", "--model_path", "none.h5"], "There is no model at none.h5"),
        ("evaluate.py", ["--data_dir", "dataset", "--model_path", "model.keras"], "no Keras model file"),
        ("evaluate.py", ["--data_dir", "d", "--model_path", "m", "--threshold", "2"], "number from 0 to 1"),
        ("predict.py", ["--image_path", "image.png", "--model_path", "image.png"], "no Keras model file"),
    ],
)
def test_one_sentence_and_exit_code_2(folder, script, arguments, sentence):
    done = run_here(folder, script, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_all_problems_of_a_data_set_are_listed(folder, tmp_path):
    root = make_dataset(tmp_path / "bad", train=3)
    (root / "train" / "masks" / "사진_0.png").unlink()
    (root / "train" / "images" / "사진_1.png").write_bytes(b"nothing")
    done = run(tmp_path, "train.py", "--data_dir", "bad")
    assert done.returncode == 2
    assert "사진_0.png has no mask" in done.stderr and "사진_1.png" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("script", ["train.py", "evaluate.py", "predict.py"])
def test_help_has_examples_and_every_flag_says_what_it_does(tmp_path, script):
    done = run_here(tmp_path, script, "--help")
    assert done.returncode == 0 and f"python {script}" in done.stdout
    assert "None)" not in done.stdout


@pytest.mark.parametrize(
    ("command", "words"),
    [("train", "--help"), ("evaluate", "--data_dir d --model_path none"), ("predict", "--image_path none")],
)
def test_help_and_refusals_do_not_wait_for_tensorflow(tmp_path, command, words):
    """Importing it takes seven seconds."""
    code = f"""
import sys, core.commands, {command}
sys.argv[1:] = {words.split()}
try:
    core.commands.run({command}.main)
except SystemExit as ended:
    print(ended.code, "tensorflow" in sys.modules, "keras" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_AT_THE_MOST,
    )
    assert done.stdout.splitlines()[-1] == f"{0 if words == '--help' else 2} False False", done.stderr
