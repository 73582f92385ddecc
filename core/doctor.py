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
from collections.abc import Iterator
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
from core.language import say
from core.language.help_texts import translated
from core.language.sentence import Sentence, said
from core.workspace import Workspace
from core.workspace.files.blobs import BlobStore

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
        mark = say("to do") if finding.advice else "ok"
        told = str(said(finding.found))
        # What other parts say ends with a full stop already.
        told = f"{told.rstrip('.')}. {said(finding.advice)}" if finding.advice else told
        print(f"{mark:6}{said(finding.what)}: {told}")
        num_to_do += bool(finding.advice)
    return 1 if num_to_do else 0


def findings(workspace: Path) -> Iterator[Finding]:
    """What there is to say of this machine and of the workspace in that folder."""
    yield _python()
    yield _libraries()
    yield _processor()
    yield _memory()
    yield _openvino()
    yield _gpu()
    yield _disk(workspace)
    yield _write_speed(workspace)
    yield _store(workspace)
    yield _cluster()


def _python() -> Finding:
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    advice = "" if fits else Sentence("TensorFlow needs Python 3.11, 3.12 or 3.13; install one of them")
    version, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return Finding("Python", Sentence("{version} on {system}", version=version, system=system), advice)


def _libraries() -> Finding:
    pinned = re.findall(r"^([\w-]+)==(\S+)$", (PROJECT_DIR / "requirements.txt").read_text(), re.MULTILINE)
    others: list[str] = []
    for name, version in pinned:
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            others.append(Sentence("{name} is missing", name=name))
            continue
        if installed != version:
            told = Sentence(
                "{name} is {found} instead of {wanted}", name=name, found=installed, wanted=version
            )
            others.append(told)
    if not others:
        return Finding(Sentence("Libraries"), Sentence("all {count} as pinned", count=len(pinned)))
    return Finding(
        Sentence("Libraries"),
        Sentence.joined(others, ", "),
        Sentence("Run `pip install -r requirements.txt`"),
    )


def _processor() -> Finding:
    import openvino

    bfloat16 = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    found = Sentence(
        "{count} cores, with bfloat16, which is faster"
        if bfloat16
        else "{count} cores, without bfloat16; networks run in float32",
        count=os.cpu_count(),
    )
    return Finding(Sentence("Processor"), found)


def _memory() -> Finding:
    gigabytes = psutil.virtual_memory().available / 1e9
    advice = "" if gigabytes >= LEAST_MEMORY_GB else Sentence("Close other programs before a fine-tuning")
    return Finding(Sentence("Memory"), Sentence("{gigabytes:.1f} GB available", gigabytes=gigabytes), advice)


def _openvino() -> Finding:
    import openvino

    return Finding(
        "OpenVINO", f"{openvino.__version__.split('-')[0]}, {', '.join(openvino.Core().available_devices)}"
    )


def _gpu() -> Finding:
    program = shutil.which("nvidia-smi")
    if program is None:
        return Finding("GPU", Sentence("no NVIDIA driver; training runs on the processor"))
    done = subprocess.run(
        [program, "--query-gpu=name,memory.total", "--format=csv,noheader"],
        capture_output=True,
        text=True,
        check=False,
    )
    names = "; ".join(done.stdout.strip().splitlines())
    if done.returncode == 0 and names:
        return Finding("GPU", names)
    return Finding("GPU", Sentence("the driver does not answer"), Sentence("Look at `nvidia-smi`"))


def _disk(workspace: Path) -> Finding:
    free = shutil.disk_usage(_existing(workspace)).free / 1e9
    advice = (
        ""
        if free >= LEAST_FREE_GB
        else Sentence("Free some space: a fine-tuning keeps a model and its checkpoints")
    )
    found = Sentence("{free:.1f} GB free at {folder}", free=free, folder=_existing(workspace))
    return Finding(Sentence("Disk"), found, advice)


def _write_speed(workspace: Path) -> Finding:
    begun = time.perf_counter()
    try:
        with tempfile.TemporaryFile(dir=_existing(workspace)) as file:
            file.write(os.urandom(_WRITTEN_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        told = Sentence("Let this user write to {folder}", folder=_existing(workspace))
        return Finding(Sentence("Writing"), error.strerror or str(error), told)
    speed = _WRITTEN_BYTES / 1e6 / (time.perf_counter() - begun)
    advice = (
        ""
        if speed >= SLOW_MB_PER_SECOND
        else Sentence("Strokes wait for this disk; put the workspace on a faster one")
    )
    return Finding(Sentence("Writing"), f"{speed:.0f} MB/s", advice)


def _store(workspace: Path) -> Finding:
    if not Workspace.is_at(workspace):
        return Finding(
            Sentence("Workspace"),
            Sentence("none at {workspace} yet; the first start makes it", workspace=workspace),
        )
    try:
        with Workspace.open(workspace) as opened:
            tasks = [*opened.tasks.list(), *opened.tasks.list(put_away=True)]
            images = sum(opened.images.count(task.id) for task in tasks)
            if files_url():
                _try_out(opened.files)
    except AppError as error:
        return Finding(Sentence("Workspace"), error.sentence, Sentence("docs/server.md tells what is needed"))
    found = Sentence("{tasks} tasks, {images} images", tasks=len(tasks), images=images)
    if database_url():
        found += Sentence(" on a server")
    if files_url():
        found += Sentence(", files at {url}", url=files_url())
    return Finding(Sentence("Workspace"), found)


def _try_out(files: BlobStore) -> None:
    # Content that is nobody else's, whose file is then nobody else's either.
    name = files.put(os.urandom(32))
    files.read(name)
    files.remove(name)


def _cluster() -> Finding:
    if engine_name() == "local":
        return Finding(Sentence("Cluster"), Sentence("none; everything runs on this machine"))
    try:
        with chosen_engine() as engine:
            list(engine.run(operator.add, [1], shared=1))
    except AppError as error:
        return Finding(Sentence("Cluster"), error.sentence, Sentence("docs/cluster.md tells what is needed"))
    found = Sentence("a worker of {address} did a piece of work", address=scheduler_address())
    return Finding(Sentence("Cluster"), found)


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.is_dir())


if __name__ == "__main__":
    language.speak(language.of_environment())
    sys.exit(main())
