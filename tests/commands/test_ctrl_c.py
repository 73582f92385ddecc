"""Ctrl-C while something is trained: it ends well, says how it goes on, and --resume finishes it.

What is interrupted is a process, as on a terminal; it goes on in this one, to save an import of TensorFlow.
"""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

import train
from core.cards import load_card
from core.experiments import __main__ as experiments
from core.experiments.runs.store import read_result, summary
from tests.commands.making import PROJECT, SMALL_NET, make_dataset

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("eager"),
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a single process"),
]

# So many that a process which was told to stop in the second could not have come to the last.
EPOCHS = 10
SECONDS_AT_THE_MOST = 600
WITHOUT_GRAPHS = """
import runpy
from tests.eager import eagerly
with eagerly():
    runpy.run_module("core.experiments", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ctrl_c")
    make_dataset(folder / "dataset", train=4, val=2)
    return folder


def interrupted(folder, words, *after):
    """Exit code, stdout and stderr of a command that gets a Ctrl-C once these starts of lines were seen."""
    wanted = list(after)
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(PROJECT)},
    ) as process:
        # Reading waits for as long as it takes; this is for a process that hangs.
        watchdog = threading.Timer(SECONDS_AT_THE_MOST, process.kill)
        watchdog.start()
        try:
            seen = []
            for line in process.stderr:
                seen.append(line)
                if line.startswith(wanted[0]):
                    del wanted[0]
                if not wanted:
                    process.send_signal(signal.SIGINT)
                    break
            out, err = process.communicate()
        finally:
            watchdog.cancel()
    said = "".join([*seen, err])
    assert not wanted, f"{wanted[0]!r} was never said:\n{said}"
    assert "Traceback" not in said
    return process.returncode, out, said


def test_training_ends_well_and_goes_on(here, capsys):
    flags = ["--data_dir", "dataset", "--epochs", str(EPOCHS), "--patience", "0", "--batch_size", "4"]
    command = [*flags, "--precision", "float32", *SMALL_NET]
    code, out, _ = interrupted(here, [str(PROJECT / "train.py"), *command], "epoch 2/")
    assert code == 0
    assert "The run was stopped; the same command with --resume goes on from the last whole epoch." in out
    import keras

    saved = here / "saved_model"
    for weights in ("unet_model.keras", "unet_model.h5"):
        assert keras.models.load_model(saved / weights, compile=False).count_params() > 0
    assert set(load_card(saved / "unet_model.card.json").validation) >= {"dice", "iou"}
    assert (saved / "checkpoints" / "last.npz").is_file()
    epochs_before = len((saved / "history.csv").read_text().splitlines()) - 1
    assert 2 <= epochs_before < EPOCHS

    assert train.main([*command, "--resume"]) == 0
    assert f"of {EPOCHS} was kept" in capsys.readouterr().out
    assert len((saved / "history.csv").read_text().splitlines()) - 1 == EPOCHS
    assert not (saved / "checkpoints").exists()


def test_an_experiment_keeps_what_is_finished_and_goes_on(here):
    flags = ["--data_dir", "dataset", "--arms", "unet", "fcn", "--epochs", str(EPOCHS), "--patience", "0"]
    size = ["--image_size", "32", "--depth", "1", "--base_filters", "2", "--precision", "float32"]
    asked = ["compare", *flags, *size, "--output_dir", "both"]
    code, out, _ = interrupted(here, ["-c", WITHOUT_GRAPHS, *asked], "Training fcn", "epoch 2/")
    assert code == 0
    assert out.count("Stopped before all of it was done") == 1
    assert "Go on with: python -m core.experiments compare --resume both" in out
    assert summary(here / "both").status == "stopped"
    assert [row["arm"] for row in read_result(here / "both").rows] == ["U-Net"]
    finished = here / "both" / "runs" / "unet" / "model.keras"
    trained_at = finished.stat().st_mtime_ns

    assert experiments.main(["compare", "--resume", "both"]) == 0
    assert summary(here / "both").status == "done"
    assert [row["arm"] for row in read_result(here / "both").rows] == ["U-Net", "FCN (no skips)"]
    assert finished.stat().st_mtime_ns == trained_at
    # It went on within the second run: each of its epochs was trained once, but for one that was cut short.
    lines = (here / "both" / "progress.jsonl").read_text().splitlines()
    epochs = [json.loads(line)["epoch"] for line in lines if json.loads(line)["run"] == "fcn"]
    assert sorted(set(epochs)) == list(range(1, EPOCHS + 1)) and len(epochs) <= EPOCHS + 1
