"""One contract for both engines: this process, and a Dask cluster of two workers with one thread each."""

import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import BadFileError, JobError
from core.jobs.chosen_engine import chosen_engine
from core.jobs.engine import Engine
from tests.jobs import pieces


@pytest.fixture(scope="module")
def cluster():
    """A scheduler with two worker processes; its address, and what runs it."""
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as running:
        yield running


@pytest.fixture(params=["local", "dask"])
def engine(request, monkeypatch):
    if request.param == "local":
        yield Engine()
        return
    monkeypatch.setenv("ENGINE", "dask")
    monkeypatch.setenv("SCHEDULER", request.getfixturevalue("cluster").scheduler_address)
    with chosen_engine() as chosen:
        yield chosen


@pytest.fixture
def dask_engine(cluster, monkeypatch):
    monkeypatch.setenv("ENGINE", "dask")
    monkeypatch.setenv("SCHEDULER", cluster.scheduler_address)
    with chosen_engine() as chosen:
        yield chosen


def test_every_item_is_done_once_and_told_with_its_place(engine):
    found = list(engine.run(pieces.square, range(2, 30), shared=100))
    assert sorted(place for place, _ in found) == list(range(28))
    assert {place: value for place, (_, value) in found} == {n - 2: 100 + n * n for n in range(2, 30)}
    assert (os.getpid() in {pid for _, (pid, _) in found}) is (type(engine) is Engine)


def test_nothing_is_no_work(engine):
    assert list(engine.run(pieces.square, [], shared=0)) == []


def test_what_a_piece_raises_is_raised_here_as_it_was(engine):
    with pytest.raises(BadFileError, match=r"3\.png: it has no pixels") as caught:
        list(engine.run(pieces.refuse, range(10), shared=None))
    assert caught.value.name == "3.png"


def test_items_are_asked_for_a_few_ahead_only(engine):
    asked = []

    def items():
        for number in range(40):
            asked.append(number)
            yield number

    for done, _ in enumerate(engine.run(pieces.slowly, items(), shared=0.0), start=1):
        assert len(asked) <= done + 4
    assert len(asked) == 40


def test_it_stops_long_before_all_are_done(engine):
    stop = threading.Event()
    found = []
    for place, _ in engine.run(pieces.slowly, range(1000), shared=0.05, should_stop=stop.is_set):
        found.append(place)
        if len(found) == 5:
            stop.set()
    assert 5 <= len(found) < 20


def test_what_a_piece_tells_is_heard_in_its_order_before_its_result(engine):
    heard = {place: [] for place in range(4)}
    for place, number in engine.run(
        pieces.count, range(4), shared=None, on_told=lambda place, told: heard[place].append(told)
    ):
        assert heard[place] == [{"step": step} for step in range(number)]
    assert [len(told) for told in heard.values()] == [0, 1, 2, 3]


def test_a_long_piece_hears_that_it_is_given_up(engine, tmp_path):
    stop = threading.Event()
    begun = []

    def heard(place, _):
        begun.append(place)
        stop.set()

    run = engine.run(
        pieces.until_given_up, range(9), shared=str(tmp_path), should_stop=stop.is_set, on_told=heard
    )
    list(run)
    # All that began have ended when it is over.
    ended = {int(path.name): path.read_text() for path in tmp_path.iterdir()}
    assert ended == dict.fromkeys(begun, "True")


def test_a_killed_worker_s_pieces_are_done_by_another_once_each(dask_engine, tmp_path):
    found = sorted(number for _, number in dask_engine.run(pieces.die_once, range(40), shared=str(tmp_path)))
    assert (tmp_path / "died").exists()
    assert found == list(range(40))


def test_a_piece_that_kills_its_workers_is_told(monkeypatch):
    dask = pytest.importorskip("dask", reason="dask[distributed] is not installed here")
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(n_workers=1, processes=True, dashboard_address=":0") as running,
    ):
        monkeypatch.setenv("ENGINE", "dask")
        monkeypatch.setenv("SCHEDULER", running.scheduler_address)
        with pytest.raises(JobError, match="died on the same piece"), chosen_engine() as engine:
            list(engine.run(pieces.die, [1], shared=None))


def test_a_worker_of_another_version_is_told(dask_engine, monkeypatch):
    monkeypatch.setattr("core.jobs.engine_dask.program", lambda: "0123")
    with pytest.raises(JobError, match=r"another version of this program \(.*, here it is 0123\)"):
        list(dask_engine.run(pieces.square, [1, 2], shared=0))


def test_a_scheduler_that_vanishes_is_told(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    running = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    )
    monkeypatch.setenv("ENGINE", "dask")
    monkeypatch.setenv("SCHEDULER", running.scheduler_address)
    with pytest.raises(JobError, match="is gone; what was done is kept"), chosen_engine() as engine:
        for done, _ in enumerate(engine.run(pieces.slowly, range(1000), shared=0.01)):
            if done == 3:
                running.close()


def test_what_is_not_there_is_refused_in_one_sentence(monkeypatch):
    for name, scheduler, said in (
        ("slurm", "", "ENGINE=slurm is not known"),
        ("dask", "", "needs SCHEDULER"),
        ("dask", "tcp://localhost:1", "does not answer"),
        ("dask", "not an address", "does not answer"),
    ):
        monkeypatch.setenv("ENGINE", name)
        monkeypatch.setenv("SCHEDULER", scheduler)
        monkeypatch.setattr("core.jobs.engine_dask.CONNECT_SECONDS", 1)
        with pytest.raises(JobError, match=said), chosen_engine():
            pass


@pytest.mark.parametrize("address", ["rubbish", "tls://localhost:1", "inproc://nobody"])
def test_an_address_that_leads_nowhere_leaves_nothing_behind(address):
    pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    asked = "from core.jobs.engine_dask import Cluster; from core.errors import JobError\n"
    asked += f"try:\n    Cluster('{address}')\nexcept JobError as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert f"The Dask scheduler at {address} does not answer" in done.stdout
    assert done.stderr == ""


def test_the_cluster_is_reached_from_inside_of_an_event_loop(monkeypatch):
    pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    monkeypatch.setenv("ENGINE", "dask")
    monkeypatch.setenv("SCHEDULER", "tls://localhost:1")

    async def choose():
        with pytest.raises(JobError, match="TLS"), chosen_engine():
            pass

    # Of a browser's test before this one a loop may run in this thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(choose())).result()


def test_a_cluster_behind_tls_is_reached_by_dask_s_own_settings(monkeypatch):
    dask = pytest.importorskip("dask", reason="dask[distributed] is not installed here")
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    security = distributed.Security.temporary()
    monkeypatch.setenv("ENGINE", "dask")
    keys = {"ca-file": "tls_ca_file", "client.cert": "tls_client_cert", "client.key": "tls_client_key"}
    told = {f"distributed.comm.tls.{name}": getattr(security, field) for name, field in keys.items()}
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0", security=security
    ) as running:
        address = running.scheduler_address
        assert address.startswith("tls://")
        monkeypatch.setenv("SCHEDULER", address)
        with pytest.raises(JobError, match="TLS"), chosen_engine():
            pass
        with dask.config.set(told), chosen_engine() as engine:
            assert list(engine.run(pieces.square, [3], shared=1)) == [(0, (os.getpid(), 10))]
        elsewhere = {"distributed.comm.require-encryption": True}
        monkeypatch.setenv("SCHEDULER", address.replace("tls://", "tcp://"))
        with dask.config.set(elsewhere), pytest.raises(JobError, match="encryption"), chosen_engine():
            pass
