"""Two machines on one store: jobs are leased, and nobody judges another machine's processes."""

from datetime import UTC, datetime, timedelta

import pytest

from core.jobs import queue
from core.jobs.process import machine
from core.reasons import Reason
from core.workspace.jobs import LEASE
from core.workspace.sql.database import Database
from core.workspace.tables import JobTable, utc_now

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


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


def test_a_job_that_is_asked_for_twice_is_one(workspace):
    def ask(to=1):
        return workspace.jobs.add("a", 1, {"to": to}, who="Kim", once=True).id

    job = ask()
    assert ask() == job
    assert ask(to=2) != job
    workspace.jobs.take_next("machine 1")
    assert ask() == job
    workspace.jobs.end(job, "done")
    assert ask() != job


def test_leases_go_by_the_database_s_clock(workspace, add, monkeypatch):
    """A clock that is ten minutes ahead neither calls another's job lost nor gives its own more time."""
    job = add()
    monkeypatch.setattr(Database, "now", lambda *_: NOON)
    workspace.jobs.take_next("machine 2")
    monkeypatch.setattr("core.workspace.jobs.utc_now", lambda: NOON + timedelta(minutes=10))
    assert queue.status(workspace, job.id).status == "running"
    workspace.jobs.beat(job.id)
    assert workspace.jobs.get(job.id).lease_until == NOON + LEASE
    monkeypatch.setattr(Database, "now", lambda *_: NOON + LEASE + timedelta(seconds=1))
    assert queue.status(workspace, job.id).status == "failed"


def run_out(workspace, job_id):
    with workspace._database.writing() as session:
        session.get(JobTable, job_id).lease_until = utc_now() - timedelta(seconds=1)
