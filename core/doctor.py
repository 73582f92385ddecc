"""`python -m core.doctor`: whether this machine has what the program needs, one line for each thing.

It writes one file to the workspace's folder and one to `FILES_URL`, and takes them away again. A workspace of
an older program is brought to this program's schema, as by the app.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import operator
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from core import language
from core.config import (
    PROJECT_DIR,
    database_url,
    engine_name,
    files_url,
    scheduler_address,
    workspace_dir,
)
from core.errors import AppError
from core.jobs.chosen_engine import chosen_engine
from core.language.help_texts import translated
from core.workspace import Workspace
from core.workspace.blobs import BlobStore

DESCRIPTION = (
    "Whether this machine has what the program needs, one line for each thing. It writes one file to the "
    "workspace's folder and one to FILES_URL, and takes them away again; a workspace of an older program is "
    "brought up to date."
)
LEAST_FREE_GB = 5
LEAST_MEMORY_GB = 4
SLOW_MB_PER_SECOND = 20
_WRITTEN_BYTES = 32_000_000


@dataclass(frozen=True)
class Finding:
    """One line.

    Attributes:
        what: What was looked at.
        found: What was seen.
        advice: What to do, empty where all is well.
    """

    what: str
    found: str
    advice: str = ""


def main(arguments: list[str] | None = None) -> int:
    """0 where all is well, 1 where something is to be done."""
    parser = argparse.ArgumentParser(prog="python -m core.doctor", description=DESCRIPTION)
    parser.add_argument(
        "--workspace", type=Path, default=workspace_dir(), help="its folder, WORKSPACE_DIR by default"
    )
    options = translated(parser).parse_args(arguments)
    num_to_do = 0
    for finding in findings(options.workspace):
        mark = "to do" if finding.advice else "ok"
        # What other parts say ends with a full stop already.
        said = f"{finding.found.rstrip('.')}. {finding.advice}" if finding.advice else finding.found
        print(f"{mark:6}{finding.what}: {said}")
        num_to_do += bool(finding.advice)
    return 1 if num_to_do else 0


def findings(workspace: Path) -> Iterator[Finding]:
    """What there is to say of this machine and of the workspace in that folder."""
    looks: list[Callable[[], Finding]] = [
        _python,
        _libraries,
        _processor,
        _memory,
        _openvino,
        _gpu,
        lambda: _disk(workspace),
        lambda: _write_speed(workspace),
        lambda: _store(workspace),
        _cluster,
    ]
    for look in looks:
        yield look()


def _python() -> Finding:
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    advice = "" if fits else "TensorFlow needs Python 3.11, 3.12 or 3.13; install one of them"
    return Finding(
        "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}", advice
    )


def _libraries() -> Finding:
    pinned = re.findall(r"^([\w-]+)==(\S+)$", (PROJECT_DIR / "requirements.txt").read_text(), re.MULTILINE)
    others = []
    for name, version in pinned:
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            others.append(f"{name} is missing")
            continue
        if installed != version:
            others.append(f"{name} is {installed} instead of {version}")
    if not others:
        return Finding("Libraries", f"all {len(pinned)} as pinned")
    return Finding("Libraries", ", ".join(others), "Run `pip install -r requirements.txt`")


def _processor() -> Finding:
    import openvino

    bfloat16 = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    kind = "with bfloat16, which is faster" if bfloat16 else "without bfloat16; networks run in float32"
    return Finding("Processor", f"{os.cpu_count()} cores, {kind}")


def _memory() -> Finding:
    gigabytes = psutil.virtual_memory().available / 1e9
    advice = "" if gigabytes >= LEAST_MEMORY_GB else "Close other programs before a fine-tuning"
    return Finding("Memory", f"{gigabytes:.1f} GB available", advice)


def _openvino() -> Finding:
    import openvino

    return Finding(
        "OpenVINO", f"{openvino.__version__.split('-')[0]}, {', '.join(openvino.Core().available_devices)}"
    )


def _gpu() -> Finding:
    program = shutil.which("nvidia-smi")
    if program is None:
        return Finding("GPU", "no NVIDIA driver; training runs on the processor")
    done = subprocess.run(
        [program, "--query-gpu=name,memory.total", "--format=csv,noheader"],
        capture_output=True,
        text=True,
        check=False,
    )
    names = "; ".join(done.stdout.strip().splitlines())
    if done.returncode == 0 and names:
        return Finding("GPU", names)
    return Finding("GPU", "the driver does not answer", "Look at `nvidia-smi`")


def _disk(workspace: Path) -> Finding:
    free = shutil.disk_usage(_existing(workspace)).free / 1e9
    advice = (
        "" if free >= LEAST_FREE_GB else "Free some space: a fine-tuning keeps a model and its checkpoints"
    )
    return Finding("Disk", f"{free:.1f} GB free at {_existing(workspace)}", advice)


def _write_speed(workspace: Path) -> Finding:
    begun = time.perf_counter()
    try:
        with tempfile.TemporaryFile(dir=_existing(workspace)) as file:
            file.write(os.urandom(_WRITTEN_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding(
            "Writing", error.strerror or str(error), f"Let this user write to {_existing(workspace)}"
        )
    speed = _WRITTEN_BYTES / 1e6 / (time.perf_counter() - begun)
    advice = (
        "" if speed >= SLOW_MB_PER_SECOND else "Strokes wait for this disk; put the workspace on a faster one"
    )
    return Finding("Writing", f"{speed:.0f} MB/s", advice)


def _store(workspace: Path) -> Finding:
    server = " on a server" if database_url() else ""
    files = f", files at {files_url()}" if files_url() else ""
    if not Workspace.is_at(workspace):
        return Finding("Workspace", f"none at {workspace} yet; the first start makes it")
    try:
        with Workspace.open(workspace) as opened:
            tasks = [*opened.tasks.list(), *opened.tasks.list(put_away=True)]
            images = sum(opened.tasks.counts(task.id).images for task in tasks)
            if files:
                _try_out(opened.files)
    except AppError as error:
        return Finding("Workspace", str(error), "docs/server.md tells what is needed")
    return Finding("Workspace", f"{len(tasks)} tasks, {images} images{server}{files}")


def _try_out(files: BlobStore) -> None:
    # Content that is nobody else's, whose file is then nobody else's either.
    name = files.put(os.urandom(32))
    files.read(name)
    files.remove(name)


def _cluster() -> Finding:
    if engine_name() == "local":
        return Finding("Cluster", "none; everything runs on this machine")
    try:
        with chosen_engine() as engine:
            list(engine.run(operator.add, [1], shared=1))
    except AppError as error:
        return Finding("Cluster", str(error), "docs/cluster.md tells what is needed")
    return Finding("Cluster", f"a worker of {scheduler_address()} did a piece of work")


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.is_dir())


if __name__ == "__main__":
    language.speak(language.of_environment())
    sys.exit(main())
