"""Predict all on a Dask cluster of one worker and of two, a worker killed half-way, a stop, and files on S3.

Each worker is a process with one thread, on this machine: on two cores that also run the job, the scheduler
and whatever else, the ratio is a lower bound.

    python -m benchmarks.cluster --images 2000
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from distributed import LocalCluster

from benchmarks.big_task import fill_task
from benchmarks.on_servers import on_servers
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.workflows.open_workspace import open_workspace
from core.workflows.review.predict_all import KIND, num_to_predict, run_job, start_predict_all
from core.workspace import JobRow
from tests.workspace import postgresql

TASK = "lung_xray"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument(
        "--side", type=int, default=64, help="of an image in pixels; a prediction costs the same"
    )
    arguments = parser.parse_args()
    os.environ["ENGINE"] = "dask"
    result: dict[str, Any] = {"images": arguments.images, "load_before": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full"
        with open_workspace(full) as workspace:
            fill_task(workspace, arguments.images, arguments.side, TASK)
        for name, num_workers, kill in (("one", 1, False), ("two", 2, False), ("two_one_killed", 2, True)):
            result[name] = _predict(full, Path(folder) / name, num_workers, kill=kill)
            print(json.dumps({name: result[name]}), flush=True)
        result["ratio"] = round(result["one"]["seconds"] / result["two"]["seconds"], 2)
        result["stop_seconds"] = _stop(full, Path(folder) / "stopped")
        result["s3"] = _on_s3(Path(folder) / "s3")
    result["load_after"] = os.getloadavg()[0]
    print(json.dumps(result, indent=2))


@contextmanager
def _cluster(num_workers: int) -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=num_workers, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as running:
        os.environ["SCHEDULER"] = running.scheduler_address
        yield running


def _predict(full: Path, copy: Path, num_workers: int, *, kill: bool) -> dict[str, Any]:
    """Seconds from the first image that is told to be done to the last, without loading; rows; memory."""
    shutil.copytree(full, copy)
    with open_workspace(copy) as workspace, _cluster(num_workers) as cluster:
        task = workspace.tasks.get(TASK)
        total = num_to_predict(workspace, task.id) or 0
        job = start_predict_all(workspace, task.id, who="benchmark")
        memory: list[tuple[int, float]] = []
        while (row := queue.status(workspace, job.id)).status == "running":
            done = total - (num_to_predict(workspace, task.id) or 0)
            memory.append((done, _megabytes(row)))
            if kill and done > total / 2:
                psutil.Process(cluster.workers[0].pid).kill()
                kill = False
            time.sleep(0.5)
        steps = [each for each in workspace.jobs.progress(job.id) if "epoch" in each]
        version = workspace.versions.current(task.id)
        stored = workspace.quality.of_version(version.id) if version else {}
        first, last = steps[0], steps[-1]
        return {
            "status": row.status,
            "seconds": round(last["time"] - first["time"], 1),
            "images_a_second": round((last["epoch"] - first["epoch"]) / (last["time"] - first["time"]), 1),
            "stored": len(stored),
            "told": row.result,
            "client_mb_at_a_quarter": max((mb for done, mb in memory if done <= total / 4), default=None),
            "client_mb_at_most": max(mb for _, mb in memory),
            "load": round(os.getloadavg()[0], 1),
        }


def _stop(full: Path, copy: Path) -> float:
    """Seconds from asking it to stop to a job that has ended."""
    shutil.copytree(full, copy)
    with open_workspace(copy) as workspace, _cluster(2):
        job = start_predict_all(workspace, workspace.tasks.get(TASK).id, who="benchmark")
        while not any("epoch" in each for each in workspace.jobs.progress(job.id)):
            time.sleep(0.1)
        asked = time.monotonic()
        queue.request_stop(workspace, job.id)
        while queue.status(workspace, job.id).status == "running":
            time.sleep(0.05)
        return round(time.monotonic() - asked, 2)


def _on_s3(folder: Path) -> dict[str, Any]:
    """A worker with a folder of its own, in which neither model nor images lie."""
    if postgresql.programs() is None:
        return {"not_measured": "PostgreSQL is not installed here"}
    folder.mkdir()
    with on_servers(), open_workspace(folder / "here") as workspace, _cluster(1):
        fill_task(workspace, 20, 64, TASK)
        job = workspace.jobs.add(KIND, workspace.tasks.get(TASK).id, {}, who="benchmark")
        workspace.jobs.take_next("benchmark")
        workspace.address = str(folder / "worker")
        told = run_job(JobContext(workspace, workspace.jobs.get(job.id)))
    return {
        **told,
        "fetched_by_the_worker": sorted(path.name for path in folder.glob("worker/versions/**/*.*")),
    }


def _megabytes(job: JobRow) -> float:
    try:
        return round(psutil.Process(job.pid).memory_info().rss / 1e6, 1) if job.pid else 0.0
    except psutil.NoSuchProcess:
        return 0.0


if __name__ == "__main__":
    main()
