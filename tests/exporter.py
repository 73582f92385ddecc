"""Networks of this process's tests are exported by one child for all: each import of Keras takes seconds.

What servers, workers and commands need, and the tests of the export itself, have a child each, as people do.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from unittest import mock

from core.inference import exported

PROJECT = Path(__file__).resolve().parents[1]
in_a_child_of_its_own = exported._export_in_child


@contextlib.contextmanager
def one_child(folder):
    """Every export until the end; the folder is for what is exported."""
    child, lock = None, threading.Lock()

    def export(path, image_size, purpose):
        nonlocal child
        with lock:
            if child is None:
                child = subprocess.Popen(
                    [sys.executable, "-m", "tests.exporter", str(folder / "exported")],
                    cwd=PROJECT,
                    env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "openvino"},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            child.stdin.write(json.dumps([str(path.resolve()), image_size, purpose]) + "\n")
            child.stdin.flush()
            refused = json.loads(child.stdout.readline())
            if refused:
                exported.logger.warning("%s is not exported for OpenVINO:\n%s", path, refused)
                return None
            return (folder / "exported").read_bytes()

    with mock.patch.object(exported, "_export_in_child", export):
        yield
    if child is not None:
        child.communicate()


def main(target):
    """A line in, a file and a line out, until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.modules.update(dict.fromkeys(["IPython", "jax", "matplotlib", "pandas", "sklearn"]))
    from core.inference.exporting import export

    for line in sys.stdin:
        path, image_size, purpose = json.loads(line)
        refused = ""
        try:
            target.write_bytes(export(Path(path), tuple(image_size), purpose).to_bytes())
        # Whatever it is, the one who asked is told.
        except Exception as error:
            refused = repr(error)
        print(json.dumps(refused), file=answers, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
