import os
import subprocess
import sys
import time
from datetime import timedelta

import psutil
import pytest

from core.config import PROJECT_DIR
from core.errors import JobError
from core.jobs import process, queue
from core.jobs.process import machine
from core.workspace import Workspace
from core.workspace.tables import JobTable, utc_now


def test_a_job_runs_in_a_process_of_its_own(workspace, submit, wait):
    job = submit("count", to=3)
    assert job.status == "running"
    assert job.pid not in (None, os.getpid())
    done = wait(job.id, "done")
    assert done.result == {"counted": 3}
    assert done.reason is None
    assert done.who == "Kim"
    assert [each["number"] for each in workspace.jobs.progress(job.id)] == [0, 1, 2]
    assert "counted 2" in queue.log_tail(workspace, job.id)
    assert done.created_at <= done.started_at <= done.ended_at


def test_one_runs_at_a_time_and_the_next_follows_by_itself(workspace, submit, wait):
    first = submit("wait_for_stop")
    second = submit("count", to=1)
    third = submit("count", to=2)
    assert [job.status for job in (first, second, third)] == ["running", "queued", "queued"]
    assert queue.running_job(workspace).id == first.id
    queue.request_stop(workspace, first.id)
    # Nobody looks at the queue meanwhile: the worker that ends starts the next one.
    end = time.monotonic() + 240
    while workspace.jobs.get(third.id).status != "done" and time.monotonic() < end:
        time.sleep(0.05)
    jobs = [workspace.jobs.get(job.id) for job in (first, second, third)]
    assert [job.status for job in jobs] == ["stopped", "done", "done"]
    assert jobs[0].ended_at <= jobs[1].started_at <= jobs[1].ended_at <= jobs[2].started_at
    assert queue.running_job(workspace) is None


def test_a_stop_keeps_the_result(workspace, submit, wait):
    job = submit("wait_for_stop")
    wait(job.id, "running", condition=lambda _: workspace.jobs.progress(job.id))
    queue.request_stop(workspace, job.id)
    stopped = wait(job.id, "stopped")
    assert stopped.result == {"kept": "the best so far"}


def test_a_waiting_job_is_stopped_at_once(workspace, submit, wait):
    first = submit("wait_for_stop")
    second = submit("count", to=1)
    assert queue.request_stop(workspace, second.id).status == "stopped"
    queue.request_stop(workspace, first.id)
    wait(first.id, "stopped")
    assert workspace.jobs.get(second.id).started_at is None


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        ("refuse", "The model card is not of this version."),
        ("crash", "KeyError: 'no such\\nlayer'"),
        ("run_out_of_memory", "It ran out of memory; try smaller or fewer images, or close other programs."),
        ("fill_the_disk", "The disk is full; free some space and start it again."),
        ("never_written", "This program has no job of the kind tests.jobs.handlers:never_written"),
    ],
)
def test_a_job_that_fails_says_why_in_one_sentence(workspace, submit, wait, handler, reason):
    job = wait(submit(handler).id, "failed")
    assert str(job.reason).startswith(reason)
    assert "\n" not in str(job.reason)
    assert "ERROR the job failed\nTraceback" in queue.log_tail(workspace, job.id)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing")
def test_a_worker_that_dies_is_failed_and_the_next_one_runs(submit, wait):
    first, second = submit("die"), submit("count", to=1)
    assert wait(first.id, "failed").reason == queue.DIED
    wait(second.id, "queued", "running", "done")


def test_a_killed_worker_is_failed_and_can_be_started_again(workspace, submit, wait, tmp_path):
    job = submit("wait_for_stop")
    running = wait(job.id, "running", condition=lambda _: workspace.jobs.progress(job.id))
    waiting = submit("count", to=1)
    psutil.Process(running.pid).kill()
    failed = wait(job.id, "failed")
    assert failed.reason == queue.DIED
    assert failed.ended_at is not None
    queue.refresh(workspace)
    wait(waiting.id, "done")

    again = queue.retry(workspace, job.id, who="Lee")
    assert (again.retry_of, again.kind, again.settings, again.who) == (job.id, job.kind, job.settings, "Lee")
    wait(again.id, "running")
    assert workspace.jobs.get(job.id).status == "failed"
    queue.request_stop(workspace, again.id)
    wait(again.id, "stopped")


def test_a_job_that_failed_once_goes_well_at_the_second_try(workspace, submit, wait, tmp_path):
    failed = wait(submit("fail_once", marker=str(tmp_path / "marker")).id, "failed")
    again = queue.retry(workspace, failed.id, who="Kim")
    assert wait(again.id, "done").result == {"went": "well"}


def test_only_what_has_failed_or_was_stopped_is_started_again(workspace, submit, wait):
    job = wait(submit("count", to=1).id, "done")
    with pytest.raises(JobError, match="is done; only one that failed or was stopped"):
        queue.retry(workspace, job.id, who="Kim")
    with pytest.raises(JobError, match="no job number 99"):
        queue.retry(workspace, 99, who="Kim")


def test_a_job_outlives_the_server_that_started_it(workspace, wait):
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from core.jobs import queue\nfrom core.workspace import Workspace\n"
        "w = Workspace.open(Path(sys.argv[1]))\n"
        "job = queue.submit(w, 'tests.jobs.handlers:count', None, {'to': 20, 'pause': 0.05}, who='Kim')\n"
        "print(job.id, flush=True)\nos._exit(9)\n"
    )
    server = subprocess.run(
        [sys.executable, "-c", code, workspace.address], cwd=PROJECT_DIR, capture_output=True, text=True
    )
    assert server.returncode == 9
    job_id = int(server.stdout)
    assert queue.status(workspace, job_id).status == "running"
    assert wait(job_id, "done").result == {"counted": 20}


def test_two_servers_that_start_the_queue_at_once_start_one_worker(workspace, wait):
    for _ in range(3):
        workspace.jobs.add("tests.jobs.handlers:wait_for_stop", None, {}, who="Kim")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from core.jobs import queue\nfrom core.workspace import Workspace\n"
        "queue.refresh(Workspace.open(Path(sys.argv[1])))\n"
    )
    servers = [
        subprocess.Popen([sys.executable, "-c", code, workspace.address], cwd=PROJECT_DIR) for _ in range(3)
    ]
    assert [server.wait(240) for server in servers] == [0, 0, 0]
    assert [job.status for job in workspace.jobs.list()] == ["queued", "queued", "running"]


def test_a_worker_leaves_signs_of_life_and_the_processor_to_others(workspace, submit, wait):
    job = wait(submit("own_priority").id, "done")
    assert int(job.result["threads"]) >= 1
    assert job.result["nice"] in (10, getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 10))
    waiting = submit("wait_for_stop")
    first = wait(waiting.id, "running").heartbeat_at
    wait(waiting.id, "running", condition=lambda row: row.heartbeat_at > first + timedelta(seconds=0.5))
    queue.request_stop(workspace, waiting.id)
    wait(waiting.id, "stopped")


def test_a_worker_that_was_never_started_is_found_out(workspace):
    job = workspace.jobs.add("tests.jobs.handlers:count", None, {"to": 1}, who="Kim")
    # The server was killed between taking the job and starting its process.
    assert workspace.jobs.take_next(machine()).id == job.id
    assert queue.status(workspace, job.id).status == "running"
    with workspace._database.writing() as session:
        session.get(JobTable, job.id).started_at = utc_now() - queue.START_TIMEOUT - timedelta(seconds=1)
    failed = queue.status(workspace, job.id)
    assert (failed.status, failed.reason) == ("failed", queue.NEVER_STARTED)


def test_a_process_that_cannot_be_started_fails_the_job(workspace, submit, monkeypatch):
    def no_process(*_):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(queue, "start_worker", no_process)
    job = submit("count", to=1)
    assert job.status == "failed"
    assert str(job.reason) == "No process could be started for it (Cannot allocate memory); start it again."


def test_another_process_of_the_same_number_is_not_the_worker(workspace):
    job = workspace.jobs.add("tests.jobs.handlers:count", None, {"to": 1}, who="Kim")
    workspace.jobs.take_next(machine())
    own = process.created_at(os.getpid())
    workspace.jobs.set_process(job.id, os.getpid(), own)
    assert queue.status(workspace, job.id).status == "running"
    workspace.jobs.set_process(job.id, os.getpid(), own - 3600)
    assert queue.status(workspace, job.id).reason == queue.DIED


@pytest.mark.skipif(sys.platform == "win32", reason="zombies are a POSIX thing")
def test_a_zombie_is_dead():
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert not process.is_alive(child.pid, None)
    child.wait()
    assert not process.is_alive(child.pid, None)


def test_a_second_worker_for_the_same_job_does_nothing(workspace, submit, wait):
    job = submit("wait_for_stop")
    wait(job.id, "running", condition=lambda _: workspace.jobs.progress(job.id))
    second = subprocess.run(
        [sys.executable, "-m", "core.jobs.worker", "--workspace", workspace.address, "--job", str(job.id)],
        cwd=PROJECT_DIR,
        capture_output=True,
    )
    assert second.returncode == 1
    assert queue.status(workspace, job.id).status == "running"
    queue.request_stop(workspace, job.id)
    wait(job.id, "stopped")


def test_a_workspace_opened_later_sees_the_same_jobs(workspace, submit, wait):
    job = wait(submit("count", to=2).id, "done")
    with Workspace.open(workspace.address) as later:
        assert later.jobs.list() == [job]
        assert len(later.jobs.progress(job.id)) == 2
