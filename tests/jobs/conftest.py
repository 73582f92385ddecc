import shutil
import time

import psutil
import pytest

from core.jobs import queue
from core.jobs.process import is_alive
from core.workspace import Workspace

HANDLERS = "tests.jobs.handlers:"


@pytest.fixture
def workspace(tmp_path, empty_workspace):
    with Workspace.open(shutil.copytree(empty_workspace, tmp_path / "workspace")) as opened:
        yield opened
        # No test leaves a process behind: the queue is emptied, then what still runs is killed.
        for job in opened.jobs.list(status=("queued",)):
            opened.jobs.request_stop(job.id)
        for job in opened.jobs.list():
            if job.pid is not None and is_alive(job.pid, job.process_created):
                if job.status != "running":
                    psutil.wait_procs([psutil.Process(job.pid)], timeout=120)
                else:
                    psutil.Process(job.pid).kill()


@pytest.fixture
def submit(workspace):
    def submit_job(name, **settings):
        return queue.submit(workspace, HANDLERS + name, None, settings, who="Kim")

    return submit_job


@pytest.fixture
def wait(workspace):
    """Waits until a job is as expected; the row, or a failure after four minutes."""

    def wait_until(job_id, *statuses, condition=lambda job: True):
        end = time.monotonic() + 240
        while time.monotonic() < end:
            job = queue.status(workspace, job_id)
            if job.status in statuses and condition(job):
                return job
            time.sleep(0.05)
        raise AssertionError(f"still {job} and not {statuses}\n{queue.log_tail(workspace, job_id)}")

    return wait_until
