"""Worker processes: started apart from the server, recognised again later, found dead when they are.

A process number alone says nothing, since systems use them again; a worker is its number and the time it was
made.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

import psutil

from core.config import PROJECT_DIR

_CLOCK_TOLERANCE_SECONDS = 2.0
"""The system's clock may be set right while a worker runs, which moves the time it was made."""


def start_worker(address: str, job_id: int, log_file: Path) -> tuple[int, float | None]:
    """A detached worker process; its number and the time it was made.

    Raises:
        OSError: No process can be started.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "core.jobs.worker", "--workspace", address, "--job", str(job_id)]
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=PROJECT_DIR,
            env=worker_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Windows alone has these.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
            | getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    # Waiting for it keeps it from staying behind as a zombie; it does not depend on this thread.
    threading.Thread(target=process.wait, name=f"job-{job_id}", daemon=True).start()
    return process.pid, created_at(process.pid)


def worker_environment() -> dict[str, str]:
    """The environment of a worker: this project importable, quiet libraries, and not every core."""
    environment = dict(os.environ)
    paths = [str(PROJECT_DIR), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    environment["PYTHONIOENCODING"] = "utf-8"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONFAULTHANDLER"] = "1"
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # All cores up to two, above that one is left to the pages.
    cores = os.cpu_count() or 1
    threads = str(cores if cores <= 2 else cores - 1)
    for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"):
        environment.setdefault(name, threads)
    return environment


@cache
def machine() -> str:
    """Names this machine, as long as it runs: only here do its process numbers mean anything.

    A container with processes of its own counts as a machine of its own.
    """
    started = f"{psutil.boot_time():.0f}"
    try:
        started = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        started += f" {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        pass
    return f"{socket.gethostname()} {hashlib.sha256(started.encode()).hexdigest()[:12]}"


def created_at(pid: int) -> float | None:
    """When a process was made (seconds since 1970), None where there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_alive(pid: int, process_created: float | None) -> bool:
    """Whether this very process still runs; a zombie and a later process of the same number count as dead."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if process_created is None:
            return True
        return bool(abs(process.create_time() - process_created) < _CLOCK_TOLERANCE_SECONDS)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def lower_priority() -> None:
    """Let the pages go first on the processor."""
    process = psutil.Process()
    try:
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 10)
    except psutil.AccessDenied:
        return
