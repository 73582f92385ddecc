import os
import subprocess
import sys

from tests.pages.conftest import PROJECT


def test_the_whole_loop_imports_neither_tensorflow_nor_keras(tmp_path):
    """Streamlit clears Keras' session after each run of a page as soon as Keras is there."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.pages.without_keras", str(tmp_path)],
        cwd=PROJECT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == ["1 display geometry labels levels looked probability thumbnail", "[]"]
