"""What the server gets ready at its start, in a process of its own, and that nothing heavy comes with it."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = """
import asyncio, gc, sys, threading
from core.ui.ahead import getting_ready

async def serve():
    async with getting_ready(None):
        for thread in threading.enumerate():
            if thread.name == "getting ready":
                thread.join()

asyncio.run(serve())
heavy = ("tensorflow", "keras", "pandas", "matplotlib", "scipy.ndimage", "skimage.measure", "highdicom")
heavy = (*heavy, "pydicom", "nibabel", "alembic", "openvino")
ready = "core.ui.segment.editing" in sys.modules and gc.isenabled()
print(ready, [name for name in heavy if name in sys.modules])
"""


def test_the_server_gets_pages_and_store_ready_without_anything_heavy(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=PROJECT,
        env={**os.environ, "WORKSPACE_DIR": str(tmp_path / "workspace")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "True []"
    assert (tmp_path / "workspace" / "workspace.db").exists()
