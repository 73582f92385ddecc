"""docs/colab_tpu.ipynb, top to bottom on the processor; the cells that only Colab can run are left out."""

import json
import os
import subprocess
import sys

import pytest

from core.cards import load_card
from tests.commands.making import PROJECT, SMALL_NET, make_dataset

NOTEBOOK = PROJECT / "docs" / "colab_tpu.ipynb"
SKIPPED = {"mount", "install"}

# In a process of its own: Jupyter's client is not free of warnings.
EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
skipped = set(sys.argv[3:])
notebook.cells = [c for c in notebook.cells if not skipped & set(c.metadata.get("tags", ()))]
nbclient.NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


def test_only_the_cells_for_colab_are_skipped():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    tagged = {tag: "".join(cell["source"]) for cell in cells for tag in cell["metadata"].get("tags", ())}
    assert set(tagged) == SKIPPED
    assert "drive.mount" in tagged["mount"] and "requirements.txt" in tagged["install"]
    assert all(not cell.get("outputs") for cell in cells)


@pytest.mark.slow
def test_the_notebook_trains_and_saves(tmp_path):
    make_dataset(tmp_path / "dataset", train=6)
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(NOTEBOOK), str(tmp_path / "done.ipynb"), *SKIPPED],
        cwd=tmp_path,
        env={
            **os.environ,
            "PROJECT_DIR": str(PROJECT),
            "DATA_DIR": str(tmp_path / "dataset"),
            "OUTPUT_DIR": str(tmp_path / "trained"),
            "TRAIN_FLAGS": " ".join(["--epochs", "1", "--batch_size", "2", *SMALL_NET]),
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=1000,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert load_card(tmp_path / "trained" / "unet_model.card.json").validation
    cells = json.loads((tmp_path / "done.ipynb").read_text(encoding="utf-8"))["cells"]
    said = "".join("".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", ()))
    assert "Training on CPU" in said and "12 files" in said
