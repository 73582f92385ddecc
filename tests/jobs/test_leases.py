"""Two machines on one store: jobs are leased, and nobody judges another machine's processes."""

from datetime import timedelta

import pytest

from core.jobs import queue
from core.jobs.process import machine
from core.reasons import Reason
from core.workspace.tables import JobTable, utc_now


@pytest.fixture
def add(workspace):
    def add_job(kind="tests.jobs.handlers:count"):
        return workspace.jobs.add(kind, None, {"to": 1}, who="Kim")

    return add_job


def test_each_machine_takes_one_job_and_only_of_its_kinds(workspace, add):
    first, second, third = add("a"), add("b"), add("a")
    assert workspace.jobs.take_next("machine 1", {"b"}).id == second.id
    assert workspace.jobs.take_next("machine 1") is None
    assert workspace.jobs.take_next("machine 2", {"c"}) is None
    assert workspace.jobs.take_next("machine 2").id == first.id
    assert workspace.jobs.take_next("machine 3").id == third.id
    assert workspace.jobs.get(second.id).worker == "machine 1"


def test_a_job_of_another_machine_lives_as_long_as_its_lease(workspace, add):
    job = add()
    workspace.jobs.take_next("machine 2")
    # A number that no process of this machine has: it says nothing about the other one's.
    workspace.jobs.set_process(job.id, 2**22 + 1, 1.0)
    assert queue.status(workspace, job.id).status == "running"
    run_out(workspace, job.id)
    workspace.jobs.beat(job.id)
    assert queue.status(workspace, job.id).status == "running"
    run_out(workspace, job.id)
    failed = queue.status(workspace, job.id)
    assert (failed.status, failed.reason) == ("failed", Reason("lost", {"worker": "machine 2"}))
    # The machine that was only away learns that the job is no longer its own.
    assert workspace.jobs.beat(job.id).status == "failed"
    assert workspace.jobs.end(job.id, "done", result={}).status == "failed"


def test_a_job_of_this_machine_outlives_its_lease(workspace, submit, wait):
    """As after the computer slept: the process is there, and so is the job."""
    job = submit("wait_for_stop")
    run_out(workspace, job.id)
    assert queue.status(workspace, job.id).status == "running"
    assert workspace.jobs.get(job.id).worker == machine()
    queue.request_stop(workspace, job.id)
    wait(job.id, "stopped")


def run_out(workspace, job_id):
    with workspace._database.writing() as session:
        session.get(JobTable, job_id).lease_until = utc_now() - timedelta(seconds=1)
